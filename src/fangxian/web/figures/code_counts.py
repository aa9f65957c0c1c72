"""The codes' figures: how many people have each colour on each day, by rule, and by county on the last day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fangxian.code.codes import STORED_HITS, counts_by_day, enrolments, in_force_on
from fangxian.code.decide import Decided, show, summarise
from fangxian.code.gravity import gravity
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known, instant
from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy

_DAYS: Final = ibis.table({"day_at": INSTANT}, name="page_days")
"""The instants that are counted at, registered with the engine."""


@dataclass(frozen=True)
class CodeCounts:
    """How many people have each code at the end of each day.

    A rule colours people who have not enrolled, too; a share of codes is a share of those who have.
    Shapes: enrolled and by_colour[colour] have one number a day; by_rule has `rule`, `colour` and one number a day (`people`;
    a person counts under every rule that holds); by_region[region_code][colour] is of the last day, with "" for people whose
    home is unknown.
    """

    days: list[str]
    enrolled: list[int]
    by_colour: dict[str, list[int]]
    by_rule: list[dict[str, Any]]
    by_region: dict[str, dict[str, int]]


def code_counts(engine: DuckDBEngine, decided: Decided, *, at: datetime) -> CodeCounts:
    """Count the codes of a decision at the end of each local day from the policy's first to that of `at`, and at `at`."""
    policy = decided.policy
    show(engine, decided)
    days = [policy.since + timedelta(days=n) for n in range((policy.local(at).date() - policy.since).days + 1)]
    instants = [min(end_of_day(policy, day), at) for day in days]
    engine.register(_DAYS.get_name(), pa.table({"day_at": pa.array(instants, pa.timestamp("us"))}))
    return CodeCounts(
        days=[day.isoformat() for day in days],
        **_by_day(engine, decided, instants),
        by_rule=_by_rule(engine, instants),
        by_region=_by_region(engine, decided, at),
    )


def end_of_day(policy: Policy, day: date) -> datetime:
    """Return the last instant of a local day: UTC, without a zone."""
    return policy.starts(day + timedelta(days=1)) - timedelta(microseconds=1)


def _by_day(engine: DuckDBEngine, decided: Decided, instants: Sequence[datetime]) -> dict[str, Any]:
    """Count the enrolled and each colour by day; green are those who have enrolled and no hit."""
    known = Known(instant(decided.known_at), decided.policy.utc_offset)
    has_code = enrolments(decided.policy, known)
    enrolled = _DAYS.inner_join(has_code, [has_code.since_at <= _DAYS.day_at]).select("person_id", "day_at")
    green = enrolled.anti_join(in_force_on(STORED_HITS, _DAYS).select("person_id", "day_at").distinct(), ["person_id", "day_at"])
    coloured = engine.rows(counts_by_day(STORED_HITS, _DAYS)).to_pylist()
    by_colour = {str(colour): _in_order([row for row in coloured if row["colour"] == colour], instants) for colour in Colour}
    by_colour[Colour.GREEN] = _in_order(engine.rows(_people_by_day(green)).to_pylist(), instants)
    return {"enrolled": _in_order(engine.rows(_people_by_day(enrolled)).to_pylist(), instants), "by_colour": by_colour}


def _people_by_day(table: ir.Table) -> ir.Table:
    return table.group_by("day_at").agg(people=table.count())


def _in_order(rows: Iterable[Mapping[str, Any]], instants: Sequence[datetime]) -> list[int]:
    """Return one number for each instant, 0 where there is no row."""
    people = {row["day_at"]: int(row["people"]) for row in rows}
    return [people.get(moment, 0) for moment in instants]


def _by_rule(engine: DuckDBEngine, instants: Sequence[datetime]) -> list[dict[str, Any]]:
    """Count by rule and day, the gravest colours first."""
    holding = in_force_on(STORED_HITS, _DAYS)
    counted = holding.group_by("rule", "colour", "day_at").agg(people=holding.person_id.nunique(), rank=gravity(holding.colour).max())
    rows = engine.rows(counted.order_by(ibis.desc("rank"), "rule")).to_pylist()
    kinds = dict.fromkeys((row["rule"], row["colour"]) for row in rows)
    return [
        {"rule": rule, "colour": colour, "people": _in_order([r for r in rows if (r["rule"], r["colour"]) == (rule, colour)], instants)}
        for rule, colour in kinds
    ]


def _by_region(engine: DuckDBEngine, decided: Decided, at: datetime) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in summarise(engine, decided, at=at).by_region.to_pylist():
        found.setdefault(row["region_code"] or "", {})[row["colour"]] = row["people"]
    return found
