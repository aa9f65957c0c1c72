"""Contacts before anybody is told: how many, how near, how sure; then, once somebody signs, facts and tasks, in one action.

What is confirmed is what was shown: the instant of the preview is in its reference, and the same rules are asked again as known then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import ibis
import polars as pl
import psycopg
import pyarrow as pa

from fangxian.engine.compiled_once import compiled_once
from fangxian.facts import Text
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import staff_event
from fangxian.store.contacts import standing_exposures, write_contacts
from fangxian.store.copying import copy_out
from fangxian.store.meeting_tables import around
from fangxian.store.store import write_events
from fangxian.trace.compiled import Around
from fangxian.trace.contact_facts import change
from fangxian.trace.groups import Group, grouped, people_in
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import Traced, Tracing
from fangxian.work.handing_out import hand_out_in
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role
from fangxian.work.task import TaskKind

SCHEME: Final = "cn-2020"
"""The scheme by which the installation traces."""

PURPOSE: Final = "tracing"

# Where somebody lives is said more and less finely: the newest says in which county, and there the finest counts.
_HOMES: Final = """
    unnest(%s::uuid[]) AS asked (person_id) CROSS JOIN LATERAL (
        SELECT area_code FROM (
            SELECT area_code, from_at, first_value(left(area_code, 6)) OVER (ORDER BY order_of, from_at DESC) AS county FROM (
                SELECT CASE WHEN grid_code ~ '^[0-9]{12}$' THEN grid_code WHEN street_code ~ '^[0-9]{9}$' THEN street_code
                    ELSE region_code END AS area_code, 1 AS order_of, from_at
                FROM facts.residence AS fact WHERE fact.person_id = asked.person_id AND NOT EXISTS (
                    SELECT FROM facts.withdrawal WHERE withdrawal.person_id = fact.person_id AND withdrawal.fact_type = 'residence'
                        AND withdrawn_fact_id = fact.fact_id AND (reason <> 'corrected' OR fact.known_at < withdrawal.known_at)
                )
                UNION ALL SELECT region_code, 2, from_at FROM facts.enrolment WHERE enrolment.person_id = asked.person_id
            ) AS known WHERE area_code ~ '^[0-9]{6,}$'
        ) AS placed WHERE left(area_code, 6) = county ORDER BY length(area_code) DESC, from_at DESC LIMIT 1
    ) AS home"""
_HOME: Final = ibis.schema({"person_id": "string", "area_code": "string"})


@dataclass(frozen=True, kw_only=True, repr=False)
class Preview:
    """Who would be told, as known at an instant: numbers and kinds, and behind them the contacts. It has no printable form."""

    traced: Traced
    known_at: datetime
    groups: list[Group]
    people: int
    close: int
    recorded: bool
    """Whether all of it stands already, so that nothing is left to confirm."""


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """What a confirmation came to."""

    exposures: int
    withdrawn: int
    tasks: int


Find = Callable[[Around], Traced]
"""Finds contacts from the facts around people."""


@compiled_once
def tracing_of(scheme: str, *, of_gates: bool = False) -> Tracing:
    """Return a scheme's rules for the store, or those of gates alone; compiled once."""
    chosen = trace_scheme(scheme)
    return Tracing(chosen.of_gates() if of_gates else chosen, known_at=datetime(2020, 1, 1), dialect="postgres")


def preview(connection: psycopg.Connection[Any], find: Find, *, source: str, known_at: datetime) -> Preview:
    """Return who would be told, in a transaction: it writes nothing."""
    traced = find(partial(around, connection))
    people, close = people_in(traced.contacts)
    standing = standing_exposures(connection, traced.cases["case_fact_id"].to_pylist(), [source])
    return Preview(
        traced=traced,
        known_at=known_at,
        groups=grouped(traced.contacts),
        people=people,
        close=close,
        recorded=change(traced, standing, known_at=known_at).nothing,
    )


def confirm(
    living: Living, by: Principal, find: Find, *, role: Role, person_id: str, case_fact_id: int, source: str, region_code: str
) -> Confirmed:
    """Write the contacts of a case as facts and hand out a task about each close one, where they live, in one transaction.

    Codes follow by the ordinary rules. `region_code` is where a task goes about whose home nothing is known. Raises RefusedError where
    there is nobody to tell.
    """
    at = living.clock()
    expect_in_force(living, at)
    event = staff_event(by, "contacts_confirmed", purpose=PURPOSE, role=role, person_id=person_id)
    many = staff_event(by, "contacts_recorded", purpose=PURPOSE, role=role)
    with living.store.together() as connection:
        # One at a time: the second finds that all of it stands.
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 27))", [person_id])
        traced = find(partial(around, connection))
        write_events(connection, [event, many], at=at)
        written = write_contacts(connection, traced, source=source, at=at, event_id=many.event_id)
        if not written.exposures.num_rows and written.withdrawn.is_empty():
            raise RefusedError(NOTHING_NEW)
        to_do = _to_do(connection, written.exposures, region_code)
        handed = hand_out_in(connection, to_do, actor=by.subject, role=role, kind=TaskKind.ISOLATE_CONTACT, purpose=PURPOSE, at=at)
        connection.execute(
            "INSERT INTO work.traced_case (person_id, case_fact_id, source, traced_at, exposures, tasks, event_id) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [UUID(person_id), case_fact_id, source, at, written.exposures.num_rows, handed.tasks, event.event_id],
        )
    return Confirmed(exposures=written.exposures.num_rows, withdrawn=written.withdrawn.height, tasks=handed.tasks)


def _to_do(connection: psycopg.Connection[Any], exposures: pa.Table, region_code: str) -> pa.Table:
    """Return what is to be done about the close contacts: each at the finest area that is known of the home."""
    close = pl.DataFrame(exposures).filter(pl.col("contact_class") == "close").select("person_id", because_id="fact_id")
    homes = pl.DataFrame(copy_out(connection, _HOME, _HOMES, [close["person_id"].unique().to_list()]))
    placed = close.join(homes, on="person_id", how="left").with_columns(pl.col("area_code").fill_null(region_code))
    return placed.with_columns(because_type=pl.lit("exposure")).to_arrow()


NOTHING_NEW: Final = Text("没有新的接触者需要告知。", "There is nobody new to tell.")
