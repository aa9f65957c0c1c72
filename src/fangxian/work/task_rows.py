"""Reading tasks, and moving one: as it was read, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from fangxian.facts import Text
from fangxian.store.store import Transaction
from fangxian.work.permissions import Forbidden, Principal, check
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action, Role
from fangxian.work.task import Referred, Task, TaskKind, TaskState, actions_for, no_such_move

COLUMNS: Final = (
    "replace(person_id::text, '-', ''), task_id, kind, area_code, because_type, because_id, opened_at, due_at, state, worker, referred"
)
"""What `task_from` reads, in this order."""

_NONE: Final = Text("没有这项任务，请刷新列表。", "There is no such task; load the list again.")
_MOVED: Final = Text("此任务刚被他人办理，请刷新。", "Somebody moved this task meanwhile; load the list again.")


def task_from(row: Sequence[Any]) -> Task:
    """Return the task of a row of `COLUMNS`."""
    person_id, task_id, kind, area_code, because_type, because_id, opened_at, due_at, state, worker, referred = row
    return Task(
        person_id=person_id,
        task_id=task_id,
        kind=TaskKind(kind),
        area_code=area_code,
        because_type=because_type,
        because_id=because_id,
        opened_at=opened_at,
        due_at=due_at,
        state=TaskState(state),
        worker=worker,
        referred=Referred(referred) if referred else None,
    )


def read_task(connection: psycopg.Connection[Any], person_id: str, task_id: UUID, *, hold: bool = False) -> Task:
    """Return a task, and with `hold` let nobody move it before the transaction ends. Raises RefusedError where there is none."""
    query = f"SELECT {COLUMNS} FROM work.task WHERE person_id = %s AND task_id = %s" + (" FOR UPDATE" if hold else "")
    row = connection.execute(query.encode(), [UUID(person_id), task_id]).fetchone()
    if row is None:
        raise RefusedError(_NONE)
    return task_from(row)


def root_of(connection: psycopg.Connection[Any], keys: Sequence[tuple[UUID, UUID]]) -> bytes | None:
    """Return the Merkle root over the tasks of some keys, each a person's and a task's id, in the order of both; None over none."""
    row = connection.execute(_ROOT, [[key[0] for key in keys], [key[1] for key in keys]]).fetchone()
    return bytes(row[0]) if row and row[0] else None


def role_to_move(by: Principal, task: Task, to: TaskState) -> Role:
    """Return the role under which somebody moves a task to a state.

    A worker moves the tasks that are with them, or with nobody; by settling a knock nobody moves a task at will. Raises RefusedError
    where there is no such move, Forbidden where it is not theirs.
    """
    refused: Forbidden | None = None
    for action in actions_for(task, to):
        if action is Action.SETTLE_KNOCK:
            continue
        try:
            role = check(by, action, region_code=task.area_code)
        except Forbidden as error:
            refused = error
        else:
            if role is not Role.GRID_WORKER or task.worker in (None, by.subject):
                return role
            refused = Forbidden(Text("这项任务在别的网格员手中。", "This task is with another worker."))
    raise refused or no_such_move(task, to)


def move(transaction: Transaction, task: Task, to: TaskState, *, worker: str | None = None, referred: Referred | None = None) -> None:
    """Move a task as it was read. Raises RefusedError where somebody moved it meanwhile."""
    moved = transaction.connection.execute(
        "UPDATE work.task SET state = %s, worker = %s, referred = %s, closed_at = %s, event_id = %s "
        "WHERE person_id = %s AND task_id = %s AND state = %s AND worker IS NOT DISTINCT FROM %s",
        [
            str(to),
            worker or (None if to is TaskState.OPEN else task.worker),
            str(referred) if referred else None,
            transaction.at if to.closed else None,
            transaction.event.event_id,
            UUID(task.person_id),
            task.task_id,
            str(task.state),
            task.worker,
        ],
    )
    if not moved.rowcount:
        raise RefusedError(_MOVED)


def open_elsewhere(transaction: Transaction, task: Task, area_code: str, *, task_id: UUID, due_at: datetime) -> None:
    """Open a task like a closed one in another area: where somebody moved, nobody knows of it yet."""
    transaction.connection.execute(
        "INSERT INTO work.task (person_id, task_id, kind, area_code, because_type, because_id, opened_at, due_at, state, event_id) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'open', %s)",
        [
            UUID(task.person_id),
            task_id,
            str(task.kind),
            area_code,
            task.because_type,
            task.because_id,
            transaction.at,
            due_at,
            transaction.event.event_id,
        ],
    )


_ROOT: Final = """
    SELECT work.merkle_root(array_agg(work.leaf_of(task) ORDER BY person_id, task_id))
    FROM work.task JOIN unnest(%s::uuid[], %s::uuid[]) AS given (person_id, task_id) USING (person_id, task_id)
"""
