"""What a citizen's program may ask of another region, through us: that it be recognised, of oneself, with consent."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from fangxian.exchange.asking import recognise
from fangxian.services import members
from fangxian.services.living import Living
from fangxian.web.api.citizen import member_in
from fangxian.web.api.saying import utc

# No postponed annotations here, as in `api.citizen`.


class CodeShown(BaseModel):
    """The text of the code as the other region's page shows it now, and the consent to ask that region about it once."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=1_200)
    consent: Literal[True]


def recognition_api(living: Living) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["exchange"])
    of = Annotated[members.Member, Depends(member_in(living))]

    @router.post("/me/{place}/recognitions", status_code=201, openapi_extra={"x-action": "consent"})
    def recognised(given: CodeShown, member: of) -> dict[str, str | None]:
        """Ask the region that signed a code about it; its answer is a fact, and the code follows at once."""
        found = recognise(living, member.person_id, given.code, acting=member.acting)
        until = utc(found.until_at) if found.until_at else None
        return {"region": found.region_code, "reason_class": found.reason_class, "colour_here": found.colour, "until_at": until}

    return router
