"""What a page's handler is given: the request's form, the reader's words, and who came in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fangxian.services.accounts import Session, session_of
from fangxian.services.acting import expect_may
from fangxian.services.living import Living
from fangxian.services.members import Member, member_at
from fangxian.web.guard import FORM, LONGEST_LETTER, comes_from_elsewhere, is_of_kind, short_body
from fangxian.web.language import words_for
from fangxian.web.words import Words
from fangxian.work.roles import Action

COOKIE: Final = "fangxian_session"
TICKET: Final = "fangxian_ticket"
"""By which the browser that asked for a one-time code is known, while it counts."""

DEVICE: Final = "fangxian_device"
DEVICE_LASTS: Final = timedelta(days=365)
"""By which a browser that came in before asks for a code again, whatever strangers ask for."""

LOG_IN: Final = "/me"


@dataclass(frozen=True)
class Asked:
    """One request of a page: the fields of its form, the reader's language, the session if there is one, the route's action."""

    request: Request
    form: Mapping[str, Sequence[str]]
    words: Words
    session: Session | None
    action: Action | None

    def one(self, name: str) -> str:
        """Return the first value of a field, empty where there is none."""
        return next(iter(self.form.get(name, ())), "")

    @property
    def mine(self) -> Session:
        """The session; nobody who has none comes here, for the route refuses them."""
        assert self.session is not None  # noqa: S101
        return self.session

    @property
    def place(self) -> int:
        """The place on the phone's list that the address names."""
        return int(self.request.path_params["place"])

    def member(self, living: Living, place: int | None = None) -> Member:
        """Return who is at a place, by default the address's; raises RefusedError where nobody is, or the action may not be done there."""
        found = member_at(living, self.mine.phone_index, self.place if place is None else place)
        assert self.action is not None  # noqa: S101  (every route for whoever has a session has one)
        expect_may(found.acting, self.action)
        return found


Handler = Callable[[Asked], Response]


def page(living: Living, handler: Handler, *, action: Action | None) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a handler, which runs in a thread: it asks the store.

    Whoever has no session is sent to log in where an action is asked for.
    """

    async def endpoint(request: Request) -> Response:
        form = await form_of(request)
        secret = request.cookies.get(COOKIE, "")
        session = await run_in_threadpool(session_of, living, secret) if secret else None
        if action is not None and session is None:
            return RedirectResponse(LOG_IN, 303)
        return await run_in_threadpool(handler, Asked(request, form, words_for(request), session, action))

    return endpoint


async def form_of(request: Request) -> dict[str, list[str]]:
    """Return the fields of a request's form; one from another site or of another kind is refused, one that is too long is not read."""
    if request.method != "POST":
        return {}
    if comes_from_elsewhere(request.headers):
        raise HTTPException(403)
    if not is_of_kind(request.headers, FORM):
        raise HTTPException(415)
    body = await short_body(request, most=LONGEST_LETTER)
    if body is None:
        raise HTTPException(413)
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)


def keep_for_log_in(response: Response, name: str, value: str, *, secure: bool, lasts: timedelta) -> Response:
    """Let the browser keep what it shows again when it logs in, and nowhere else."""
    longest = int(lasts.total_seconds())
    response.set_cookie(name, value, max_age=longest, httponly=True, secure=secure, samesite="lax", path="/me/log-in")
    return response


def keep_session(response: Response, session: Session, *, secure: bool) -> Response:
    """Let the browser keep a session: no script reads it, no other site sends it."""
    response.set_cookie(COOKIE, session.secret, max_age=30 * 24 * 3600, httponly=True, secure=secure, samesite="lax", path="/")
    return response
