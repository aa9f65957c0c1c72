"""The handlers of clues: the list that waits, one clue with those folded into it, the answer, passing on, splitting, the reporter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from fangxian.facts import Text
from fangxian.policy.regions import region_name
from fangxian.services import clues
from fangxian.services.questionnaire import Question, questionnaire
from fangxian.services.refusals import BadAnswerError
from fangxian.web.staff.asking import StaffAsked, StaffDesk
from fangxian.work.clue import Finding, OpeningReason
from fangxian.work.permissions import may
from fangxian.work.reporting_numbers import number
from fangxian.work.roles import Action

_CLUES = "/staff/clues"


@dataclass(frozen=True)
class ClueDesk:
    """What the handlers share."""

    desk: StaffDesk

    def clues(self, asked: StaffAsked) -> Response:
        """Answer with the clues that wait for the reader, the most urgent first."""
        found = clues.waiting_clues(self.desk.living, asked.by)
        return self.desk.page(asked, "clues.html", found=found, at=self.desk.living.clock(), kinds=_kinds(), region_name=region_name)

    def clue(self, asked: StaffAsked) -> Response:
        """Answer with one clue."""
        return self._clue(asked)

    def answer(self, asked: StaffAsked) -> Response:
        """Say what came of a clue."""
        if asked.one("finding") not in list(Finding):
            raise BadAnswerError({"finding": Text("请选择核实结果。", "Choose what was found.")})
        clues.answer(self.desk.living, asked.by, asked.reference, Finding(asked.one("finding")), asked.one("words"))
        return RedirectResponse(f"{_CLUES}?done=clue_answered", 303)

    def pass_on(self, asked: StaffAsked) -> Response:
        """Pass a clue on to a street or a county."""
        clues.pass_on(self.desk.living, asked.by, asked.reference, asked.one("county").strip() or asked.one("to"))
        return RedirectResponse(f"{_CLUES}?done=clue_passed_on", 303)

    def split(self, asked: StaffAsked) -> Response:
        """Take a clue out of the one that it was folded into."""
        clues.split(self.desk.living, asked.by, asked.reference)
        return RedirectResponse(f"{_CLUES}?done=clue_split", 303)

    def reporter(self, asked: StaffAsked) -> Response:
        """Show who reported a clue, for a reason."""
        if asked.one("reason") not in list(OpeningReason):
            raise BadAnswerError({"reason": Text("请选择理由。", "Choose a reason.")})
        reporter = clues.reporter_of(self.desk.living, asked.by, asked.reference, OpeningReason(asked.one("reason")))
        return self._clue(asked, shown=True, reporter=reporter)

    def _clue(self, asked: StaffAsked, **shown: Any) -> Response:
        living = self.desk.living
        opened, at = clues.open_one(living, asked.by, asked.reference), living.clock()
        where = {"region_code": opened.clue.region_code, "organisation_id": opened.clue.owner}
        values: dict[str, Any] = {
            "opened": opened,
            "at": at,
            "reference": asked.reference,
            "kinds": _kinds(),
            "findings": list(Finding),
            "reasons": list(OpeningReason),
            "longest": number("longest_report", living.today(at)),
            "may_split": may(asked.by, Action.SPLIT_CLUE, **where),
            "may_open": may(asked.by, Action.OPEN_CLUE_REPORTER, **where),
            "of_area": may(asked.by, Action.ROUTE_CLUE, region_code=opened.clue.region_code),
            "region_name": region_name,
        }
        return self.desk.page(asked, "clue.html", **{"shown": False, "reporter": None} | values | shown)


def _kinds() -> Question:
    return next(question for question in questionnaire(clues.NAME).questions if question.key == "kind")
