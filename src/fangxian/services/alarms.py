"""Alerts of gates: an alarm of one's own hears of each by itself; without one they stand on a page until an officer has heard."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from fangxian.services.living import Living
from fangxian.services.references import Named, meant, refer
from fangxian.services.staff import staff_event
from fangxian.services.upkeep import Chore
from fangxian.store.alerts import Alert, keep_heard, unheard
from fangxian.store.store import Event
from fangxian.work.permissions import Principal, check, role_for, visible_where
from fangxian.work.roles import Action, Role

log = logging.getLogger(__name__)
_PURPOSE: Final = "alert of a gate"


class Alarm(Protocol):
    """Brings alerts to whoever is on duty: a plug, to be named to `fangxian serve`."""

    def tell(self, alert: Alert) -> None:
        """Return once somebody has heard of it; raise where nobody did, and it is told again. A repeat has the same gate and scan."""


def alarms(living: Living, alarm: Alarm | None) -> Iterator[Chore]:
    """Yield what is done about alerts by itself: the alarm, where there is one, hears of each, and the log says how many wait."""
    if alarm:
        yield Chore("tell of alerts", timedelta(seconds=1), lambda: tell_alerts(living, alarm))
    yield Chore("say that alerts wait", timedelta(minutes=1), lambda: _say(living))


def tell_alerts(living: Living, alarm: Alarm) -> int:
    """Hand every alert that nobody has heard of to an alarm, and return how many it heard. Raises its last error once all were tried.

    Each is kept as heard when the alarm has returned: who dies in between tells it again. No transaction is open meanwhile: one
    that waits for somebody's network would hold back the seal.
    """
    with living.store.pool.connection() as connection:
        waiting = unheard(connection)
    failed: Exception | None = None
    for alert in waiting:
        try:
            alarm.tell(alert)
        except Exception as error:
            # An alarm is somebody else's program: whatever it raises, the next are told.
            failed = error
        else:
            told = Event(actor="system", role=Role.SYSTEM, purpose=_PURPOSE, action="alert_told", person_id=alert.person_id)
            _keep(living, told, alert.gate_id, alert.scan_id)
    if failed:
        raise failed
    return len(waiting)


def waiting_alerts(living: Living, by: Principal) -> list[tuple[str, Alert]]:
    """Return the alerts of somebody's area that nobody has heard of, the oldest first, each with its reference; the look is an event."""
    event = staff_event(by, "alerts_listed", purpose=_PURPOSE, role=role_for(by, Action.HEAR_ALERT))
    with living.store.transaction(event, at=living.clock()) as transaction:
        found = unheard(transaction.connection, visible_where(by, Action.HEAR_ALERT))
    named = [(alert.person_id, str(alert.gate_id), str(alert.scan_id), alert.region_code) for alert in found]
    return list(zip(refer(living, by, Named.ALERT, named), found, strict=True))


def hear_alert(living: Living, by: Principal, reference: str) -> None:
    """Keep that somebody has heard of an alert and sees to it; hearing it again changes nothing."""
    person_id, gate_id, scan_id, region_code = meant(living, by, Named.ALERT, reference)
    role = check(by, Action.HEAR_ALERT, region_code=region_code)
    heard = staff_event(by, "alert_heard", purpose=_PURPOSE, role=role, person_id=person_id)
    _keep(living, heard, UUID(gate_id), UUID(scan_id))


def _keep(living: Living, event: Event, gate_id: UUID, scan_id: UUID) -> None:
    assert event.person_id is not None  # noqa: S101  (an alert is about one person)
    with living.store.transaction(event, at=living.clock()) as transaction:
        keep_heard(transaction, event.person_id, gate_id, scan_id)


def _say(living: Living) -> None:
    """Say in the log that alerts wait, and nothing of whom they are about."""
    with living.store.pool.connection() as connection:
        waiting = unheard(connection)
    if waiting:
        log.warning("%d alerts of gates wait for somebody to hear of them, on the page /staff/alerts", len(waiting))
