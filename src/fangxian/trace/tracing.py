"""Tracing cases in a lake: compiled once for a scheme and a known time, then asked for some cases or for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.opening import Engine
from fangxian.engine.placeholders import known_at_placeholder
from fangxian.facts import Diagnosis
from fangxian.facts.known import Known, instant
from fangxian.trace.compiled import Around, Compiled, Everything
from fangxian.trace.contacts import all_cases, all_meetings, close_contacts, contacts, secondary_meetings
from fangxian.trace.rule import CLASSES
from fangxian.trace.scheme import TraceScheme

_CASES: Final = "traced_cases"
_MEETINGS: Final = "traced_meetings"
_CLOSE: Final = "traced_close_contacts"


@dataclass(frozen=True)
class Traced:
    """What tracing found: the cases, every meeting with one, and the contacts that follow, the likeliest to be ill first.

    Shapes: as `trace.cases.cases`, `trace.rule.meetings` and `trace.contacts.contacts` say. `secondary` says whether contacts of
    close contacts were looked for.
    """

    cases: pa.Table
    meetings: pa.Table
    contacts: pa.Table
    secondary: bool


class Tracing:
    """A scheme's rules, compiled for an engine: a second or two; then each case takes a part of one, as known at any instant."""

    def __init__(self, scheme: TraceScheme, *, known_at: datetime, secondary: bool = False, dialect: str = DuckDBEngine.dialect) -> None:
        """Compile the scheme's windows and rules for engines of a dialect, to be asked as known at `known_at` (UTC, without a zone).

        With `secondary` contacts of close contacts are looked for, too.
        """
        self.scheme, self.known_at = scheme, known_at
        known = Known(known_at_placeholder(), scheme.utc_offset)
        found = all_cases(scheme, known)
        cases = ibis.table(found.schema(), name=_CASES)
        met = all_meetings(scheme, known, cases)
        meetings = ibis.table(met.schema(), name=_MEETINGS)
        self._first = _Pass(_CASES, Compiled(found, dialect), Compiled(met, dialect))
        self._second: _Pass | None = None
        if secondary:
            close = close_contacts(known, cases, meetings)
            met_by_close = secondary_meetings(scheme, known, ibis.table(close.schema(), name=_CLOSE), meetings)
            self._second = _Pass(_CLOSE, Compiled(close, dialect), Compiled(met_by_close, dialect))
        self._sum_up = Compiled(contacts(scheme, meetings), dialect)

    def as_known(self, known_at: datetime) -> Self:
        """Return the same rules as known at another instant; nothing is compiled again."""
        other = copy(self)
        other.known_at = known_at
        return other

    def trace(self, engine: DuckDBEngine, person_ids: Sequence[str]) -> Traced:
        """Trace the people of `person_ids` who are cases, from the facts around them; whoever is none is left out."""
        return self.trace_around(engine.around, person_ids)

    def trace_all(self, engine: Engine) -> Traced:
        """Trace every case of a lake, from all of its facts."""
        return self.trace_around(lambda person_ids, fact_types: nullcontext(Everything(engine)), [])

    def trace_around(self, around: Around, person_ids: Sequence[str]) -> Traced:
        """Trace the people of `person_ids` who are cases, from the facts around them as `around` gives them."""
        cases, met = self._found(around, person_ids, self._first, {})
        if self._second:
            close = pc.unique(met.filter(pc.equal(met["contact_class"], "close"))["person_id"]).to_pylist()
            _, more = self._found(around, close, self._second, {_CASES: cases, _MEETINGS: met})
            met = pa.concat_tables([met, more])
        return self._summed_up(around, cases, met)

    def cases(self, around: Around, person_ids: Sequence[str]) -> pa.Table:
        """Return those of some people who are cases, without looking for whom they met: the shape of `trace.cases.cases`."""
        with around(person_ids, self._first.find.reads) as tables:
            return self._first.find.rows(tables, self.known_at)

    def met_by(self, around: Around, cases: pa.Table) -> Traced:
        """Return whom people met who are given as cases, in the shape of `trace.cases.cases`: each in the time that is given."""
        with around(cases["case_person_id"].to_pylist(), self._first.meet.reads) as tables:
            tables.widen(cases)
            tables.register(_CASES, cases)
            met = self._first.meet.rows(tables, self.known_at)
        return self._summed_up(around, cases, met)

    def _summed_up(self, around: Around, cases: pa.Table, met: pa.Table) -> Traced:
        with around([], ()) as tables:
            tables.register(_MEETINGS, met)
            return Traced(cases, met, in_order(self._sum_up.rows(tables, self.known_at)), self._second is not None)

    def _found(self, around: Around, person_ids: Sequence[str], each: _Pass, given: Mapping[str, pa.Table]) -> tuple[pa.Table, pa.Table]:
        """Return who of some people may have infected others, and whom they met; `given` was found before."""
        with around(person_ids, each.find.reads | each.meet.reads) as tables:
            for name, table in given.items():
                tables.register(name, table)
            of = each.find.rows(tables, self.known_at)
            tables.widen(of)
            tables.register(each.name, of)
            return of, each.meet.rows(tables, self.known_at)


@dataclass(frozen=True)
class _Pass:
    """One round of looking: who may have infected others (under `name`), and whom they met."""

    name: str
    find: Compiled
    meet: Compiled


def diagnosed(engine: Engine, *, known_at: datetime) -> list[str]:
    """Return everybody about whom a diagnosis was known at an instant, whatever it said and whether it stands, in order."""
    diagnoses = Diagnosis.table()
    known = diagnoses.filter(diagnoses.known_at <= instant(known_at)).select("person_id").distinct()
    return sorted(engine.rows(known)["person_id"].to_pylist())


def in_order(contacts: pa.Table) -> pa.Table:
    """Return contacts in the order in which they should be looked for: close ones first, the likeliest to be ill first."""
    graveness = pc.index_in(contacts["contact_class"], pa.array(CLASSES))
    by = [("graveness", "ascending"), ("attack_percent", "descending"), ("minutes", "descending")]
    by += [(name, "ascending") for name in ("case_person_id", "case_fact_id", "person_id", "setting")]
    return contacts.append_column("graveness", graveness).sort_by(by).drop_columns("graveness")
