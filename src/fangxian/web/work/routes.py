"""The routes of a grid worker's phone: a page, whether the phone is still believed, and photographs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from fangxian.facts import Text
from fangxian.services import grid_work
from fangxian.services.living import Living
from fangxian.services.pictures import LONGEST
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import admit, session_of
from fangxian.web.guard import HEADERS, comes_from_elsewhere, is_of_kind, short_body
from fangxian.web.language import words_for
from fangxian.web.libraries import STATIC
from fangxian.web.permitted import Permitted
from fangxian.web.staff.asking import COOKIE
from fangxian.web.templating import render
from fangxian.web.words import all_words
from fangxian.work.permissions import Forbidden
from fangxian.work.roles import Action
from fangxian.work.visit import Outcome

PHONE: Final = "x-fangxian-phone"
"""The header that carries a phone's token."""

TASK: Final = "x-fangxian-task"
"""The header that carries a task's reference."""

PAGE_HEADERS: Final = {
    "Content-Security-Policy": HEADERS["Content-Security-Policy"] + "; worker-src 'self'",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",
}
"""The page asks where it is, for the nearest door, and works without a network."""


def work_routes(living: Living, templates: Environment) -> Iterator[BaseRoute]:
    """Yield the routes; they stand before the interface, under whose prefix photographs come in."""
    desk = WorkDesk(living, templates)
    yield Route("/work", desk.page)
    yield Route("/work/worker.js", desk.worker)
    yield Route("/work/standing", desk.standing)
    yield Permitted("/api/v1/staff/work/photographs/{visit:uuid}", desk.photograph, action=Action.WORK_ON_TASK, methods=["POST"])


@dataclass(frozen=True)
class WorkDesk:
    """What the handlers share."""

    living: Living
    templates: Environment

    async def page(self, request: Request) -> Response:
        """Return the page; it holds nobody's data, and opens without a session: so a phone that was shut out learns it and forgets."""
        words = all_words()
        said: dict[str, Text] = {key: words[key] for key in words if key.startswith("work.")}
        said |= {f"outcome.{outcome}": outcome.words for outcome in Outcome}
        html = render(
            self.templates,
            "work.html",
            words_for(request),
            said={key: text._asdict() for key, text in said.items()},
            outcomes=list(Outcome),
        )
        return HTMLResponse(html, headers=PAGE_HEADERS)

    async def worker(self, request: Request) -> Response:
        """Return the program that lets the page open without a network; it may look after /work only."""
        headers = {"Service-Worker-Allowed": "/work", "Cache-Control": "no-cache"}
        return FileResponse(STATIC / "work" / "worker.js", media_type="text/javascript", headers=headers)

    async def standing(self, request: Request) -> Response:
        """Say whether a phone may keep what it holds: 204, or 410 for one that was shut out; it needs no session to learn that."""
        stands = await run_in_threadpool(grid_work.stands, self.living, request.headers.get(PHONE, ""))
        return Response(status_code=204 if stands else 410)

    async def photograph(self, request: Request) -> Response:
        """Keep the photograph of a knock: 204, also where it was sent before."""
        living = self.living
        if comes_from_elsewhere(request.headers):
            return _refused(403, all_words()["problem.origin"])
        if not is_of_kind(request.headers, "image/jpeg"):
            return _refused(415, all_words()["problem.kind"])
        session = await run_in_threadpool(session_of, living, request.cookies.get(COOKIE, ""))
        if session is None:
            return _refused(401, all_words()["api.unknown"])
        data = await short_body(request, most=LONGEST)
        if data is None:
            return _refused(413, all_words()["problem.too_large"])
        given = (request.headers.get(PHONE, ""), request.headers.get(TASK, ""), UUID(str(request.path_params["visit"])), data)
        try:
            admit(session.by, Action.WORK_ON_TASK)
            await run_in_threadpool(grid_work.keep_photograph, living, session.by, *given)
        except Forbidden as refused:
            return _refused(403, refused.words)
        except grid_work.ShutOutError as refused:
            return _refused(410, refused.words)
        except RefusedError as refused:
            return _refused(409, refused.words)
        return Response(status_code=204)


def _refused(status: int, words: Text) -> Response:
    return JSONResponse({"error": words._asdict()}, status)
