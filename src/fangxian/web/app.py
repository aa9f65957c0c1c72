"""The page's application: its routes, and what stands around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from fangxian.code.explain import compile_for
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.store.journal import Journal
from fangxian.web.figures.examples import read_examples
from fangxian.web.figures.page import read_figures
from fangxian.web.guard import PROBLEMS, SecurityHeaders
from fangxian.web.language import words_for
from fangxian.web.libraries import STATIC
from fangxian.web.look_up import LookUp
from fangxian.web.pages import Pages
from fangxian.web.templating import environment, render

HOSTS: Final = ["127.0.0.1", "localhost"]
"""The names under which the page answers: another name that points here is somebody else's page."""


def application(lake: Lake, *, beside: Sequence[BaseRoute] = (), refusals: Mapping[Any, Any] = MappingProxyType({})) -> Starlette:
    """Return the application for a lake whose page figures were computed. Raises FangxianError where they were not.

    `beside` are other routes under the same roof, whose refusals are answered by their own handlers.
    """
    figures, examples, templates = read_figures(lake), read_examples(lake), environment()
    engine = DuckDBEngine(lake, memory="2GB")
    look_up = LookUp(engine, Journal(lake.path / "access.jsonl"))
    pages = Pages(lake, figures, examples, templates, look_up, has_living=bool(beside))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        warming = asyncio.create_task(asyncio.to_thread(compile_for, figures.policy))
        yield
        await asyncio.gather(warming, return_exceptions=True)
        engine.close()

    async def failed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        key = PROBLEMS.get(status, "problem.failed")
        return HTMLResponse(render(templates, "problem.html", words_for(request), key=key, values={}), status)

    routes: list[BaseRoute] = [
        Route("/", pages.page),
        Route("/day", pages.day),
        Route("/county/{region_code}", pages.county),
        Route("/drawing/map.json", pages.map_drawing),
        Route("/drawing/codes.json", pages.codes_drawing),
        Route("/person", pages.person, methods=["POST"]),
        Route("/refused.xlsx", pages.workbook),
        *beside,
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    around = [Middleware(SecurityHeaders), Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS), Middleware(GZipMiddleware)]
    handlers: Mapping[Any, Any] = {HTTPException: failed, Exception: failed, **refusals}
    return Starlette(routes=routes, middleware=around, exception_handlers=handlers, lifespan=lifespan)
