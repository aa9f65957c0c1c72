"""The handlers of an organisation's entrance: the day's check of its people, and its visitors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from fangxian.facts import Text
from fangxian.facts.typed import number_typed
from fangxian.policy.colour import Colour
from fangxian.services import registering_visitors, visitors
from fangxian.services.at_desk import FEVER_LINE_C
from fangxian.services.entrance import OfTheDay, check_by_hand, entrance_today
from fangxian.services.own_people import MOST
from fangxian.services.questionnaire import questionnaire
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.web.staff.asking import StaffAsked, StaffDesk, status_of

_ENTRANCE = "/staff/entrance"
_VISITORS = "/staff/visitors"
_BAR = 400
_NOT_A_NUMBER = Text("体温请填数字，如 36.5。", "Give the temperature as a number, such as 36.5.")


@dataclass(frozen=True)
class Part:
    """A part of the drawn bar: what it counts, how many, where it lies."""

    kind: str
    people: int
    x: float
    width: float


@dataclass(frozen=True)
class EntranceDesk:
    """What the handlers share."""

    desk: StaffDesk

    def entrance(self, asked: StaffAsked) -> Response:
        """Answer with who was checked today and who was not."""
        found = entrance_today(self.desk.living, asked.by)
        return self.desk.page(asked, "entrance.html", found=found, bar=_bar(found), most=MOST, fever_line=FEVER_LINE_C)

    def check(self, asked: StaffAsked) -> Response:
        """Record a check by hand."""
        check_by_hand(self.desk.living, asked.by, asked.one("person"), _temperature(asked.one("temperature_c")))
        return RedirectResponse(_ENTRANCE, 303)

    def visitors(self, asked: StaffAsked) -> Response:
        """Answer with today's visitors."""
        return self._visitors(asked)

    def register(self, asked: StaffAsked) -> Response:
        """Register whom a gate has scanned, or who stands at the desk."""
        living = self.desk.living
        try:
            if asked.one("visit"):
                registering_visitors.register_scanned(living, asked.by, asked.one("visit"), asked.form)
                return RedirectResponse(_VISITORS, 303)
            organisation_id = asked.one("organisation_id")
            passes = registering_visitors.register_at_desk(living, asked.by, asked.form, organisation_id=organisation_id)
        except RefusedError as refused:
            return self._visitors(asked, refused)
        return self._visitors(asked, passes=passes)

    def left(self, asked: StaffAsked) -> Response:
        """Record that a visitor left."""
        visitors.let_out(self.desk.living, asked.by, asked.one("visit"))
        return RedirectResponse(_VISITORS, 303)

    def _visitors(self, asked: StaffAsked, refused: RefusedError | None = None, *, passes: bool | None = None) -> Response:
        problems = refused.problems if isinstance(refused, BadAnswerError) else {}
        values: dict[str, Any] = {
            "found": visitors.visitors_today(self.desk.living, asked.by),
            "most": visitors.MOST,
            "passes": passes,
            "given": asked.form if passes is None else {},
            "problems": problems,
            "problem": refused.words if refused and not problems else None,
            "visit": questionnaire("visit"),
            "identity": {question.key: question for question in questionnaire("identity").questions},
            "organisations": sorted(asked.by.organisation_ids),
        }
        return self.desk.page(asked, "visitors.html", status_of(refused) if refused else 200, **values)


def _temperature(typed: str) -> float | None:
    try:
        return number_typed(typed) if typed.strip() else None
    except ValueError:
        raise BadAnswerError({"temperature_c": _NOT_A_NUMBER}) from None


def _bar(found: Sequence[OfTheDay]) -> list[Part]:
    """Return how many were checked with which colour, without a code, and not at all, as parts of one bar."""
    counts = Counter((str(each.checked.colour or "none") if each.checked else "unchecked") for each in found)
    parts: list[Part] = []
    for kind in (*map(str, Colour), "none", "unchecked"):
        width = _BAR * counts[kind] / max(1, len(found))
        parts.append(Part(kind, counts[kind], sum(part.width for part in parts), width))
    return [part for part in parts if part.people or part.kind not in ("orange", "none")]
