"""Settling a knock that came too late: a supervisor takes it as the outcome all the same, or sets it aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from fangxian.facts import Text
from fangxian.policy.policy import Policy
from fangxian.store.recording import hold_person
from fangxian.store.store import Store, Transaction
from fangxian.work.moving import move_event
from fangxian.work.permissions import Principal, check
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action
from fangxian.work.task import Task
from fangxian.work.task_rows import read_task
from fangxian.work.visit import Outcome, Visit
from fangxian.work.visiting import follow

_NONE: Final = Text("没有这条晚到的记录，请刷新。", "There is no such knock that came too late; load the page again.")
_SETTLED: Final = Text("此记录已有人处理，请刷新。", "Somebody settled this knock already; load the page again.")
_CLOSED: Final = Text("任务已结束，此记录只能搁置。", "The task is closed: this knock can only be set aside.")


def settle_knock(
    store: Store, by: Principal, *, person_id: str, visit_id: UUID, accept: bool, policies: Sequence[Policy], at: datetime
) -> None:
    """Take a knock that came too late as the outcome of its task, or set it aside; in one transaction with one event.

    Taken, it does to the task and the person what it would have done in time, by the task as it is now. Raises RefusedError where it
    was settled, where it did not come too late, and where it is to be taken for a task that is closed; Forbidden outside one's area.
    """
    with store.pool.connection() as connection:
        task_id, visit = _read(connection, person_id, visit_id)
        task = read_task(connection, person_id, task_id)
    role = check(by, Action.SETTLE_KNOCK, region_code=task.area_code)
    action = "knock_accepted" if accept else "knock_set_aside"
    event = move_event(by, role, action, task, visit_id=visit_id, outcome=visit.outcome)
    with store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        task = read_task(transaction.connection, person_id, task_id, hold=True)
        _keep(transaction, task, visit, accept=accept)
        if accept and task.state.closed:
            raise RefusedError(_CLOSED)
        if accept:
            follow(transaction, task, visit, policies)


def _read(connection: psycopg.Connection[Any], person_id: str, visit_id: UUID) -> tuple[UUID, Visit]:
    """Return the task and the knock, as far as it is kept open: where somebody moved to is in the worker's words alone."""
    row = connection.execute(
        "SELECT task_id, at, outcome FROM work.visit WHERE person_id = %s AND visit_id = %s AND conflict IS NOT NULL",
        [UUID(person_id), visit_id],
    ).fetchone()
    if row is None:
        raise RefusedError(_NONE)
    return row[0], Visit(visit_id=visit_id, at=row[1], outcome=Outcome(row[2]))


def _keep(transaction: Transaction, task: Task, visit: Visit, *, accept: bool) -> None:
    kept = transaction.connection.execute(
        "INSERT INTO work.settled_knock (person_id, visit_id, task_id, area_code, at, accepted, event_id) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [UUID(task.person_id), visit.visit_id, task.task_id, task.area_code, transaction.at, accept, transaction.event.event_id],
    )
    if not kept.rowcount:
        raise RefusedError(_SETTLED)
