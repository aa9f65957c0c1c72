"""The application under /api/v1: its routes by audience, and how refusals are said."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from fangxian.errors import FangxianError, UnavailableError
from fangxian.services.living import Living
from fangxian.services.refusals import BadAnswerError, RefusedError, TooManyError
from fangxian.services.sign_in import SignIn
from fangxian.web.api.citizen import citizen_api
from fangxian.web.api.saying import both
from fangxian.web.api.staff import staff_api
from fangxian.web.exchange.api import recognition_api
from fangxian.web.exchange.gbt38963 import gbt38963_api
from fangxian.web.words import all_words
from fangxian.work.permissions import Forbidden

log = logging.getLogger(__name__)

PREFIX = "/api/v1"
TRY_AGAIN = {"Retry-After": "10"}
"""What whoever meets a part that does not answer is told."""


def api(living: Living, sign_in: SignIn | None = None) -> FastAPI:
    """Return the application; mount it under PREFIX. Without a way for staff to sign in it has no routes of theirs."""
    app = FastAPI(
        title="Fangxian 防线",
        version="1",
        description="事实进，颜色与理由出。 Facts in; colours and reasons out. Times are UTC.",
        docs_url=None,
        redoc_url=None,
    )
    for router in (citizen_api, recognition_api, gbt38963_api):
        app.include_router(router(living))
    if sign_in:
        app.include_router(staff_api(living, sign_in))

    @app.exception_handler(Forbidden)
    async def forbidden(request: Request, error: Forbidden) -> JSONResponse:
        return JSONResponse({"error": both(error.words)}, 403)

    @app.exception_handler(RefusedError)
    async def refused(request: Request, error: RefusedError) -> JSONResponse:
        return _said(error, {"zh": error.words.zh, "en": error.words.en})

    @app.exception_handler(FangxianError)
    async def failed(request: Request, error: FangxianError) -> JSONResponse:
        # No refusal but a fault: whoever runs the system can mend it, and it holds nothing of a person.
        log.warning("the interface failed: %s", error)
        return JSONResponse({"error": both(all_words()["me.failed"])}, 400)

    @app.exception_handler(UnavailableError)
    @app.exception_handler(psycopg.OperationalError)
    async def unavailable(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"error": both(all_words()["problem.unavailable"])}, 503, headers=TRY_AGAIN)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        # Where and what kind, never what was sent, which may be somebody's: nor a name that is none of ours.
        problems = [{"where": _where(each["loc"], _declared(app)), "what": each["type"]} for each in error.errors()]
        return JSONResponse(
            {"error": {"zh": "请求格式不对。", "en": "The request is not of the described form."}, "problems": problems}, 422
        )

    return app


def _declared(app: FastAPI) -> frozenset[str]:
    """Return the names that the interface itself has for what it is sent."""
    schemas = app.openapi()["components"]["schemas"].values()
    return frozenset({"body", "query", "path"} | {name for schema in schemas for name in schema.get("properties", ())})


def _where(place: Sequence[Any], declared: frozenset[str]) -> str:
    return ".".join(str(part) for part in place if isinstance(part, int) or part in declared)


def _said(error: RefusedError, words: dict[str, str]) -> JSONResponse:
    if isinstance(error, BadAnswerError):
        problems = [{"where": where, "zh": text.zh, "en": text.en} for where, text in error.problems.items()]
        return JSONResponse({"error": words, "problems": problems}, 422)
    if isinstance(error, TooManyError):
        return JSONResponse({"error": words}, 429, headers={"Retry-After": str(error.retry_after)})
    return JSONResponse({"error": words}, 409)
