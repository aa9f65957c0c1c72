"""What an installation does by itself: seal the audit, decide whom deliveries concern, hand over late appeals, make room.

Each is done at its own pace on a thread of its own: none waits for another that is slow or hangs. What fails is told of once and
tried again at its next turn: nothing here is lost by waiting, and a gate does not wait for any of it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from fangxian.engine.lake import Lake
from fangxian.linkage.restating import restate
from fangxian.services.counting import UPKEEP_DONE_AT, UPKEEP_FAILING
from fangxian.services.living import Living
from fangxian.store.account_ends import end_accounts
from fangxian.store.deciding import decide_pending
from fangxian.store.feeding import feed
from fangxian.store.flow import flow
from fangxian.store.opening import make_room
from fangxian.store.renewals import may_record
from fangxian.store.sealing import seal
from fangxian.store.store import Event
from fangxian.work.appealing import escalate_late
from fangxian.work.chores import cancel_without_reason, escalate_late_tasks
from fangxian.work.clues import escalate_late_clues
from fangxian.work.consulting import hand_back_held
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

log = logging.getLogger(__name__)
FOR_CHORES: Final = 24
"""How many connections to its store an installation needs that does its chores, one for each."""

_GRACE: Final = 30.0
"""Seconds for the chores at hand to be finished at the end; what is cut off then is committed whole or not at all."""

_ITSELF: Final = Principal(subject="system", roles=frozenset({Role.SYSTEM}))


@dataclass(frozen=True)
class Chore:
    """Something to do again and again: what it is called, how often, and the doing."""

    name: str
    every: timedelta
    do: Callable[[], object]


class Upkeep:
    """Does an installation's chores while its context is open."""

    def __init__(self, living: Living, lake: Lake | None = None, *, more: Iterable[Chore] = ()) -> None:
        """Keep an installation, and do `more` for it; with a lake, facts flow to it and its deliveries come in."""
        self._chores = [*_chores(living), *(_with_lake(living, lake) if lake else ()), *more]
        self._end = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=[chore], name=f"fangxian-upkeep {chore.name}", daemon=True) for chore in self._chores
        ]
        self.failing: dict[str, str] = {}
        """Chores whose last turn failed, and the kind of error: for whoever watches."""

    def __enter__(self) -> Self:
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Finish the chores at hand, and end; one that hangs is not waited for."""
        self._end.set()
        until = time.monotonic() + _GRACE
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self, chore: Chore) -> None:
        while not self._end.is_set():
            self._turn(chore)
            self._end.wait(chore.every.total_seconds())

    def _turn(self, chore: Chore) -> None:
        try:
            chore.do()
            self.failing.pop(chore.name, None)
            UPKEEP_DONE_AT.labels(chore.name).set_to_current_time()
            UPKEEP_FAILING.labels(chore.name).set(0)
        except Exception as error:
            # The kind alone: an error's words may hold somebody's row.
            if chore.name not in self.failing:
                log.warning("%s failed: %s; it will be tried again", chore.name, type(error).__name__)
            self.failing[chore.name] = type(error).__name__
            UPKEEP_FAILING.labels(chore.name).set(1)


def _chores(living: Living) -> Iterator[Chore]:
    yield Chore("seal the audit", timedelta(seconds=1), lambda: seal(living.store, at=living.clock()))
    yield Chore("make room", timedelta(hours=6), lambda: make_room(living.store, living.clock().date()))
    yield Chore("decide", timedelta(seconds=2), lambda: _decide(living))
    yield Chore("end accounts", timedelta(minutes=10), lambda: end_accounts(living.store, _event("end"), at=living.clock()))
    yield Chore("hand late appeals to the office", timedelta(minutes=1), lambda: escalate_late(living.store, _ITSELF, at=living.clock()))
    yield Chore(
        "hand late clues to the next level", timedelta(minutes=1), lambda: escalate_late_clues(living.store, _ITSELF, at=living.clock())
    )
    yield Chore("hand back consultations", timedelta(minutes=1), lambda: hand_back_held(living.store, _ITSELF, at=living.clock()))
    yield Chore("move tasks that are late or without reason", timedelta(minutes=1), lambda: _tasks(living))


def _with_lake(living: Living, lake: Lake) -> Iterator[Chore]:
    yield Chore("bring facts to the lake", timedelta(minutes=1), lambda: flow(living.store, lake, at=living.clock()))
    yield Chore("merge linked records", timedelta(minutes=1), lambda: restate(lake, at=living.clock(), anew=False))
    yield Chore("bring deliveries in", timedelta(seconds=30), lambda: _feed(living, lake))


def _feed(living: Living, lake: Lake) -> None:
    at = living.clock()
    if may_record(living.store, living.policy, at):
        list(feed(living.store, lake, _event("feed"), at=at))


def _decide(living: Living) -> None:
    while _somebody_waits(living) and decide_pending(living.store, _event("decide"), policies=[living.policy], at=living.clock()):
        pass


def _tasks(living: Living) -> None:
    cancel_without_reason(living.store, _ITSELF, at=living.clock())
    escalate_late_tasks(living.store, _ITSELF, at=living.clock())


def _somebody_waits(living: Living) -> bool:
    with living.store.pool.connection() as connection:
        row = connection.execute("SELECT EXISTS (SELECT FROM code.pending)").fetchone()
    return bool(row and row[0])


def _event(action: str) -> Event:
    return Event(actor="system", role="system", purpose="upkeep", action=action)
