"""The page on which somebody lets a code of another region be recognised: shown now, with consent, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jinja2 import Environment
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from fangxian.exchange.asking import Recognised, recognise
from fangxian.facts.words import WORDS
from fangxian.policy.regions import place_name
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.web.asking import Asked, page
from fangxian.web.permitted import Permitted
from fangxian.web.templating import render
from fangxian.work.roles import Action


def recognition_routes(living: Living, templates: Environment) -> Iterator[BaseRoute]:
    """Yield the route."""

    def handler(asked: Asked) -> Response:
        """Answer with the form, or ask the other region and say what it says."""
        member = asked.member(living)
        values: dict[str, Any] = {"policy": living.policy, "here": asked.request.url.path, "session": asked.session, "member": member}
        found, problem, status = None, "", 200
        if asked.request.method == "POST":
            if asked.one("consent") != "yes":
                problem, status = asked.words("elsewhere.needs_consent"), 422
            else:
                try:
                    found = _said(recognise(living, member.person_id, asked.one("code"), acting=member.acting))
                except RefusedError as refused:
                    problem, status = asked.words.of(refused.words), 422
        return HTMLResponse(render(templates, "citizen/elsewhere.html", asked.words, **values, found=found, problem=problem), status)

    yield Permitted(
        "/me/{place:int}/elsewhere", page(living, handler, action=Action.CONSENT), action=Action.CONSENT, methods=["GET", "POST"]
    )


def _said(found: Recognised) -> dict[str, Any]:
    """Return what the other region says, for the template."""
    return {
        "region": place_name(found.region_code),
        "reason": WORDS[found.reason_class],
        "until_at": found.until_at,
        "colour": found.colour,
    }
