"""The two requests that everybody makes at once: scans, and codes at eight in the morning. They go straight to what answers them.

What stands around every other request (`live_application`) is half of what such a request costs. Here the same is asked in one
place, and nothing is looked for: whoever names another host, is dropped under overload or brings scans by the dozen goes the way of
all requests.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from fangxian.web.api.bare import BareRoute
from fangxian.web.guard import HEADERS, NEVER_KEPT
from fangxian.web.permitted import Permitted
from fangxian.web.running.kinds import Kind, Kinds
from fangxian.web.running.metrics import count
from fangxian.web.running.overload import Load, sacrifice_of
from fangxian.web.running.rates import Allowances, too_often

Handlers = Mapping[Any, Callable[[Request, Any], Any]]
"""What answers in the place of an error, by its kind."""

_HEADERS: Final = [(name.lower().encode(), value.encode()) for name, value in (HEADERS | NEVER_KEPT).items()]


_DIGITS: Final = 5
"""From 10,000 bytes on a body is long."""


@dataclass(frozen=True)
class Way:
    """A route to which requests go directly: its kind, its address, what answers, and what does so in the place of an error."""

    kind: Kind
    method: str
    address: re.Pattern[str]
    endpoint: Callable[[Request], Awaitable[Response]]
    handlers: Handlers

    def named(self, scope: Scope) -> dict[str, str] | None:
        """Return what the address of a request names, None where it is for another route."""
        found = self.address.match(scope["path"]) if scope["type"] == "http" and scope["method"] == self.method else None
        return found.groupdict() if found else None


class Direct:
    """Answers those requests, and leaves all others to the application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: Sequence[BaseRoute],
        handlers: Handlers,
        hosts: Iterable[str],
        kinds: Kinds,
        load: Load,
        allowances: Allowances,
    ) -> None:
        """Wrap an application with these routes; `handlers` are those of its errors."""
        self.app, self._load, self._allowances = app, load, allowances
        self._hosts = frozenset(host.encode() for host in hosts)
        self._ways = tuple(_ways(routes, handlers, kinds))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        way, named = next(((way, named) for way in self._ways if (named := way.named(scope)) is not None), (None, None))
        if way is None or not self._is_plain(scope) or self._load.drops(sacrifice_of(way.kind, scope)):
            await self.app(scope, receive, send)
            return
        scope["path_params"] = named
        began, status = time.perf_counter(), 500
        scope["fangxian.kind"] = way.kind
        self._load.in_flight += 1
        try:
            response = await self._answer(way, Request(scope, receive))
            status = response.status_code
            brought = {name for name, _ in response.raw_headers}
            response.raw_headers += [header for header in _HEADERS if header[0] not in brought]
            await response(scope, receive, send)
        finally:
            self._load.in_flight -= 1
            count(scope, status, seconds=time.perf_counter() - began)

    def _is_plain(self, scope: Scope) -> bool:
        """Whether a request names us, and is as short as it is where somebody stands there; a long one has a long answer, to be packed."""
        told = dict(scope["headers"])
        length = told.get(b"content-length", b"")
        return told.get(b"host", b"").partition(b":")[0] in self._hosts and length.isdigit() and len(length) < _DIGITS

    async def _answer(self, way: Way, request: Request) -> Response:
        if wait_s := self._allowances.wait_s(way.kind, request.scope):
            return too_often(request.scope, wait_s)
        try:
            response = await way.endpoint(request)
        except Exception as error:
            # What nobody expected is said by the application around us, which also tells the log.
            handler = next((way.handlers[kind] for kind in type(error).__mro__ if kind in way.handlers and kind is not Exception), None)
            if handler is None:
                raise
            said = handler(request, error)
            response = await said if isawaitable(said) else said
        self._allowances.answered(way.kind, request.scope, response.status_code)
        return response


def _ways(routes: Iterable[BaseRoute], handlers: Handlers, kinds: Kinds, *, under: str = "") -> Iterator[Way]:
    """Yield a way for each route that says that it is asked for directly, those of a mounted interface included."""
    for route in routes:
        if isinstance(route, Mount) and isinstance(route.app, FastAPI):
            inner = [each for included in route.app.routes for each in getattr(included, "original_router", route.app).routes]
            yield from _ways(inner, route.app.exception_handlers, kinds, under=route.path)
        elif isinstance(route, BareRoute):
            yield _way(f"{under}{route.path}", route.get_route_handler(), handlers, kinds)
        elif isinstance(route, Permitted) and route.directly:
            yield _way(route.path, route.endpoint, handlers, kinds)


def _way(path: str, endpoint: Callable[[Request], Awaitable[Response]], handlers: Handlers, kinds: Kinds) -> Way:
    return Way(kinds.of("POST", path), "POST", compile_path(path)[0], endpoint, handlers)
