"""What a supervisor is shown of a task that came to them: its steps, the knocks with their notes, and a photograph where they ask for it.

Each look is an event about the person; who that is and where they live is not opened here.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from fangxian.facts import Text
from fangxian.services.living import Living
from fangxian.services.opened import opened
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import staff_event
from fangxian.store.store import Event
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action
from fangxian.work.task import Task, TaskState
from fangxian.work.task_rows import read_task
from fangxian.work.visit import Conflict, Outcome
from fangxian.work.visiting import RETENTION

_PURPOSE: Final = "supervision"
_NOT_YOURS: Final = Text("只能打开交到督办这里的任务。", "Only a task that came to the supervisor is opened.")
_NO_PHOTOGRAPH: Final = Text("没有这张照片，请重新打开任务。", "There is no such photograph; open the task again.")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a task: when, to which state, with which worker, what was done and under which role."""

    at: datetime
    state: TaskState
    worker: str | None
    action: str
    role: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Knocked:
    """A knock: whose, when, its outcome and words, what stood against it and what was made of that, a reference to its photograph.

    `reference` names the knock where it came too late and nobody has settled it.
    """

    worker: str
    at: datetime
    outcome: Outcome
    note: str
    conflict: Conflict | None
    accepted: bool | None
    photograph: str | None
    reference: str | None


@dataclass(frozen=True, kw_only=True, repr=False)
class TaskSeen:
    """A task that somebody looked at, with its steps and knocks from the first on."""

    at: datetime
    task: Task
    steps: list[Step]
    knocks: list[Knocked]


def look_at_task(living: Living, by: Principal, reference: str) -> TaskSeen:
    """Return a task that came to the supervisor of its area; the look is an event about its person.

    Raises RefusedError where it is with a worker and nothing of it waits for the supervisor, Forbidden outside one's area.
    """
    person_id, task_id = meant(living, by, Named.TASK, reference)
    event, keys = _look(living, by, "task_looked_at", person_id, task_id)
    with living.store.transaction(event, at=living.clock()) as transaction:
        connection = transaction.connection
        task = _come(connection, person_id, UUID(task_id))
        cursor = connection.cursor(row_factory=dict_row)
        steps = cursor.execute(_STEPS, keys).fetchall()
        knocks = cursor.execute(_KNOCKS, keys).fetchall()
    return TaskSeen(
        at=transaction.at,
        task=task,
        steps=[Step(**row | {"state": TaskState(row["state"])}) for row in steps],
        knocks=_knocked(living, by, person_id, task_id, knocks),
    )


def look_at_photograph(living: Living, by: Principal, reference: str) -> bytes:
    """Return a photograph of a knock, a JPEG; the look is an event about its person. Raises what `look_at_task` does."""
    person_id, task_id, visit_id = meant(living, by, Named.PHOTOGRAPH, reference)
    event, _ = _look(living, by, "photograph_looked_at", person_id, task_id)
    with living.store.transaction(event, at=living.clock()) as transaction:
        _come(transaction.connection, person_id, UUID(task_id))
        row = transaction.connection.execute(
            "SELECT photograph, to_char(known_at, 'YYYY-MM') FROM work.photograph WHERE person_id = %s AND visit_id = %s",
            [UUID(person_id), UUID(visit_id)],
        ).fetchone()
        if row is None:
            raise RefusedError(_NO_PHOTOGRAPH)
        text = living.vault.unseal(bytes(row[0]), person_id=person_id, retention=RETENTION, period=row[1], field="visit_photograph")
    return base64.b64decode(text)


def _look(living: Living, by: Principal, action: str, person_id: str, task_id: str) -> tuple[Event, list[UUID]]:
    """Return the event of a look at a task of one's area, and the keys of its rows."""
    with living.store.pool.connection() as connection:
        task = read_task(connection, person_id, UUID(task_id))
    role = check(by, Action.SUPERVISE_TASKS, region_code=task.area_code)
    return staff_event(by, action, purpose=_PURPOSE, role=role, person_id=person_id), [UUID(person_id), UUID(task_id)]


def _come(connection: psycopg.Connection[Any], person_id: str, task_id: UUID) -> Task:
    """Return a task that came to the supervisor. Raises RefusedError where it did not."""
    task = read_task(connection, person_id, task_id)
    if not connection.execute(_CAME, {"person": UUID(person_id), "task": task_id}).rowcount:
        raise RefusedError(_NOT_YOURS)
    return task


def _knocked(living: Living, by: Principal, person_id: str, task_id: str, rows: list[dict[str, Any]]) -> list[Knocked]:
    notes = opened(living, [(UUID(person_id), row["note"], row["period"]) for row in rows], retention=RETENTION, field="visit_note")
    photographed = [str(row["visit_id"]) for row in rows if row["photograph"]]
    pictures = refer(living, by, Named.PHOTOGRAPH, [(person_id, task_id, visit_id) for visit_id in photographed])
    waiting = [str(row["visit_id"]) for row in rows if row["conflict"] and row["accepted"] is None]
    late = refer(living, by, Named.KNOCK, [(person_id, visit_id) for visit_id in waiting])
    picture_of, late_of = dict(zip(photographed, pictures, strict=True)), dict(zip(waiting, late, strict=True))
    return [
        Knocked(
            worker=row["worker"],
            at=row["at"],
            outcome=Outcome(row["outcome"]),
            note=note or "",
            conflict=Conflict(row["conflict"]) if row["conflict"] else None,
            accepted=row["accepted"],
            photograph=picture_of.get(str(row["visit_id"])),
            reference=late_of.get(str(row["visit_id"])),
        )
        for row, note in zip(rows, notes, strict=True)
    ]


_CAME: Final = """
    SELECT FROM work.task WHERE person_id = %(person)s AND task_id = %(task)s AND (
        state = 'with_supervisor'
        OR EXISTS (
            SELECT FROM work.visit AS late WHERE late.person_id = %(person)s AND late.task_id = %(task)s AND conflict IS NOT NULL
            AND NOT EXISTS (SELECT FROM work.settled_knock AS done WHERE done.person_id = %(person)s AND done.visit_id = late.visit_id)
        )
        OR EXISTS (
            SELECT FROM work.supplies WHERE supplies.person_id = %(person)s AND supplies.task_id = %(task)s AND supplies.closed_at IS NULL
        )
    )
"""
_STEPS: Final = """
    SELECT step.at, state, worker, action, role FROM work.step JOIN audit.event ON event.event_id = step.event_id AND event.at = step.at
    WHERE step.person_id = %s AND task_id = %s ORDER BY step.at, written_by
"""
_KNOCKS: Final = """
    SELECT visit.visit_id, worker, visit.at, outcome, note, to_char(visit.known_at, 'YYYY-MM') AS period, conflict, accepted,
        photograph.visit_id IS NOT NULL AS photograph
    FROM work.visit LEFT JOIN work.photograph USING (person_id, visit_id)
    LEFT JOIN (SELECT person_id, visit_id, accepted FROM work.settled_knock) AS settled USING (person_id, visit_id)
    WHERE person_id = %s AND visit.task_id = %s ORDER BY visit.at
"""
