"""Clues from whoever saw something: a form that asks for no log-in, and the answer by a receipt number that stands in no address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from fangxian.services.clues import NAME, followed, report
from fangxian.services.living import Living
from fangxian.services.questionnaire import questionnaire
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.web.asking import form_of
from fangxian.web.language import keep_choice, words_for
from fangxian.web.permitted import Permitted
from fangxian.web.staff.asking import status_of
from fangxian.web.templating import render


def clue_routes(living: Living, templates: Environment) -> Iterator[BaseRoute]:
    """Yield the routes; nobody logs in for them."""
    pages = PublicClues(living, templates)
    yield Permitted("/public/clues", pages.form, action=None, methods=["GET"])
    yield Permitted("/public/clues", pages.report, action=None, methods=["POST"])
    yield Permitted("/public/clues/receipt", pages.follow, action=None, methods=["POST"])


@dataclass(frozen=True)
class PublicClues:
    """Answers everybody."""

    living: Living
    templates: Environment

    async def form(self, request: Request) -> Response:
        """Answer with the empty form, and the one for a receipt."""
        return self._page(request)

    async def report(self, request: Request) -> Response:
        """Take a clue, and answer with its receipt."""
        form = await form_of(request)
        try:
            receipt = await run_in_threadpool(report, self.living, form)
        except BadAnswerError as bad:
            return self._page(request, 422, given=form, problems=bad.problems)
        return self._page(request, receipt=receipt)

    async def follow(self, request: Request) -> Response:
        """Answer with what became of the clue of a receipt."""
        typed = next(iter((await form_of(request)).get("receipt", ())), "")
        try:
            found = await run_in_threadpool(followed, self.living, typed)
        except RefusedError as refused:
            return self._page(request, status_of(refused), no_receipt=refused.words)
        return self._page(request, followed=found)

    def _page(self, request: Request, status: int = 200, **values: Any) -> Response:
        usual: dict[str, Any] = {"given": {}, "problems": {}, "receipt": "", "followed": None, "no_receipt": None}
        asked = questionnaire(NAME, self.living.today(self.living.clock()))
        said = {"policy": self.living.policy, "here": "/public/clues", "session": None, "asked_for": asked}
        html = render(self.templates, "public/clues.html", words_for(request), **said | usual | values)
        return keep_choice(request, HTMLResponse(html, status))
