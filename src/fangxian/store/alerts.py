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


@dataclass(frozen=True, kw_only=True)
class Looked:
    """An alert, how many people were found there when it rose (None: nobody has looked yet), and whether their telling was confirmed."""

    alert: Alert
    people: int | None
    close_people: int | None
    confirmed: bool


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
    return tuple(_alert(*row) for row in rows)


_AT_ITS_PLACE: Final = (
    # The visit of that instant, whoever has heard meanwhile: then the alert names their event.
    "gate.alert JOIN LATERAL (SELECT place_id, region_code FROM facts.gate_visit AS visit WHERE visit.person_id = alert.person_id "
    "AND visit.from_at = alert.scanned_at LIMIT 1) AS visit ON true "
    "LEFT JOIN (SELECT gate_id, place_name FROM gate.device) AS device USING (gate_id)"
)
_OF_ALERT: Final = (
    "alert.person_id, alert.gate_id, alert.scan_id, alert.rule, alert.scanned_at, visit.place_id, "
    "coalesce(place_name, visit.place_id), visit.region_code"
)


def not_looked_at(connection: psycopg.Connection[Any]) -> tuple[Alert, ...]:
    """Return the alerts of which nobody has looked yet who was there, the oldest first, at most `MOST`."""
    rows = connection.execute(
        f"SELECT {_OF_ALERT} FROM {_AT_ITS_PLACE} WHERE NOT EXISTS (SELECT FROM gate.alert_preview AS looked "
        "WHERE (looked.person_id, looked.gate_id, looked.scan_id) = (alert.person_id, alert.gate_id, alert.scan_id)) "
        f"ORDER BY alert.scanned_at, alert.scan_id LIMIT {MOST}"
    ).fetchall()
    return tuple(_alert(*row) for row in rows)


def recent(connection: psycopg.Connection[Any], *, since: datetime, where: sql.Composable) -> tuple[Looked, ...]:
    """Return the alerts since an instant, the newest first, at most `MOST`; `where` may speak of the gate's region."""
    rows = connection.execute(
        sql.SQL(
            f"SELECT {_OF_ALERT}, people, close_people, EXISTS (SELECT FROM work.traced_case AS traced "
            "WHERE traced.person_id = alert.person_id AND traced.source = 'trace-scan' AND traced.traced_at >= alert.scanned_at) "
            f"FROM {_AT_ITS_PLACE} LEFT JOIN gate.alert_preview USING (person_id, gate_id, scan_id) "
            "WHERE alert.scanned_at >= {} AND {} ORDER BY alert.scanned_at DESC, alert.scan_id LIMIT {}"
        ).format(sql.Literal(since), where, sql.Literal(MOST))
    ).fetchall()
    return tuple(
        Looked(alert=_alert(*row), people=people, close_people=close, confirmed=confirmed) for *row, people, close, confirmed in rows
    )


def alert_of(connection: psycopg.Connection[Any], person_id: str, gate_id: UUID, scan_id: UUID) -> Alert | None:
    """Return the alert of a scan, None where there is none."""
    row = connection.execute(
        f"SELECT {_OF_ALERT} FROM {_AT_ITS_PLACE} WHERE (alert.person_id, alert.gate_id, alert.scan_id) = (%s, %s, %s)",
        [UUID(person_id), gate_id, scan_id],
    ).fetchone()
    return _alert(*row) if row else None


def diagnosis_behind(connection: psycopg.Connection[Any], alert: Alert, *, policy: str) -> int | None:
    """Return the diagnosis because of which a scan alarmed; None where it stands no more."""
    row = connection.execute(
        "SELECT because[1] FROM code.hit WHERE person_id = %s AND policy = %s AND rule = %s AND from_at <= %s "
        "AND (until_at IS NULL OR until_at > %s) ORDER BY from_at LIMIT 1",
        [UUID(alert.person_id), policy, alert.rule, alert.scanned_at, alert.scanned_at],
    ).fetchone()
    return int(row[0]) if row else None


def keep_preview(transaction: Transaction, alert: Alert, *, people: int, close_people: int) -> None:
    """Keep how many people were found with an alert; who keeps it second changes nothing."""
    transaction.connection.execute(
        "INSERT INTO gate.alert_preview (person_id, gate_id, scan_id, found_at, people, close_people, event_id) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [UUID(alert.person_id), alert.gate_id, alert.scan_id, transaction.at, people, close_people, transaction.event.event_id],
    )


def _alert(person_id: UUID, *values: Any) -> Alert:
    names = ("gate_id", "scan_id", "rule", "scanned_at", "place_id", "place_name", "region_code")
    return Alert(person_id=person_id.hex, **dict(zip(names, values, strict=True)))


def keep_heard(transaction: Transaction, person_id: str, gate_id: UUID, scan_id: UUID) -> None:
    """Keep that somebody has heard of an alert, the first time; the transaction's event says who."""
    transaction.connection.execute(
        "UPDATE gate.alert SET heard_at = %s, event_id = %s WHERE (person_id, gate_id, scan_id) = (%s, %s, %s) AND heard_at IS NULL",
        [transaction.at, transaction.event.event_id, UUID(person_id), gate_id, scan_id],
    )
