"""The handlers of appeals and decisions: each of a case is named by a reference that only its reader can open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from fangxian.facts import Text
from fangxian.policy.regions import region_name
from fangxian.services import answering
from fangxian.services.refusals import BadAnswerError
from fangxian.web.staff.asking import StaffAsked, StaffDesk
from fangxian.work.appeal import AppealState
from fangxian.work.decision import REASONS
from fangxian.work.parameters import longest_words
from fangxian.work.permissions import may
from fangxian.work.roles import Action

_APPEALS = "/staff/appeals"
_DECISIONS = "/staff/decisions"


@dataclass(frozen=True)
class AppealDesk:
    """What the handlers share."""

    desk: StaffDesk

    def appeals(self, asked: StaffAsked) -> Response:
        """Answer with the appeals that wait for the reader, the most urgent first."""
        found = answering.waiting_appeals(self.desk.living, asked.by)
        return self.desk.page(asked, "appeals.html", found=found, at=self.desk.living.clock(), region_name=region_name)

    def appeal(self, asked: StaffAsked) -> Response:
        """Answer with one appeal: its words, the fact, what follows from it."""
        opened = answering.open_one(self.desk.living, asked.by, asked.reference)
        at = self.desk.living.clock()
        values: dict[str, Any] = {
            "opened": opened,
            "at": at,
            "reference": asked.reference,
            "longest": longest_words(self.desk.living.today(at)),
            "may_propose": may(asked.by, Action.PROPOSE_DECISION, region_code=opened.appeal.region_code),
            "decision_reasons": REASONS,
            "region_name": region_name,
        }
        return self.desk.page(asked, "appeal.html", **values)

    def answer(self, asked: StaffAsked) -> Response:
        """Uphold or refuse."""
        states = {"uphold": AppealState.UPHELD, "refuse": AppealState.REFUSED}
        state = states.get(asked.one("answer"))
        if state is None:
            raise BadAnswerError({"answer": Text("请选择成立或不成立。", "Choose to uphold or to refuse.")})
        answering.answer(self.desk.living, asked.by, asked.reference, state, asked.one("words"))
        return RedirectResponse(f"{_APPEALS}?done={state}", 303)

    def propose(self, asked: StaffAsked) -> Response:
        """Propose a decision about an appeal's fact."""
        answering.propose(self.desk.living, asked.by, asked.one("appeal"), rule=asked.one("rule"), reason=asked.one("reason"))
        return RedirectResponse("/staff?done=proposed", 303)

    def decisions(self, asked: StaffAsked) -> Response:
        """Answer with the proposals of others that wait for a second signature."""
        found = answering.waiting_decisions(self.desk.living, asked.by)
        return self.desk.page(asked, "decisions.html", found=found, region_name=region_name)

    def decision(self, asked: StaffAsked) -> Response:
        """Answer with one proposal: the reason of the code that it would end, and the facts behind it."""
        proposed = answering.open_proposal(self.desk.living, asked.by, asked.reference)
        return self.desk.page(asked, "decision.html", proposed=proposed, reference=asked.reference, region_name=region_name)

    def sign(self, asked: StaffAsked) -> Response:
        """Sign as the second person."""
        answering.sign(self.desk.living, asked.by, asked.reference)
        return RedirectResponse(f"{_DECISIONS}?done=signed", 303)

    def reject(self, asked: StaffAsked) -> Response:
        """Reject a proposal."""
        answering.reject(self.desk.living, asked.by, asked.reference)
        return RedirectResponse(f"{_DECISIONS}?done=rejected", 303)
