"""The handlers of consultations for doctors: the queue, the next, what was said, the answer, handing back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from fangxian.facts import Text
from fangxian.policy.regions import region_name
from fangxian.services import consulting
from fangxian.services.refusals import BadAnswerError
from fangxian.web.staff.asking import StaffAsked, StaffDesk
from fangxian.work.consultation import ConsultationState
from fangxian.work.reporting_numbers import number

_CONSULTATIONS = "/staff/consultations"
_DOING = {"answer": ConsultationState.ANSWERED, "ask_back": ConsultationState.ASKED_BACK, "pass_on": ConsultationState.PASSED_ON}


@dataclass(frozen=True)
class ConsultationDesk:
    """What the handlers share."""

    desk: StaffDesk

    def desk_page(self, asked: StaffAsked) -> Response:
        """Answer with how many wait and what is in hand."""
        found = consulting.doctors_desk(self.desk.living, asked.by)
        return self.desk.page(asked, "consultations.html", found=found, at=self.desk.living.clock(), region_name=region_name)

    def take(self, asked: StaffAsked) -> Response:
        """Take the next who waits."""
        return RedirectResponse(f"{_CONSULTATIONS}/{consulting.take_next(self.desk.living, asked.by)}", 303)

    def one(self, asked: StaffAsked) -> Response:
        """Answer with what was said in one."""
        thread = consulting.open_one(self.desk.living, asked.by, asked.reference)
        at = self.desk.living.clock()
        longest = number("longest_report", self.desk.living.today(at))
        values: dict[str, Any] = {"thread": thread, "reference": asked.reference, "at": at, "longest": longest, "region_name": region_name}
        return self.desk.page(asked, "consultation.html", **values)

    def answer(self, asked: StaffAsked) -> Response:
        """Answer and close, ask back, or pass on."""
        to = _DOING.get(asked.one("do"))
        if to is None:
            raise BadAnswerError({"do": Text("请选择怎样处理。", "Choose what to do.")})
        consulting.answer(self.desk.living, asked.by, asked.reference, to, asked.one("words"))
        return RedirectResponse(f"{_CONSULTATIONS}?done=consultation_done", 303)

    def hand_back(self, asked: StaffAsked) -> Response:
        """Hand one back to the queue."""
        consulting.hand_back(self.desk.living, asked.by, asked.reference)
        return RedirectResponse(f"{_CONSULTATIONS}?done=consultation_returned", 303)
