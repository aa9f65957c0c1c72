"""Reading codes beside the server: two signatures a code take longer than all else about a scan, and processes take them off it.

Codes that come one by one are read in groups, as they are recorded: what comes while a group is read is the next group.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Final

from fangxian.signed.reading import Reading, read_all
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Outcome
from fangxian.web.grouping import Grouping

Read = Reading | Outcome | None
"""What was read of a text; None where nothing was shown."""

CHUNK: Final = 50
"""So many codes are read in some 20 ms: nobody at a gate waits longer for the codes that another gate brings by the thousand."""

MOST: Final = 2 * CHUNK

FEW: Final = 3
"""So many are read here and now: to hand them to a process and be told would take longer."""


class Readers:
    """Reads texts in the processes of a pool, or in a thread where there is none."""

    def __init__(self, pool: Executor | None) -> None:
        """Read with a pool of `readers()`."""
        self._pool = pool
        self._grouping = Grouping(self._read_group, most=MOST)

    async def read(self, texts: Sequence[str | None], trust: TrustList) -> list[Read]:
        """Return what each text says."""
        if len(texts) == 1:
            return [await self._grouping.answer((texts[0], trust))]
        # A few chunks at a time: who comes with a single code meanwhile is next.
        found: list[Read] = []
        at_once = CHUNK * (os.cpu_count() or 1)
        for start in range(0, len(texts), at_once):
            found += await self._read_all(texts[start : start + at_once], trust)
        return found

    async def _read_group(self, shown: Sequence[tuple[str | None, TrustList]]) -> list[Read]:
        return await self._read_all([text for text, _ in shown], shown[-1][1])

    async def _read_all(self, texts: Sequence[str | None], trust: TrustList) -> list[Read]:
        if len(texts) <= FEW:
            return read_shown(texts, trust)
        loop = asyncio.get_running_loop()
        chunks = [texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK)]
        read = await asyncio.gather(*(loop.run_in_executor(self._pool, read_shown, chunk, trust) for chunk in chunks))
        return [each for chunk in read for each in chunk]


def read_shown(texts: Sequence[str | None], trust: TrustList) -> list[Read]:
    """Return what each text says, in order; None where nothing was shown."""
    said = iter(read_all([text for text in texts if text is not None], trust=trust))
    return [None if text is None else next(said) for text in texts]


@contextmanager
def readers() -> Iterator[Executor]:
    """Give a pool with a process for each core; they hold no secret and no connection."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"), initializer=_begin) as pool:
        pool.submit(_begin).result()  # here and now, and not when the first person stands at a gate
        yield pool


def _begin() -> None:
    """Leave it to the server to end this process when somebody presses Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
