"""The page's handlers: each answers one kind of request from the figures, or looks one person up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl

import orjson
from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fangxian.engine.lake import Lake
from fangxian.policy.policy import all_policies
from fangxian.sources.quarantine import export
from fangxian.web.county import codes_by_county, county_of
from fangxian.web.day import PUBLISHED_GREEN, day_of, days
from fangxian.web.drawing import codes_drawing, map_drawing
from fangxian.web.figures.examples import Example
from fangxian.web.figures.page import PageFigures
from fangxian.web.guard import FORM, comes_from_elsewhere, is_of_kind, short_body
from fangxian.web.language import keep_choice, words_for
from fangxian.web.look_up import BadQuestion, LookUp, question
from fangxian.web.templating import render
from fangxian.web.timeline import timeline
from fangxian.web.words import Words

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Pages:
    """What the handlers share: the lake, its figures, the questions to try, the templates and the look-up."""

    lake: Lake
    figures: PageFigures
    examples: list[Example]
    templates: Environment
    look_up: LookUp
    has_living: bool
    """Whether the living code is under the same roof, to be linked to."""

    async def page(self, request: Request) -> Response:
        """Answer with the whole page, on the day that the link names or the last one."""
        words = words_for(request)
        html = self._whole(words, day=self._day(request), form=self._first_form(words))
        return keep_choice(request, HTMLResponse(html))

    async def day(self, request: Request) -> Response:
        """Answer with the parts of the page that change with the day."""
        return self._part(request, "day_parts.html", day=day_of(self.figures, self._day(request)))

    async def county(self, request: Request) -> Response:
        """Answer with one county on a day: its level and what that was computed from."""
        words = words_for(request)
        found = county_of(self.figures, request.path_params["region_code"], self._day(request), words)
        if found is None:
            return self._part(request, "problem_part.html", 404, key="county.unknown", values={})
        return self._part(request, "county.html", county=found, codes=codes_by_county(self.figures, words))

    async def map_drawing(self, request: Request) -> Response:
        """Answer with what the map is drawn from."""
        return _json(map_drawing(self.figures, words_for(request)))

    async def codes_drawing(self, request: Request) -> Response:
        """Answer with what the lines are drawn from."""
        return _json(codes_drawing(self.figures, words_for(request)))

    async def person(self, request: Request) -> Response:
        """Look one person up, and answer with the explanation alone, or inside the page where scripts do not run."""
        if comes_from_elsewhere(request.headers):
            raise HTTPException(403)
        if not is_of_kind(request.headers, FORM):
            raise HTTPException(415)
        body = await short_body(request)
        if body is None:
            raise HTTPException(413)
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        template, status, values = await self._explained(form)
        if request.headers.get("hx-request"):
            return self._part(request, template, status, **values)
        words = words_for(request)
        answer = render(self.templates, template, words, **values)
        html = self._whole(words, day=self.figures.about.opens_on, form={**self._first_form(words), **form}, answer=answer)
        return HTMLResponse(html, status)

    async def workbook(self, request: Request) -> Response:
        """Answer with every refused row as an Excel workbook, without anything that says who it is about."""
        content = await run_in_threadpool(self._workbook)
        name = {"Content-Disposition": 'attachment; filename="quarantine.xlsx"'}
        return Response(content, media_type=_EXCEL, headers=name)

    async def _explained(self, form: dict[str, str]) -> tuple[str, int, dict[str, Any]]:
        """Return the template, status and values that answer a form."""
        try:
            asked = question(form)
        except BadQuestion as bad:
            return "problem_part.html", 422, {"key": bad.key, "values": bad.values}
        answer = await run_in_threadpool(self.look_up.answer, asked)
        if answer.explanation.nothing_known:
            return "problem_part.html", 404, {"key": "problem.unknown_person", "values": {}}
        drawn = timeline(answer.hits, asked.policy, at=asked.at)
        return "explanation.html", 200, {"e": answer.explanation, "timeline": drawn, "access": asked.access}

    def _whole(self, words: Words, *, day: str, form: dict[str, str], answer: str = "") -> str:
        return render(
            self.templates,
            "page.html",
            words,
            figures=self.figures,
            days=days(self.figures),
            day=day_of(self.figures, day),
            published=PUBLISHED_GREEN,
            codes=codes_by_county(self.figures, words),
            examples=self.examples,
            policies=all_policies(),
            form=form,
            answer=answer,
            has_living=self.has_living,
        )

    def _part(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        html = render(self.templates, template, words_for(request), figures=self.figures, published=PUBLISHED_GREEN, **values)
        return HTMLResponse(html, status)

    def _day(self, request: Request) -> str:
        """Return the day that a request names, the first to be seen where it names none; another day is not found."""
        known = days(self.figures)
        wanted = request.query_params.get("day", self.figures.about.opens_on)
        if wanted not in known:
            raise HTTPException(404)
        return wanted

    def _first_form(self, words: Words) -> dict[str, str]:
        """Return the form as it first stands: an example where there are any, else empty, at the figures' own instants."""
        policy = self.figures.policy
        first = self.examples[0] if self.examples else None
        at, known_at = (form_time(policy.local(instant)) for instant in (self.figures.at, self.figures.known_at))
        demonstration = {"role": words("person.demo_role"), "purpose": words("person.demo_purpose")}
        return {
            "person_id": first.person_id if first else "",
            "policy": first.policy if first else policy.name,
            "at": first.at if first else at,
            "known_at": first.known_at if first else known_at,
            **(demonstration if first else {"role": "", "purpose": ""}),
        }

    def _workbook(self) -> bytes:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "quarantine.xlsx"
            export(self.lake, path)
            return path.read_bytes()


def form_time(local: datetime) -> str:
    """Return a time on the policy's clocks as the form's field writes it, to the minute.

    >>> from datetime import datetime
    >>> form_time(datetime(2020, 2, 29, 23, 59, 59))
    '2020-02-29T23:59'
    """
    return f"{local:%Y-%m-%dT%H:%M}"


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")
