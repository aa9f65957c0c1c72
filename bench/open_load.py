"""The asking side, a process of its own: requests at fixed instants, whether or not those before are answered, or as answers come.

It speaks just enough HTTP/1.1 to cost little: requests are given as bytes, connections stay open and carry one at a time.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import cast

import numpy as np
import uvloop

LET_FINISH = 3.0
"""Seconds after the last arrival in which answers still count."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """Requests to ask over so many connections: at `rate` a second, or each connection as soon as it is answered (None)."""

    port: int
    requests: Sequence[bytes]
    connections: int
    rate: float | None = None
    begins_at: float = 0.0
    """The instant (`time.time`) of the first arrival; that which is signed beforehand must know it."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What came of a load. Latencies count from the instant at which each should have been asked."""

    asked: int
    good: int
    seconds: float
    median_ms: float
    p99_ms: float
    worst_ms: float
    late_ms: float
    """The median of the last tenth: where it is far above the median, more was asked than is answered."""
    asking_cpu: float
    """Cores that the asking itself took."""
    load: float
    """The machine's load average when the last was answered."""
    first_bad: str = ""

    @property
    def per_second(self) -> float:
        """Good answers a second."""
        return self.good / self.seconds

    @property
    def is_sustained(self) -> bool:
        """Whether everything was answered well, and the last ones no later than the first."""
        return self.good == self.asked and self.late_ms < 250


def ask(load: Load) -> Answers:
    """Ask in a process of its own and return the answers."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    asking = context.Process(target=_ask, args=(there,))
    asking.start()
    there.close()  # or nobody would notice that the asking side died
    here.send(load)
    answers: Answers = here.recv()
    asking.join()
    return answers


def _ask(told: Connection) -> None:
    load: Load = told.recv()
    told.send(uvloop.run(_Asking(load).run()))


@dataclass
class _Asking:
    load: Load
    latencies: list[float] = field(default_factory=list)
    good: int = 0
    asked: int = 0
    ended_at: float = 0.0
    first_bad: bytes = b""
    idle: deque[_Line] = field(default_factory=deque)
    waiting: deque[tuple[float, bytes]] = field(default_factory=deque)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> Answers:
        loop = asyncio.get_running_loop()
        # A server closes what is idle for some seconds: connections open when they are about to be used.
        await asyncio.sleep(max(0.0, self.load.begins_at - time.time() - 1.0))
        for _ in range(self.load.connections):
            await loop.create_connection(lambda: _Line(self), "127.0.0.1", self.load.port)
        await asyncio.sleep(max(0.0, self.load.begins_at - time.time()))
        began, cpu = time.monotonic(), time.process_time()
        if self.load.rate is None:
            self.waiting.extend((0.0, request) for request in self.load.requests)
            self._send_waiting()
        else:
            await self._arrive(began, self.load.rate)
        try:
            await asyncio.wait_for(self.done.wait(), LET_FINISH if self.load.rate else None)
        except TimeoutError:
            self.ended_at = time.monotonic()
        return self._answers(began, cpu)

    async def _arrive(self, began: float, rate: float) -> None:
        for number, request in enumerate(self.load.requests):
            due = began + number / rate
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            self.waiting.append((due, request))
            self._send_waiting()

    def _send_waiting(self) -> None:
        while self.idle and self.waiting:
            line = self.idle.popleft()
            if not line.transport.is_closing():
                due, request = self.waiting.popleft()
                line.send(due or time.monotonic(), request)

    def answered(self, line: _Line, answer: bytes) -> None:
        now = time.monotonic()
        self.latencies.append(now - line.due)
        if answer[9:12] in (b"200", b"201"):
            self.good += 1
        else:
            self.first_bad = self.first_bad or answer
        self.idle.append(line)
        self._send_waiting()
        if len(self.latencies) == len(self.load.requests):
            self.ended_at = now
            self.done.set()

    def _answers(self, began: float, cpu: float) -> Answers:
        took = np.array(self.latencies or [np.inf]) * 1000
        seconds = self.ended_at - began
        return Answers(
            asked=len(self.load.requests),
            good=self.good,
            seconds=seconds,
            median_ms=float(np.median(took)),
            p99_ms=float(np.quantile(took, 0.99)),
            worst_ms=float(took.max()),
            late_ms=float(np.median(took[-max(1, len(took) // 10) :])),
            asking_cpu=(time.process_time() - cpu) / seconds,
            load=os.getloadavg()[0],
            first_bad=self.first_bad.decode(errors="replace")[-300:],
        )


class _Line(asyncio.Protocol):
    """One connection: a request out, its answer in."""

    def __init__(self, asking: _Asking) -> None:
        self.asking, self.due, self.read = asking, 0.0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop has a class of its own
        self.asking.idle.append(self)

    def send(self, due: float, request: bytes) -> None:
        self.due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.read += data
        head = self.read.find(b"\r\n\r\n")
        if head < 0:
            return
        _, _, length = self.read[:head].lower().partition(b"content-length: ")
        if len(self.read) >= head + 4 + int(length.split(b"\r", 1)[0]):
            answer, self.read = self.read, b""
            self.asking.answered(self, answer)


def request(method: str, path: str, *, bearer: str = "", body: bytes = b"", address: str = "") -> bytes:
    """Return a request as it goes over the line; with an address, as a proxy passes it on for somebody there."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *([f"Authorization: Bearer {bearer}"] if bearer else [])]
    if address:
        lines += [f"X-Forwarded-For: {address}", "X-Forwarded-Proto: https"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
