"""The moves of one task: taken, given, handed back or up, passed on, closed. Each is one transaction with one event about the person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from fangxian.facts import Text
from fangxian.policy.regions import region_name
from fangxian.store.recording import hold_person
from fangxian.store.store import Event, Store, Transaction
from fangxian.work.parameters import task_due_within
from fangxian.work.permissions import Principal
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Role
from fangxian.work.shift import expect_room
from fangxian.work.task import Referred, Task, TaskState
from fangxian.work.task_rows import move, open_elsewhere, read_task, role_to_move

PURPOSE: Final = "grid work"

_NO_SUCH_AREA: Final = Text("没有这个区划代码：请填 6、9 或 12 位。", "There is no such area: give its code of 6, 9 or 12 digits.")
_SAME_AREA: Final = Text("任务已在该辖区。", "The task is in that area already.")


def give_task(store: Store, by: Principal, *, person_id: str, task_id: UUID, to: str, at: datetime) -> None:
    """Give a task to a worker: oneself, a colleague, or whom the supervisor names.

    Raises RefusedError where the worker is not at work in its street or carries a whole day's load.
    """
    with _moving(store, by, person_id, task_id, TaskState.ASSIGNED, "task_given", at, given_to=to) as (transaction, task):
        if task.worker == to and task.state is TaskState.ASSIGNED:
            raise RefusedError(Text("任务已在此人手中。", "The task is with them already."))
        expect_room(transaction.connection, to, task.area_code, at=at)
        move(transaction, task, TaskState.ASSIGNED, worker=to)


def hand_back(store: Store, by: Principal, *, person_id: str, task_id: UUID, at: datetime) -> None:
    """Give a task back, for anybody of the area to take."""
    with _moving(store, by, person_id, task_id, TaskState.OPEN, "task_handed_back", at) as (transaction, task):
        move(transaction, task, TaskState.OPEN)


def hand_up(store: Store, by: Principal, *, person_id: str, task_id: UUID, at: datetime) -> None:
    """Put a task before the supervisor."""
    with _moving(store, by, person_id, task_id, TaskState.WITH_SUPERVISOR, "task_handed_up", at) as (transaction, task):
        move(transaction, task, TaskState.WITH_SUPERVISOR, referred=Referred.HANDED_UP)


def close_task(store: Store, by: Principal, *, person_id: str, task_id: UUID, done: bool, at: datetime) -> None:
    """Close a task that came to the supervisor: done, or cancelled as there is nothing to do."""
    to = TaskState.DONE if done else TaskState.CANCELLED
    with _moving(store, by, person_id, task_id, to, "task_closed" if done else "task_cancelled", at) as (transaction, task):
        move(transaction, task, to)


def pass_on(store: Store, by: Principal, *, person_id: str, task_id: UUID, area_code: str, at: datetime) -> UUID:
    """Close a task here and open it in another area, with the time that one of its kind has; return the new task's id."""
    with _moving(store, by, person_id, task_id, TaskState.PASSED_ON, "task_passed_on", at, area_code=area_code) as (transaction, task):
        return passed_on(transaction, task, area_code)


def passed_on(transaction: Transaction, task: Task, area_code: str) -> UUID:
    """Do what `pass_on` does in a transaction that writes something else too."""
    expect_area(area_code)
    if area_code == task.area_code:
        raise RefusedError(_SAME_AREA)
    task_id = uuid4()
    move(transaction, task, TaskState.PASSED_ON)
    open_elsewhere(transaction, task, area_code, task_id=task_id, due_at=transaction.at + task_due_within(task.kind, transaction.at.date()))
    return task_id


def expect_area(area_code: str) -> None:
    """Raise RefusedError for what is no code of a county, street or grid."""
    if not (area_code.isascii() and area_code.isdigit() and len(area_code) in (6, 9, 12) and region_name(area_code[:6])):
        raise RefusedError(_NO_SUCH_AREA)


def move_event(by: Principal, role: Role, action: str, task: Task, **details: Any) -> Event:
    """Return the event of something that is done with a task."""
    told = {"task_id": str(task.task_id)} | {name: str(value) for name, value in details.items()}
    return Event(actor=by.subject, role=role, purpose=PURPOSE, action=action, person_id=task.person_id, details=told)


@contextmanager
def _moving(
    store: Store, by: Principal, person_id: str, task_id: UUID, to: TaskState, action: str, at: datetime, **details: Any
) -> Iterator[tuple[Transaction, Task]]:
    """Give the transaction of a move and the task as it stands, once it may be made."""
    with store.pool.connection() as connection:
        task = read_task(connection, person_id, task_id)
    event = move_event(by, role_to_move(by, task, to), action, task, **details)
    with store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        yield transaction, task
