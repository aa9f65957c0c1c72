"""Who must hear of a scan at once: alerts are kept until somebody has heard of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from fangxian.store.store import Transaction

MOST: Final = 200
"""How many alerts are read at once, the oldest first."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Somebody under a rule that rests on a diagnosis was scanned at a gate."""

    person_id: str
    gate_id: UUID
    scan_id: UUID
    rule: str
    scanned_at: datetime
    place_id: str
    place_name: str
    region_code: str


_EVERYWHERE: Final = sql.SQL("TRUE")


def unheard(connection: psycopg.Connection[Any], where: sql.Composable = _EVERYWHERE) -> tuple[Alert, ...]:
    """Return the alerts that nobody has heard of yet, the oldest first, at most `MOST`; `where` may speak of the gate's region."""
    rows = connection.execute(
        sql.SQL(
            # Nobody having heard of it, the alert still names the event of its visit; one that rose at a desk has no device.
            "SELECT person_id, gate_id, scan_id, rule, scanned_at, visit.place_id, coalesce(place_name, visit.place_id), "
            "visit.region_code FROM gate.alert JOIN facts.gate_visit AS visit USING (person_id, event_id) "
            "LEFT JOIN (SELECT gate_id, place_name FROM gate.device) AS device USING (gate_id) "
            "WHERE heard_at IS NULL AND {} ORDER BY scanned_at, scan_id LIMIT {}"
        ).format(where, sql.Literal(MOST))
    ).fetchall()
    names = ("gate_id", "scan_id", "rule", "scanned_at", "place_id", "place_name", "region_code")
    return tuple(Alert(person_id=person_id.hex, **dict(zip(names, values, strict=True))) for person_id, *values in rows)


def keep_heard(transaction: Transaction, person_id: str, gate_id: UUID, scan_id: UUID) -> None:
    """Keep that somebody has heard of an alert, the first time; the transaction's event says who."""
    transaction.connection.execute(
        "UPDATE gate.alert SET heard_at = %s, event_id = %s WHERE (person_id, gate_id, scan_id) = (%s, %s, %s) AND heard_at IS NULL",
        [transaction.at, transaction.event.event_id, UUID(person_id), gate_id, scan_id],
    )
