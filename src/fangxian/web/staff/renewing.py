"""The handlers of renewals: until when the policy stands, drawn as a bar, and the signatures of two people."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from fangxian.services import renewing
from fangxian.services.renewing import Standing
from fangxian.web.staff.asking import StaffAsked, StaffDesk
from fangxian.work.renewal import WARNING

_HERE = "/staff/renewal"


@dataclass(frozen=True)
class Bar:
    """The time of a renewal in days: how long it is, how much of it is over, and from where on it is warned of."""

    days: float
    gone: float
    warned_from: float


@dataclass(frozen=True)
class RenewalDesk:
    """What the handlers share."""

    desk: StaffDesk

    def standing(self, asked: StaffAsked) -> Response:
        """Answer with how the policy stands."""
        found = renewing.standing(self.desk.living, asked.by)
        return self.desk.page(asked, "renewal.html", standing=found, bar=_bar(found))

    def first(self, asked: StaffAsked) -> Response:
        """Sign as the first."""
        renewing.sign_first(self.desk.living, asked.by)
        return RedirectResponse(_HERE, 303)

    def second(self, asked: StaffAsked) -> Response:
        """Sign as the second: the policy is renewed."""
        renewing.sign_second(self.desk.living, asked.by, asked.reference)
        return RedirectResponse(_HERE, 303)


def _bar(standing: Standing) -> Bar | None:
    last = standing.last
    if last is None or last.closed_at is None or last.until_at is None:
        return None
    a_day = 86_400
    days = (last.until_at - last.closed_at).total_seconds() / a_day
    gone = (standing.at - last.closed_at).total_seconds() / a_day
    return Bar(days, round(min(gone, days), 2), max(0.0, days - WARNING.days))
