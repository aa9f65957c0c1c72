"""What a page of the staff is given: the form, the reader's words, who came in; and what is said instead of a page."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fangxian.errors import FangxianError, UnavailableError
from fangxian.services.living import Living
from fangxian.services.refusals import BadAnswerError, RefusedError, TooManyError
from fangxian.services.renewing import lapse_to_warn_of
from fangxian.services.staff import SESSION_LASTS, FactorFirstError, StaffSession, admit, session_of
from fangxian.web.asking import form_of
from fangxian.web.language import keep_choice, words_for
from fangxian.web.staff.places import places_of
from fangxian.web.templating import render
from fangxian.web.words import Words, all_words
from fangxian.work.permissions import Forbidden, Principal
from fangxian.work.roles import Action

log = logging.getLogger(__name__)

COOKIE: Final = "fangxian_staff"
LOG_IN: Final = "/staff/log-in"
FACTOR: Final = "/staff/factor"


@dataclass(frozen=True)
class StaffAsked:
    """One request of a page of the staff."""

    request: Request
    form: Mapping[str, Sequence[str]]
    words: Words
    session: StaffSession | None

    def one(self, name: str) -> str:
        """Return the first value of a field, empty where there is none."""
        return next(iter(self.form.get(name, ())), "")

    @property
    def reference(self) -> str:
        """The reference that the address names."""
        return str(self.request.path_params["reference"])

    @property
    def mine(self) -> StaffSession:
        """The session; nobody who has none comes here, for the route refuses them."""
        assert self.session is not None  # noqa: S101
        return self.session

    @property
    def by(self) -> Principal:
        """Who asks."""
        return self.mine.by


StaffHandler = Callable[[StaffAsked], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class StaffDesk:
    """What the handlers share: the installation and the templates."""

    living: Living
    templates: Environment

    def page(self, asked: StaffAsked, template: str, status: int = 200, **values: Any) -> Response:
        """Return a template of the staff filled in."""
        shared = {
            "policy": self.living.policy,
            "here": asked.request.url.path,
            "session": asked.session,
            "notice": all_words().get(f"notice.{asked.request.query_params.get('done')}"),
            "lapse": lapse_to_warn_of(self.living),
            "may_renew": asked.session is not None and "renewal" in places_of(asked.by),
        }
        html = render(self.templates, f"staff/{template}", asked.words, **shared, **values)
        return keep_choice(asked.request, HTMLResponse(html, status))

    def endpoint(self, handler: StaffHandler, actions: Sequence[Action], *, public: bool = False) -> Endpoint:
        """Return the endpoint of a handler, which runs in a thread.

        Whoever has no session is sent to log in, whoever has no role for any of the actions is told so, and whoever must show a
        second factor first is sent to show it.
        """

        async def endpoint(request: Request) -> Response:
            form = await form_of(request)
            secret = request.cookies.get(COOKIE, "")
            session = await run_in_threadpool(session_of, self.living, secret) if secret else None
            if session is None and not public:
                return RedirectResponse(LOG_IN, 303)
            return await run_in_threadpool(self._answer, handler, actions, StaffAsked(request, form, words_for(request), session))

        return endpoint

    def _answer(self, handler: StaffHandler, actions: Sequence[Action], asked: StaffAsked) -> Response:
        try:
            if actions:
                admit(asked.by, *actions)
            return handler(asked)
        except FactorFirstError:
            return RedirectResponse(FACTOR, 303)
        except (Forbidden, RefusedError) as refused:
            return self.page(asked, "refused.html", status_of(refused), said=refused.words)
        except UnavailableError:
            raise
        except FangxianError as error:
            # No refusal but a fault: whoever runs the system can mend it, and it holds nothing of a person.
            log.warning("a page of the staff failed: %s", error)
            return self.page(asked, "refused.html", 409, said=all_words()["staff.not_done"])


def status_of(refused: Forbidden | RefusedError) -> int:
    """Return the status of a refusal."""
    if isinstance(refused, Forbidden):
        return 403
    return 429 if isinstance(refused, TooManyError) else 422 if isinstance(refused, BadAnswerError) else 409


def keep_staff_session(response: Response, session: StaffSession, *, secure: bool) -> Response:
    """Let the browser keep a session: no script reads it, no form of another site sends it."""
    longest = int(SESSION_LASTS.total_seconds())
    response.set_cookie(COOKIE, session.secret, max_age=longest, httponly=True, secure=secure, samesite="lax", path="/")
    return response
