"""Contacts in the store: exposures that tracing found are recorded, and taken back with the case; the codes of the contacts follow.

Contacts are many and are written together, as a delivery is: the facts, and that their people's codes are to be decided, in one
transaction. They flow to the lake as all that is recorded here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import ibis
import polars as pl
import psycopg
import pyarrow as pa

from fangxian.engine.compiled_once import compiled_once
from fangxian.engine.placeholders import fill, known_at_placeholder
from fangxian.facts import Diagnosis, Exposure, PersonFact, Withdrawal
from fangxian.facts.known import Known
from fangxian.store.copying import copy_in, copy_out
from fangxian.store.meeting_tables import around
from fangxian.store.new_facts import DELIVERY
from fangxian.trace.cases import standing_diagnoses
from fangxian.trace.contact_facts import SAME, change, exposures, withdrawals
from fangxian.trace.scheme import TraceScheme
from fangxian.trace.tracing import Traced

_STANDING: Final = ibis.schema(
    {
        "person_id": "string",
        "case_fact_id": "int64",
        "setting": "string",
        "contact_class": "string",
        "from_at": "timestamp(6)",
        "until_at": "timestamp(6)",
        "fact_id": "int64",
    }
)
_STANDS: Final = """
    facts.exposure AS fact WHERE case_fact_id = ANY(%s) AND source = ANY(%s) AND NOT EXISTS (
        SELECT FROM facts.withdrawal WHERE withdrawal.person_id = fact.person_id AND withdrawal.fact_type = 'exposure'
            AND withdrawn_fact_id = fact.fact_id AND (reason <> 'corrected' OR fact.known_at < withdrawal.known_at)
    )"""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written about the contacts of a case: the exposures that now stand and are new, and how many were taken back."""

    exposures: pa.Table
    withdrawn: pl.DataFrame


def write_contacts(connection: psycopg.Connection[Any], traced: Traced, *, source: str, at: datetime, event_id: UUID) -> Written:
    """Bring what stands of the traced cases, of a source, up to what was found; the event is already written in the transaction."""
    cases = traced.cases["case_fact_id"].to_pylist()
    found = change(traced, standing_exposures(connection, cases, [source]), known_at=at)
    added = exposures(found.added, source=source, known_at=at)
    _add(connection, {Exposure: added, Withdrawal: withdrawals(found.ended, source=source, known_at=at)}, event_id)
    return Written(exposures=added, withdrawn=found.ended)


def take_back(
    connection: psycopg.Connection[Any], case_fact_ids: Sequence[int], *, sources: Sequence[str], at: datetime, event_id: UUID
) -> pl.DataFrame:
    """Take back what stands of cases that turned out to be none; return it: the shape of `SAME`, and fact_id."""
    ended = []
    for source in sources:
        standing = standing_exposures(connection, case_fact_ids, [source])
        gone = withdrawals(standing, source=source, known_at=at, reason="case_excluded")
        _add(connection, {Withdrawal: gone}, event_id)
        ended.append(standing)
    return pl.concat(ended)


def standing_exposures(connection: psycopg.Connection[Any], case_fact_ids: Sequence[int], sources: Sequence[str]) -> pl.DataFrame:
    """Return the exposures by some diagnoses that nobody took back: the shape of `SAME`, and fact_id."""
    found = copy_out(connection, _STANDING, _STANDS, [list(case_fact_ids), list(sources)])
    return pl.DataFrame(found).select(*SAME, "fact_id").unique()


def no_case_any_more(
    connection: psycopg.Connection[Any], scheme: TraceScheme, cases: Sequence[tuple[str, int]], *, at: datetime
) -> list[int]:
    """Return which diagnoses of some cases, each a person and a diagnosis, do not stand: withdrawn, or suspicions that were excluded."""
    sql, schema = _standing_diagnoses(scheme.utc_offset)
    with around(connection, [person_id for person_id, _ in cases], [Diagnosis, Withdrawal]) as tables:
        standing = set(tables.rows_of(fill(sql, at), schema)["fact_id"].to_pylist())
    return [fact_id for _, fact_id in cases if fact_id not in standing]


@compiled_once
def _standing_diagnoses(utc_offset: Any) -> tuple[str, ibis.Schema]:
    expression = standing_diagnoses(Known(known_at_placeholder(), utc_offset)).select("fact_id")
    return str(ibis.to_sql(expression, dialect="postgres", pretty=False)), expression.schema()


def _add(connection: psycopg.Connection[Any], facts: Mapping[type[PersonFact], pa.Table], event_id: UUID) -> None:
    """Add facts about many people, whose codes are to be decided then."""
    for fact_type, table in facts.items():
        if not table.num_rows:
            continue
        rows = table.num_rows
        named = table.append_column("delivery_id", pa.repeat(DELIVERY, rows)).append_column("event_id", pa.repeat(str(event_id), rows))
        columns = [*fact_type.columns, "event_id"]
        copy_in(connection, f"facts.{fact_type.name}", named.select([name for name in columns if name in named.column_names]))
        people = sorted(set(table["person_id"].to_pylist()))
        # In order, and a row that stands takes our name: see `feeding`.
        connection.execute(
            "INSERT INTO code.pending SELECT person_id, %s::uuid FROM unnest(%s::uuid[]) AS person_id ORDER BY person_id "
            "ON CONFLICT (person_id) DO UPDATE SET event_id = excluded.event_id",
            [event_id, people],
        )
