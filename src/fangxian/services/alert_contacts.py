"""The scan that triggers: who was with somebody suspected or confirmed when a gate scanned them, and in the hours before.

A number is there within a second of the alert; an officer sees how near and how sure, and decides whether they are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import psycopg
import pyarrow as pa

from fangxian.facts import Text
from fangxian.services.contacts import PURPOSE, SCHEME, Confirmed, Preview, confirm, preview, tracing_of
from fangxian.services.living import Living
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import staff_event
from fangxian.store.alerts import Alert, Looked, alert_of, diagnosis_behind, keep_preview, not_looked_at, recent
from fangxian.store.contacts import no_case_any_more
from fangxian.store.store import Event
from fangxian.trace.compiled import Around
from fangxian.trace.contact_facts import OF_SCANS
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import Traced
from fangxian.work.permissions import Principal, check, role_for, visible_where
from fangxian.work.roles import Action, Role

LATELY: Final = timedelta(hours=24)
"""How long an alert stands on the page of its area after somebody has heard of it."""

_NO_CASE: Final = Text("此人已不在疑似或确诊之列。", "That person is no longer suspected or confirmed.")
_CASES: Final = pa.schema(
    [
        ("case_fact_id", pa.int64()),
        ("case_person_id", pa.string()),
        ("found_at", pa.timestamp("us")),
        ("basis", pa.string()),
        ("from_at", pa.timestamp("us")),
        ("until_at", pa.timestamp("us")),
    ]
)


@dataclass(frozen=True, kw_only=True, repr=False)
class AlertSeen:
    """An alert with whom it would tell, and the reference to confirm by."""

    alert: Alert
    preview: Preview
    reference: str


def look_at_new_alerts(living: Living) -> int:
    """Keep for every new alert how many people were there; return how many alerts that was. Who they are is kept nowhere."""
    with living.store.pool.connection() as connection:
        waiting = not_looked_at(connection)
    for alert in waiting:
        at = living.clock()
        event = Event(actor="system", role=Role.SYSTEM, purpose=PURPOSE, action="contacts_counted", person_id=alert.person_id)
        with living.store.transaction(event, at=at) as transaction:
            try:
                found = _preview(living, transaction.connection, alert, known_at=at)
                people, close = found.people, found.close
            except RefusedError:
                people = close = 0
            keep_preview(transaction, alert, people=people, close_people=close)
    return len(waiting)


def recent_alerts(living: Living, by: Principal) -> list[tuple[str, Looked]]:
    """Return the alerts of somebody's area of the last day, the newest first, each with its reference; the look is an event."""
    event = staff_event(by, "alerts_listed", purpose=PURPOSE, role=role_for(by, Action.TRACE_CASE))
    at = living.clock()
    with living.store.transaction(event, at=at) as transaction:
        found = recent(transaction.connection, since=at - LATELY, where=visible_where(by, Action.TRACE_CASE))
    named = [(each.alert.person_id, str(each.alert.gate_id), str(each.alert.scan_id), at.isoformat()) for each in found]
    return list(zip(refer(living, by, Named.SCAN, named), found, strict=True))


def open_alert(living: Living, by: Principal, reference: str) -> AlertSeen:
    """Return whom an alert would tell, as known now; the look is an event about whoever was scanned.

    Raises RefusedError where they are suspected no more, `Forbidden` outside one's area.
    """
    alert, _ = _meant(living, by, reference)
    role = check(by, Action.TRACE_CASE, region_code=alert.region_code)
    at = living.clock()
    event = staff_event(by, "contacts_previewed", purpose=PURPOSE, role=role, person_id=alert.person_id)
    with living.store.transaction(event, at=at) as transaction:
        found = _preview(living, transaction.connection, alert, known_at=at)
    (new,) = refer(living, by, Named.SCAN, [(alert.person_id, str(alert.gate_id), str(alert.scan_id), at.isoformat())])
    return AlertSeen(alert=alert, preview=found, reference=new)


def confirm_alert(living: Living, by: Principal, reference: str) -> Confirmed:
    """Write whom `open_alert` showed as exposed, and hand out a task about each close contact, in one action.

    Raises RefusedError where nobody is new, `Forbidden` outside one's area.
    """
    alert, known_at = _meant(living, by, reference)
    role = check(by, Action.CONFIRM_CONTACTS, region_code=alert.region_code)
    with living.store.together() as connection:
        case_fact_id = _diagnosis(living, connection, alert)
    find = partial(_find, alert=alert, case_fact_id=case_fact_id, known_at=known_at)
    about: dict[str, Any] = {"person_id": alert.person_id, "case_fact_id": case_fact_id, "region_code": alert.region_code}
    return confirm(living, by, find, role=role, source=OF_SCANS, **about)


def _meant(living: Living, by: Principal, reference: str) -> tuple[Alert, datetime]:
    person_id, gate_id, scan_id, known_at = meant(living, by, Named.SCAN, reference)
    with living.store.pool.connection() as connection:
        alert = alert_of(connection, person_id, UUID(gate_id), UUID(scan_id))
    if alert is None:
        raise RefusedError(_NO_CASE)
    return alert, datetime.fromisoformat(known_at)


def _preview(living: Living, connection: psycopg.Connection[Any], alert: Alert, *, known_at: datetime) -> Preview:
    find = partial(_find, alert=alert, case_fact_id=_diagnosis(living, connection, alert), known_at=known_at)
    return preview(connection, find, source=OF_SCANS, known_at=known_at)


def _diagnosis(living: Living, connection: psycopg.Connection[Any], alert: Alert) -> int:
    found = diagnosis_behind(connection, alert, policy=living.policy.name)
    if found is None or no_case_any_more(connection, trace_scheme(SCHEME), [(alert.person_id, found)], at=living.clock()):
        raise RefusedError(_NO_CASE)
    return found


def _find(around: Around, *, alert: Alert, case_fact_id: int, known_at: datetime) -> Traced:
    """Return who was with somebody from some hours before their scan until an instant, by the rules of gates."""
    tracing = tracing_of(SCHEME, of_gates=True).as_known(known_at)
    back = tracing.scheme.looks_back(alert.scanned_at) or timedelta()
    values = [case_fact_id, alert.person_id, alert.scanned_at, "scan", alert.scanned_at - back, known_at]
    case = pa.table([[value] for value in values], schema=_CASES)
    return tracing.met_by(around, case)
