"""Handing out: many tasks at once, in one transaction with one event that carries their Merkle root; nothing is asked twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
import pyarrow as pa

from fangxian.store.copying import copy_in
from fangxian.store.store import Event, Store, write_events
from fangxian.work.parameters import asked_again_after, task_due_within
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action, Role
from fangxian.work.task import TaskKind

TO_DO: Final = pa.schema(
    {"person_id": pa.string(), "area_code": pa.string(), "because_type": pa.string(), "because_id": pa.int64()},
)
"""What is to be handed out: whom it is about, the finest area known (6, 9 or 12 digits), and the fact that it follows from."""


@dataclass(frozen=True, kw_only=True)
class HandOut:
    """What a hand-out came to: how many tasks were opened, and of how many people such a task was open or was done lately."""

    hand_out_id: UUID
    tasks: int
    asked_already: int
    merkle_root: bytes | None


def hand_out(store: Store, by: Principal, to_do: pa.Table, *, kind: TaskKind, region_code: str, purpose: str, at: datetime) -> HandOut:
    """Open a task of a kind for each person of `to_do` (shape `TO_DO`), in one transaction with one event.

    `region_code` is the area in which all of them lie. Somebody of whom such a task is open, or was closed lately, is not asked again;
    of several rows about one person the first by area and fact counts. Where nobody is left, nothing is written. Raises Forbidden.
    """
    role = check(by, Action.HAND_OUT_TASKS, region_code=region_code)
    with store.together() as connection:
        return hand_out_in(connection, to_do, actor=by.subject, role=role, kind=kind, purpose=purpose, at=at)


def hand_out_in(
    connection: psycopg.Connection[Any], to_do: pa.Table, *, actor: str, role: Role, kind: TaskKind, purpose: str, at: datetime
) -> HandOut:
    """Do what `hand_out` does in a transaction that writes something else too: the hand-out has an event of its own in it."""
    hand_out_id, event_id = uuid4(), uuid4()
    connection.execute(_TO_DO)
    copy_in(connection, "to_do", to_do.select(TO_DO.names).cast(TO_DO))
    given = {
        "kind": str(kind),
        "at": at,
        "due": at + task_due_within(kind, at.date()),
        "lately": at - asked_again_after(at.date()),
        "hand_out": hand_out_id,
        "event": event_id,
    }
    connection.execute(_ONE_AT_A_TIME)
    connection.execute(_OPENED, given)
    root, tasks, people = connection.execute(_ROOT).fetchone() or (None, 0, 0)
    if root:
        details = {"kind": str(kind), "tasks": tasks, "merkle_root": root.hex()}
        event = Event(actor=actor, role=role, purpose=purpose, action="tasks_handed_out", details=details, event_id=event_id)
        write_events(connection, [event], at=at)
        connection.execute("INSERT INTO work.hand_out VALUES (%s, %s, %s, %s, %s, %s)", [hand_out_id, str(kind), at, tasks, root, event_id])
        connection.execute("INSERT INTO work.task SELECT * FROM opened ORDER BY person_id")
    connection.execute("DROP TABLE opened, to_do")
    return HandOut(hand_out_id=hand_out_id, tasks=tasks, asked_already=people - tasks, merkle_root=root)


_TO_DO: Final = (
    "CREATE TEMP TABLE to_do (person_id uuid, area_code text, because_type text, because_id bigint) ON COMMIT DROP; "
    "CREATE TEMP TABLE opened (LIKE work.task) ON COMMIT DROP"
)
# Two hand-outs at once wait for each other: the second then sees what the first opened.
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtext('fangxian hand_out'))"
_OPENED: Final = """
    INSERT INTO opened
    SELECT DISTINCT ON (person_id) person_id, gen_random_uuid(), %(kind)s::varchar, area_code, because_type, because_id,
        %(at)s::timestamp, %(due)s::timestamp, %(hand_out)s::uuid, 'open', NULL, NULL, %(event)s::uuid
    FROM to_do
    WHERE NOT EXISTS (
        SELECT FROM work.task WHERE task.person_id = to_do.person_id AND task.kind = %(kind)s::varchar
            AND (task.closed_at IS NULL OR task.closed_at > %(lately)s::timestamp AND task.state = 'done')
    )
    ORDER BY person_id, area_code, because_type, because_id
"""
_ROOT: Final = """
    SELECT work.merkle_root(array_agg(work.leaf_of(row(opened.*)::work.task) ORDER BY person_id)), count(*),
        (SELECT count(DISTINCT person_id) FROM to_do)
    FROM opened
"""
