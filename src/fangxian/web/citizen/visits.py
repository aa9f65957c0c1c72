"""The handler of visits: somebody scans the code on a place's wall, and shows the colour that they have now."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment
from starlette.responses import HTMLResponse, Response

from fangxian.services.arriving import arrive
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.signed.envelope import LONGEST_TEXT
from fangxian.web.asking import Asked
from fangxian.web.guard import WITH_CAMERA
from fangxian.web.language import keep_choice
from fangxian.web.templating import render


@dataclass(frozen=True)
class VisitPages:
    """What the handler works with: the installation and the templates."""

    living: Living
    templates: Environment

    def visit(self, asked: Asked) -> Response:
        """Answer with the camera and a field for the place's code; or check in there, and say where, when and with which colour."""
        member = asked.member(self.living)
        came, refused = None, None
        if asked.request.method == "POST":
            try:
                came = arrive(self.living, member, asked.one("code"))
            except RefusedError as problem:
                refused = problem
        values = {"policy": self.living.policy, "here": asked.request.url.path, "session": asked.session, "member": member}
        problem_words = refused.words if refused else None
        html = render(self.templates, "citizen/visit.html", asked.words, **values, came=came, problem=problem_words, longest=LONGEST_TEXT)
        return keep_choice(asked.request, HTMLResponse(html, 422 if refused else 200, WITH_CAMERA))
