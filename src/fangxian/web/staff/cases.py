"""The handlers of tracing: cases of an area and alerts of gates, whom each would tell, and the confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from fangxian.policy.regions import region_name
from fangxian.services import alert_contacts, cases
from fangxian.services.contacts import Preview
from fangxian.trace.groups import Group
from fangxian.trace.telling import CERTAINTY, CLASS, NEARNESS, SETTING
from fangxian.web.staff.asking import StaffAsked, StaffDesk
from fangxian.work.permissions import may
from fangxian.work.roles import Action

_WIDEST: Final = 100
"""How wide the longest bar is, in the units of its drawing."""

_WORDS: Final[dict[str, Any]] = {
    "class_words": CLASS,
    "setting_words": SETTING,
    "nearness_words": NEARNESS,
    "certainty_words": CERTAINTY,
    "region_name": region_name,
}


@dataclass(frozen=True)
class CaseDesk:
    """What the handlers share."""

    desk: StaffDesk

    def cases(self, asked: StaffAsked) -> Response:
        """Answer with the newest cases of the reader's area."""
        found = cases.list_cases(self.desk.living, asked.by)
        return self.desk.page(asked, "cases.html", found=found, region_name=region_name)

    def case(self, asked: StaffAsked) -> Response:
        """Answer with one case: whom it would tell, and why for each."""
        seen = cases.open_case(self.desk.living, asked.by, asked.reference)
        confirms = f"/staff/cases/{seen.reference}/confirm"
        return self._preview(asked, "case.html", seen.preview, seen.case.region_code, confirms=confirms, seen=seen, most=cases.MOST)

    def confirm(self, asked: StaffAsked) -> Response:
        """Write the contacts of a case, and hand out the tasks."""
        cases.confirm_case(self.desk.living, asked.by, asked.reference)
        return RedirectResponse("/staff/cases?done=contacts", 303)

    def alert(self, asked: StaffAsked) -> Response:
        """Answer with whom an alert would tell."""
        seen = alert_contacts.open_alert(self.desk.living, asked.by, asked.reference)
        confirms = f"/staff/alerts/{seen.reference}/confirm"
        return self._preview(asked, "alert.html", seen.preview, seen.alert.region_code, confirms=confirms, seen=seen)

    def confirm_alert(self, asked: StaffAsked) -> Response:
        """Write who was there, and hand out the tasks."""
        alert_contacts.confirm_alert(self.desk.living, asked.by, asked.reference)
        return RedirectResponse("/staff/alerts?done=contacts", 303)

    def _preview(self, asked: StaffAsked, template: str, preview: Preview, region_code: str, **values: Any) -> Response:
        confirmable = not preview.recorded and may(asked.by, Action.CONFIRM_CONTACTS, region_code=region_code)
        return self.desk.page(asked, template, preview=preview, bars=bars(preview.groups), confirmable=confirmable, **_WORDS, **values)


def bars(found: list[Group]) -> list[tuple[Group, float]]:
    """Return each group with the width of its bar."""
    most = max((group.people for group in found), default=1)
    return [(group, round(max(_WIDEST * group.people / most, 1), 1)) for group in found]
