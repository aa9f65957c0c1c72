"""The handlers of alerts: what gates tell an officer of, until one of them has heard."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from fangxian.policy.regions import region_name
from fangxian.services.alarms import hear_alert, waiting_alerts
from fangxian.services.alert_contacts import recent_alerts
from fangxian.web.staff.asking import StaffAsked, StaffDesk


@dataclass(frozen=True)
class AlertDesk:
    """What the handlers share."""

    desk: StaffDesk

    def alerts(self, asked: StaffAsked) -> Response:
        """Answer with the alerts that nobody has heard of, the oldest first, and with those of the last day and who was there."""
        found = waiting_alerts(self.desk.living, asked.by)
        recent = recent_alerts(self.desk.living, asked.by)
        return self.desk.page(asked, "alerts.html", found=found, recent=recent, region_name=region_name)

    def heard(self, asked: StaffAsked) -> Response:
        """Keep that the reader has heard of one."""
        hear_alert(self.desk.living, asked.by, asked.one("alert"))
        return RedirectResponse("/staff/alerts", 303)
