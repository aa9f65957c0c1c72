"""What becomes of many tasks by itself: the late go to the supervisor, those whose reason fell away end. One statement and one event."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from fangxian.store.store import Event, Store
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action

_LATE: Final = "closed_at IS NULL AND state IN ('open', 'assigned') AND due_at <= %(at)s"
_WITHOUT_REASON: Final = """
    closed_at IS NULL AND EXISTS (
        SELECT FROM facts.withdrawal WHERE withdrawal.person_id = task.person_id AND withdrawal.fact_type = task.because_type
            AND withdrawal.withdrawn_fact_id = task.because_id AND withdrawal.known_at <= %(at)s AND withdrawal.reason <> 'corrected'
    )
    -- Whoever was near another case, too, is still to be isolated.
    AND NOT (because_type = 'exposure' AND EXISTS (
        SELECT FROM facts.exposure AS fact WHERE fact.person_id = task.person_id AND contact_class = 'close' AND NOT EXISTS (
            SELECT FROM facts.withdrawal WHERE withdrawal.person_id = fact.person_id AND withdrawal.fact_type = 'exposure'
                AND withdrawn_fact_id = fact.fact_id AND (reason <> 'corrected' OR fact.known_at < withdrawal.known_at)
        )
    ))
"""


def escalate_late_tasks(store: Store, by: Principal, *, at: datetime) -> int:
    """Put every task that was not done in time before the supervisor; return how many. Their deadlines stay, so they stay late."""
    role = check(by, Action.ESCALATE_TASKS)
    event = Event(actor=by.subject, role=role, purpose="deadline of tasks", action="tasks_escalated")
    return _move_all(store, event, "state = 'with_supervisor', referred = 'late'", _LATE, at)


def cancel_without_reason(store: Store, by: Principal, *, at: datetime) -> int:
    """Cancel every open task whose fact was withdrawn, as of a contact whose case was excluded; return how many.

    What was only corrected stands again in other words, and whoever is to be asked about it is still asked.
    """
    role = check(by, Action.HAND_OUT_TASKS)
    event = Event(actor=by.subject, role=role, purpose="reason of tasks", action="tasks_cancelled")
    return _move_all(store, event, "state = 'cancelled', referred = NULL, closed_at = %(at)s", _WITHOUT_REASON, at)


def _move_all(store: Store, event: Event, change: str, which: str, at: datetime) -> int:
    """Change every task of which a condition holds; where there is none, write nothing."""
    given: dict[str, datetime | UUID] = {"at": at, "event": event.event_id}
    with store.pool.connection() as connection:
        if not connection.execute(f"SELECT FROM work.task WHERE {which} LIMIT 1".encode(), given).rowcount:
            return 0
    with store.transaction(event, at=at) as transaction:
        return transaction.connection.execute(f"UPDATE work.task SET {change}, event_id = %(event)s WHERE {which}".encode(), given).rowcount
