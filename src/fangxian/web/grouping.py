"""Many requests, one transaction: what comes while a group is being written is the next group."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from typing import Final, Generic, TypeVar

import psycopg

from fangxian.errors import UnavailableError

Item = TypeVar("Item")
Answer = TypeVar("Answer")

AWAY: Final = (UnavailableError, psycopg.OperationalError)
"""What is no item's fault: tried one by one, they would each wait as long again."""


class Grouping(Generic[Item, Answer]):
    """Writes items in groups, one after the other, in the order in which they came; whoever gave one waits for its answer."""

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]], *, most: int) -> None:
        """Write groups of up to `most` items by `write`, which answers each of them once they are committed."""
        self._write, self._most = write, most
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def answer(self, item: Item) -> Answer:
        """Return the answer to an item once its group is committed; raises what `write` raises for it."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await future

    async def _write_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                await self._write_group(group)
            except AWAY as error:
                for _, future in group:
                    _give(future, copy(error))
            except Exception as error:
                if len(group) == 1:
                    _give(group[0][1], error)
                    continue
                # One item may be at fault: nobody else pays for it.
                for one in group:
                    try:
                        await self._write_group([one])
                    except Exception as own:
                        _give(one[1], own)

    async def _write_group(self, group: Sequence[tuple[Item, asyncio.Future[Answer]]]) -> None:
        answers = await self._write([item for item, _ in group])
        for (_, future), answer in zip(group, answers, strict=True):
            if not future.done():
                future.set_result(answer)


def _give(future: asyncio.Future[Answer], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
