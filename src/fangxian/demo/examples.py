"""Choosing invented people whose codes are worth looking at: each kind by a question about hits, then held to its promise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from fangxian.code.codes import STORED_HITS, colours_at, enrolments
from fangxian.code.decide import Decided, show
from fangxian.code.explain import explain
from fangxian.code.explanation import Explanation
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.facts import Diagnosis, Exposure, MedicalMeasure, Withdrawal
from fangxian.facts.known import Known, instant
from fangxian.policy.colour import Colour
from fangxian.web.figures.examples import Example

_TRIED: Final = 12
"""How many people are looked at before a kind is left out."""

_BEFORE_CLEARING: Final = timedelta(days=4)
_BEFORE_WITHDRAWAL: Final = timedelta(hours=1)


def choose_examples(engine: DuckDBEngine, decided: Decided, *, at: datetime) -> list[Example]:
    """Return the questions to offer: a kind that nobody in the lake answers is left out.

    Reads people without a role and purpose: the lake is an invented one.
    """
    show(engine, decided)
    known = Known(instant(decided.known_at), decided.policy.utc_offset)
    found = (_red_contact(engine, decided), _yellow(engine, decided), _cleared(engine, decided, known, at), *_withdrawn(engine, decided))
    return [example for example in (*found, _green(engine, decided, known, at)) if example]


def _red_contact(engine: DuckDBEngine, decided: Decided) -> Example | None:
    """Return a contact some days before the check-ins that end it are complete."""
    hits = STORED_HITS
    ended = hits.filter(hits.rule == "close-contact", hits.until_at.notnull(), hits.until_at > hits.from_at + ibis.interval(days=14))
    for row in _some(engine, ended):
        moment = row["until_at"] - _BEFORE_CLEARING
        seen = explain(engine, decided.policy, row["person_id"], at=moment, known_at=moment)
        if seen.colour is Colour.RED and any(reason.progress and reason.progress.done for reason in seen.reasons):
            return _example("red-contact", seen)
    return None


def _yellow(engine: DuckDBEngine, decided: Decided) -> Example | None:
    hits = STORED_HITS
    for row in _some(engine, hits.filter(hits.colour == str(Colour.YELLOW))):
        moment = row["from_at"] + timedelta(days=3)
        seen = explain(engine, decided.policy, row["person_id"], at=moment, known_at=moment)
        if seen.colour is Colour.YELLOW:
            return _example("yellow", seen)
    return None


def _cleared(engine: DuckDBEngine, decided: Decided, known: Known, at: datetime) -> Example | None:
    """Return somebody who was red, has a code, and is green at the end."""
    hits = STORED_HITS
    were_red = hits.filter(hits.colour == str(Colour.RED), hits.until_at < instant(at))
    green_now = enrolments(decided.policy, known).anti_join(colours_at(hits, instant(at)), "person_id")
    for row in _some(engine, were_red.semi_join(green_now, "person_id")):
        return _example("cleared", explain(engine, decided.policy, row["person_id"], at=at, known_at=decided.known_at))
    return None


def _withdrawn(engine: DuckDBEngine, decided: Decided) -> Iterator[Example]:
    """Yield one past decision twice: as it was made, and as it would be made now that a fact behind it was taken back."""
    taken_back = Withdrawal.table()
    colouring = [fact_type.name for fact_type in (Diagnosis, Exposure, MedicalMeasure)]
    begun = taken_back.known_at > instant(decided.policy.starts(decided.policy.since) + _BEFORE_WITHDRAWAL)
    those = taken_back.filter(begun, taken_back.known_at < instant(decided.known_at), taken_back.fact_type.isin(colouring))
    # Whoever has another hit stays coloured by that one.
    for row in _some(engine, those.anti_join(STORED_HITS, "person_id")):
        moment = row["known_at"] - _BEFORE_WITHDRAWAL
        then = explain(engine, decided.policy, row["person_id"], at=moment, known_at=moment)
        now = explain(engine, decided.policy, row["person_id"], at=moment, known_at=decided.known_at)
        if then.colour not in (None, Colour.GREEN) and now.colour is Colour.GREEN:
            yield _example("withdrawn-then", then)
            yield _example("withdrawn-now", now)
            return


def _green(engine: DuckDBEngine, decided: Decided, known: Known, at: datetime) -> Example | None:
    never = enrolments(decided.policy, known).anti_join(STORED_HITS, "person_id")
    for row in _some(engine, never):
        return _example("green", explain(engine, decided.policy, row["person_id"], at=at, known_at=decided.known_at))
    return None


def _some(engine: DuckDBEngine, table: ir.Table) -> list[dict[str, Any]]:
    """Return a few rows, of the same people for the same seed: their ids follow from the lake's key, and order nothing."""
    order = sorted(table.columns, key=lambda name: name == "person_id")
    rows: list[dict[str, Any]] = engine.rows(table.order_by(order).limit(_TRIED)).to_pylist()
    return rows


def _example(kind: str, seen: Explanation) -> Example:
    at, known_at = (f"{seen.policy.local(moment):%Y-%m-%dT%H:%M}" for moment in (seen.at, seen.known_at))
    return Example(kind=kind, person_id=seen.person_id, policy=seen.policy.name, at=at, known_at=known_at)
