"""Visitors of an organisation: who came through its entrance today and is not one of its people, to whom, why, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from fangxian.facts import Retention, Text, Workplace
from fangxian.services.living import Living
from fangxian.services.members import RETENTION, UNNAMED
from fangxian.services.opened import opened
from fangxian.services.own_people import NAMED, organisations_of
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import staff_event
from fangxian.store.scans import SOURCE
from fangxian.store.store import Transaction
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action
from fangxian.work.subject import standing

PURPOSE: Final = "visitors"
SEALED_WITH: Final = str(Retention.MOVEMENT)
HOST: Final = "visited"
MOST: Final = 200
"""How many visits are shown at once, the newest first."""

_GONE: Final = Text("没有这条来访记录，请重新打开名单。", "There is no such visit any more; open the list again.")


@dataclass(frozen=True, repr=False)
class Visitor:
    """Somebody who came today: `purpose` and `host` are None until they were registered, `left_at` until they left."""

    reference: str
    masked_name: str
    came_at: datetime
    passed: bool
    purpose: str | None
    host: str | None
    left_at: datetime | None


@dataclass(frozen=True)
class Came:
    """The scan that a reference of the list means, and the organisation at whose entrance it was."""

    person_id: str
    gate_id: UUID
    scan_id: UUID
    organisation_id: str


def visitors_today(living: Living, by: Principal) -> tuple[Visitor, ...]:
    """Return who came through the contact's entrances today, the newest first; each look is that person's event.

    Of whoever was scanned several times the newest scan is shown, until they were registered; then their visit is.
    """
    at, organisations = living.clock(), organisations_of(by)
    role = check(by, Action.REGISTER_VISITOR, organisation_id=organisations[0])
    event = staff_event(by, "visitors_seen", purpose=PURPOSE, role=role)
    values: dict[str, Any] = {
        "organisations": organisations,
        "at": at,
        "day": living.policy.starts(living.today(at)),
        "source": SOURCE,
        "most": MOST,
        "actor": event.actor,
        "role": event.role,
        "purpose": event.purpose,
        "action": event.action,
    }
    query = sql.SQL(_QUERY).format(workplace=standing(Workplace), named=NAMED)
    with living.store.transaction(event, at=at) as transaction:
        rows = transaction.connection.execute(query, values).fetchall()
    return _told(living, by, rows)


def let_out(living: Living, by: Principal, reference: str) -> None:
    """Record that a visitor left now. Raises RefusedError where they had left already, or were never registered."""
    came = came_of(living, by, reference)
    role = check(by, Action.REGISTER_VISITOR, organisation_id=came.organisation_id)
    event = staff_event(by, "visitor_left", purpose=PURPOSE, role=role, person_id=came.person_id)
    with living.store.transaction(event, at=living.clock()) as transaction:
        left = transaction.connection.execute(
            "UPDATE gate.visitor SET left_at = %s, event_id = %s "
            "WHERE person_id = %s AND gate_id = %s AND scan_id = %s AND left_at IS NULL",
            [transaction.at, event.event_id, UUID(came.person_id), came.gate_id, came.scan_id],
        )
        if left.rowcount != 1:
            raise RefusedError(_GONE)


def came_of(living: Living, by: Principal, reference: str) -> Came:
    """Return what a reference of the list means; raises RefusedError for one of another list."""
    match meant(living, by, Named.VISIT, reference):
        case (person_id, gate_id, scan_id, organisation_id):
            return Came(person_id, UUID(gate_id), UUID(scan_id), organisation_id)
    raise RefusedError(_GONE)


def visits_of(living: Living, transaction: Transaction, person_id: str) -> list[dict[str, Any]]:
    """Return the visits that were registered of a person, for that person: when, where, to whom, why."""
    rows = transaction.connection.execute(
        "SELECT host, place_id, came_at, left_at, purpose FROM gate.visitor WHERE person_id = %s ORDER BY came_at", [UUID(person_id)]
    ).fetchall()
    hosts = opened(living, [(UUID(person_id), row[0], f"{row[2]:%Y-%m}") for row in rows], retention=SEALED_WITH, field=HOST)
    return [
        {"place_id": place_id, "came_at": came_at, "left_at": left_at, "purpose": purpose, "host": host}
        for host, (_, place_id, came_at, left_at, purpose) in zip(hosts, rows, strict=True)
    ]


def _told(living: Living, by: Principal, rows: list[tuple[Any, ...]]) -> tuple[Visitor, ...]:
    """Return the visitors of the query's rows, with what was sealed of them opened."""
    months = [f"{row[4]:%Y-%m}" for row in rows]
    at_desk = opened(living, [(r[0], r[8], m) for r, m in zip(rows, months, strict=True)], retention=SEALED_WITH, field="masked_name")
    hosts = opened(living, [(r[0], r[7], m) for r, m in zip(rows, months, strict=True)], retention=SEALED_WITH, field=HOST)
    of_phones = opened(living, [(row[0], *row[10:12]) for row in rows], retention=RETENTION, field="masked_name")
    references = refer(living, by, Named.VISIT, [(row[0].hex, str(row[1]), str(row[2]), row[3]) for row in rows])
    return tuple(
        Visitor(reference, named or of_phone or UNNAMED, row[4], row[5] != "refused", row[6], host, row[9])
        for reference, named, of_phone, host, row in zip(references, at_desk, of_phones, hosts, rows, strict=True)
    )


_QUERY: Final = """
    WITH came AS (
        SELECT person_id, scan.gate_id, scan.scan_id, visit.place_id, visit.from_at AS came_at, visit.outcome,
               visitor.purpose, visitor.host, visitor.masked_name AS at_desk, left_at,
               max(CASE WHEN visitor.purpose IS NOT NULL THEN coalesce(left_at, 'infinity') END) OVER of_person AS covered_until,
               row_number() OVER (of_person ORDER BY visit.from_at DESC, scan.scan_id) AS newest
        FROM facts.gate_visit AS visit JOIN gate.scan AS scan USING (person_id, event_id)
             LEFT JOIN gate.visitor AS visitor USING (person_id, gate_id, scan_id)
        WHERE visit.place_id = ANY (%(organisations)s) AND source = %(source)s
          AND known_at >= %(day)s AND from_at BETWEEN %(day)s AND %(at)s
          AND NOT EXISTS (
              SELECT FROM {workplace} AS workplace
              WHERE workplace.person_id = visit.person_id AND organisation_id = ANY (%(organisations)s)
                AND workplace.from_at <= %(at)s AND (workplace.until_at IS NULL OR workplace.until_at > %(at)s))
        WINDOW of_person AS (PARTITION BY person_id)
    ), shown AS MATERIALIZED (
        SELECT * FROM came
        WHERE purpose IS NOT NULL OR newest = 1 AND (covered_until IS NULL OR covered_until < came_at)
        ORDER BY came_at DESC, person_id LIMIT %(most)s
    ), looked AS (
        INSERT INTO audit.event (person_id, event_id, at, actor, role, purpose, action, details)
        SELECT DISTINCT ON (person_id) person_id, gen_random_uuid(), %(at)s::timestamp, %(actor)s, %(role)s, %(purpose)s, %(action)s,
               jsonb_build_object('organisation_id', place_id)
        FROM shown
    )
    SELECT person_id, gate_id, scan_id, place_id, came_at, outcome, purpose, host, at_desk, left_at, named.masked_name, named.period
    FROM shown LEFT JOIN LATERAL ({named}) AS named ON true
    ORDER BY came_at DESC, person_id
"""
