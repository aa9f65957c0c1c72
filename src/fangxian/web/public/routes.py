"""The public figures: a page with bars and the same as JSON; an address names a day and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from fangxian.code.rule import rule
from fangxian.facts.typed import day_typed
from fangxian.policy.suppression import LEAST_SHOWN
from fangxian.services.living import Living
from fangxian.web.language import keep_choice, words_for
from fangxian.web.permitted import Permitted
from fangxian.web.templating import render
from fangxian.work.publishing import PublishedDay, published, published_days

_WIDEST: Final = 400
"""Units of the drawing that the longest bar takes."""


@dataclass(frozen=True)
class Bar:
    """One row of the drawing: a rule in one colour, how many people, how wide; no number where it is hidden."""

    title: Any
    colour: str
    people: int | None
    width: float


def public_routes(living: Living, templates: Environment) -> Iterator[BaseRoute]:
    """Yield the routes; nobody logs in for them. They stand before the interface, whose prefix one of them has."""
    public = Public(living, templates)
    yield Permitted("/public", public.newest, action=None, methods=["GET"])
    yield Permitted("/public/{day}", public.page, action=None, methods=["GET"])
    yield Permitted("/api/v1/public/{day}", public.figures, action=None, methods=["GET"])


@dataclass(frozen=True)
class Public:
    """Answers everybody."""

    living: Living
    templates: Environment

    def newest(self, request: Request) -> Response:
        """Lead to the newest day, or say that there is none yet."""
        days = published_days(self.living.store, self.living.policy, most=1)
        if not days:
            said = {"policy": self.living.policy, "here": request.url.path, "session": None}
            html = render(self.templates, "public/none.html", words_for(request), **said)
            return keep_choice(request, HTMLResponse(html, 404))
        return RedirectResponse(f"/public/{days[0].isoformat()}", 303)

    def page(self, request: Request) -> Response:
        """Answer with a day's figures as bars and tables, and with what they were before a correction."""
        versions = self._versions(request)
        html = render(
            self.templates,
            "public/day.html",
            words_for(request),
            policy=self.living.policy,
            here=request.url.path,
            session=None,
            day=versions[-1],
            earlier=versions[:-1],
            days=published_days(self.living.store, self.living.policy),
            bars=_bars(versions[-1]),
            least=LEAST_SHOWN,
        )
        return keep_choice(request, HTMLResponse(html))

    def figures(self, request: Request) -> Response:
        """Answer with every version of a day's figures; `people` is null where the count is hidden."""
        versions = [
            {
                "version": each.version,
                "computed_at": f"{each.computed_at.isoformat(timespec='seconds')}Z",
                "correction": each.correction,
                **each.figures,
            }
            for each in self._versions(request)
        ]
        said = {"policy": self.living.policy.name, "day": versions and request.path_params["day"], "hidden_below": LEAST_SHOWN}
        return Response(orjson.dumps(said | {"versions": versions}), media_type="application/json")

    def _versions(self, request: Request) -> tuple[PublishedDay, ...]:
        try:
            on = day_typed(request.path_params["day"])
        except ValueError:
            raise HTTPException(404) from None
        found = published(self.living.store, self.living.policy, on)
        if not found:
            raise HTTPException(404)
        return found


def _bars(day: PublishedDay) -> list[Bar]:
    codes = day.figures["codes"]
    most = max((each["people"] or 0 for each in codes), default=0) or 1
    return [
        Bar(rule(each["rule"]).title, each["colour"], each["people"], round(_WIDEST * (each["people"] or 0) / most, 1)) for each in codes
    ]
