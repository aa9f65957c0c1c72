"""Assessing oneself without logging in: a form whose answers are in no address and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from fangxian.facts import Text
from fangxian.services.assessing import NAME, assess_unnamed
from fangxian.services.living import Living
from fangxian.services.questionnaire import questionnaire
from fangxian.services.refusals import BadAnswerError
from fangxian.services.triage import Triage
from fangxian.web.asking import form_of
from fangxian.web.language import keep_choice, words_for
from fangxian.web.permitted import Permitted
from fangxian.web.templating import render


def assessment_routes(living: Living, templates: Environment) -> Iterator[BaseRoute]:
    """Yield the routes; nobody logs in for them."""
    pages = PublicAssessment(living, templates)
    yield Permitted("/public/self-assessment", pages.form, action=None, methods=["GET"])
    yield Permitted("/public/self-assessment", pages.assess, action=None, methods=["POST"])


@dataclass(frozen=True)
class PublicAssessment:
    """Answers everybody."""

    living: Living
    templates: Environment

    async def form(self, request: Request) -> Response:
        """Answer with the questions."""
        return self._page(request, {}, {}, None)

    async def assess(self, request: Request) -> Response:
        """Answer with what to do now, and why."""
        form = await form_of(request)
        try:
            found = await run_in_threadpool(assess_unnamed, self.living, form)
        except BadAnswerError as bad:
            return self._page(request, form, bad.problems, None, 422)
        return self._page(request, {}, {}, found)

    def _page(
        self,
        request: Request,
        given: Mapping[str, Sequence[str]],
        problems: Mapping[str, Text],
        found: Triage | None,
        status: int = 200,
    ) -> Response:
        html = render(
            self.templates,
            "public/assess.html",
            words_for(request),
            policy=self.living.policy,
            here=request.url.path,
            session=None,
            member=None,
            asked_for=questionnaire(NAME, self.living.today(self.living.clock())),
            given=given,
            problems=problems,
            found=found,
        )
        return keep_choice(request, HTMLResponse(html, status))
