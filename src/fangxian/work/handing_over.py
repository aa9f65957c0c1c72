"""Handing tasks over from one worker's hand to a colleague's, many at once, by their supervisor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg import sql

from fangxian.facts import Text
from fangxian.store.store import Event, Store, write_events
from fangxian.work.moving import PURPOSE
from fangxian.work.permissions import Principal, role_for, visible_where
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action
from fangxian.work.shift import room_of
from fangxian.work.task_rows import root_of

_SAME: Final = Text("任务已在此人手中。", "The tasks are with them already.")
_NONE: Final = Text("所选任务已不在此人手中，请刷新。", "None of these tasks is in their hand any more; load the page again.")


def hand_over(
    store: Store, by: Principal, *, worker: str, street: str, to: str, chosen: Sequence[tuple[UUID, UUID]] | None, at: datetime
) -> int:
    """Hand over what a worker has in hand in a street, some tasks by their person's and their own id or all; return how many went.

    Of all of them go as many as the colleague has room for, the most urgent first. One transaction with one event that carries the
    tasks' Merkle root. Raises RefusedError where the colleague is not at work in the street or has not room for those that were chosen,
    and where none of the tasks is there any more.
    """
    role = role_for(by, Action.SUPERVISE_TASKS)
    if worker == to:
        raise RefusedError(_SAME)
    with store.together() as connection:
        room = room_of(connection, to, street, at=at)
        if chosen is not None and len(chosen) > room:
            raise RefusedError(Text(f"此人还可承担 {room} 项，请少选。", f"They have room for {room} more: choose fewer."))
        given = {
            "worker": worker,
            "street": street,
            "people": None if chosen is None else [key[0] for key in chosen],
            "tasks": None if chosen is None else [key[1] for key in chosen],
            "room": room,
        }
        visible = visible_where(by, Action.SUPERVISE_TASKS, region_code="area_code")
        keys: list[tuple[UUID, UUID]] = connection.execute(sql.SQL(_IN_HAND).format(visible), given).fetchall()
        if not keys:
            raise RefusedError(_NONE)
        root = root_of(connection, keys) or b""
        details = {"area": street, "tasks": len(keys), "merkle_root": root.hex(), "given_to": to}
        event = Event(actor=by.subject, role=role, purpose=PURPOSE, action="tasks_handed_over", details=details)
        write_events(connection, [event], at=at)
        connection.execute(_HAND, [to, event.event_id, [key[0] for key in keys], [key[1] for key in keys]])
    return len(keys)


_IN_HAND: Final = """
    SELECT person_id, task_id FROM work.task
    WHERE worker = %(worker)s AND state = 'assigned' AND closed_at IS NULL AND left(area_code, 9) = %(street)s AND {}
        AND (%(tasks)s::uuid[] IS NULL OR (person_id, task_id) IN (SELECT * FROM unnest(%(people)s::uuid[], %(tasks)s::uuid[])))
    ORDER BY due_at, person_id, task_id LIMIT %(room)s FOR UPDATE
"""
_HAND: Final = """
    UPDATE work.task SET worker = %s, event_id = %s
    FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, task_id)
    WHERE task.person_id = given.person_id AND task.task_id = given.task_id
"""
