"""Who works today, where and from which point on; and how much more each can carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg

from fangxian.facts import Text
from fangxian.store.store import Event, Store
from fangxian.work.parameters import day_load, shift_lasts
from fangxian.work.permissions import Principal, levels_of, prefix_of, role_for
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action

STREET: Final = 9
"""Digits of a street: whoever works in another grid of it is a neighbour."""

_NO_AREA: Final = Text("您的账号没有辖区，请联系管理员。", "Your account has no area; ask its administrator.")
_NOT_AT_WORK: Final = Text("此人今天没有在该街道上岗。", "Nobody of that name is at work in this street today.")
_FULL: Final = Text(
    "已达一天的承担上限，请分给邻近网格员或交督办。",
    "That is more than a worker carries in a day: give it to a neighbour or the supervisor.",
)


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A worker at work: in which areas, from which point on (degrees of WGS 84, missing where not said), with how much room left."""

    worker: str
    area_codes: tuple[str, ...]
    latitude: float | None
    longitude: float | None
    room: int

    def reaches(self, area_code: str) -> bool:
        """Say whether they may carry a task of an area: one within theirs, or within the same street."""
        return any(area_code.startswith(prefix_of(code)[:STREET]) for code in self.area_codes)


def begin_shift(store: Store, by: Principal, *, at: datetime, latitude: float | None = None, longitude: float | None = None) -> datetime:
    """Begin a worker's day, in the place of the day before; return when it ends. The point is where the round starts from."""
    role = role_for(by, Action.WORK_ON_TASK)
    if not by.region_codes:
        raise RefusedError(_NO_AREA)
    ends_at = at + shift_lasts(at.date())
    event = Event(actor=by.subject, role=role, purpose="grid work", action="shift_begun")
    with store.transaction(event, at=at) as transaction:
        transaction.connection.execute(
            _BEGIN,
            [by.subject, sorted(by.region_codes), levels_of(by.region_codes), at, ends_at, latitude, longitude, event.event_id],
        )
    return ends_at


def shifts(
    connection: psycopg.Connection[Any], *, at: datetime, workers: Sequence[str] | None = None, within: Sequence[str] | None = None
) -> list[Shift]:
    """Return who is at work at an instant, by name: everybody, those of some names, or those who work somewhere in some areas.

    What was done since the shift began counts against the day's load with what is still in hand.
    """
    areas = None if within is None else [prefix_of(code) for code in within]
    around = None if within is None else [level.ljust(6, "0") for level in levels_of(within)]
    rows = connection.execute(_SHIFTS, {"at": at, "workers": workers, "areas": areas, "around": around}).fetchall()
    most = day_load(at.date())
    return [Shift(worker=w, area_codes=tuple(a), latitude=y, longitude=x, room=max(0, most - n)) for w, a, y, x, n in rows]


def expect_room(connection: psycopg.Connection[Any], worker: str, area_code: str, *, at: datetime) -> None:
    """Raise RefusedError where a worker is not at work in a task's street, or carries a whole day's load already."""
    room_of(connection, worker, area_code, at=at)


def room_of(connection: psycopg.Connection[Any], worker: str, area_code: str, *, at: datetime) -> int:
    """Return how many more tasks of an area a worker can carry, one or more; two who give to the same worker wait for each other.

    Raises RefusedError where the worker is not at work in its street, or carries a whole day's load already.
    """
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('fangxian load of ' || %s))", [worker])
    found = shifts(connection, at=at, workers=[worker])
    if not found or not found[0].reaches(area_code):
        raise RefusedError(_NOT_AT_WORK)
    if not found[0].room:
        raise RefusedError(_FULL)
    return found[0].room


_BEGIN: Final = """
    INSERT INTO work.shift (worker, area_codes, within, began_at, ends_at, latitude, longitude, event_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (worker) DO UPDATE SET area_codes = excluded.area_codes, within = excluded.within,
        began_at = excluded.began_at, ends_at = excluded.ends_at,
        latitude = excluded.latitude, longitude = excluded.longitude, event_id = excluded.event_id
"""
_SHIFTS: Final = """
    SELECT worker, area_codes, latitude, longitude,
        (SELECT count(*) FROM work.task WHERE task.worker = shift.worker AND closed_at IS NULL AND state = 'assigned')
        + (SELECT count(DISTINCT task_id) FROM work.visit JOIN work.task USING (person_id, task_id)
           WHERE visit.worker = shift.worker AND visit.known_at >= shift.began_at
             AND NOT (task.closed_at IS NULL AND task.state = 'assigned' AND task.worker = shift.worker))
    FROM (
        SELECT * FROM work.shift
        WHERE ends_at > %(at)s AND (%(workers)s::varchar[] IS NULL OR worker = ANY (%(workers)s))
            AND (%(areas)s::varchar[] IS NULL OR within && %(areas)s::varchar[] OR area_codes && %(around)s::varchar[])
        OFFSET 0  -- whom it does not concern is not counted
    ) AS shift ORDER BY worker
"""
