"""What programs may do with clues: anybody reports one and follows it by its receipt; staff answer, pass on, split, and open one."""

# No postponed annotations here: FastAPI reads them, and those of a function's own names could not be found.
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from fangxian.services import clues
from fangxian.services.living import Living
from fangxian.web.api.citizen import AnswersGiven, as_lists
from fangxian.web.api.saying import both, utc
from fangxian.work.clue import Clue, Finding, OpeningReason
from fangxian.work.permissions import Principal
from fangxian.work.roles import Action


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Receipt(_Model):
    """The number that a clue was answered with when it came in."""

    receipt: str = Field(max_length=40)


class ClueAnswer(_Model):
    """What came of a clue, with words for whoever reported it: name nobody in them."""

    finding: str = Field(pattern="^(confirmed|unfounded|handed_on)$")
    words: str = Field(max_length=10_000)


class PassedOn(_Model):
    """The nine digits of a street, or the six of a county."""

    to: str = Field(max_length=12)


class Opening(_Model):
    """Why somebody wants to see who reported a clue; the audit keeps it."""

    reason: str = Field(pattern="^(ask_back|protect|by_law)$")


def clue_api(living: Living) -> APIRouter:
    """Return the routes for whoever saw something; nobody logs in for them."""
    router = APIRouter(tags=["reporting"], prefix="/clues")

    @router.post("", status_code=201, openapi_extra={"x-action": "log_in"})
    def report(given: AnswersGiven) -> dict[str, str]:
        """Take a clue: the answers to the questionnaire `clue`. The receipt number is given this once."""
        return {"receipt": clues.report(living, as_lists(given.answers))}

    @router.post("/receipt", openapi_extra={"x-action": "log_in"})
    def follow(given: Receipt) -> dict[str, Any]:
        """Return what became of the clue of a receipt."""
        found = clues.followed(living, given.receipt)
        return {
            "state": found.state,
            "state_words": both(found.state.words),
            "received_at": utc(found.received_at),
            "due_at": utc(found.due_at),
            "finding": found.finding,
            "answer": found.answer or None,
        }

    return router


def add_clues(router: APIRouter, living: Living, asks: Callable[..., Any]) -> None:
    """Add the routes of whoever answers clues."""

    @router.get("/clues", openapi_extra={"x-action": "answer_clue"})
    def waiting(by: Annotated[Principal, asks(Action.ANSWER_CLUE)]) -> list[dict[str, Any]]:
        """Return the clues to answer, the most urgent first, without their words. There is no way to search them."""
        at = living.clock()
        return [
            {"clue": reference, **_clue(each.clue), "late": each.clue.late(at), "folded": each.folded, "doubtful": each.doubtful}
            for reference, each in clues.waiting_clues(living, by)
        ]

    @router.get("/clues/{reference}", openapi_extra={"x-action": "answer_clue"})
    def one(reference: str, by: Annotated[Principal, asks(Action.ANSWER_CLUE)]) -> dict[str, Any]:
        """Return one clue with its words, and those folded into it."""
        opened = clues.open_one(living, by, reference)
        folded = [
            {"clue": ref, **_clue(each), "likeness": each.likeness, "doubtful": each.doubtful, "words": words or None}
            for ref, each, words in opened.folded
        ]
        streets = [{"street_code": code, "name": name} for code, name in opened.streets]
        return {**_clue(opened.clue), "place": opened.place, "words": opened.words, "folded": folded, "streets": streets}

    @router.post("/clues/{reference}/answer", openapi_extra={"x-action": "answer_clue"})
    def answer(reference: str, given: ClueAnswer, by: Annotated[Principal, asks(Action.ANSWER_CLUE)]) -> dict[str, str]:
        """Say what came of a clue; those folded into it are answered with it."""
        clues.answer(living, by, reference, Finding(given.finding), given.words)
        return {"state": "answered"}

    @router.post("/clues/{reference}/pass-on", openapi_extra={"x-action": "route_clue"})
    def pass_on(reference: str, given: PassedOn, by: Annotated[Principal, asks(Action.ROUTE_CLUE)]) -> dict[str, str]:
        """Pass a clue on to a street or a county; its deadline stays."""
        clues.pass_on(living, by, reference, given.to)
        return {"passed_on": "yes"}

    @router.post("/clues/{reference}/split", openapi_extra={"x-action": "split_clue"})
    def split(reference: str, by: Annotated[Principal, asks(Action.SPLIT_CLUE)]) -> dict[str, str]:
        """Take a clue out of the one that it was folded into."""
        clues.split(living, by, reference)
        return {"split": "yes"}

    @router.post("/clues/{reference}/reporter", openapi_extra={"x-action": "open_clue_reporter"})
    def reporter(reference: str, given: Opening, by: Annotated[Principal, asks(Action.OPEN_CLUE_REPORTER)]) -> dict[str, str | None]:
        """Return who reported a clue, null where they did not say; the audit keeps who asked, and why."""
        return {"reporter": clues.reporter_of(living, by, reference, OpeningReason(given.reason))}


def _clue(clue: Clue) -> dict[str, Any]:
    return {
        "kind": clue.kind,
        "channel": clue.channel,
        "region_code": clue.region_code,
        "street_code": clue.street_code,
        "happened_on": clue.happened_on.isoformat(),
        "received_at": utc(clue.received_at),
        "due_at": utc(clue.due_at),
        "owner": clue.owner,
        "state": clue.state,
        "finding": clue.finding,
    }
