"""A worker's round: the tasks in their hand, handed to one phone by one event with the Merkle root of exactly these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from fangxian.store.reaching import Reach, reaches_of
from fangxian.store.store import Event, Store, Transaction, write_events
from fangxian.vault.vault import Vault
from fangxian.work.permissions import Principal, role_for
from fangxian.work.roles import Action
from fangxian.work.task import Task
from fangxian.work.task_rows import COLUMNS, root_of, task_from


@dataclass(frozen=True, kw_only=True, repr=False)
class Stop:
    """One door of a round: the task, how the person is reached as far as a source said, and how often nobody was there."""

    task: Task
    reach: Reach | None
    knocks: int


def fetch_round(store: Store, vault: Vault, by: Principal, phone_id: UUID, *, at: datetime) -> list[Stop]:
    """Return the tasks in a worker's hand, the most urgent first, and keep that they were handed to a phone.

    One event for all of them carries their Merkle root; a step of each task names it, so that the person can see who was told.
    """
    role = role_for(by, Action.WORK_ON_TASK)
    with store.together() as connection:
        rows = connection.execute(_MINE, [by.subject]).fetchall()
        tasks = [task_from(row[:11]) for row in rows]
        keys = [(UUID(task.person_id), task.task_id) for task in tasks]
        root = root_of(connection, keys)
        details = {"tasks": len(tasks), "phone_id": str(phone_id), "merkle_root": root.hex() if root else ""}
        event = Event(actor=by.subject, role=role, purpose="grid work", action="tasks_shown", details=details)
        write_events(connection, [event], at=at)
        connection.execute(
            "INSERT INTO work.round (round_id, phone_id, at, tasks, merkle_root, event_id) VALUES (%s, %s, %s, %s, %s, %s)",
            [uuid4(), phone_id, at, len(tasks), root, event.event_id],
        )
        connection.execute(_SHOWN, [at, event.event_id, [key[0] for key in keys], [key[1] for key in keys]])
        reaches = reaches_of(Transaction(connection, event, at), vault, [task.person_id for task in tasks])
    return [Stop(task=task, reach=reaches.get(task.person_id), knocks=row[11]) for task, row in zip(tasks, rows, strict=True)]


_MINE: Final = f"""
    SELECT {COLUMNS}, (
        SELECT count(*) FROM work.visit
        WHERE visit.person_id = task.person_id AND visit.task_id = task.task_id AND outcome = 'nobody_there'
    )
    FROM work.task WHERE worker = %s AND closed_at IS NULL AND state = 'assigned' ORDER BY due_at, person_id, task_id FOR SHARE
"""
_SHOWN: Final = """
    INSERT INTO work.step (person_id, task_id, at, state, worker, event_id)
    SELECT person_id, task_id, %s, state, worker, %s
    FROM work.task JOIN unnest(%s::uuid[], %s::uuid[]) AS given (person_id, task_id) USING (person_id, task_id)
"""
