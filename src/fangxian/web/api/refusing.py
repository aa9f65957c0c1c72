"""How the interface refuses: every refusal has one form, which its description names for every call."""

# No postponed annotations here, as in `api.citizen`.
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from fangxian.errors import FangxianError, UnavailableError
from fangxian.services.refusals import BadAnswerError, RefusedError, TooManyError
from fangxian.web.api.saying import both
from fangxian.web.guard import PROBLEMS, is_of_kind, short_body
from fangxian.web.words import all_words
from fangxian.work.permissions import Forbidden

log = logging.getLogger(__name__)

LONGEST_CALL: Final = 65_536
"""Bytes of a call's body: the words of an answer may be 10,000 characters, and JSON may write one in six bytes."""

TRY_AGAIN: Final = {"Retry-After": "10"}
"""What whoever meets a part that does not answer is told."""


class Words(BaseModel):
    """One sentence in both languages."""

    zh: str
    en: str


class Wrong(BaseModel):
    """What is wrong with one thing that was sent: where it stood, and a word for what it is, or a sentence."""

    where: str
    what: str | None = None
    zh: str | None = None
    en: str | None = None


class Problem(BaseModel):
    """Why nothing was done; it repeats nothing of what was sent."""

    error: Words
    problems: list[Wrong] = []


_WORDS: Final = {**PROBLEMS, 401: "api.unknown"}

REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}
"""What any call may be refused with."""


async def only_short_json(request: Request) -> None:
    """Refuse a body of another kind or too long, also where a call needs none: what is refused must not have been done.

    The limit of the application speaks when a body is read, and who reads none would be refused after the work.
    """
    _expect_json(request)
    await request.body()


async def short_json(request: Request) -> bytes:
    """Return a body that the limit of the application does not speak for; it is refused as all are."""
    _expect_json(request)
    body = await short_body(request, most=LONGEST_CALL)
    if body is None:
        raise HTTPException(413)
    return body


def _expect_json(request: Request) -> None:
    if not is_of_kind(request.headers, "application/json"):
        raise HTTPException(415)


def refuse_in_one_form(app: FastAPI) -> None:
    """Let an application answer every refusal as a `Problem`."""

    @app.exception_handler(HTTPException)
    async def no_such(request: Request, error: HTTPException) -> JSONResponse:
        said = both(all_words()[_WORDS.get(error.status_code, "api.unreadable")])
        return JSONResponse({"error": said}, error.status_code, error.headers)

    @app.exception_handler(Forbidden)
    async def forbidden(request: Request, error: Forbidden) -> JSONResponse:
        return JSONResponse({"error": both(error.words)}, 403)

    @app.exception_handler(RefusedError)
    async def refused(request: Request, error: RefusedError) -> JSONResponse:
        return _said(error, both(error.words))

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
        return JSONResponse({"error": both(all_words()["api.unreadable"]), "problems": problems}, 422)


def _declared(app: FastAPI) -> frozenset[str]:
    """Return the names that the interface itself has for what it is sent."""
    schemas = app.openapi()["components"]["schemas"].values()
    return frozenset({"body", "query", "path"} | {name for schema in schemas for name in schema.get("properties", ())})


def _where(place: Sequence[Any], declared: frozenset[str]) -> str:
    return ".".join(str(part) for part in place if isinstance(part, int) or part in declared)


def _said(error: RefusedError, words: Mapping[str, str]) -> JSONResponse:
    if isinstance(error, BadAnswerError):
        problems = [{"where": where, **both(text)} for where, text in error.problems.items()]
        return JSONResponse({"error": words, "problems": problems}, 422)
    if isinstance(error, TooManyError):
        return JSONResponse({"error": words}, 429, headers={"Retry-After": str(error.retry_after)})
    return JSONResponse({"error": words}, 409)
