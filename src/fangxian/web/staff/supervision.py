"""The handlers of a supervisor: who is behind with what, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from starlette.responses import RedirectResponse, Response

from fangxian.policy.regions import region_name
from fangxian.services import grid_work, handing_over, settling, supervising, task_looking
from fangxian.web.guard import NEVER_KEPT
from fangxian.web.staff.asking import StaffAsked, StaffDesk
from fangxian.work.shift import Shift
from fangxian.work.task import Task

BAR: int = 400
"""Units of the longest bar's picture."""

_PAGE = "/staff/tasks"


@dataclass(frozen=True)
class SupervisionDesk:
    """What the handlers share."""

    desk: StaffDesk

    def tasks(self, asked: StaffAsked) -> Response:
        """Answer with the state of the work in the reader's area."""
        seen = supervising.supervise(self.desk.living, asked.by)
        streets = [(street, list(rows)) for street, rows in groupby(sorted(seen.behind, key=lambda each: each.street), lambda e: e.street)]
        return self.desk.page(
            asked,
            "tasks.html",
            seen=seen,
            streets=sorted(streets, key=lambda each: -sum(row.late for row in each[1])),
            longest=max((row.tasks for row in seen.behind), default=1),
            place=place_of,
            bar=BAR,
            most=supervising.PAGE,
            areas=sorted(asked.by.region_codes),
            colleagues=lambda task: _able(seen.at_work, task),
        )

    def task(self, asked: StaffAsked) -> Response:
        """Answer with one task that came to the supervisor."""
        seen = task_looking.look_at_task(self.desk.living, asked.by, asked.reference)
        return self.desk.page(asked, "tasks_one.html", seen=seen, place=place_of)

    def photograph(self, asked: StaffAsked) -> Response:
        """Answer with a photograph of a knock; no browser and no proxy keeps it."""
        picture = task_looking.look_at_photograph(self.desk.living, asked.by, asked.reference)
        return Response(picture, media_type="image/jpeg", headers=NEVER_KEPT)

    def in_hand(self, asked: StaffAsked) -> Response:
        """Answer with what a worker has in hand in a street."""
        held = handing_over.see_in_hand(self.desk.living, asked.by, asked.reference)
        return self.desk.page(asked, "tasks_in_hand.html", held=held, reference=asked.reference, place=place_of, most=handing_over.PAGE)

    def hand_over(self, asked: StaffAsked) -> Response:
        """Hand over what was chosen, or all that there is room for."""
        chosen = None if asked.one("which") == "all" else asked.form.get("task", [])
        handing_over.hand_over(self.desk.living, asked.by, asked.reference, to=asked.one("to"), tasks=chosen)
        return RedirectResponse(f"{_PAGE}/workers/{asked.reference}?done=handed_over", 303)

    def settle(self, asked: StaffAsked) -> Response:
        """Take a knock that came too late as the outcome, or set it aside."""
        do = asked.one("do")
        settling.settle(self.desk.living, asked.by, asked.one("knock"), do)
        return _back(do)

    def assign(self, asked: StaffAsked) -> Response:
        """Assign what waits in an area."""
        grid_work.assign(self.desk.living, asked.by, asked.one("area_code").strip(), nearest=asked.one("nearest") == "yes")
        return _back("assigned")

    def move(self, asked: StaffAsked) -> Response:
        """Move one task."""
        given = {"to": asked.one("to").strip(), "area_code": asked.one("area_code").strip()}
        grid_work.move_task(self.desk.living, asked.by, asked.one("task"), asked.one("do"), **given)
        return _back("moved")

    def brought(self, asked: StaffAsked) -> Response:
        """Keep that supplies were brought."""
        supervising.brought(self.desk.living, asked.by, asked.one("supplies"))
        return _back("brought")

    def shut_out(self, asked: StaffAsked) -> Response:
        """Shut out a phone."""
        supervising.shut_out(self.desk.living, asked.by, asked.one("phone"))
        return _back("phone_shut_out")


def _able(at_work: Sequence[Shift], task: Task) -> list[Shift]:
    """Return who can be given a task: those at work in its street who have room."""
    return [each for each in at_work if each.room and each.reaches(task.area_code)]


def place_of(code: str) -> str:
    """Return how an area is named on the page: its county by name, street and grid by their digits."""
    return " ".join(part for part in (region_name(code[:6]) or code[:6], code[6:9], code[9:]) if part)


def _back(done: str) -> Response:
    return RedirectResponse(f"{_PAGE}?done={done}", 303)
