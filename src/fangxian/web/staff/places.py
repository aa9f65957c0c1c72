"""The places of the staff's pages, each with the actions under which one comes there: the first page shows those of one's roles."""

from __future__ import annotations

from typing import Final

from fangxian.work.permissions import PERMISSIONS, Principal
from fangxian.work.roles import Action

ANSWER: Final = (Action.ANSWER_APPEAL, Action.ANSWER_APPEAL_AT_OFFICE)

RENEW: Final = (Action.PROPOSE_RENEWAL, Action.RENEW_POLICY)

PLACES: Final[dict[str, tuple[Action, ...]]] = {
    "alerts": (Action.HEAR_ALERT,),
    "cases": (Action.TRACE_CASE,),
    "appeals": ANSWER,
    "decisions": (Action.SIGN_DECISION,),
    "renewal": RENEW,
    "confirm": (Action.CONFIRM_DECLARATION,),
    "paper": (Action.ENROL_AT_SERVICE_POINT,),
    "release": (Action.RELEASE_DOCUMENT,),
    "people": (Action.SEE_COLOUR_OF_OWN_PEOPLE,),
    "entrance": (Action.DAILY_CHECK_AT_ENTRANCE,),
    "visitors": (Action.REGISTER_VISITOR,),
    "work": (Action.WORK_ON_TASK,),
    "tasks": (Action.SUPERVISE_TASKS,),
    "audit": (Action.SEE_AUDIT,),
}


def places_of(by: Principal) -> list[str]:
    """Return the places that somebody's roles lead to."""
    return [place for place, actions in PLACES.items() if any(by.roles & PERMISSIONS[action].roles.keys() for action in actions)]
