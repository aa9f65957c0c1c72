"""Assigning many tasks at once: each to the nearest worker of its grid who has room, then to a neighbour, then to the supervisor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from fangxian.store.reaching import reaches_of
from fangxian.store.store import Event, Store, Transaction, write_events
from fangxian.vault.vault import Vault
from fangxian.work.permissions import Principal, area_within, check, prefix_of, visible_where
from fangxian.work.roles import Action
from fangxian.work.shift import STREET, Shift, shifts
from fangxian.work.task_rows import root_of

AT_ONCE: Final = 20_000
"""Tasks that are assigned at once at most, the most urgent first: whoever has more assigns again."""

_EARTH_KM: Final = 6371.0088
_FAR_KM: Final = 20_037.0
"""Further than any two places are: what stands where a distance is unknown."""
_NEVER: Final = np.inf


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """What an assignment came to: how many tasks went to workers of their grid, to neighbours, and to the supervisor."""

    in_own_grid: int
    to_neighbours: int
    to_supervisor: int


def assign_waiting(
    store: Store, vault: Vault, by: Principal, *, area_code: str, at: datetime, nearest: bool = True, only: str | None = None
) -> Assigned:
    """Assign the open tasks of an area to those at work there, in one transaction with one event that carries the tasks' Merkle root.

    Nobody is given more than a day's load. With `nearest` how people are reached is opened, for the distance from where each worker's
    round begins; otherwise, and where a place is unknown, the load is evened out. With `only` one worker is given what there is room
    for, and the rest goes on waiting. Nothing is written where nothing is assigned. Raises Forbidden.
    """
    role = check(by, Action.ASSIGN_TASK, region_code=area_code)
    with store.together() as connection:
        at_work = shifts(connection, at=at, workers=[only] if only else None)
        waiting = _waiting(connection, by, area_code, most=sum(each.room for each in at_work) if only else AT_ONCE)
        if not waiting:
            return Assigned(in_own_grid=0, to_neighbours=0, to_supervisor=0)
        root = root_of(connection, [task[:2] for task in waiting]) or b""
        details = {"area": area_code, "tasks": len(waiting), "merkle_root": root.hex(), "nearest": nearest}
        event = Event(actor=by.subject, role=role, purpose="grid work", action="tasks_assigned", details=details)
        write_events(connection, [event], at=at)
        transaction = Transaction(connection, event, at)
        distance = _distances(transaction, vault, waiting, at_work) if nearest else np.full((len(waiting), len(at_work)), _FAR_KM)
        given, neighbour = _given(_tiers([task[2] for task in waiting], at_work), distance, [each.room for each in at_work])
        _write(transaction, waiting, [at_work[place].worker if place >= 0 else None for place in given])
    return Assigned(
        in_own_grid=int(np.sum((given >= 0) & ~neighbour)), to_neighbours=int(np.sum(neighbour)), to_supervisor=int(np.sum(given < 0))
    )


def _waiting(connection: psycopg.Connection[Any], by: Principal, area_code: str, *, most: int) -> list[tuple[UUID, UUID, str]]:
    """Return the open tasks of an area, held until the transaction ends."""
    query = sql.SQL(
        "SELECT person_id, task_id, area_code FROM work.task WHERE state = 'open' AND closed_at IS NULL AND {} AND {} "
        "ORDER BY due_at, person_id, task_id LIMIT {} FOR UPDATE SKIP LOCKED"
    ).format(
        area_within(sql.Identifier("area_code"), [prefix_of(area_code)]),
        visible_where(by, Action.ASSIGN_TASK, region_code="area_code"),
        sql.Literal(most),
    )
    return connection.execute(query).fetchall()


def _distances(
    transaction: Transaction, vault: Vault, waiting: Sequence[tuple[UUID, UUID, str]], at_work: Sequence[Shift]
) -> NDArray[np.float64]:
    """Return kilometres from where each worker begins to each door: a row a task, a column a worker."""
    reaches = reaches_of(transaction, vault, [task[0].hex for task in waiting])
    doors = np.array([_point(reaches.get(task[0].hex)) for task in waiting], dtype=np.float64).reshape(-1, 2)
    starts = np.array([_point(each) for each in at_work], dtype=np.float64).reshape(-1, 2)
    found = great_circle_km(doors[:, None, :], starts[None, :, :])
    return np.where(np.isnan(found), _FAR_KM, found)


def _point(of: Any) -> tuple[float, float]:
    return (of.latitude, of.longitude) if of is not None and of.latitude is not None and of.longitude is not None else (np.nan, np.nan)


def great_circle_km(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the great-circle distance, in km, of points whose last axis is latitude and longitude in degrees (haversine formula)."""
    a, b = np.radians(one), np.radians(other)
    half = (b - a) / 2
    chord = np.sin(half[..., 0]) ** 2 + np.cos(a[..., 0]) * np.cos(b[..., 0]) * np.sin(half[..., 1]) ** 2
    distance: NDArray[np.float64] = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return distance


def _tiers(areas: Sequence[str], at_work: Sequence[Shift]) -> NDArray[np.float64]:
    """Return how a worker stands to a task: 0 where it lies in their area, 1 where in the same street, never else."""
    codes = np.array(areas, dtype=np.str_)
    found = np.full((len(codes), len(at_work)), _NEVER)
    for place, each in enumerate(at_work):
        for code in each.area_codes:
            own = np.char.startswith(codes, prefix_of(code))
            near = np.char.startswith(codes, code[:STREET]) if len(code) >= STREET else own
            found[:, place] = np.minimum(found[:, place], np.where(own, 0, np.where(near, 1, _NEVER)))
    return found


def _given(tier: NDArray[np.float64], distance: NDArray[np.float64], room: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the worker's column of each task, -1 for none, and whether it is a neighbour.

    In rounds: every task that is left asks the best worker who has room, and each worker takes the nearest of those who ask. Where
    distances are equal the emptiest hand is the best, so that loads even out.
    """
    tasks, workers = tier.shape
    given, left = np.full(tasks, -1, dtype=np.int64), np.array(room, dtype=np.int64)
    while workers and np.any(left > 0):
        cost = np.where(left > 0, tier * 2 * _FAR_KM + distance, _NEVER)
        asking = np.flatnonzero((given < 0) & np.isfinite(cost).any(axis=1))
        if not len(asking):
            break
        spread = _even(cost[asking], left)
        order = np.lexsort((cost[asking, spread], spread))
        turn = np.arange(len(order)) - np.searchsorted(spread[order], spread[order])
        taken = order[turn < left[spread[order]]]
        given[asking[taken]] = spread[taken]
        left -= np.bincount(spread[taken], minlength=workers)
    neighbour = (given >= 0) & (np.take_along_axis(tier, np.maximum(given, 0)[:, None], axis=1)[:, 0] > 0) if workers else given >= 0
    return given, neighbour


def _even(cost: NDArray[np.float64], left: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the column that each row asks: its cheapest, and of several as cheap one after the other by their room."""
    best: NDArray[np.int64] = np.argmin(cost, axis=1)
    cheapest = cost == cost.min(axis=1, keepdims=True)
    tied = np.flatnonzero(cheapest.sum(axis=1) > 1)
    if len(tied):
        turns = np.repeat(np.arange(len(left)), left)[np.argsort(np.concatenate([np.arange(n) for n in left]), kind="stable")]
        rank = np.full((len(tied), len(left)), _NEVER)
        shift = np.arange(len(tied)) % max(1, len(turns))
        rank[:] = (np.arange(len(left))[None, :] - turns[shift][:, None]) % len(left)
        best[tied] = np.argmin(np.where(cheapest[tied], rank, _NEVER), axis=1)
    return best


def _write(transaction: Transaction, waiting: Sequence[tuple[UUID, UUID, str]], workers: Sequence[str | None]) -> None:
    transaction.connection.execute(
        "UPDATE work.task SET worker = given.worker, event_id = %s, "
        "state = CASE WHEN given.worker IS NULL THEN 'with_supervisor' ELSE 'assigned' END, "
        "referred = CASE WHEN given.worker IS NULL THEN 'over_load' END "
        "FROM unnest(%s::uuid[], %s::uuid[], %s::varchar[]) AS given (person_id, task_id, worker) "
        "WHERE task.person_id = given.person_id AND task.task_id = given.task_id",
        [transaction.event.event_id, [task[0] for task in waiting], [task[1] for task in waiting], list(workers)],
    )
