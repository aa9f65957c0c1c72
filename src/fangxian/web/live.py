"""The living code as one application: pages for citizens and gates, the interface for machines, health for whoever runs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import psycopg
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from fangxian.errors import FangxianError, UnavailableError
from fangxian.exchange.asking import recognise_shown
from fangxian.facts import Text
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.services.sign_in import SignIn
from fangxian.store.serving import Serving
from fangxian.web.api.app import PREFIX, api
from fangxian.web.api.refusing import TRY_AGAIN
from fangxian.web.citizen.routes import citizen_routes
from fangxian.web.exchange.machine import machine_routes
from fangxian.web.exchange.page import recognition_routes
from fangxian.web.gate.elsewhere import PATIENCE
from fangxian.web.gate.gates import Gates
from fangxian.web.gate.reading import ReadingProcesses
from fangxian.web.gate.routes import routes as gate_routes
from fangxian.web.guard import PROBLEMS, SecurityHeaders
from fangxian.web.language import words_for
from fangxian.web.libraries import STATIC
from fangxian.web.public.routes import public_routes
from fangxian.web.public.trips import trip_routes
from fangxian.web.running.health import health_routes
from fangxian.web.running.kinds import Kinds
from fangxian.web.running.metrics import Measured, metrics_route, tell
from fangxian.web.running.overload import Limits, Load, Overload
from fangxian.web.running.rates import Rates
from fangxian.web.staff.asking import status_of
from fangxian.web.staff.routes import staff_routes
from fangxian.web.templating import environment, render
from fangxian.web.words import all_words
from fangxian.web.work.routes import work_routes


def live_routes(
    living: Living, serving: Serving, sign_in: SignIn | None = None, readers: ReadingProcesses | None = None
) -> list[BaseRoute]:
    """Return every route of the living code but its static files and its front door."""
    templates = environment()
    gates = Gates(
        store=living.store,
        policy=living.policy,
        serving=serving,
        keys=living.signing.ring,
        person_id=living.vault.person_id,
        clock=living.clock,
        templates=templates,
        readers=readers,
        recognise=partial(recognise_shown, living, patience=PATIENCE),
    )
    return [
        *gate_routes(gates),  # before the interface: the ways of gates are under its prefix, and faster
        *machine_routes(living),
        *recognition_routes(living, templates),
        *trip_routes(living, templates),
        *public_routes(living, templates),
        *citizen_routes(living, templates),
        Route("/me/worker.js", _worker),
        *((*work_routes(living, templates), *staff_routes(living, templates, sign_in)) if sign_in else ()),
        Mount(PREFIX, api(living, sign_in)),
        *health_routes(living, serving),
    ]


def live_application(
    living: Living,
    serving: Serving,
    *,
    hosts: Sequence[str],
    sign_in: SignIn | None = None,
    limits: Limits | None = None,
    rates: Mapping[str, Any] | None = None,
    metrics_token: str | None = None,
    readers: ReadingProcesses | None = None,
) -> Starlette:
    """Return the application that answers under the names `hosts`; staff have pages where they can sign in.

    Above `limits` requests are dropped, above `rates` those of one client; `metrics_token` lets scrapes in that do not come from
    this machine.
    """
    all_words()  # read now: it takes a second, and many who ask first would each read them
    routes = [
        Route("/", _front_door),
        *live_routes(living, serving, sign_in, readers),
        metrics_route(living, metrics_token),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    load = Load(limits or Limits.packaged())

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        watching = [asyncio.create_task(load.watch()), asyncio.create_task(tell(load, serving))]
        yield
        for task in watching:
            task.cancel()

    around = [
        Middleware(Measured),
        Middleware(SecurityHeaders),
        Middleware(TrustedHost, allowed_hosts=list(hosts)),
        Middleware(Overload, kinds=Kinds(routes), load=load),
        Middleware(Rates, said=rates),
        Middleware(GZipMiddleware),
    ]
    return Starlette(routes=routes, middleware=around, exception_handlers=refusals(), lifespan=lifespan)


class TrustedHost(TrustedHostMiddleware):
    """Answers under our names alone; but who probes or scrapes a process names it by its address, and reads nothing of anybody."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that names us."""
        await (self.app if scope.get("path") in ("/health", "/ready", "/metrics") else super().__call__)(scope, receive, send)


def refusals() -> Mapping[Any, Any]:
    """Return what pages answer with instead of an answer, by the kind of error."""
    templates = environment()

    def refused(request: Request, error: Exception) -> Response:
        said = all_words()
        if isinstance(error, UnavailableError | psycopg.OperationalError):
            return _problem(request, said["problem.unavailable"], 503, TRY_AGAIN)
        if isinstance(error, RefusedError):
            return _problem(request, error.words, status_of(error))
        if isinstance(error, FangxianError):
            return _problem(request, said["me.failed"], 400)
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _problem(request, said[PROBLEMS.get(status, "me.failed")], status)

    def _problem(request: Request, said: Text, status: int, headers: Mapping[str, str] | None = None) -> Response:
        if request.url.path.startswith(PREFIX):
            return JSONResponse({"problem": said._asdict()}, status, headers)
        words = words_for(request)
        back = next((door for door in ("/me", "/staff") if request.url.path.startswith(door)), "/")
        values = {"said": words.of(said), "back": back, "here": "", "policy": None, "session": None}
        return HTMLResponse(render(templates, "citizen/problem.html", words, **values), status, headers)

    return {HTTPException: refused, FangxianError: refused, psycopg.OperationalError: refused, Exception: refused}


async def _front_door(request: Request) -> Response:
    return RedirectResponse("/me", 303)


async def _worker(request: Request) -> Response:
    """Answer with the worker that shows the code without a network; its reach is the citizen's pages, and no other."""
    headers = {"Service-Worker-Allowed": "/me"}
    return FileResponse(STATIC / "citizen" / "worker.js", media_type="text/javascript", headers=headers)
