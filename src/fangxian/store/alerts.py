"""Who must hear of a scan at once: alerts are told as they are committed, and kept until somebody has heard of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
from psycopg import sql

from fangxian.store.scans import ALERT
from fangxian.store.store import Store

_LISTEN_FOR: Final = 1.0
"""Seconds after which a listener looks whether it has to end, and for alerts that it was not told of."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Somebody under a rule that rests on a diagnosis was scanned at a gate."""

    person_id: str
    gate_id: UUID
    scan_id: UUID
    rule: str
    scanned_at: datetime


def hear(store: Store, tell: Callable[[Alert], None], *, at: datetime) -> int:
    """Hand every alert that nobody has heard of yet to `tell`, and return how many.

    Two who hear share the alerts between them. An alert is heard when `tell` has returned and that is committed: who dies in
    between tells it again, under the same gate and scan.
    """
    with store.pool.connection() as connection, connection.transaction():
        rows = connection.execute(
            "SELECT replace(person_id::text, '-', ''), gate_id, scan_id, rule, scanned_at FROM gate.alert WHERE heard_at IS NULL "
            "ORDER BY scanned_at LIMIT 1000 FOR UPDATE SKIP LOCKED"
        ).fetchall()
        for person_id, gate_id, scan_id, rule, scanned_at in rows:
            tell(Alert(person_id=person_id, gate_id=gate_id, scan_id=scan_id, rule=rule, scanned_at=scanned_at))
        connection.execute(
            "UPDATE gate.alert SET heard_at = %s FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS heard (person_id, gate_id, scan_id) "
            "WHERE (alert.person_id, alert.gate_id, alert.scan_id) = (heard.person_id, heard.gate_id, heard.scan_id)",
            [at, [UUID(row[0]) for row in rows], [row[1] for row in rows], [row[2] for row in rows]],
        )
    return len(rows)


def follow_alerts(store: Store, tell: Callable[[Alert], None], *, clock: Callable[[], datetime], end: threading.Event) -> None:
    """Hand alerts to `tell` as they come, until `end` is set; a lost connection loses none."""
    while not end.is_set():
        try:
            with psycopg.connect(store.conninfo, autocommit=True) as listening:
                listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(ALERT)))
                while not end.is_set():
                    while hear(store, tell, at=clock()):
                        pass
                    next(listening.notifies(timeout=_LISTEN_FOR, stop_after=1), None)
        except psycopg.OperationalError:
            end.wait(0.2)
