"""The handlers of the hotline: an operator writes down for whoever calls, and reads out what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from fangxian.services import for_callers
from fangxian.services.assessing import NAME as ASSESSMENT
from fangxian.services.clues import NAME as CLUE
from fangxian.services.clues import Followed
from fangxian.services.questionnaire import Question, questionnaire
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.web.staff.asking import StaffAsked, StaffDesk, status_of

_ASKED = {"assessment": (for_callers.NAME, ASSESSMENT), "clue": (CLUE,), "consultation": (for_callers.NAME, "consultation")}
"""The questionnaires that an operator asks, by what it is for."""


@dataclass(frozen=True)
class HotlineDesk:
    """What the handlers share."""

    desk: StaffDesk

    def hotline(self, asked: StaffAsked) -> Response:
        """Answer with what an operator may do for a caller."""
        return self._hotline(asked)

    def assess(self, asked: StaffAsked) -> Response:
        """Ask a caller the questions of the self-assessment, and say what to do now."""
        return self._ask(asked, "assessment", for_callers.assess_for_caller, "found")

    def clue(self, asked: StaffAsked) -> Response:
        """Write down a clue."""
        return self._ask(asked, "clue", for_callers.report_for_caller, "receipt")

    def consult(self, asked: StaffAsked) -> Response:
        """Write down a question to a doctor."""
        return self._ask(asked, "consultation", for_callers.ask_for_caller, "receipt")

    def receipt(self, asked: StaffAsked) -> Response:
        """Read out what came of a receipt: a clue's or a consultation's; or write down what a caller answers a doctor."""
        living, typed = self.desk.living, asked.one("receipt")
        try:
            if asked.one("words").strip():
                for_callers.more_for_caller(living, asked.by, typed, asked.one("words"))
            found = for_callers.what_became(living, asked.by, typed)
        except RefusedError as refused:
            return self._hotline(asked, status_of(refused), problem=refused.words)
        if isinstance(found, Followed):
            return self._hotline(asked, followed=found)
        return self._hotline(asked, thread=found, typed=typed)

    def _hotline(self, asked: StaffAsked, status: int = 200, **values: Any) -> Response:
        usual: dict[str, Any] = {"followed": None, "thread": None, "typed": "", "problem": None}
        return self.desk.page(asked, "hotline.html", status, **usual | values)

    def _ask(self, asked: StaffAsked, what: str, do: Callable[..., Any], name: str) -> Response:
        values: dict[str, Any] = {
            "what": what,
            "questions": self._questions(what),
            "given": asked.form,
            "problems": {},
            "found": None,
            "receipt": "",
        }
        status = 200
        if asked.request.method == "POST":
            try:
                values[name] = do(self.desk.living, asked.by, asked.form)
            except BadAnswerError as bad:
                values["problems"], status = bad.problems, 422
        return self.desk.page(asked, "for_caller.html", status, **values)

    def _questions(self, what: str) -> list[Question]:
        """Return the questions of several questionnaires, each asked once."""
        today = self.desk.living.today(self.desk.living.clock())
        found: dict[str, Question] = {}
        for name in _ASKED[what]:
            found = {question.key: question for question in questionnaire(name, today).questions} | found
        order = [question.key for name in _ASKED[what] for question in questionnaire(name, today).questions]
        return [found[key] for key in dict.fromkeys(order)]
