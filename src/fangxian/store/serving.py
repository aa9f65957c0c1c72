"""Following the store: a process that answers for a gate keeps everybody's hits in memory, and hears of every change.

It listens first and loads then, so that no change falls between; what it hears it reads again from the store, so that hearing
twice does no harm. Where the connection is lost, everything is loaded again.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import psycopg
from psycopg import sql

from fangxian.facts.known import now
from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy
from fangxian.store.copying import copy_out_records
from fangxian.store.recording import CHANGED, MANY_CHANGED
from fangxian.store.spans_in_memory import COLOURS, HIT, Span, SpansInMemory
from fangxian.store.store import Store

log = logging.getLogger(__name__)

_LADDER: Final = [str(colour) for colour in COLOURS]

_HITS: Final = (
    "SELECT person_id, (array_position(%s::text[], colour::text) - 1)::int2, from_at, coalesce(until_at, 'infinity') "
    "FROM code.hit WHERE policy = %s AND (until_at IS NULL OR until_at > %s) ORDER BY person_id"
)
RECENT: Final = timedelta(seconds=30)
"""How long ago memory still knows a colour by: a scan is on its way for less. What ended before a load is gone from memory soon after."""

_THEN: Final = """
    SELECT replace(person_id::text, '-', ''), at, max(array_position(%s::text[], colour::text)) - 1
    FROM unnest(%s::uuid[], %s::timestamp[]) AS asked (person_id, at) JOIN code.hit USING (person_id)
    WHERE policy = %s AND from_at <= at AND (until_at IS NULL OR until_at > at) GROUP BY person_id, at
"""

_ANSWERS_WITHIN: Final = 5
"""Seconds after which a line on which the store says nothing is taken for dead."""

_LISTEN_FOR: Final = 1.0
"""Seconds after which a listener looks whether it has to end."""


class Serving:
    """Everybody's colour under one policy, as the store has it; answers without a query. Use it as a context."""

    def __init__(self, store: Store, policy: Policy, *, clock: Callable[[], datetime] = now) -> None:
        """Serve a policy's codes from a store; entering the context loads them, as far as they had not ended of late by the clock (UTC)."""
        self._store, self._policy, self._clock = store, policy, clock
        self._spans = SpansInMemory()
        self._ready, self._end = threading.Event(), threading.Event()
        self._listener = threading.Thread(target=self._follow, name="fangxian-serving", daemon=True)
        self.loads = 0
        self._followed_at = time.monotonic()

    def colour_at(self, person_id: str, at: datetime) -> Colour:
        """Return a person's colour at an instant (UTC) no further back than `RECENT`; green for whoever has no hit."""
        return self._spans.colour_at(person_id, at)

    @property
    def silent_for(self) -> timedelta:
        """Since when the store has not been followed: about a second where all is well, and growing while it is gone."""
        return timedelta(seconds=time.monotonic() - self._followed_at)

    @property
    def hits(self) -> int:
        """How many hits are in memory, but for changes since the last load."""
        return self._spans.hits

    def __enter__(self) -> Self:
        """Load the codes and follow the store from now on."""
        self._listener.start()
        self._ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop following."""
        self._end.set()
        self._listener.join()

    def _follow(self) -> None:
        while not self._end.is_set():
            try:
                with psycopg.connect(self._store.conninfo, autocommit=True, connect_timeout=_ANSWERS_WITHIN) as listening:
                    for channel in (CHANGED, MANY_CHANGED):
                        listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    self._load()
                    self._ready.set()
                    while not self._end.is_set():
                        _expect_answer(listening)
                        self._followed_at = time.monotonic()
                        for told in listening.notifies(timeout=_LISTEN_FOR):
                            self._hear(told)
                            if self._end.is_set():
                                return
            except Exception as error:
                # Whatever it was: who stops following would answer with old colours for ever. The kind alone is said.
                if not isinstance(error, psycopg.OperationalError):
                    log.error("Following the store failed: %s; it begins anew", type(error).__name__)
                self._end.wait(0.2)

    def _load(self) -> None:
        """Read every hit of the policy that had not ended of late in the place of what was known: it colours nothing to come.

        Twice as far back as is asked: whoever asks may have looked at the clock before this began.
        """
        asked = [_LADDER, self._policy.name, self._clock() - 2 * RECENT]
        with self._store.pool.connection() as connection:
            self._spans = SpansInMemory(copy_out_records(connection, HIT, _HITS, asked))
        self.loads += 1

    def _hear(self, told: psycopg.Notify) -> None:
        """Read again what changed, on another connection: the one that listens is busy with that."""
        if told.channel == MANY_CHANGED:
            self._load()
            return
        person_id, _, policy = told.payload.partition(" ")
        if policy == self._policy.name:
            with self._store.pool.connection() as connection:
                self._spans.change(person_id, _spans_of(connection, person_id, policy))


def colours_then(
    connection: psycopg.Connection[Any], policy: Policy, asked: Collection[tuple[str, datetime]]
) -> dict[tuple[str, datetime], Colour]:
    """Return people's colours at instants (UTC) however far back, by the hits that the store has: one question for all of them."""
    people, instants = [person_id for person_id, _ in asked], [at for _, at in asked]
    rows = connection.execute(_THEN, [_LADDER, people, instants, policy.name]).fetchall()
    return dict.fromkeys(asked, Colour.GREEN) | {(person_id, at): COLOURS[rank] for person_id, at, rank in rows}


def _expect_answer(connection: psycopg.Connection[Any]) -> None:
    """See that the store is there: to wait for what it tells does not show it. Raises psycopg.OperationalError where it says nothing."""

    def hang_up() -> None:
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

    waiting = threading.Timer(_ANSWERS_WITHIN, hang_up)
    waiting.daemon = True
    waiting.start()
    try:
        connection.execute("SELECT 1")
    finally:
        waiting.cancel()


def _spans_of(connection: psycopg.Connection[Any], person_id: str, policy: str) -> list[Span]:
    rows = connection.execute(
        "SELECT colour, from_at, until_at FROM code.hit WHERE person_id = %s AND policy = %s", [UUID(person_id), policy]
    ).fetchall()
    return [Span.of(Colour(colour), from_at, until_at) for colour, from_at, until_at in rows]
