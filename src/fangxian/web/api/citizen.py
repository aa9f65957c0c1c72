"""What a citizen's program may do: log in, apply, declare, check in, have a code signed, see why, who looked and what is kept."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_serializer

from fangxian.facts import Text
from fangxian.facts.typed import base64url, instant_typed
from fangxian.services import accounts, applying, arriving, certificates, declaring, deleting, issuing, looking, members, papers
from fangxian.services.accounts import Session
from fangxian.services.acting import Acting, expect_may
from fangxian.services.living import Living
from fangxian.services.questionnaire import questionnaire
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.signed.envelope import LONGEST_TEXT
from fangxian.web.api.bare import BareRoute
from fangxian.web.api.saying import both, reason_of, utc
from fangxian.web.asking import COOKIE, instant_asked
from fangxian.web.bearer import bearer_of
from fangxian.web.client import counted_as
from fangxian.web.grouping import Grouping
from fangxian.web.guard import comes_from_elsewhere
from fangxian.work.roles import Action

MOST_TOGETHER: Final = 100
"""So many codes are signed in one transaction."""

# No postponed annotations here: FastAPI reads them, and those of a function's own names could not be found.
_Answers = dict[str, str | list[str]]
_ASKED: Final = frozenset({"identity", "declaration", "check_in", "visit", "self_assessment", "clue", "caller", "consultation"})
_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}


def _as_it_is_written(said: object) -> object:
    if not str(said).isascii() or not str(said).isdigit():
        raise ValueError("a place is a number")
    return said


Place = Annotated[int, BeforeValidator(_as_it_is_written)]
"""A place on a phone's list: one way to write it, or an address would have many."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Phone(_Model):
    """A phone number; one of China needs no country code."""

    phone: str = Field(max_length=40)


class CodeWanted(Phone):
    """A phone number; the `device` that a log-in was answered with, so that nobody else uses up what this one may ask for."""

    device: str = Field("", max_length=100)


class LogIn(Phone):
    """A phone number, the one-time code that was sent to it, and the `ticket` that whoever asked for it was answered with."""

    code: str = Field(max_length=12)
    ticket: str = Field(max_length=100)


class Enrolment(_Model):
    """Answers to the questionnaires `identity` and `declaration` together; `phone` is the number that was logged in with."""

    relation: str = Field("self", pattern="^(self|child)$")
    phone: str = Field("", max_length=40)
    answers: _Answers


class AnswersGiven(_Model):
    """Answers to a questionnaire by its questions' keys."""

    answers: _Answers


class PlaceScanned(_Model):
    """What a place's QR says."""

    text: str = Field(max_length=LONGEST_TEXT)


class PhoneKey(_Model):
    """The public half of the phone's key: a P-256 point, uncompressed, 65 bytes in base64url."""

    phone_key: str = Field(max_length=100)


class Credential(BaseModel):
    """A signed day credential."""

    text: str
    colour: str
    valid_until: datetime

    @field_serializer("valid_until")
    def _utc(self, at: datetime) -> str:
        return utc(at)


def session_in(living: Living) -> Callable[[Request], Session]:
    """Return what finds the session that a request bears, and refuses one that bears none."""

    def session(request: Request) -> Session:
        found = accounts.session_of(living, secret_of(request))
        if found is None:
            raise _not_logged_in()
        return found

    return session


def _not_logged_in() -> HTTPException:
    return HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


def secret_of(request: Request) -> str:
    """Return the secret of the session that a request bears; refuses what another site's page sent with our cookie."""
    bearer = bearer_of(request.headers)
    if not bearer and request.method != "GET" and comes_from_elsewhere(request.headers):
        raise HTTPException(403)
    return bearer or request.cookies.get(COOKIE, "")


def key_point(phone_key: str) -> bytes:
    """Return the point in base64url that a phone sends as its key."""
    try:
        return base64url(phone_key)
    except ValueError:
        raise BadAnswerError({"phone_key": Text("须为 base64url。", "It must be base64url.")}) from None


def member_in(living: Living) -> Callable[..., members.Member]:
    """Return what finds who is at the place that an address names; it refuses what may not be done there, by the route's `x-action`."""

    def member(place: Place, session: Annotated[Session, Depends(session_in(living))], request: Request) -> members.Member:
        found = members.member_at(living, session.phone_index, place)
        expect_may(found.acting, Action(request.scope["route"].openapi_extra["x-action"]))
        return found

    return member


def citizen_api(living: Living) -> APIRouter:
    """Return the routes of a citizen; `x-action` names the row of the permission matrix that each stands under."""
    router = APIRouter(tags=["citizen"])

    mine = Annotated[Session, Depends(session_in(living))]

    of = Annotated[members.Member, Depends(member_in(living))]

    @router.get("/questionnaires/{name}", openapi_extra={"x-action": "log_in"})
    def questions(name: str) -> dict[str, Any]:
        """Return what a questionnaire asks: identity, declaration, check_in, visit, self_assessment, clue, caller or consultation."""
        if name not in _ASKED:
            raise HTTPException(404)
        asked = questionnaire(name, living.today(living.clock()))
        return {
            "name": asked.name,
            "version": asked.version,
            "title": both(asked.title),
            "questions": [_question(q) for q in asked.questions],
        }

    @router.post("/log-in/code", status_code=202, openapi_extra={"x-action": "log_in"})
    def send_code(given: CodeWanted, request: Request) -> dict[str, str]:
        """Send a one-time code to a phone; only who has the ticket of the answer logs in by it."""
        phone = accounts.phone_number(given.phone)
        return {"ticket": accounts.send_code(living, phone, address=counted_as(request.scope), device=given.device)}

    @router.post("/log-in", openapi_extra={"x-action": "log_in"})
    def log_in(given: LogIn) -> dict[str, str]:
        """Begin a session; send its secret as a bearer token, and `device` when a code is asked for again."""
        phone = accounts.phone_number(given.phone)
        begun = accounts.log_in(living, phone, given.code, ticket=given.ticket)
        return {"session": begun.secret, "ends_at": utc(begun.ends_at), "device": accounts.device_token(living, phone)}

    @router.post("/log-out", status_code=204, openapi_extra={"x-action": "see_own_code"})
    def log_out(session: mine) -> None:
        """End the session."""
        accounts.log_out(living, session.secret)

    @router.get("/me", openapi_extra={"x-action": "see_own_code"})
    def people(session: mine) -> list[dict[str, Any]]:
        """Return the people of the phone by their places."""
        found = members.members_of(living, session.phone_index)
        return [{"place": m.place, "relation": m.relation, "confirmed": m.confirmed, "name": m.masked_name} for m in found]

    @router.post("/me", status_code=201, openapi_extra={"x-action": "declare"})
    def enrol(given: Enrolment, session: mine) -> dict[str, int]:
        """Apply for a code, one's own or a child's, with a first declaration; a child that is known already waits until its own agree."""
        answers, mine = as_lists(given.answers), session.phone_index
        place, _ = applying.apply(living, answers, relation=given.relation, phone=given.phone, phone_index=mine)
        return {"place": place}

    @router.get("/me/{place}/code", openapi_extra={"x-action": "see_own_code"})
    def code(member: of) -> dict[str, Any]:
        """Return a code's colour with its reasons, their ends, and what will change by itself; whoever only shows it gets no reasons."""
        seen = looking.own_code(living, member.person_id, acting=member.acting)
        shown = {"colour": seen.colour, "changes": [{"at": utc(change.at), "colour": change.colour} for change in seen.changes]}
        if member.acting is Acting.FAMILY:
            return shown
        return shown | {"reasons": [reason_of(living.policy, each) for each in seen.reasons]}

    # At eight in the morning everybody asks for their code at once: whoever asks while others are answered is answered with the next.
    signing: Grouping[issuing.Asked, issuing.Issued | Text | None] = Grouping(
        lambda asked: asyncio.to_thread(issuing.issue_to_sessions, living, asked), most=MOST_TOGETHER
    )

    async def credential(given: PhoneKey, place: int, request: Request) -> Credential:
        """Sign the code for the coming hours, bound to a key that lives in the phone."""
        point = key_point(given.phone_key)
        issuing.check_key(point)
        issued = await signing.answer(issuing.Asked(secret_of(request), place, point))
        if issued is None:
            raise _not_logged_in()
        if isinstance(issued, Text):
            raise RefusedError(issued)
        return Credential(text=issued.text, colour=issued.colour, valid_until=issued.valid_until)

    described = {"x-action": str(Action.SEE_OWN_CODE)}
    router.add_api_route("/me/{place}/credential", credential, methods=["POST"], openapi_extra=described, route_class_override=BareRoute)

    @router.post("/me/{place}/declarations", status_code=201, openapi_extra={"x-action": "declare"})
    def declare(given: AnswersGiven, member: of) -> dict[str, str]:
        """Record a declaration; the code follows at once."""
        declaring.declare(living, member.person_id, living.read("declaration", as_lists(given.answers)), acting=member.acting)
        return {"recorded": "yes"}

    @router.post("/me/{place}/check-ins", status_code=201, openapi_extra={"x-action": "check_in"})
    def check_in(given: AnswersGiven, member: of) -> dict[str, str]:
        """Record the day's check-in; the code follows at once."""
        declaring.check_in(living, member.person_id, living.read("check_in", as_lists(given.answers)), acting=member.acting)
        return {"recorded": "yes"}

    @router.post("/me/{place}/visits", status_code=201, openapi_extra={"x-action": "check_in_at_place"})
    def visit(given: PlaceScanned, member: of) -> dict[str, Any]:
        """Check in at a place by its code; the colour is none for whoever has no code. Within five minutes it is the same visit."""
        came = arriving.arrive(living, member, given.text)
        said = came.place
        return {
            "place_id": said.place_id,
            "organisation": said.organisation,
            "address": said.address,
            "region_code": said.region_code,
            "at": utc(came.at),
            "colour": came.colour,
        }

    @router.post("/me/{place}/paper", openapi_extra={"x-action": "print_own_code"}, response_class=Response, responses=_PDF)
    def paper(member: of) -> Response:
        """Print the code on paper, as PDF; what was printed before no longer counts."""
        return Response(papers.paper_of_member(living, member).pdf, media_type="application/pdf")

    @router.get("/me/{place}/certificate", openapi_extra={"x-action": "certify_own_release"})
    def certificate(member: of) -> dict[str, Any]:
        """Return the certificate of the newest release, with its signed text; 409 where no measure has ended."""
        made = certificates.certificate_of(living, member)
        said = made.certificate
        return {
            "text": made.text,
            "full_name": said.full_name,
            "masked_number": said.masked_number,
            "measures": [{"measure": measure, "from_at": utc(from_at)} for measure, from_at in said.measures],
            "until_at": utc(said.until_at),
            "issued_by": said.issued_by,
            "issued_at": utc(said.issued_at),
        }

    @router.post("/me/{place}/certificate", openapi_extra={"x-action": "certify_own_release"}, response_class=Response)
    def printed_certificate(member: of) -> Response:
        """Return the certificate as PDF."""
        return Response(certificates.certificate_of(living, member).pdf(), media_type="application/pdf")

    @router.get("/me/{place}/looks", openapi_extra={"x-action": "see_own_log"})
    def looks(
        member: of, own: bool = False, before: Annotated[datetime, BeforeValidator(lambda said: instant_typed(str(said)))] | None = None
    ) -> list[dict[str, str | None]]:
        """Return what others did with the data, or with `own` what was done by phone: a page, newest first, before an instant."""
        earlier = before and instant_asked(before)
        if before and not earlier:
            raise HTTPException(422)
        found = looking.who_looked(living, member.person_id, own=own, before=earlier, acting=member.acting)
        return [vars(look) | {"at": f"{look.at.isoformat()}Z"} for look in found]

    @router.get("/me/{place}/data", openapi_extra={"x-action": "download_own_data"})
    def data(member: of) -> dict[str, Any]:
        """Return everything that is kept about the person."""
        return looking.own_data(living, member.person_id, acting=member.acting)

    @router.get("/me/{place}/stays", openapi_extra={"x-action": "delete_own_data"})
    def stays(member: of) -> list[dict[str, Any]]:
        """Return what would stay after a deletion: how many facts, until when, and why."""
        found = deleting.what_stays(living, member.person_id, acting=member.acting)
        return [{"facts": each.facts, "until": utc(each.until), "why": both(each.why)} for each in found]

    @router.delete("/me/{place}/data", status_code=204, openapi_extra={"x-action": "delete_own_data"})
    def delete(member: of) -> None:
        """Delete what may go; by it the phone's own person is logged out, and nobody else is on the phone's list any more."""
        deleting.delete(living, member)

    return router


def as_lists(answers: _Answers) -> dict[str, list[str]]:
    """Return answers as a form would send them."""
    return {key: [value] if isinstance(value, str) else value for key, value in answers.items()}


def _question(q: Any) -> dict[str, Any]:
    return {
        "key": q.key,
        "kind": q.kind,
        "words": both(q.words),
        "options": [{"value": option, "words": both(q.option_words(option))} for option in q.options],
        "between": q.between,
        "optional": q.optional,
        "only_if": q.only_if,
    }
