"""The handlers of searches for people: which stand, and how far each prefecture is with those who were found, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from fangxian.facts import Text
from fangxian.policy.regions import place_name
from fangxian.services.refusals import RefusedError
from fangxian.web.staff.asking import StaffAsked, StaffDesk
from fangxian.work.parcels import Outcome, Progress, outcomes, progress
from fangxian.work.searches import StandingSearch, searches, turns

_TURNS_DRAWN: Final = 30


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A prefecture's bar, in people: visited, then acknowledged, then sent; the rest waits to be sent."""

    progress: Progress
    acknowledged: int
    sent: int

    @classmethod
    def of(cls, each: Progress) -> Drawn:
        """Cut the counts, each of which holds the next, to pieces that lie beside each other."""
        acknowledged = max(0, each.acknowledged - each.visited)
        return cls(progress=each, acknowledged=acknowledged, sent=max(0, each.sent - max(each.acknowledged, each.visited)))


@dataclass(frozen=True)
class SearchDesk:
    """What the handlers share."""

    desk: StaffDesk

    def searches(self, asked: StaffAsked) -> Response:
        """Answer with the searches that stand; with the only one at once."""
        found = searches(self.desk.living.store)
        if len(found) == 1:
            return self._page(asked, found[0])
        return self.desk.page(asked, "searches.html", found=found, place_name=place_name)

    def search(self, asked: StaffAsked) -> Response:
        """Answer with how far one search is."""
        for each in searches(self.desk.living.store):
            if str(each.search_id) == asked.reference:
                return self._page(asked, each)
        raise RefusedError(Text("没有这项排查，请从列表中选择。", "There is no such search; choose one of the list."))

    def _page(self, asked: StaffAsked, search: StandingSearch) -> Response:
        living = self.desk.living
        past = turns(living.store, search.search_id)[:_TURNS_DRAWN]
        found = progress(living.store, asked.by, search.search_id, at=living.clock())
        back = {Outcome(each.outcome): each.people for each in outcomes(living.store, asked.by, search.search_id)}
        return self.desk.page(
            asked,
            "search.html",
            search=search,
            turns=past,
            drawn=[Drawn.of(each) for each in found],
            total=_total(found),
            back=back,
            place_name=place_name,
            most=max((each.newly + each.moved for each in past), default=0),
        )


def _total(found: Sequence[Progress]) -> Progress:
    names = ("people", "sent", "acknowledged", "visited", "late")
    return Progress(region_code="", **{name: sum(getattr(each, name) for each in found) for name in names})
