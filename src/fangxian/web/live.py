"""The living code as one application: pages for citizens and gates, the interface for machines, health for whoever runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from fangxian.errors import FangxianError
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.services.sign_in import SignIn
from fangxian.store.serving import Serving
from fangxian.web.api.app import PREFIX, api
from fangxian.web.citizen.routes import citizen_routes
from fangxian.web.gate.gates import Gates
from fangxian.web.gate.routes import routes as gate_routes
from fangxian.web.guard import SecurityHeaders
from fangxian.web.language import words_for
from fangxian.web.libraries import STATIC
from fangxian.web.staff.routes import staff_routes
from fangxian.web.templating import environment, render
from fangxian.web.words import all_words


def live_routes(living: Living, serving: Serving, sign_in: SignIn | None = None, pool: Executor | None = None) -> list[BaseRoute]:
    """Return every route of the living code but its static files and its front door."""
    templates = environment()
    gates = Gates(
        store=living.store,
        policy=living.policy,
        serving=serving,
        keys=living.signing.folder,
        person_id=living.vault.person_id,
        clock=living.clock,
        templates=templates,
        pool=pool,
    )
    return [
        *gate_routes(gates),  # before the interface: the ways of gates are under its prefix, and faster
        *citizen_routes(living, templates),
        Route("/me/worker.js", _worker),
        *(staff_routes(living, templates, sign_in) if sign_in else ()),
        Mount(PREFIX, api(living, sign_in)),
        Route("/health", _alive),
        Route("/ready", _ready(living)),
    ]


def live_application(
    living: Living, serving: Serving, *, hosts: Sequence[str], sign_in: SignIn | None = None, pool: Executor | None = None
) -> Starlette:
    """Return the application that answers under the names `hosts`; staff have pages where they can sign in, `pool` reads gates' codes."""
    all_words()  # read now: it takes a second, and many who ask first would each read them
    routes = [Route("/", _front_door), *live_routes(living, serving, sign_in, pool), Mount("/static", StaticFiles(directory=STATIC))]
    around = [Middleware(SecurityHeaders), Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)), Middleware(GZipMiddleware)]
    return Starlette(routes=routes, middleware=around, exception_handlers=refusals())


def refusals() -> Mapping[Any, Any]:
    """Return what pages answer with instead of an answer, by the kind of error."""
    templates = environment()

    def refused(request: Request, error: Exception) -> Response:
        words = words_for(request)
        if isinstance(error, RefusedError):
            return _problem(request, words.of(error.words), 409)
        if isinstance(error, FangxianError):
            return _problem(request, words("me.failed"), 400)
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _problem(request, words(_PROBLEMS.get(status, "me.failed")), status)

    def _problem(request: Request, said: str, status: int) -> Response:
        return HTMLResponse(render(templates, "citizen/problem.html", words_for(request), said=said), status)

    return {HTTPException: refused, FangxianError: refused, Exception: refused}


_PROBLEMS = {403: "problem.origin", 404: "problem.not_found", 405: "problem.method", 413: "problem.too_large"}


async def _front_door(request: Request) -> Response:
    return RedirectResponse("/me", 303)


async def _worker(request: Request) -> Response:
    """Answer with the worker that shows the code without a network; its reach is the citizen's pages, and no other."""
    headers = {"Service-Worker-Allowed": "/me"}
    return FileResponse(STATIC / "citizen" / "worker.js", media_type="text/javascript", headers=headers)


async def _alive(request: Request) -> Response:
    return PlainTextResponse("alive\n")


def _ready(living: Living) -> Any:
    def ready(request: Request) -> Response:
        """Answer whether the store answers, and a key may sign: a balancer sends nobody here before."""
        try:
            with living.store.pool.connection(timeout=2) as connection:
                connection.execute("SELECT 1")
            living.signing.signer(living.clock())
        except Exception:
            return PlainTextResponse("not ready\n", 503)
        return PlainTextResponse("ready\n")

    return ready
