"""The handler of a self-assessment that is kept: a form, and what its answers come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from starlette.responses import HTMLResponse, Response

from fangxian.services.assessing import NAME, assess
from fangxian.services.living import Living
from fangxian.services.questionnaire import questionnaire
from fangxian.services.refusals import BadAnswerError
from fangxian.web.asking import Asked
from fangxian.web.templating import render


@dataclass(frozen=True)
class AssessmentPages:
    """What the handler works with."""

    living: Living
    templates: Environment

    def assess(self, asked: Asked) -> Response:
        """Answer with the questions, or with what to do now and why."""
        member = asked.member(self.living)
        values: dict[str, Any] = {"member": member, "found": None, "given": asked.form, "problems": {}}
        status = 200
        if asked.request.method == "POST":
            try:
                values["found"] = assess(self.living, member.person_id, asked.form, acting=member.acting)
            except BadAnswerError as bad:
                values["problems"], status = bad.problems, 422
        today = self.living.today(self.living.clock())
        values |= {"policy": self.living.policy, "here": asked.request.url.path, "session": asked.session}
        html = render(self.templates, "public/assess.html", asked.words, asked_for=questionnaire(NAME, today), **values)
        return HTMLResponse(html, status)
