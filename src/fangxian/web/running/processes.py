"""Several processes for one address: each is ended in order, and started again where it dies."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from fangxian.errors import FangxianError
from fangxian.web.server import KEPT_OPEN, settle

log = logging.getLogger(__name__)

FINISHES_WITHIN: Final = 30
"""Seconds in which a process that was told to end finishes what it is answering."""

_STARTS_AGAIN_AFTER: Final = 1.0
_READY: Final = b"ready"

Work = Callable[[socket.socket, Any, Callable[[], None]], None]
"""What a process does with a socket that listens and a setup, until it is told to end (SIGTERM); it says when it is ready."""


@dataclass(frozen=True)
class _Worker:
    process: SpawnProcess
    line: Connection

    def is_ready(self) -> bool:
        """Whether the process said that it is."""
        try:
            return self.line.poll() and self.line.recv_bytes() == _READY
        except (EOFError, OSError):
            return False


def keep_running(work: Sequence[Work], setup: Any, *, listening: socket.socket, on_ready: Callable[[], None]) -> None:
    """Run a process for each piece of work until this one is told to end, and return when all have ended.

    `on_ready` is called when the first says that it is ready.

    Raises FangxianError where one ends before it ever was ready: what it says stands on the standard error.
    """
    ending = threading.Event()
    before = {each: signal.signal(each, lambda *_: ending.set()) for each in (signal.SIGTERM, signal.SIGINT)}
    workers: list[_Worker] = []
    try:
        workers += [_start(each, setup, listening) for each in work]
        _watch(workers, ending, on_ready, lambda place: _start(work[place], setup, listening))
    finally:
        _end(workers)
        for each, handler in before.items():
            signal.signal(each, handler)


def _watch(workers: list[_Worker], ending: threading.Event, on_ready: Callable[[], None], start: Callable[[int], _Worker]) -> None:
    was_ready = False
    while not ending.is_set():
        if not was_ready and any(worker.is_ready() for worker in workers):
            was_ready = True
            on_ready()
        ended = wait([worker.process.sentinel for worker in workers], timeout=0.2)
        for place, worker in enumerate(workers):
            if worker.process.sentinel not in ended or ending.is_set():
                continue
            if not was_ready:
                raise FangxianError("A process ended before anything was ready.", next_step="Mend what it says above.")
            log.warning("process %s ended with %s; another is started", worker.process.pid, worker.process.exitcode)
            time.sleep(_STARTS_AGAIN_AFTER)
            workers[place] = start(place)


def _start(work: Work, setup: Any, listening: socket.socket) -> _Worker:
    # Started anew and not forked: threads, connections and keys of this process are not theirs.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(work, setup, listening, theirs), name="fangxian-work")
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _end(workers: Sequence[_Worker]) -> None:
    for worker in workers:
        worker.process.terminate()
    until = time.monotonic() + FINISHES_WITHIN + 5
    for worker in workers:
        worker.process.join(max(0.0, until - time.monotonic()))
        worker.process.kill()
        worker.process.join()


def _work(work: Work, setup: Any, listening: socket.socket, line: Connection) -> None:
    threading.Thread(target=_end_with_parent, args=[line], daemon=True).start()
    work(listening, setup, lambda: line.send_bytes(_READY))


def _end_with_parent(line: Connection) -> None:
    """End in order when the process that started this one has ended, however it did: its end of the line is closed then."""
    try:
        line.recv_bytes()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)


def answer_at(listening: socket.socket, app: ASGIApp, *, proxies: Sequence[str], on_ready: Callable[[], None]) -> None:
    """Answer at a socket until SIGTERM or SIGINT; what is being answered then is finished, and acknowledged.

    Of the addresses of `proxies`, and of no others, it is believed for whom they ask (X-Forwarded-For, X-Forwarded-Proto).
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        # No access log: it would say who looked when, and the audit says that already, in a form that cannot be changed.
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(proxies),
        timeout_keep_alive=KEPT_OPEN,
        timeout_graceful_shutdown=FINISHES_WITHIN,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # uvicorn raises the signal again when it has ended: what stands around us must still be closed in order.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: None)
    settle()
    on_ready()
    uvicorn.Server(config).run(sockets=[listening])


def wait_for_end() -> None:
    """Return when this process is told to end."""
    ending = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: ending.set())
    while not ending.wait(1.0):
        pass
