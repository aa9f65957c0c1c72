"""What programs of an organisation's entrance may do: everything that the pages of the day's check and of visitors do."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from fangxian.services import registering_visitors, visitors
from fangxian.services.entrance import Checked, check_by_hand, entrance_today
from fangxian.services.living import Living
from fangxian.web.api.saying import utc
from fangxian.work.permissions import Principal
from fangxian.work.roles import Action

_LONGEST = 60

# No postponed annotations here: FastAPI reads them, and those of a function's own names could not be found.


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ByHand(_Model):
    """A check by hand of somebody on the list of the day."""

    person: str = Field(max_length=1_000)
    temperature_c: float | None = None


class Visit(_Model):
    """A visit, and whose: a scan of the list, the number under a code, or the name and document of whoever has no phone."""

    host: str = Field(max_length=_LONGEST)
    purpose: str = Field(max_length=40)
    visit: str = Field("", max_length=1_000)
    organisation_id: str = Field("", max_length=_LONGEST)
    number: str = Field("", max_length=20)
    full_name: str = Field("", max_length=_LONGEST)
    id_type: str = Field("", max_length=40)
    id_number: str = Field("", max_length=40)


def add_entrance(router: APIRouter, living: Living, asks: Callable[..., Any]) -> None:
    """Add the routes; `asks` gives whoever may do an action."""
    checks, registers = asks(Action.DAILY_CHECK_AT_ENTRANCE), asks(Action.REGISTER_VISITOR)
    under_check, under_visitor = {"x-action": Action.DAILY_CHECK_AT_ENTRANCE}, {"x-action": Action.REGISTER_VISITOR}

    @router.get("/entrance", openapi_extra=under_check)
    def entrance(by: Annotated[Principal, checks]) -> list[dict[str, Any]]:
        """Return who of the organisation's people was checked at its entrance today, and who was not; each of them sees the look."""
        return [
            {"person": each.reference, "name": each.masked_name, "checked": _checked(each.checked)} for each in entrance_today(living, by)
        ]

    @router.post("/entrance/checks", openapi_extra=under_check, status_code=201)
    def check(given: ByHand, by: Annotated[Principal, checks]) -> dict[str, Any]:
        """Record that one of the people was seen at the entrance."""
        found = check_by_hand(living, by, given.person, given.temperature_c)
        return {"colour": found.colour, "passes": found.passes}

    @router.get("/visitors", openapi_extra=under_visitor)
    def today(by: Annotated[Principal, registers]) -> list[dict[str, Any]]:
        """Return who came through the organisation's gates today and is not one of its people; each of them sees the look."""
        return [
            {
                "visit": each.reference,
                "name": each.masked_name,
                "came_at": utc(each.came_at),
                "passed": each.passed,
                "host": each.host,
                "purpose": each.purpose,
                "left_at": utc(each.left_at) if each.left_at else None,
            }
            for each in visitors.visitors_today(living, by)
        ]

    @router.post("/visitors", openapi_extra=under_visitor, status_code=201)
    def register(given: Visit, by: Annotated[Principal, registers]) -> dict[str, Any]:
        """Register a visitor; at the desk the colour decides whether they may come in, and is not told."""
        answers = {name: [value] for name, value in given.model_dump().items()}
        if given.visit:
            registering_visitors.register_scanned(living, by, given.visit, answers)
            return {"recorded": "yes"}
        passes = registering_visitors.register_at_desk(living, by, answers, organisation_id=given.organisation_id)
        return {"recorded": "yes", "passes": passes}

    @router.post("/visitors/{reference}/left", openapi_extra=under_visitor)
    def left(reference: str, by: Annotated[Principal, registers]) -> dict[str, str]:
        """Record that a visitor left."""
        visitors.let_out(living, by, reference)
        return {"recorded": "yes"}


def _checked(found: Checked | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"at": utc(found.at), "colour": found.colour, "passed": found.passed, "temperature_c": found.temperature_c}
