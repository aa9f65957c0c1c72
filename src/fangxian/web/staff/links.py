"""The handlers of doubtful pairs: the list, one pair side by side, the judgement, and the second officer's."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from fangxian.facts import Text
from fangxian.policy.regions import region_name
from fangxian.services import pairing
from fangxian.services.refusals import BadAnswerError
from fangxian.web.staff.asking import StaffAsked, StaffDesk
from fangxian.work.doubtful_pair import PairState

_LINKS = "/staff/links"


@dataclass(frozen=True)
class LinkDesk:
    """What the handlers share."""

    desk: StaffDesk

    def links(self, asked: StaffAsked) -> Response:
        """Answer with the pairs that wait for the reader, the most urgent first, and those judged lately."""
        found = pairing.waiting_pairs(self.desk.living, asked.by)
        return self.desk.page(asked, "links.html", found=found, at=self.desk.living.clock(), region_name=region_name)

    def link(self, asked: StaffAsked) -> Response:
        """Answer with one pair: what both rows say, and what differs."""
        seen = pairing.open_one_pair(self.desk.living, asked.by, asked.reference)
        at = self.desk.living.clock()
        return self.desk.page(asked, "link.html", seen=seen, reference=asked.reference, at=at, region_name=region_name)

    def judge(self, asked: StaffAsked) -> Response:
        """Judge one pair."""
        return self._move(asked, {"proposed": PairState.PROPOSED, "different": PairState.DIFFERENT, "put_off": PairState.PUT_OFF})

    def confirm(self, asked: StaffAsked) -> Response:
        """Confirm, as the second officer, that it is one person."""
        pairing.judge(self.desk.living, asked.by, asked.reference, PairState.SAME)
        return RedirectResponse(f"{_LINKS}?done=pair_same", 303)

    def reopen(self, asked: StaffAsked) -> Response:
        """Reject a proposal, or take a judgement back."""
        pairing.judge(self.desk.living, asked.by, asked.reference, PairState.OPEN)
        return RedirectResponse(f"{_LINKS}?done=pair_open", 303)

    def _move(self, asked: StaffAsked, states: dict[str, PairState]) -> Response:
        to = states.get(asked.one("answer"))
        if to is None:
            raise BadAnswerError({"answer": Text("请选择同一人、不是同一人或暂缓。", "Choose one person, different people, or put off.")})
        pairing.judge(self.desk.living, asked.by, asked.reference, to)
        return RedirectResponse(f"{_LINKS}?done=pair_{to}", 303)
