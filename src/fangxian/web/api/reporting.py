"""What programs of those who report may do: assess oneself, with or without a log-in."""

# No postponed annotations here: FastAPI reads them, and those of a function's own names could not be found.
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from fangxian.services.assessing import assess, assess_unnamed
from fangxian.services.living import Living
from fangxian.services.members import Member
from fangxian.services.triage import Triage
from fangxian.web.api.citizen import AnswersGiven, as_lists, member_in
from fangxian.web.api.saying import both


def reporting_api(living: Living) -> APIRouter:
    """Return the routes; `x-action` names the row of the permission matrix that each stands under."""
    router = APIRouter(tags=["reporting"])
    of = Annotated[Member, Depends(member_in(living))]

    @router.post("/self-assessments", openapi_extra={"x-action": "log_in"})
    def unnamed(given: AnswersGiven) -> dict[str, Any]:
        """Return what answers to `self_assessment` come to; nothing is kept but a count."""
        return triage_said(assess_unnamed(living, as_lists(given.answers)), told=False)

    @router.post("/me/{place}/self-assessments", status_code=201, openapi_extra={"x-action": "self_assess"})
    def own(given: AnswersGiven, member: of) -> dict[str, Any]:
        """Return what answers come to, and keep them; the county hears of a high answer at once."""
        return triage_said(assess(living, member.person_id, as_lists(given.answers), acting=member.acting), told=True)

    return router


def triage_said(found: Triage, *, told: bool) -> dict[str, Any]:
    """Return what answers came to: the level, what to do now, each rule that fired, and whether the county was told of a high one."""
    rules = [
        {
            "rule": rule.rule_id,
            "level": rule.level,
            "why": both(rule.words),
            "advice": both(rule.advice) if rule.advice else None,
            "reference": both(rule.reference),
        }
        for rule in found.fired
    ]
    return {
        "version": found.version,
        "level": found.level,
        "meaning": both(found.words),
        "now": [both(line) for line in found.now],
        "fired": rules,
        "county_told": told and found.is_high,
    }
