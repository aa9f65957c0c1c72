"""What a scrape is told: requests by their route, the load, the codes in memory, and what waits in the store."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Final

import psycopg
from prometheus_client import REGISTRY as OWN_REGISTRY
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fangxian.services.living import Living
from fangxian.services.this_machine import is_here
from fangxian.store.serving import Serving
from fangxian.web.bearer import bearer_of
from fangxian.web.client import client_of
from fangxian.web.running.kinds import Kind
from fangxian.web.running.overload import Load

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which the processes of one machine put their numbers together; the library reads it too."""

_REQUESTS: Final = Counter("fangxian_requests", "Requests answered.", ["method", "route", "status"])
_SECONDS: Final = Histogram(
    "fangxian_request_seconds",
    "How long answers took.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
_DROPPED: Final = Gauge("fangxian_dropped_classes", "How many classes of requests a process drops.", multiprocess_mode="liveall")
_WAIT: Final = Gauge("fangxian_wait_seconds", "How long a request waits before anything is done for it, p99.", multiprocess_mode="liveall")
_IN_FLIGHT: Final = Gauge("fangxian_requests_in_flight", "Requests that are being answered.", multiprocess_mode="liveall")
_LOADS: Final = Gauge("fangxian_serving_loads", "How often a process read all codes into memory.", multiprocess_mode="liveall")
_HITS: Final = Gauge("fangxian_serving_hits", "Hits in a process's memory at its last load.", multiprocess_mode="liveall")
_HEARD: Final = Gauge(
    "fangxian_serving_age_seconds",
    "For how long a process has not heard from the store: about a second where all is well.",
    multiprocess_mode="liveall",
)

_QUERIES: Final = {
    "fangxian_pending_codes": ("People whose code waits to be decided again.", "SELECT count(*) FROM code.pending"),
    "fangxian_unheard_alerts": ("Alerts of gates that nobody has heard of.", "SELECT count(*) FROM gate.alert WHERE heard_at IS NULL"),
    "fangxian_unsealed_seconds": (
        "The age of the oldest event of the audit that no seal covers.",
        "SELECT coalesce(extract(epoch FROM %(at)s::timestamp - min(at)), 0)::float8 FROM audit.event WHERE written_by >= "
        "coalesce((SELECT until_transaction FROM audit.seal ORDER BY number DESC LIMIT 1), '0'::xid8)",
    ),
}
_TELL_EVERY: Final = 1.0


class Measured:
    """Counts every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application in which somebody finds the kind of each request."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and count it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            count(scope, status, seconds=time.perf_counter() - began)


def count(scope: Scope, status: int, *, seconds: float) -> None:
    """Count an answer, refusals included, by the route as it is declared: never by the address that was asked for."""
    kind: Kind | None = scope.get("fangxian.kind")
    method, route = (scope["method"], kind.template) if kind and kind.template != "unknown" else ("unknown", "unknown")
    requests, took = _counters(method, route, status)
    requests.inc()
    took.observe(seconds)


@cache
def _counters(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return what counts such answers: the library takes longer to find them than to count."""
    return _REQUESTS.labels(method, route, status), _SECONDS.labels(method, route)


async def tell(load: Load, serving: Serving) -> None:
    """Tell how this process is, until cancelled."""
    while True:
        _DROPPED.set(load.level)
        _WAIT.set(load.wait_s)
        _IN_FLIGHT.set(load.in_flight)
        _LOADS.set(serving.loads)
        _HITS.set(serving.hits)
        _HEARD.set(serving.silent_for / timedelta(seconds=1))
        await asyncio.sleep(_TELL_EVERY)


def metrics_route(living: Living, token: str | None) -> Route:
    """Return the route for scrapes: from this machine, or with the token where there is one."""

    def scrape(request: Request) -> Response:
        if not _may(request, token):
            return PlainTextResponse("forbidden\n", 403)
        own = OWN_REGISTRY
        if SHARED in os.environ:
            own = CollectorRegistry()
            multiprocess.MultiProcessCollector(own)  # type: ignore[no-untyped-call]
        waiting = CollectorRegistry()
        waiting.register(_Waiting(living))
        return Response(generate_latest(own) + generate_latest(waiting), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return Route("/metrics", scrape)


class _Waiting:
    """What waits in the store, asked when it is collected; nothing where the store does not answer, which itself is told."""

    def __init__(self, living: Living) -> None:
        self._living = living

    def collect(self) -> Iterable[GaugeMetricFamily]:
        answered = 1
        try:
            with self._living.store.pool.connection(timeout=2) as connection:
                for name, (meaning, query) in _QUERIES.items():
                    row = connection.execute(query, {"at": self._living.clock()}).fetchone()
                    yield GaugeMetricFamily(name, meaning, value=row[0] if row else 0)
        except psycopg.Error:
            answered = 0
        yield GaugeMetricFamily("fangxian_store_answers", "Whether the store answers.", value=answered)


def _may(request: Request, token: str | None) -> bool:
    if token and (given := bearer_of(request.headers)):
        return secrets.compare_digest(given.encode(), token.encode())
    return is_here(client_of(request))
