"""The same-trip look-up: a form whose question is in no address, and a day's list for whoever looks it up alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import orjson
from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from fangxian.facts import Text
from fangxian.facts.typed import day_typed
from fangxian.policy.regions import region_name
from fangxian.services.living import Living
from fangxian.services.refusals import BadAnswerError
from fangxian.services.same_trip import Sighting, published_about, same_trip
from fangxian.web.asking import form_of
from fangxian.web.language import keep_choice, words_for
from fangxian.web.permitted import Permitted
from fangxian.web.templating import render

_CACHED: Final = {"Cache-Control": "public, max-age=300"}


def trip_routes(living: Living, templates: Environment) -> Iterator[BaseRoute]:
    """Yield the routes; nobody logs in for them."""
    trips = Trips(living, templates)
    yield Permitted("/public/trips", trips.form, action=None, methods=["GET"])
    yield Permitted("/public/trips", trips.look_up, action=None, methods=["POST"])
    yield Permitted("/api/v1/public/trips/{day}", trips.of_day, action=None, methods=["GET"])


@dataclass(frozen=True)
class Trips:
    """Answers everybody."""

    living: Living
    templates: Environment

    async def form(self, request: Request) -> Response:
        """Answer with the empty form."""
        return self._page(request, {}, {}, None)

    async def look_up(self, request: Request) -> Response:
        """Answer with what was published of a run."""
        form = {name: values[0] for name, values in (await form_of(request)).items()}
        asked = {name: form.get(name, "") for name in ("day", "number", "place")}
        try:
            found = await run_in_threadpool(same_trip, self.living, **asked)
        except BadAnswerError as bad:
            return self._page(request, asked, bad.problems, None, 422)
        return self._page(request, asked, {}, found)

    def of_day(self, request: Request) -> Response:
        """Answer with all that was published of a day and those next to it."""
        try:
            on = day_typed(request.path_params["day"])
        except ValueError:
            raise HTTPException(404) from None
        found = [asdict(each) | {"region": region_name(each.region_code)} for each in published_about(self.living, on)]
        return Response(orjson.dumps({"day": on, "trips": found}), media_type="application/json", headers=_CACHED)

    def _page(
        self, request: Request, given: Mapping[str, str], problems: Mapping[str, Text], found: Sequence[Sighting] | None, status: int = 200
    ) -> Response:
        html = render(
            self.templates,
            "public/trips.html",
            words_for(request),
            policy=self.living.policy,
            here=request.url.path,
            session=None,
            given=given,
            problems=problems,
            found=found,
            region_name=region_name,
        )
        return keep_choice(request, HTMLResponse(html, status))
