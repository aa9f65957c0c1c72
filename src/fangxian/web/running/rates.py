"""How often one client may ask: limits per address and per session, from rates.yaml, counted in memory.

The address is that of the connection, or what a trusted proxy says it is: the server puts it there before anybody here looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import yaml
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fangxian.web.asking import COOKIE
from fangxian.web.bearer import bearer_of
from fangxian.web.client import counted_as
from fangxian.web.running.kinds import Kind
from fangxian.web.running.windows import Allowance, Windows
from fangxian.web.staff.asking import COOKIE as STAFF_COOKIE

_UNKNOWN, _REFUSED = 401, 400


class Allowances:
    """Counts requests, and says which come too soon."""

    def __init__(self, said: Mapping[str, Any] | None = None) -> None:
        """Go by the limits of rates.yaml, or by others of its form."""
        said = said or described()
        self._free = frozenset(said["free"])
        self._of_address, self._of_route = _other_and_by_route(said["per_address"])
        self._of_session, self._of_own_route = _other_and_by_route(said["per_session"])
        self._of_writes = Windows(Allowance.of(said["per_session"]["write"]["limit"]))
        self._of_devices, self._guesses = frozenset(said["unknown_token"]["routes"]), Windows(Allowance.of(said["unknown_token"]["limit"]))
        self._devices: set[bytes] = set()

    def wait_s(self, kind: Kind, scope: Scope) -> int:
        """Return in how many seconds a request may come again that comes too soon; 0 where it may be answered, and is counted."""
        route = f"{_method(scope)} {kind.template}"
        if route in self._free:
            return 0
        if route in self._of_devices:
            return self._device_wait_s(scope)
        for counted, whose in self._asked(route, scope):
            if wait_s := counted.wait_s(whose):
                return wait_s
            counted.count(whose)
        return 0

    def _device_wait_s(self, scope: Scope) -> int:
        """Let whoever bears a device's token ask as often as they like, but not from where so many tokens were nobody's.

        A gate goes on at an address from where somebody guesses: its token was a device's here before. The tokens are not kept.
        """
        token = bearer_of(Headers(scope=scope))
        if not token or _mark(token) in self._devices:  # who bears none is asked for one
            return 0
        return self._guesses.wait_s(counted_as(scope))

    def answered(self, kind: Kind, scope: Scope, status: int) -> None:
        """Take in how a request was answered: from that it is known whether a token is a device's."""
        if f"{_method(scope)} {kind.template}" not in self._of_devices or not (token := bearer_of(Headers(scope=scope))):
            return
        if status == _UNKNOWN:
            self._devices.discard(_mark(token))
            self._guesses.count(counted_as(scope))
        elif status < _REFUSED:
            self._devices.add(_mark(token))

    def _asked(self, route: str, scope: Scope) -> Iterator[tuple[Windows, str]]:
        yield self._of_route.get(route, self._of_address), counted_as(scope)
        usual = self._of_session if _method(scope) == "GET" else self._of_writes
        for session in _sessions(scope):
            yield self._of_own_route.get(route, usual), session


def _other_and_by_route(said: Mapping[str, Any]) -> tuple[Windows, dict[str, Windows]]:
    """Return what counts requests that nothing else is said of, and what counts those of some routes together."""
    by_route: dict[str, Windows] = {}
    for each in said.values():
        by_route |= dict.fromkeys(each.get("routes", ()), Windows(Allowance.of(each["limit"])))
    return Windows(Allowance.of(said["other"]["limit"])), by_route


class Rates:
    """Answers 429 to whoever asks too often. Stands behind `Overload`, which knows the kind of a request."""

    def __init__(self, app: ASGIApp, allowances: Allowances) -> None:
        """Wrap an application."""
        self.app, self._allowances = app, allowances

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say that it came too soon."""
        kind: Kind | None = scope.get("fangxian.kind")
        if kind is None:
            await self.app(scope, receive, send)
            return
        if wait_s := self._allowances.wait_s(kind, scope):
            await too_often(scope, wait_s)(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._allowances.answered(kind, scope, message["status"])
            await send(message)

        await self.app(scope, receive, noting)


@cache
def described() -> Mapping[str, Any]:
    """Return the file as it is written."""
    read: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "rates.yaml").read_text("utf-8"))
    return read


def _sessions(scope: Scope) -> list[str]:
    """Return a mark of each session that a request may be answered for; the secrets themselves are not kept.

    Which of them a page or the interface goes by is theirs to say: one that is only borne along hides none.
    """
    headers = Headers(scope=scope)
    cookies = cookie_parser(headers.get("cookie", ""))
    secrets = {bearer_of(headers), cookies.get(COOKIE, ""), cookies.get(STAFF_COOKIE, "")} - {""}
    return [sha256(secret.encode()).hexdigest()[:24] for secret in sorted(secrets)]


def _method(scope: Scope) -> str:
    return "GET" if scope["method"] == "HEAD" else str(scope["method"])


def _mark(token: str) -> bytes:
    return sha256(token.encode()).digest()


def too_often(scope: Scope, wait_s: int) -> Response:
    """Return what whoever asks too often is told: when to come back."""
    zh, en = f"请求过于频繁，请在 {wait_s} 秒后再试。", f"That was too often. Please try again in {wait_s} seconds."
    headers = {"Retry-After": str(wait_s)}
    if scope["path"].startswith("/api/"):
        form = "problem" if scope["path"].startswith("/api/v1/gate/") else "error"  # as each says what is wrong
        return Response(orjson.dumps({form: {"zh": zh, "en": en}}), 429, headers, "application/json")
    page = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>429</title><p>{zh}<p lang="en">{en}'
    return Response(page, 429, headers, "text/html; charset=utf-8")
