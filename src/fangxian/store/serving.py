"""Following the store: a process that answers for a gate keeps everybody's hits in memory, and hears of every change.

It listens first and loads then, so that no change falls between; what it hears it reads again from the store, so that hearing
twice does no harm. Where the connection is lost, everything is loaded again.
"""

from __future__ import annotations

import threading
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import ibis
import psycopg
from psycopg import sql

from fangxian.facts.fact import INSTANT
from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy
from fangxian.store.copying import copy_out
from fangxian.store.recording import CHANGED, MANY_CHANGED
from fangxian.store.spans_in_memory import Span, SpansInMemory
from fangxian.store.store import Store

_SCHEMA: Final = ibis.schema({"person_id": "string", "colour": "string", "from_at": INSTANT, "until_at": INSTANT})
_LISTEN_FOR: Final = 1.0
"""Seconds after which a listener looks whether it has to end."""


class Serving:
    """Everybody's colour under one policy, as the store has it; answers without a query. Use it as a context."""

    def __init__(self, store: Store, policy: Policy) -> None:
        """Serve a policy's codes from a store; entering the context loads them."""
        self._store, self._policy = store, policy
        self._spans = SpansInMemory.of(_SCHEMA_EMPTY)
        self._ready, self._end = threading.Event(), threading.Event()
        self._listener = threading.Thread(target=self._follow, name="fangxian-serving", daemon=True)
        self.loads = 0

    def colour_at(self, person_id: str, at: datetime) -> Colour:
        """Return a person's colour at an instant (UTC); green for whoever has no hit."""
        return self._spans.colour_at(person_id, at)

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
                with psycopg.connect(self._store.conninfo, autocommit=True) as listening:
                    for channel in (CHANGED, MANY_CHANGED):
                        listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    self._load()
                    self._ready.set()
                    while not self._end.is_set():
                        for told in listening.notifies(timeout=_LISTEN_FOR):
                            self._hear(told)
                            if self._end.is_set():
                                return
            except psycopg.OperationalError:
                self._end.wait(0.2)

    def _load(self) -> None:
        """Read every hit of the policy in the place of what was known."""
        with self._store.pool.connection() as connection:
            self._spans = SpansInMemory.of(copy_out(connection, _SCHEMA, "code.hit WHERE policy = %s", [self._policy.name]))
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


_SCHEMA_EMPTY: Final = _SCHEMA.to_pyarrow().empty_table()


def _spans_of(connection: psycopg.Connection[Any], person_id: str, policy: str) -> list[Span]:
    rows = connection.execute(
        "SELECT colour, from_at, until_at FROM code.hit WHERE person_id = %s AND policy = %s", [UUID(person_id), policy]
    ).fetchall()
    return [Span.of(Colour(colour), from_at, until_at) for colour, from_at, until_at in rows]
