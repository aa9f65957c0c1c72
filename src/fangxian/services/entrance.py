"""The day's check at an organisation's entrance: who of its people who let it see their colour was there today, and who was not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from fangxian.facts import Text
from fangxian.facts.health import BODY_TEMPERATURE
from fangxian.policy.colour import Colour
from fangxian.services.at_desk import AtDesk, record_at_desk
from fangxian.services.living import Living
from fangxian.services.members import RETENTION, UNNAMED
from fangxian.services.opened import opened
from fangxian.services.own_people import MOST, NAMED, PURPOSE, consenting, organisations_of
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.services.staff import staff_event
from fangxian.store.recording import hold_person
from fangxian.store.scans import SOURCE
from fangxian.store.store import Transaction
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action

_CHECK: Final = "daily check"
_CHECKED: Final = "checked_at_entrance"
_ONE_CHECK: Final = timedelta(minutes=1)
_NOT_OURS: Final = Text(
    "此人此刻不在本单位同意查看的人员之列，请重新打开名单。", "This person is no longer among those who let us see it; open the list again."
)


@dataclass(frozen=True, repr=False)
class Checked:
    """Somebody's newest check of the day: when, the colour that it found (None without a code), whether they passed."""

    at: datetime
    colour: Colour | None
    passed: bool
    temperature_c: float | None
    """The newest reading of the day, whichever check took it."""


@dataclass(frozen=True, repr=False)
class OfTheDay:
    """One of the organisation's people, how to name them to us, and their check; None where there was none today."""

    reference: str
    masked_name: str
    checked: Checked | None


def entrance_today(living: Living, by: Principal) -> tuple[OfTheDay, ...]:
    """Return the people of the contact's organisations who let it see them, those not yet checked first.

    Each look is that person's event.
    """
    at, organisations = living.clock(), organisations_of(by)
    role = check(by, Action.DAILY_CHECK_AT_ENTRANCE, organisation_id=organisations[0])
    event = staff_event(by, "entrance_seen", purpose=_CHECK, role=role)
    values: dict[str, Any] = {
        "organisations": organisations,
        "purpose": PURPOSE,
        "at": at,
        "day": living.policy.starts(living.today(at)),
        "source": SOURCE,
        "most": MOST,
        "actor": event.actor,
        "role": event.role,
        "audited": event.purpose,
        "action": event.action,
    }
    query = sql.SQL(_QUERY).format(consenting=consenting(), named=NAMED)
    with living.store.transaction(event, at=at) as transaction:
        rows = transaction.connection.execute(query, values).fetchall()
    names = opened(living, [(row[0], *row[2:4]) for row in rows], retention=RETENTION, field="masked_name")
    references = refer(living, by, Named.OWN_PERSON, [(row[0].hex, row[1]) for row in rows])
    return tuple(
        OfTheDay(reference, name or UNNAMED, _checked(*row[4:])) for reference, name, row in zip(references, names, rows, strict=True)
    )


def check_by_hand(living: Living, by: Principal, reference: str, temperature_c: float | None) -> AtDesk:
    """Record that one of the own people was seen at the entrance, with their temperature if it was taken.

    What is sent twice within a minute is one check. Raises RefusedError for somebody who does not work there any more, or does not let
    it see them.
    """
    person_id, organisation_id = _named(living, by, reference)
    role = check(by, Action.DAILY_CHECK_AT_ENTRANCE, organisation_id=organisation_id)
    low, high = BODY_TEMPERATURE
    if temperature_c is not None and not low <= temperature_c <= high:
        raise BadAnswerError(
            {"temperature_c": Text(f"体温须在 {low:g} 到 {high:g} °C 之间。", f"A temperature is between {low:g} and {high:g} °C.")}
        )
    event = staff_event(by, _CHECKED, purpose=_CHECK, role=role, person_id=person_id)
    with living.store.transaction(event, at=living.clock()) as transaction:
        hold_person(transaction)
        who = {"organisations": [organisation_id], "purpose": PURPOSE, "at": transaction.at, "person": UUID(person_id)}
        if not transaction.connection.execute(consenting(among="person_id = %(person)s"), who).fetchall():
            raise RefusedError(_NOT_OURS)
        if found := _just_checked(transaction, organisation_id, temperature_c):
            return found
        return record_at_desk(living, transaction, organisation_id, temperature_c=temperature_c)


def _just_checked(transaction: Transaction, organisation_id: str, temperature_c: float | None) -> AtDesk | None:
    """Return the check of the event's person by hand that was recorded here a moment ago with the same reading, None where none was."""
    row = transaction.connection.execute(
        "SELECT scan.gate_id, scan.scan_id, scan.colour, visit.outcome FROM facts.gate_visit AS visit "
        "JOIN gate.scan AS scan USING (person_id, event_id) JOIN audit.event AS event USING (person_id, event_id) "
        "LEFT JOIN facts.temperature_reading AS reading USING (person_id, event_id) "
        "WHERE visit.person_id = %s AND visit.place_id = %s AND visit.known_at > %s AND event.action = %s "
        "AND reading.temperature_c IS NOT DISTINCT FROM %s::float8 ORDER BY visit.known_at DESC LIMIT 1",
        [UUID(transaction.event.person_id), organisation_id, transaction.at - _ONE_CHECK, _CHECKED, temperature_c],
    ).fetchone()
    return AtDesk(row[0], row[1], Colour(row[2]) if row[2] else None, row[3] != "refused") if row else None


def _named(living: Living, by: Principal, reference: str) -> tuple[str, str]:
    match meant(living, by, Named.OWN_PERSON, reference):
        case (person_id, organisation_id):
            return person_id, organisation_id
    raise RefusedError(_NOT_OURS)


def _checked(at: datetime | None, colour: str | None, did: str | None, temperature_c: float | None) -> Checked | None:
    return Checked(at, Colour(colour) if colour else None, did != "refused", temperature_c) if at else None


# What was known before the day began did not happen today: only the newest partitions are read.
_QUERY: Final = """
    WITH mine AS ({consenting}), shown AS MATERIALIZED (
        SELECT person_id, organisation_id, newest.* FROM mine LEFT JOIN LATERAL (
            SELECT scan.scanned_at, scan.colour, visit.outcome, (
                SELECT temperature_c FROM facts.temperature_reading AS reading
                WHERE reading.person_id = mine.person_id AND place_id = ANY (%(organisations)s) AND source = %(source)s
                  AND known_at >= %(day)s AND from_at BETWEEN %(day)s AND %(at)s
                ORDER BY from_at DESC LIMIT 1
            ) AS temperature_c
            FROM facts.gate_visit AS visit JOIN gate.scan AS scan USING (person_id, event_id)
            WHERE visit.person_id = mine.person_id AND place_id = ANY (%(organisations)s) AND source = %(source)s
              AND known_at >= %(day)s AND from_at BETWEEN %(day)s AND %(at)s
            ORDER BY from_at DESC LIMIT 1
        ) AS newest ON true
        ORDER BY scanned_at IS NOT NULL, scanned_at DESC, person_id LIMIT %(most)s
    ), looked AS (
        INSERT INTO audit.event (person_id, event_id, at, actor, role, purpose, action, details)
        SELECT person_id, gen_random_uuid(), %(at)s, %(actor)s, %(role)s, %(audited)s, %(action)s,
               jsonb_build_object('organisation_id', organisation_id)
        FROM shown
    )
    SELECT person_id, organisation_id, named.masked_name, named.period, scanned_at, colour, outcome, temperature_c
    FROM shown LEFT JOIN LATERAL ({named}) AS named ON true
    ORDER BY scanned_at IS NOT NULL, scanned_at DESC, person_id
"""
