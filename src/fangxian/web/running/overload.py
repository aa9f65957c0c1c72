"""Under overload requests are dropped by their class, in the order of sacrifice.yaml, by what is measured and not by guess.

Whoever is dropped is told so at once, in words, with a time to come back: a request that waits for its end in vain costs more.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Self

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fangxian.web.running.kinds import NEVER, Kind, Kinds, Sacrifice, described, order

LASTS: Final = "code-ends"
"""The header in which a phone says when the code it holds ends, in seconds since 1970. Whoever does not say is taken to have none."""

_PROBE_EVERY: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class Limits:
    """From when on requests are dropped; sacrifice.yaml says what each number means."""

    wait_s: float
    in_flight: int
    window_s: float
    worse_after_s: float
    better_after_s: float
    calm: float
    retry_s: float

    @classmethod
    def packaged(cls) -> Self:
        """Return the limits of sacrifice.yaml."""
        return cls(**described()["limits"])


@dataclass
class Load:
    """What is measured of one process, and how many classes are dropped because of it."""

    limits: Limits
    clock: Callable[[], float] = time.monotonic
    in_flight: int = 0
    level: int = 0
    """So many classes are dropped, from the first."""

    _waits: deque[tuple[float, float]] = field(default_factory=deque)
    _since: float | None = None
    """Since when the load is over a limit, or calm; None while it is neither."""

    _was_over: bool = False

    @property
    def wait_s(self) -> float:
        """The 99th percentile of the waits of the last seconds."""
        waits = sorted(wait for _, wait in self._waits)
        return waits[int(len(waits) * 0.99)] if waits else 0.0

    def measured(self, wait_s: float) -> None:
        """Take in a wait that was measured now, and drop a class more or one fewer where it is time."""
        at, limits = self.clock(), self.limits
        self._waits.append((at, wait_s))
        while self._waits[0][0] < at - limits.window_s:
            self._waits.popleft()
        share = max(self.wait_s / limits.wait_s, self.in_flight / limits.in_flight)
        over = share > 1
        if not over and share > limits.calm:
            self._since = None
            return
        if self._since is None or over is not self._was_over:
            self._since, self._was_over = at, over
        if at - self._since >= (limits.worse_after_s if over else limits.better_after_s):
            self._since = at
            self.level = min(self.level + 1, _MOST) if over else max(self.level - 1, 0)

    async def watch(self) -> None:
        """Measure until cancelled: a probe goes through the event loop and the pool of threads, as requests do."""
        while True:
            began = self.clock()
            probe = asyncio.create_task(run_in_threadpool(self.clock))
            while not (await asyncio.wait({probe}, timeout=_PROBE_EVERY * 4))[0]:
                self.measured(self.clock() - began)  # it is not back yet: that long already
            self.measured(max(self.clock() - began, 0.0))
            await asyncio.sleep(_PROBE_EVERY)

    def drops(self, sacrifice: Sacrifice) -> bool:
        """Whether requests of a class are dropped now."""
        return sacrifice.rank != NEVER and sacrifice.rank < self.level


_MOST: Final = sum(each.rank != NEVER for each in order())


class Overload:
    """Answers 503 in the place of what is dropped, and counts what is being answered."""

    def __init__(self, app: ASGIApp, kinds: Kinds, load: Load) -> None:
        """Wrap an application whose routes are known."""
        self.app, self._kinds, self.load = app, kinds, load
        self._said = {each.name: _words(each) for each in order()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say that it is dropped."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        kind = scope["fangxian.kind"] = self._kinds.of(scope["method"], scope["path"])
        sacrifice = sacrifice_of(kind, scope)
        if self.load.drops(sacrifice):
            await self._refusal(sacrifice, scope)(scope, receive, send)
            return
        self.load.in_flight += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.load.in_flight -= 1

    def _refusal(self, sacrifice: Sacrifice, scope: Scope) -> Response:
        json, page = self._said[sacrifice.name]
        # Not all at the same second: whoever is dropped together would come back together.
        retry_s = round(self.load.limits.retry_s * (self.load.level + random.random()))  # noqa: S311 - no secret
        headers = {"Retry-After": str(max(retry_s, 1)), "Fangxian-Dropped": sacrifice.name}
        if scope["path"].startswith("/api/"):
            return Response(json, 503, headers, "application/json")
        return Response(page, 503, headers, "text/html; charset=utf-8")


def sacrifice_of(kind: Kind, scope: Scope) -> Sacrifice:
    """Return the class of a request: a phone whose code lasts can wait; whoever lies about it only waits themselves."""
    if kind.while_lasting is None or kind.while_lasting.lasting_s is None:
        return kind.sacrifice
    ends = Headers(scope=scope).get(LASTS, "")
    lasts = ends.isdecimal() and len(ends) < 12 and int(ends) - time.time() > kind.while_lasting.lasting_s
    return kind.while_lasting if lasts else kind.sacrifice


def _words(sacrifice: Sacrifice) -> tuple[bytes, bytes]:
    zh = f"现在人太多，先保证扫码通行。暂停的是：{sacrifice.words.zh}。请稍后再试；手机上的码离线仍可出示。"
    en = (
        f"Too many people at once: passing gates comes first. Paused for now: {sacrifice.words.en}. Please try again a little later; "
        "the code on your phone can be shown without a network."
    )
    page = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>503</title><p>{zh}<p lang="en">{en}'
    return orjson.dumps({"error": {"zh": zh, "en": en}}), page.encode()
