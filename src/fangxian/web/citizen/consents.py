"""The handler of consents: which organisations may see one's colour while one works there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fangxian.services import consenting
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.web.asking import Asked
from fangxian.web.templating import render


@dataclass(frozen=True)
class ConsentPages:
    """What the handler works with: the installation and the templates."""

    living: Living
    templates: Environment

    def consents(self, asked: Asked) -> Response:
        """Answer with a person's consents; or give one, or end one."""
        member = asked.member(self.living)
        here, refused, typed = asked.request.url.path, None, asked.one("organisation_id")
        if asked.request.method == "POST":
            do = consenting.end_consent if asked.one("do") == "end" else consenting.give_consent
            try:
                do(self.living, member.person_id, typed, acting=member.acting)
                return RedirectResponse(here, 303)
            except RefusedError as problem:
                refused = problem
        values: dict[str, Any] = {"policy": self.living.policy, "here": here, "session": asked.session, "member": member}
        consents = consenting.consents_of(self.living, member.person_id, acting=member.acting)
        values |= {"consents": consents, "typed": typed, "problem": refused.words if refused else None}
        html = render(self.templates, "citizen/consents.html", asked.words, **values)
        return HTMLResponse(html, 422 if refused else 200)
