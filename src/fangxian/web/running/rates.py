"""How often one client may ask: limits per address and per session, from rates.yaml, counted by the library `limits` in memory.

The address is that of the connection, or what a trusted proxy says it is: the server puts it there before anybody here looks.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import yaml
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fangxian.web.asking import COOKIE
from fangxian.web.bearer import bearer_of
from fangxian.web.client import counted_as
from fangxian.web.running.kinds import Kind
from fangxian.web.staff.asking import COOKIE as STAFF_COOKIE

_UNKNOWN, _REFUSED = 401, 400
_Limit = tuple[str, RateLimitItem]


class Rates:
    """Answers 429 to whoever asks too often. Stands behind `Overload`, which knows the kind of a request."""

    def __init__(self, app: ASGIApp, said: Mapping[str, Any] | None = None) -> None:
        """Wrap an application, with the limits of rates.yaml by default."""
        said = said or described()
        self.app, self._counted = app, SlidingWindowCounterRateLimiter(MemoryStorage())
        self._free = frozenset(said["free"])
        self._of_route: dict[str, _Limit] = {}
        for name, each in said["per_address"].items():
            self._of_route |= dict.fromkeys(each.get("routes", ()), (name, parse(each["limit"])))
        self._of_address = "other", parse(said["per_address"]["other"]["limit"])
        self._of_own_route: dict[str, _Limit] = {}
        for name, each in said["per_session"].items():
            self._of_own_route |= dict.fromkeys(each.get("routes", ()), (name, parse(each["limit"])))
        self._of_writes = "write", parse(said["per_session"]["write"]["limit"])
        self._of_session = "other", parse(said["per_session"]["other"]["limit"])
        self._of_devices, self._of_guesses = frozenset(said["unknown_token"]["routes"]), parse(said["unknown_token"]["limit"])
        self._devices: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say that it came too soon."""
        kind: Kind | None = scope.get("fangxian.kind")
        if kind is None or (route := f"{_method(scope)} {kind.template}") in self._free:
            await self.app(scope, receive, send)
            return
        if route in self._of_devices:
            await self._answer_device(scope, receive, send)
            return
        for (name, limit), whose in self._asked(route, scope):
            if not self._counted.hit(limit, name, whose):
                ends_at = self._counted.get_window_stats(limit, name, whose).reset_time
                await _refusal(scope, max(1, math.ceil(ends_at - time.time())))(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _answer_device(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that bears a device's token, and count those that turn out to be nobody's.

        A gate goes on at an address from where somebody guesses: its token was a device's here before. The tokens are not kept.
        """
        if not (token := bearer_of(Headers(scope=scope))):
            await self.app(scope, receive, send)  # which asks for one
            return
        mark, whose = sha256(token.encode()).digest(), ("unknown token", f"address {counted_as(scope)}")
        if mark not in self._devices and not self._counted.test(self._of_guesses, *whose):
            ends_at = self._counted.get_window_stats(self._of_guesses, *whose).reset_time
            await _refusal(scope, max(1, math.ceil(ends_at - time.time())))(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == _UNKNOWN:
                    self._devices.discard(mark)
                    self._counted.hit(self._of_guesses, *whose)
                elif message["status"] < _REFUSED:
                    self._devices.add(mark)
            await send(message)

        await self.app(scope, receive, noting)

    def _asked(self, route: str, scope: Scope) -> Iterator[tuple[_Limit, str]]:
        yield self._of_route.get(route, self._of_address), f"address {counted_as(scope)}"
        if session := _session(scope):
            usual = self._of_writes if scope["method"] == "POST" else self._of_session
            yield self._of_own_route.get(route, usual), f"session {session}"


@cache
def described() -> Mapping[str, Any]:
    """Return the file as it is written."""
    read: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "rates.yaml").read_text("utf-8"))
    return read


def _session(scope: Scope) -> str:
    """Return a mark of the session that a request bears, empty where it bears none; the secret itself is not kept."""
    headers = Headers(scope=scope)
    cookies = cookie_parser(headers.get("cookie", ""))
    secret = headers.get("authorization", "") or cookies.get(COOKIE, "") or cookies.get(STAFF_COOKIE, "")
    return sha256(secret.encode()).hexdigest()[:24] if secret else ""


def _method(scope: Scope) -> str:
    return "GET" if scope["method"] == "HEAD" else str(scope["method"])


def _refusal(scope: Scope, wait_s: int) -> Response:
    zh, en = f"请求过于频繁，请在 {wait_s} 秒后再试。", f"That was too often. Please try again in {wait_s} seconds."
    headers = {"Retry-After": str(wait_s)}
    if scope["path"].startswith("/api/"):
        form = "problem" if scope["path"].startswith("/api/v1/gate/") else "error"  # as each says what is wrong
        return Response(orjson.dumps({form: {"zh": zh, "en": en}}), 429, headers, "application/json")
    page = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>429</title><p>{zh}<p lang="en">{en}'
    return Response(page, 429, headers, "text/html; charset=utf-8")
