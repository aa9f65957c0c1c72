"""Reading codes beside the server: two signatures a code take longer than all else about a scan, and processes take them off it.

Codes that come one by one are read in groups, as they are recorded: what comes while a group is read is the next group.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Final, Self

from fangxian.errors import UnavailableError
from fangxian.signed.reading import Reading, read_all
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Outcome
from fangxian.web.grouping import Grouping
from fangxian.web.server import settle

log = logging.getLogger(__name__)

Read = Reading | Outcome | None
"""What was read of a text; None where nothing was shown."""

CHUNK: Final = 50
"""So many codes are read in some 20 ms: nobody at a gate waits longer for the codes that another gate brings by the thousand."""

MOST: Final = 2 * CHUNK

FEW: Final = 3
"""So many are read here and now: to hand them to a process and be told would take longer."""


class ReadingProcesses:
    """A process for each core; they hold no secret and no connection. Where one dies, all are started anew. Use it as a context."""

    def __init__(self) -> None:
        """Start none yet."""
        self.pool = _pool()

    def start_anew(self, broken: ProcessPoolExecutor) -> None:
        """Start others in the place of a pool of which a process died; of those who ask for that, the first does it."""
        if self.pool is broken:
            log.warning("a process that reads codes ended; others are started")
            self.pool = _pool()
            broken.shutdown(wait=False)

    def __enter__(self) -> Self:
        """Start a process here and now, and not when the first person stands at a gate."""
        self.pool.submit(_begin).result()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the processes."""
        self.pool.shutdown()


class Readers:
    """Reads texts in processes, or in a thread where there are none."""

    def __init__(self, processes: ReadingProcesses | None) -> None:
        """Read in these processes."""
        self._processes = processes
        self._grouping = Grouping(self._read_group, most=MOST)

    async def read(self, texts: Sequence[str | None], trust: TrustList) -> list[Read]:
        """Return what each text says. Raises UnavailableError where no process is left that can read it."""
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
        chunks = [texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK)]
        read = await asyncio.gather(*(self._read_chunk(chunk, trust) for chunk in chunks))
        return [each for chunk in read for each in chunk]

    async def _read_chunk(self, texts: Sequence[str | None], trust: TrustList) -> list[Read]:
        if self._processes is None:
            return await asyncio.to_thread(read_shown, texts, trust)
        for _ in range(2):  # once more where a process died: of something else, as a rule
            pool = self._processes.pool
            try:
                return await asyncio.get_running_loop().run_in_executor(pool, read_shown, texts, trust)
            except BrokenExecutor:
                self._processes.start_anew(pool)
        raise UnavailableError("The processes that read codes ended.", done="Nothing was recorded.", next_step="Send it again.")


def read_shown(texts: Sequence[str | None], trust: TrustList) -> list[Read]:
    """Return what each text says, in order; None where nothing was shown."""
    said = iter(read_all([text for text in texts if text is not None], trust=trust))
    return [None if text is None else next(said) for text in texts]


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"), initializer=_begin)


def _end_with(parent: BaseProcess) -> None:
    """End this process when the server does, however it ends: nobody else would."""
    wait([parent.sentinel])
    os._exit(0)


def _begin() -> None:
    """Leave it to the server to end this process when somebody presses Ctrl-C, and end when it has gone."""
    if parent := parent_process():
        threading.Thread(target=_end_with, args=[parent], name="fangxian-parent", daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settle()
