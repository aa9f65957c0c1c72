"""What programs may do with consultations: a person asks, says more, takes it back; a doctor takes the next, answers, hands back."""

# No postponed annotations here: FastAPI reads them, and those of a function's own names could not be found.
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from fangxian.services import consulting
from fangxian.services.living import Living
from fangxian.services.members import Member
from fangxian.web.api.citizen import member_in
from fangxian.web.api.saying import both, utc
from fangxian.web.staff.places import CONSULT
from fangxian.work.consultation import Consultation, ConsultationState
from fangxian.work.permissions import Principal
from fangxian.work.roles import Action


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Question(_Model):
    """What somebody asks a doctor, or answers when asked back."""

    words: str = Field(max_length=10_000)


class DoctorsAnswer(_Model):
    """What a doctor says, and what becomes of the consultation by it."""

    to: str = Field(pattern="^(answered|asked_back|passed_on)$")
    words: str = Field(max_length=10_000)


def consultation_api(living: Living) -> APIRouter:
    """Return the routes of whoever asks."""
    router = APIRouter(tags=["reporting"], prefix="/me/{place}/consultations")
    of = Annotated[Member, Depends(member_in(living))]
    under = {"x-action": "ask_doctor"}

    @router.get("", openapi_extra=under)
    def own(member: of) -> list[dict[str, Any]]:
        """Return one's consultations, newest first, with what was said, and the place in the queue of one that waits."""
        return [thread_said(each) for each in consulting.own_consultations(living, member.person_id, acting=member.acting)]

    @router.post("", status_code=201, openapi_extra=under)
    def ask(given: Question, member: of) -> dict[str, str]:
        """Ask a doctor of one's area; 409 where a question of one's own is open."""
        consulting.ask(living, member.person_id, given.words, acting=member.acting)
        return {"state": ConsultationState.WAITING}

    @router.post("/more", openapi_extra=under)
    def more(given: Question, member: of) -> dict[str, str]:
        """Answer a doctor who asked back; it waits again at its old place."""
        consulting.reply(living, member.person_id, given.words, acting=member.acting)
        return {"state": ConsultationState.WAITING}

    @router.post("/withdrawal", openapi_extra=under)
    def withdraw(member: of) -> dict[str, str]:
        """Take an open question back."""
        consulting.withdraw(living, member.person_id, acting=member.acting)
        return {"state": ConsultationState.WITHDRAWN}

    return router


def add_consultations(router: APIRouter, living: Living, asks: Callable[..., Any]) -> None:
    """Add the routes of doctors."""

    @router.get("/consultations", openapi_extra={"x-action": "take_consultation"})
    def desk(by: Annotated[Principal, asks(Action.TAKE_CONSULTATION)]) -> dict[str, Any]:
        """Return how many wait, how many of them are late, and what one has in hand."""
        found = consulting.doctors_desk(living, by)
        hand = [{"consultation": reference, **_said(each)} for reference, each in found.in_hand]
        return {"waiting": found.queue.waiting, "late": found.queue.late, "in_hand": hand}

    @router.post("/consultations/next", openapi_extra={"x-action": "take_consultation"})
    def take(by: Annotated[Principal, asks(Action.TAKE_CONSULTATION)]) -> dict[str, str]:
        """Take the next who waits: nobody else has that one then. 409 where nobody waits."""
        return {"consultation": consulting.take_next(living, by)}

    @router.get("/consultations/{reference}", openapi_extra={"x-action": "answer_consultation"})
    def one(reference: str, by: Annotated[Principal, asks(Action.ANSWER_CONSULTATION)]) -> dict[str, Any]:
        """Return what was said in one that one has in hand; the person sees that it was read."""
        thread = consulting.open_one(living, by, reference)
        return thread_said(thread) | {"contact": thread.contact, "by_operator": thread.consultation.by_operator}

    @router.post("/consultations/{reference}/answer", openapi_extra={"x-action": "answer_consultation refer_consultation"})
    def answer(reference: str, given: DoctorsAnswer, by: Annotated[Principal, asks(*CONSULT)]) -> dict[str, str]:
        """Answer and close, ask back, or pass on as of high risk: the county has a lead then."""
        consulting.answer(living, by, reference, ConsultationState(given.to), given.words)
        return {"state": given.to}

    @router.post("/consultations/{reference}/return", openapi_extra={"x-action": "return_consultation"})
    def hand_back(reference: str, by: Annotated[Principal, asks(Action.RETURN_CONSULTATION)]) -> dict[str, str]:
        """Hand one back to the queue, at its old place."""
        consulting.hand_back(living, by, reference)
        return {"state": ConsultationState.WAITING}


def _said(consultation: Consultation) -> dict[str, Any]:
    return {
        "region_code": consultation.region_code,
        "state": consultation.state,
        "state_words": both(consultation.state.words),
        "asked_at": utc(consultation.asked_at),
        "due_at": utc(consultation.due_at),
    }


def thread_said(thread: consulting.Thread) -> dict[str, Any]:
    """Return a consultation with what was said in it."""
    said = [
        {"said_by": each.said_by, "said_at": utc(each.said_at), "words": each.words}
        for each in thread.words
        if each.said_by != consulting.CONTACT
    ]
    return _said(thread.consultation) | {"place_in_queue": thread.place, "said": said}
