"""Recording scans of gates, many at once: the event, the visit and what it sets off, each scan once however often it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
import psycopg

from fangxian.code.hits import facts_read
from fangxian.code.rules.diagnosis import confirmed_case, suspected_case
from fangxian.facts import GateVisit, TemperatureReading
from fangxian.policy.policy import Policy
from fangxian.store.gate_devices import Device
from fangxian.store.store import NOBODY

SOURCE: Final = "gate"
"""The source of what our own gates record; agencies deliver the scans of theirs as `gate-scan`."""

NOT_ENROLLED: Final = "not_enrolled"
"""The outcome for papers of somebody who has no code."""

EMERGENCY: Final = "let an emergency through"
"""What the event of a scan says that was let through whatever the code."""

ALARMING: Final = (confirmed_case.name, suspected_case.name)
"""The rules that rest on a diagnosis: whoever is at a gate under one of them is told of at once."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One scan as it was judged: whose code it was (None where that is not known), when, the outcome, and what the gate did.

    `present` says that the person was there: a screenshot is an event about the person, and no visit.
    """

    device: Device
    scan_id: UUID
    person_id: str | None
    scanned_at: datetime
    outcome: str
    colour: str | None
    did: str
    present: bool
    emergency: str | None = None
    temperature_c: float | None = None
    event_id: UUID | None = None
    """The event that brings it, where the transaction has one about the person already; otherwise the scan is an event of its own."""


@dataclass(frozen=True)
class Recorded:
    """What stands in the store for a scan: the outcome and colour of the first time that it was sent, and whether it was let through."""

    outcome: str
    colour: str | None
    emergency: bool


_COLUMNS: Final = {
    "person_id": "uuid",
    "gate_id": "uuid",
    "scan_id": "uuid",
    "scanned_at": "timestamp",
    "outcome": "varchar",
    "colour": "varchar",
    "event_id": "uuid",
    "actor": "varchar",
    "action": "varchar",
    "details": "jsonb",
    "fact_id": "bigint",
    "did": "varchar",
    "present": "boolean",
    "place_id": "varchar",
    "region_code": "varchar",
    "temperature_c": "float8",
}

# One statement is one transaction, without a way there and back for each of its parts. They see one moment, and the triggers run at
# the end: the event is there when they look for it.
_RECORD: Final = f"""
    WITH incoming AS (
        SELECT * FROM json_to_recordset(%(scans)s) AS sent ({", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())})
    ), new AS (
        INSERT INTO gate.scan (person_id, gate_id, scan_id, scanned_at, outcome, colour, event_id, in_month)
        SELECT person_id, gate_id, scan_id, scanned_at, outcome, colour, event_id, date_trunc('month', scanned_at)::date FROM incoming
        -- Sent again, a scan is counted back to another instant, and where the device's clock was put right meanwhile, to another
        -- day: it may stand in the month before or after.
        WHERE (
            SELECT count(*) FROM gate.scan AS before
            WHERE (before.person_id, before.gate_id, before.scan_id) = (incoming.person_id, incoming.gate_id, incoming.scan_id)
                AND before.in_month = ANY(ARRAY[date_trunc('month', incoming.scanned_at) - interval '1 month',
                                         date_trunc('month', incoming.scanned_at) + interval '1 month']::date[])
        ) = 0
        ORDER BY person_id, gate_id, scan_id
        ON CONFLICT DO NOTHING RETURNING event_id
    ), event AS (
        INSERT INTO audit.event (person_id, event_id, at, actor, role, purpose, action, details)
        SELECT person_id, event_id, %(at)s, actor, 'gate', 'entry', action, details FROM incoming JOIN new USING (event_id)
        ON CONFLICT DO NOTHING
    ), known AS (
        SELECT incoming.* FROM incoming JOIN new USING (event_id) WHERE present AND person_id <> %(nobody)s
    ), visit AS (
        INSERT INTO facts.{GateVisit.name}
            (person_id, fact_id, known_at, source, delivery_id, from_at, region_code, place_id, outcome, event_id)
        SELECT person_id, fact_id, %(at)s, %(source)s, %(source)s, scanned_at, region_code, place_id, did, event_id FROM known
    ), reading AS (
        INSERT INTO facts.{TemperatureReading.name}
            (person_id, fact_id, known_at, source, delivery_id, from_at, temperature_c, site, place_id, event_id)
        SELECT person_id, fact_id, %(at)s, %(source)s, %(source)s, scanned_at, temperature_c, 'forehead', place_id, event_id
        FROM known WHERE temperature_c IS NOT NULL
    ), pending AS (
        INSERT INTO code.pending (person_id, event_id)
        SELECT DISTINCT ON (person_id) person_id, event_id FROM known
        WHERE %(visits_matter)s OR (%(temperatures_matter)s AND temperature_c IS NOT NULL) ORDER BY person_id
        -- Not DO NOTHING: whoever is deciding the person now has not seen these facts, and must be waited for.
        ON CONFLICT (person_id) DO UPDATE SET event_id = excluded.event_id
    ), alert AS (
        INSERT INTO gate.alert (person_id, gate_id, scan_id, rule, scanned_at, event_id)
        SELECT DISTINCT ON (person_id, gate_id, scan_id) person_id, gate_id, scan_id, rule, scanned_at, known.event_id
        FROM known JOIN code.hit USING (person_id)
        WHERE policy = %(policy)s AND rule = ANY(%(alarming)s) AND from_at <= scanned_at AND (until_at IS NULL OR until_at > scanned_at)
        ORDER BY person_id, gate_id, scan_id, rule
    )
    SELECT gate_id, scan_id, before.outcome, before.colour,
        EXISTS (SELECT FROM audit.event AS told WHERE told.person_id = incoming.person_id AND told.event_id = before.event_id
                AND action = '{EMERGENCY}')
    FROM incoming CROSS JOIN LATERAL (
        -- One by one, by the key: to join them would read a whole month, once there is a plan that was made while it was short.
        SELECT outcome, colour, event_id FROM gate.scan
        WHERE (scan.person_id, scan.gate_id, scan.scan_id) = (incoming.person_id, incoming.gate_id, incoming.scan_id) LIMIT 1
    ) AS before
    WHERE incoming.event_id NOT IN (SELECT event_id FROM new)
"""


def record_visits(
    connection: psycopg.Connection[Any], visits: Sequence[Visit], *, policy: Policy, at: datetime
) -> dict[tuple[UUID, UUID], Recorded]:
    """Record scans by one statement; return those that stood there already. Whose code must be decided again is pending then.

    Each scan is an event of its own about its person. A scan is the same when gate and scan id are; who sent it twice is told what
    was recorded the first time. Whoever is under a rule that alarms is an alert in the same transaction.
    """
    reads = facts_read(policy)
    rows = connection.execute(
        _RECORD,
        {
            "scans": _sent(visits),
            "at": at,
            "nobody": NOBODY,
            "source": SOURCE,
            "policy": policy.name,
            "alarming": list(ALARMING),
            "visits_matter": GateVisit.name in reads,
            "temperatures_matter": TemperatureReading.name in reads,
        },
    ).fetchall()
    return {(gate_id, scan_id): Recorded(*stood) for gate_id, scan_id, *stood in rows}


def _sent(visits: Sequence[Visit]) -> str:
    """Return scans as one document: an array for each column takes longer to write here than all of it to record there."""
    return orjson.dumps(
        [
            {
                "person_id": UUID(v.person_id) if v.person_id else NOBODY,
                "gate_id": v.device.gate_id,
                "scan_id": v.scan_id,
                "scanned_at": v.scanned_at,
                "outcome": v.outcome,
                "colour": v.colour,
                "event_id": v.event_id or uuid4(),
                "actor": f"gate {v.device.gate_id}",
                "action": EMERGENCY if v.emergency else "scan",
                "details": {"outcome": v.outcome} | ({"emergency": v.emergency} if v.emergency else {}),
                "fact_id": _fact_id(v.device.gate_id, v.scan_id),
                "did": v.did,
                "present": v.present,
                "place_id": v.device.place_id,
                "region_code": v.device.region_code,
                "temperature_c": v.temperature_c,
            }
            for v in visits
        ]
    ).decode()


def _fact_id(gate_id: UUID, scan_id: UUID) -> int:
    """Return the number of a scan's facts: the same however often it is sent."""
    return int.from_bytes(hashlib.md5(gate_id.bytes + scan_id.bytes, usedforsecurity=False).digest()[:8], "big") >> 1
