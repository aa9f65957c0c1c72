"""What programs of those who trace may do: everything that the pages of cases and of alerts do. No answer names anybody."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter

from fangxian.services import alert_contacts, cases
from fangxian.services.contacts import Confirmed, Preview
from fangxian.services.living import Living
from fangxian.web.api.saying import utc
from fangxian.work.permissions import Principal
from fangxian.work.roles import Action

# No postponed annotations here: FastAPI reads them, and those of a function's own names could not be found.


def add_tracing(router: APIRouter, living: Living, asks: Callable[..., Any]) -> None:
    """Add the routes; `asks` gives whoever may do an action."""
    traces, confirms = asks(Action.TRACE_CASE), asks(Action.CONFIRM_CONTACTS)
    under_trace, under_confirm = {"x-action": Action.TRACE_CASE}, {"x-action": Action.CONFIRM_CONTACTS}

    @router.get("/alerts/recent", openapi_extra=under_trace)
    def recent(by: Annotated[Principal, traces]) -> list[dict[str, Any]]:
        """Return the alerts of the last day in one's area, and how many people were there when each rose."""
        return [
            {
                "alert": reference,
                "place_name": each.alert.place_name,
                "region_code": each.alert.region_code,
                "scanned_at": utc(each.alert.scanned_at),
                "people": each.people,
                "close_people": each.close_people,
                "confirmed": each.confirmed,
            }
            for reference, each in alert_contacts.recent_alerts(living, by)
        ]

    @router.get("/alerts/{reference}/contacts", openapi_extra=under_trace)
    def alert(reference: str, by: Annotated[Principal, traces]) -> dict[str, Any]:
        """Return whom an alert would tell, by how near and how sure; `confirm` is the reference to confirm just these."""
        seen = alert_contacts.open_alert(living, by, reference)
        return {"confirm": seen.reference, **_previewed(seen.preview)}

    @router.post("/alerts/{reference}/confirm", openapi_extra=under_confirm)
    def confirm_alert(reference: str, by: Annotated[Principal, confirms]) -> dict[str, int]:
        """Write who was there as exposed, and hand out a task about each close contact."""
        return _confirmed(alert_contacts.confirm_alert(living, by, reference))

    @router.get("/cases", openapi_extra=under_trace)
    def listed(by: Annotated[Principal, traces]) -> list[dict[str, Any]]:
        """Return the newest cases of one's area."""
        return [
            {
                "case": reference,
                "number": each.number,
                "region_code": each.region_code,
                "found_at": utc(each.found_at),
                "basis": each.basis,
                "from_at": utc(each.from_at),
                "until_at": utc(each.until_at),
                "exposures": each.exposures,
                "tasks": each.tasks,
            }
            for reference, each in cases.list_cases(living, by)
        ]

    @router.get("/cases/{reference}/contacts", openapi_extra=under_trace)
    def case(reference: str, by: Annotated[Principal, traces]) -> dict[str, Any]:
        """Return whom a case would tell, and why for each of the first; `confirm` is the reference to confirm just these."""
        seen = cases.open_case(living, by, reference)
        return {"confirm": seen.reference, **_previewed(seen.preview), "contacts": [_contact(each) for each in seen.contacts]}

    @router.post("/cases/{reference}/confirm", openapi_extra=under_confirm)
    def confirm_case(reference: str, by: Annotated[Principal, confirms]) -> dict[str, int]:
        """Write the contacts of a case as exposed, and hand out a task about each close one."""
        return _confirmed(cases.confirm_case(living, by, reference))


def _previewed(preview: Preview) -> dict[str, Any]:
    return {
        "known_at": utc(preview.known_at),
        "people": preview.people,
        "close_people": preview.close,
        "recorded": preview.recorded,
        "groups": [vars(group) for group in preview.groups],
    }


def _contact(each: cases.ContactSeen) -> dict[str, Any]:
    met = [{"kind": m.kind._asdict(), "from_at": utc(m.from_at), "until_at": utc(m.until_at)} for m in each.met]
    return {**vars(each), "met": met}


def _confirmed(done: Confirmed) -> dict[str, int]:
    return {"exposures": done.exposures, "withdrawn": done.withdrawn, "tasks": done.tasks}
