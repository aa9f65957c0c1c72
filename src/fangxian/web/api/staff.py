"""What programs of the staff may do: everything that the staff's pages do. A session's secret or an access token comes as a bearer."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from fangxian.services import answering, confirming, pairing, releasing, renewing
from fangxian.services.alarms import hear_alert, waiting_alerts
from fangxian.services.living import Living
from fangxian.services.oidc import Oidc
from fangxian.services.overseeing import oversee
from fangxian.services.own_people import own_people
from fangxian.services.refusals import RefusedError
from fangxian.services.sign_in import SignIn
from fangxian.services.staff import admit, session_of
from fangxian.web.api.clues import add_clues
from fangxian.web.api.consultations import add_consultations
from fangxian.web.api.entrance import add_entrance
from fangxian.web.api.grid_work import add_grid_work, add_supervision
from fangxian.web.api.hotline import add_hotline
from fangxian.web.api.saying import fact_of, reason_of, utc
from fangxian.web.api.tracing import add_tracing
from fangxian.web.bearer import bearer_of
from fangxian.web.guard import comes_from_elsewhere
from fangxian.web.staff.asking import COOKIE
from fangxian.web.staff.places import ANSWER, RENEW, places_of
from fangxian.work.appeal import Appeal, AppealState
from fangxian.work.decision import Decision
from fangxian.work.doubtful_pair import DoubtfulPair, PairState
from fangxian.work.permissions import Principal
from fangxian.work.renewal import Renewal
from fangxian.work.roles import Action

# No postponed annotations here: FastAPI reads them, and those of a function's own names could not be found.


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Heard(_Model):
    """An alert that somebody has heard of."""

    alert: str = Field(max_length=1_000)


class Answer(_Model):
    """An answer to an appeal, with words for the person."""

    answer: str = Field(pattern="^(upheld|refused)$")
    words: str = Field(max_length=10_000)


class Proposal(_Model):
    """A proposal that the fact of an appeal no longer count under a rule."""

    appeal: str = Field(max_length=1_000)
    rule: str = Field(max_length=100)
    reason: str = Field(max_length=40)


class Search(_Model):
    """One person: by the number on their screen, or by a document."""

    number: str = Field("", max_length=20)
    id_type: str = Field("", max_length=40)
    id_number: str = Field("", max_length=40)


class Shown(_Model):
    """A document that somebody shows at a counter."""

    id_type: str = Field(max_length=40)
    id_number: str = Field(max_length=40)


class Finding(_Model):
    """What a doctor found about a declaration."""

    declaration: str = Field(max_length=1_000)
    finding: str = Field(pattern="^(healthy|fever_excluded|referred)$")


class Judgement(_Model):
    """What is judged of a doubtful pair."""

    answer: str = Field(pattern="^(proposed|different|put_off)$")


def staff_api(living: Living, sign_in: SignIn) -> APIRouter:
    """Return the routes of the staff; `x-action` names the rows of the permission matrix that each stands under."""
    router = APIRouter(prefix="/staff", tags=["staff"])

    def principal(request: Request) -> Principal:
        if bearer := bearer_of(request.headers):
            return _bearer(living, sign_in, bearer)
        if request.method != "GET" and comes_from_elsewhere(request.headers):
            raise HTTPException(403)
        if found := session_of(living, request.cookies.get(COOKIE, "")):
            return found.by
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})

    def asks(*actions: Action) -> Any:
        """Return whoever asks, once they may do one of the actions to something."""

        def allowed(by: Annotated[Principal, Depends(principal)]) -> Principal:
            admit(by, *actions)
            return by

        return Depends(allowed)

    @router.get("/me", openapi_extra=_under())
    def me(by: Annotated[Principal, Depends(principal)]) -> dict[str, Any]:
        """Return who one is here."""
        return {
            "subject": by.subject,
            "roles": sorted(by.roles),
            "region_codes": sorted(by.region_codes),
            "organisation_ids": sorted(by.organisation_ids),
            "second_factor": by.second_factor,
            "places": places_of(by),
        }

    @router.get("/alerts", openapi_extra=_under(Action.HEAR_ALERT))
    def alerts(by: Annotated[Principal, asks(Action.HEAR_ALERT)]) -> list[dict[str, Any]]:
        """Return the alerts of gates in one's area that nobody has heard of, the oldest first."""
        return [
            {
                "alert": reference,
                "place_id": each.place_id,
                "place_name": each.place_name,
                "region_code": each.region_code,
                "rule": each.rule,
                "scanned_at": utc(each.scanned_at),
            }
            for reference, each in waiting_alerts(living, by)
        ]

    @router.post("/alerts/heard", openapi_extra=_under(Action.HEAR_ALERT))
    def heard(given: Heard, by: Annotated[Principal, asks(Action.HEAR_ALERT)]) -> dict[str, str]:
        """Say that one has heard of an alert and sees to it."""
        hear_alert(living, by, given.alert)
        return {"heard": "yes"}

    @router.get("/appeals", openapi_extra=_under(*ANSWER))
    def appeals(by: Annotated[Principal, asks(*ANSWER)]) -> list[dict[str, Any]]:
        """Return the appeals to answer, the most urgent first."""
        at = living.clock()
        return [{"appeal": ref, **_appeal(each), "late": each.late(at)} for ref, each in answering.waiting_appeals(living, by)]

    @router.get("/appeals/{reference}", openapi_extra=_under(*ANSWER))
    def appeal(reference: str, by: Annotated[Principal, asks(*ANSWER)]) -> dict[str, Any]:
        """Return one appeal with its words, the disputed fact, and what follows from it; the person sees that it was read."""
        opened = answering.open_one(living, by, reference)
        return {
            **_appeal(opened.appeal),
            "words": opened.words,
            "fact": fact_of(living.policy, opened.fact) if opened.fact else None,
            "reasons": [reason_of(living.policy, reason) for reason in opened.reasons],
        }

    @router.post("/appeals/{reference}/answer", openapi_extra=_under(*ANSWER))
    def answer(reference: str, given: Answer, by: Annotated[Principal, asks(*ANSWER)]) -> dict[str, str]:
        """Uphold or refuse an appeal."""
        answering.answer(living, by, reference, AppealState(given.answer), given.words)
        return {"state": given.answer}

    @router.get("/decisions", openapi_extra=_under(Action.SIGN_DECISION))
    def decisions(by: Annotated[Principal, asks(Action.SIGN_DECISION)]) -> list[dict[str, Any]]:
        """Return the proposals of others that wait for a second signature."""
        return [{"decision": reference, **_decision(each)} for reference, each in answering.waiting_decisions(living, by)]

    @router.post("/decisions", openapi_extra=_under(Action.PROPOSE_DECISION), status_code=201)
    def propose(given: Proposal, by: Annotated[Principal, asks(Action.PROPOSE_DECISION)]) -> dict[str, Any]:
        """Propose a decision, as the first of two."""
        return _decision(answering.propose(living, by, given.appeal, rule=given.rule, reason=given.reason))

    @router.get("/decisions/{reference}", openapi_extra=_under(Action.SIGN_DECISION))
    def decision(reference: str, by: Annotated[Principal, asks(Action.SIGN_DECISION)]) -> dict[str, Any]:
        """Return one proposal with the reasons that it would end; the person sees that it was read."""
        opened = answering.open_proposal(living, by, reference)
        return {**_decision(opened.decision), "reasons": [reason_of(living.policy, reason) for reason in opened.reasons]}

    @router.post("/decisions/{reference}/sign", openapi_extra=_under(Action.SIGN_DECISION))
    def sign(reference: str, by: Annotated[Principal, asks(Action.SIGN_DECISION)]) -> dict[str, str]:
        """Sign as the second; the code is decided again."""
        answering.sign(living, by, reference)
        return {"state": "signed"}

    @router.post("/decisions/{reference}/reject", openapi_extra=_under(Action.REJECT_DECISION))
    def reject(reference: str, by: Annotated[Principal, asks(Action.REJECT_DECISION)]) -> dict[str, str]:
        """Reject a proposal."""
        answering.reject(living, by, reference)
        return {"state": "rejected"}

    @router.get("/links", openapi_extra=_under(Action.JUDGE_PAIR))
    def links(by: Annotated[Principal, asks(Action.JUDGE_PAIR)]) -> list[dict[str, Any]]:
        """Return the doubtful pairs that wait, the most urgent first, then those judged lately."""
        at = living.clock()
        return [{"link": reference, **_pair(pair, at)} for reference, pair in pairing.waiting_pairs(living, by)]

    @router.get("/links/{reference}", openapi_extra=_under(Action.JUDGE_PAIR))
    def link(reference: str, by: Annotated[Principal, asks(Action.JUDGE_PAIR)]) -> dict[str, Any]:
        """Return one pair with what both rows say; the known person sees that it was read."""
        seen = pairing.open_one_pair(living, by, reference)
        lines = [{"field": vars(each.title), "record": each.record, "known": each.known, "agrees": each.agrees} for each in seen.lines]
        return {**_pair(seen.pair, living.clock()), "lines": lines, "moves": list(seen.moves)}

    @router.post("/links/{reference}/judge", openapi_extra=_under(Action.JUDGE_PAIR))
    def judge_link(reference: str, given: Judgement, by: Annotated[Principal, asks(Action.JUDGE_PAIR)]) -> dict[str, str]:
        """Propose that a record and a person are one, judge that they are not, or put it off."""
        pairing.judge(living, by, reference, PairState(given.answer))
        return {"state": given.answer}

    @router.post("/links/{reference}/confirm", openapi_extra=_under(Action.CONFIRM_PAIR))
    def confirm_link(reference: str, by: Annotated[Principal, asks(Action.CONFIRM_PAIR)]) -> dict[str, str]:
        """Confirm, as the second officer, that a record and a person are one."""
        pairing.judge(living, by, reference, PairState.SAME)
        return {"state": "same"}

    @router.post("/links/{reference}/reopen", openapi_extra=_under(Action.REOPEN_PAIR))
    def reopen_link(reference: str, by: Annotated[Principal, asks(Action.REOPEN_PAIR)]) -> dict[str, str]:
        """Reject a proposal, or take a judgement back."""
        pairing.judge(living, by, reference, PairState.OPEN)
        return {"state": "open"}

    @router.get("/renewal", openapi_extra=_under(*RENEW))
    def renewal(by: Annotated[Principal, asks(*RENEW)]) -> dict[str, Any]:
        """Return since and until when the policy is in force, and the first signature that waits for a second."""
        found = renewing.standing(living, by)
        return {
            "policy": living.policy.name,
            "in_force": not found.lapsed,
            "data_outlasts_a_lapse_by_days": found.kept_for.days,
            "last": _renewal(found.last) if found.last else None,
            "waiting": _renewal(found.waiting) if found.waiting else None,
        }

    @router.post("/renewal/first", openapi_extra=_under(Action.PROPOSE_RENEWAL), status_code=201)
    def sign_first(by: Annotated[Principal, asks(Action.PROPOSE_RENEWAL)]) -> dict[str, Any]:
        """Sign as the first of two that the policy stay in force."""
        return _renewal(renewing.sign_first(living, by))

    @router.post("/renewal/{reference}/second", openapi_extra=_under(Action.RENEW_POLICY))
    def sign_second(reference: str, by: Annotated[Principal, asks(Action.RENEW_POLICY)]) -> dict[str, str]:
        """Sign as the second, other person; the policy is in force for ninety days from now."""
        return {"until_at": utc(renewing.sign_second(living, by, reference))}

    @router.post("/confirm/look-up", openapi_extra=_under(Action.CONFIRM_DECLARATION))
    def look_up(given: Search, by: Annotated[Principal, asks(Action.CONFIRM_DECLARATION)]) -> dict[str, Any]:
        """Return the newest declaration of one person; the person sees the search."""
        found = confirming.look_up(living, by, number=given.number, id_type=given.id_type, id_number=given.id_number)
        return {"declaration": found.reference, "says": fact_of(living.policy, found.seen)}

    @router.post("/confirm", openapi_extra=_under(Action.CONFIRM_DECLARATION), status_code=201)
    def confirm(given: Finding, by: Annotated[Principal, asks(Action.CONFIRM_DECLARATION)]) -> dict[str, str]:
        """Sign what was found; the code is decided again."""
        confirming.confirm(living, by, given.declaration, given.finding)
        return {"recorded": "yes"}

    @router.post("/release", openapi_extra=_under(Action.RELEASE_DOCUMENT), status_code=204)
    def release(given: Shown, by: Annotated[Principal, asks(Action.RELEASE_DOCUMENT)]) -> None:
        """End every registration of a document whose holder shows it at a service point."""
        releasing.release(living, by, id_type=given.id_type, id_number=given.id_number)

    @router.get("/people", openapi_extra=_under(Action.SEE_COLOUR_OF_OWN_PEOPLE))
    def people(by: Annotated[Principal, asks(Action.SEE_COLOUR_OF_OWN_PEOPLE)]) -> list[dict[str, Any]]:
        """Return the colours of the organisation's people who let it see them; each of them sees the look."""
        return [
            {"name": each.masked_name, "colour": each.colour, "changes_at": utc(each.changes_at) if each.changes_at else None}
            for each in own_people(living, by)
        ]

    add_entrance(router, living, asks)
    add_clues(router, living, asks)
    add_consultations(router, living, asks)
    add_hotline(router, living, asks)
    add_grid_work(router, living, asks)
    add_supervision(router, living, asks)
    add_tracing(router, living, asks)

    @router.get("/audit", openapi_extra=_under(Action.SEE_AUDIT))
    def audit(by: Annotated[Principal, asks(Action.SEE_AUDIT)]) -> dict[str, Any]:
        """Return the newest seal, what was last verified, what was done within a day, and the published counts."""
        seen = oversee(living, by)
        return {
            "seals": seen.seals,
            "sealed_at": utc(seen.sealed_at) if seen.sealed_at else None,
            "last_hash": seen.last_hash,
            "verified": vars(seen.verified) | {"verified_at": utc(seen.verified.verified_at)} if seen.verified else None,
            "done": [vars(each) for each in seen.done],
            "codes_by_reason": [vars(each) for each in seen.reasons],
            "decisions_by_signer": [vars(each) for each in seen.signers],
        }

    return router


def _under(*actions: Action) -> dict[str, str]:
    return {"x-action": " ".join(actions) or "staff"}


def _bearer(living: Living, sign_in: SignIn, bearer: str) -> Principal:
    """Return whose session's secret it is, or for whom the provider signed it."""
    if found := session_of(living, bearer):
        return found.by
    try:
        if isinstance(sign_in, Oidc) and bearer.count(".") == 2:
            return sign_in.machine(bearer)
    except RefusedError:
        pass
    raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


def _appeal(appeal: Appeal) -> dict[str, Any]:
    return {
        "ground": appeal.ground,
        "fact_type": appeal.fact_type,
        "region_code": appeal.region_code,
        "state": appeal.state,
        "opened_at": utc(appeal.opened_at),
        "due_at": utc(appeal.due_at),
        "by_decision": appeal.ground.needs_decision,
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "rule": decision.rule,
        "reason": decision.reason,
        "region_code": decision.region_code,
        "first_signer": decision.first_signer,
        "lapses_at": utc(decision.lapses_at),
        "state": decision.state,
    }


def _renewal(renewal: Renewal) -> dict[str, Any]:
    return {
        "renewal": str(renewal.renewal_id),
        "first_signer": renewal.first_signer,
        "second_signer": renewal.closed_by,
        "proposed_at": utc(renewal.proposed_at),
        "lapses_at": utc(renewal.lapses_at),
        "since_at": utc(renewal.closed_at) if renewal.closed_at else None,
        "until_at": utc(renewal.until_at) if renewal.until_at else None,
    }


def _pair(pair: DoubtfulPair, at: datetime) -> dict[str, Any]:
    state = pair.state_at(at)
    return {
        "source": pair.source,
        "weight": pair.weight,
        "region_code": pair.region_code,
        "state": state,
        "proposed_by": pair.proposed_by if state in (PairState.PROPOSED, PairState.SAME) else None,
        "opened_at": utc(pair.opened_at),
        "due_at": utc(pair.due_at),
    }
