"""What every answer of the page carries, and what every request must be: from this machine, from this page, and small."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it a browser sends a form of this very page with the origin "null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Scripts and styles come from files of this page only; nothing may be asked of another machine."""

NEVER_KEPT: Final = {"Cache-Control": "no-store"}
"""What is no static file is never stored by a browser or proxy, unless it says otherwise itself."""

WITH_CAMERA: Final = {"Permissions-Policy": "camera=(self), geolocation=(), microphone=()"}
"""What a page brings that reads codes by the camera; no other may."""

LONGEST_FORM: Final = 4096
"""Bytes; the look-up's form has a few hundred."""

LONGEST_LETTER: Final = 32_768
"""Bytes of a form with words: those of an appeal may be 2,000 characters, and a Chinese one takes nine."""


PROBLEMS: Final = {
    403: "problem.origin",
    404: "problem.not_found",
    405: "problem.method",
    413: "problem.too_large",
    415: "problem.kind",
}
"""The words for what is refused before anybody's work begins, by status."""

FORM: Final = "application/x-www-form-urlencoded"


class SecurityHeaders:
    """Adds the headers to every answer that does not bring its own; what is not a static file is never stored by a browser or proxy."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", NEVER_KEPT["Cache-Control"])
            await send(message)

        await self.app(scope, receive, with_headers)


class HeadAsGet:
    """Answers a HEAD as the GET of the same address, whose body the server leaves out: no handler takes it for a form that was sent."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; the server keeps its own note of the method."""
        await self.app({**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope, receive, send)


def comes_from_elsewhere(headers: Headers) -> bool:
    """Say whether another site's page made the browser send this: such a request must not look anybody up."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host", "")


def is_of_kind(headers: Headers, kind: str) -> bool:
    """Say whether a body is of a media type, as far as its sender says one: a call without a body need not."""
    said = headers.get("content-type", kind)
    return said.partition(";")[0].strip().lower() == kind


async def short_body(request: Request, *, most: int = LONGEST_FORM) -> bytes | None:
    """Return a request's body, or None where it is longer than a form can be; the rest is not read."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return body
