"""Explaining one person's code: the same rules as for everybody, run on this person's facts alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from fangxian.code.check_in_runs import marked_reports
from fangxian.code.codes import enrolments
from fangxian.code.explanation import Change, Explanation, FactSeen, Progress, Reason
from fangxian.code.hits import all_hits, waiting_causes
from fangxian.engine.compaction import subject
from fangxian.engine.compiled_once import compiled_once
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.person_tables import PersonTables
from fangxian.engine.placeholders import fill, known_at_placeholder
from fangxian.facts import AreaWithdrawal, Withdrawal
from fangxian.facts.known import Known
from fangxian.facts.withdrawal import CORRECTED
from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy, Wording

Row = Mapping[str, Any]


@compiled_once
def _compiled(build: Callable[[Policy, Known], ir.Table], policy: Policy, dialect: str) -> tuple[str, ibis.Schema]:
    """Return the SQL of `build(policy, known)` with a place for the known time; compiling takes a second, so once."""
    expression = build(policy, Known(known_at_placeholder(), policy.utc_offset))
    return str(ibis.to_sql(expression, dialect=dialect, pretty=False)), expression.schema()


def compile_for(policy: Policy) -> None:
    """Compile everything that an explanation under a policy may ask: some seconds, spared to the first who asks. It looks at nobody."""
    for build in _questions(policy):
        _compiled(build, policy, PersonTables.dialect)


@compiled_once
def facts_explained(policy: Policy) -> frozenset[str]:
    """Return the names of the types of facts that an explanation under a policy may read: no other need be at hand."""
    known = Known(known_at_placeholder(), policy.utc_offset)
    return frozenset(table.name for build in _questions(policy) for table in build(policy, known).op().find(ops.UnboundTable))


def _questions(policy: Policy) -> list[Callable[[Policy, Known], ir.Table]]:
    """Return everything that an explanation under a policy may ask."""
    lines = {wording.parameters["fever_line_c"].value for wording in policy.wordings if "check_ins" in wording.parameters}
    waiting = [waiting_causes, *map(_reports, lines)] if lines else []
    return [enrolments, all_hits, _of_people, _of_areas, *waiting]


class _Asked:
    """What an explanation asks about one person under a policy, as known at an instant; the same question is asked once."""

    def __init__(self, person: PersonTables, policy: Policy, *, known_at: datetime) -> None:
        self.person, self.policy, self.known_at = person, policy, known_at
        self._answers: dict[Callable[[Policy, Known], ir.Table], list[Row]] = {}

    def rows(self, build: Callable[[Policy, Known], ir.Table]) -> list[Row]:
        """Return the rows of `build(policy, known)`."""
        if build not in self._answers:
            sql, schema = _compiled(build, self.policy, self.person.dialect)
            self._answers[build] = self.person.rows_of(fill(sql, self.known_at), schema).to_pylist()
        return self._answers[build]


def explain(engine: DuckDBEngine, policy: Policy, person_id: str, *, at: datetime, known_at: datetime) -> Explanation:
    """Return why a person's code has its colour at `at`, from the facts known at `known_at` (both UTC, without a zone).

    With `known_at` equal to `at` this is the decision as it was made then; with a later `known_at`, as it would be made now.
    """
    with engine.only(person_id) as person:
        return explain_person(person, policy, at=at, known_at=known_at)


def explain_person(person: PersonTables, policy: Policy, *, at: datetime, known_at: datetime) -> Explanation:
    """Return what `explain` does, for one person's facts wherever they were read from."""
    asked = _Asked(person, policy, known_at=known_at)
    has_code = any(row["since_at"] <= at for row in asked.rows(enrolments))
    hits = sorted(asked.rows(all_hits), key=lambda row: (row["from_at"], row["rule"]))
    told = [row for row in hits if _holds(row, at) or row["from_at"] > at]
    # All at once: somebody may have hundreds of reasons, and each question goes through every table.
    seen = _facts_seen(asked, sorted({fact_id for row in told for fact_id in row["because"]}))
    reasons = tuple(_reason(asked, row, seen, at=at) for row in told if _holds(row, at))
    coming = tuple(_reason(asked, row, seen, at=at) for row in told if row["from_at"] > at)
    return Explanation(
        person_id=person.person_id,
        policy=policy,
        at=at,
        known_at=known_at,
        colour=_colour(hits, at, has_code=has_code),
        reasons=tuple(sorted(reasons, key=lambda reason: -list(Colour).index(reason.colour))),
        coming=coming,
        changes=tuple(_changes(hits, at, has_code=has_code)),
        nothing_known=not has_code and not hits,
    )


def _holds(row: Row, at: datetime) -> bool:
    return bool(row["from_at"] <= at and (row["until_at"] is None or at < row["until_at"]))


def _colour(hits: Sequence[Row], at: datetime, *, has_code: bool) -> Colour | None:
    held = [Colour(row["colour"]) for row in hits if _holds(row, at)]
    return max(held, key=list(Colour).index) if held else Colour.GREEN if has_code else None


def _changes(hits: Sequence[Row], at: datetime, *, has_code: bool) -> Iterable[Change]:
    """Yield the changes of colour after `at`, in order of time."""
    edges = {row[end] for row in hits for end in ("from_at", "until_at") if row[end] is not None and row[end] > at}
    before = _colour(hits, at, has_code=has_code)
    for edge in sorted(edges):
        after = _colour(hits, edge, has_code=has_code)
        if after is not None and after != before:
            yield Change(at=edge, colour=after)
        before = after


def _reason(asked: _Asked, row: Row, seen: Mapping[int, Sequence[FactSeen]], *, at: datetime) -> Reason:
    wording = _wording_in_force(asked.policy, row)
    return Reason(
        wording=wording,
        colour=Colour(row["colour"]),
        from_at=row["from_at"],
        until_at=row["until_at"],
        because=tuple(each for fact_id in row["because"] for each in seen.get(fact_id, ())),
        progress=_progress(asked, wording, row, at=at),
    )


def _wording_in_force(policy: Policy, row: Row) -> Wording:
    return next(
        wording
        for wording in policy.wordings
        if wording.rule == row["rule"]
        and policy.starts(wording.since) <= row["from_at"]
        and (wording.until is None or row["from_at"] < policy.starts(wording.until))
    )


def _facts_seen(asked: _Asked, fact_ids: Sequence[int]) -> dict[int, list[FactSeen]]:
    """Return the facts that hits name, by their ids; they lie in the person's few tables and the area levels.

    A fact that was reported more than once was learned with the first report. What its source had corrected by then is not told;
    where it gave one record number two contents at one time, both are: either may be what the rule read.
    """
    if not fact_ids:
        return {}
    corrected = _corrected(asked)
    found: dict[int, dict[str, FactSeen]] = {}
    for fact_type, called in asked.person.facts_called(fact_ids):
        for values in called.sort_by("known_at").to_pylist():
            since = corrected.get((fact_type.name, values[subject(fact_type)], values["fact_id"]), values["known_at"])
            if since <= values["known_at"] <= asked.known_at:
                said = repr([value for name, value in values.items() if name not in ("known_at", "delivery_id")])
                found.setdefault(values["fact_id"], {}).setdefault(said, FactSeen(fact_type, values))
    return {fact_id: list(said.values()) for fact_id, said in found.items()}


def _corrected(asked: _Asked) -> dict[tuple[str, str, int], datetime]:
    """Return when facts, by type, subject and number, were last corrected, as known then."""
    found: dict[tuple[str, str, int], datetime] = {}
    for corrections, about in ((_of_people, "person_id"), (_of_areas, "region_code")):
        for each in asked.rows(corrections):
            fact = (each["fact_type"], each[about], each["withdrawn_fact_id"])
            found[fact] = max(each["known_at"], found.get(fact, each["known_at"]))
    return found


def _of_people(policy: Policy, known: Known) -> ir.Table:
    withdrawals = known.facts(Withdrawal)
    return withdrawals.filter(withdrawals.reason == CORRECTED)


def _of_areas(policy: Policy, known: Known) -> ir.Table:
    withdrawals = known.facts(AreaWithdrawal)
    return withdrawals.filter(withdrawals.reason == CORRECTED)


def _progress(asked: _Asked, wording: Wording, row: Row, *, at: datetime) -> Progress | None:
    """Return how far the check-ins are that end a hit, or None where check-ins do not end it.

    They count as the rule counts them: from the day after the cause, and again from nothing after a bad day. A day that has
    no check-in yet does not break the run of the days before it.
    """
    needed = wording.parameters.get("check_ins")
    if needed is None:
        return None
    reports = [each for each in asked.rows(_reports(wording.parameters["fever_line_c"].value)) if each["from_at"] <= at]
    bad = {each["day"] for each in reports if each["bad"]}
    good = {each["day"] for each in reports} - bad
    day, done = asked.policy.starts(asked.policy.local(at).date()), 0
    if day not in good | bad:
        day -= timedelta(days=1)
    counts_from = _counts_from(asked, row)
    while counts_from is not None and day in good and day > counts_from:
        day, done = day - timedelta(days=1), done + 1
    return Progress(done=min(done, needed.value), needed=needed.value)


def _counts_from(asked: _Asked, row: Row) -> datetime | None:
    """Return the instant after whose local day a hit's check-ins count, or None while its cause goes on."""
    same = [
        each["counts_from"]
        for each in asked.rows(waiting_causes)
        if (each["rule"], each["cause"], each["from_at"]) == (row["rule"], row["because"][0], row["from_at"])
    ]
    return None if None in same else max(same, default=None)


@cache
def _reports(fever_line_c: float) -> Callable[[Policy, Known], ir.Table]:
    return lambda policy, known: marked_reports(known, fever_line_c=fever_line_c)
