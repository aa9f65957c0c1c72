"""What programs of the hotline may do: everything that an operator's page does, and bring clues of its own system."""

# No postponed annotations here: FastAPI reads them, and those of a function's own names could not be found.
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from fangxian.services import for_callers
from fangxian.services.living import Living
from fangxian.services.refusals import BadAnswerError
from fangxian.web.api.citizen import AnswersGiven, as_lists
from fangxian.web.api.clues import Receipt
from fangxian.web.api.consultations import thread_said
from fangxian.web.api.reporting import triage_said
from fangxian.web.api.saying import both
from fangxian.work.permissions import Principal
from fangxian.work.roles import Action


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HotlineClue(_Model):
    """A clue of the hotline's own system: its record's number there, and the answers to the questionnaire `clue`."""

    record: str = Field(min_length=1, max_length=60)
    answers: dict[str, str | list[str]]


class HotlineClues(_Model):
    """Clues of the hotline's own system."""

    clues: list[HotlineClue] = Field(min_length=1, max_length=for_callers.MOST_AT_ONCE)


class SaidMore(Receipt):
    """What a caller answers a doctor who asked back."""

    words: str = Field(max_length=10_000)


def add_hotline(router: APIRouter, living: Living, asks: Callable[..., Any]) -> None:
    """Add the routes; `asks` gives whoever may do an action."""
    operator, under = asks(Action.REPORT_FOR_CALLER), {"x-action": "report_for_caller"}

    @router.post("/hotline/assessment", openapi_extra=under)
    def assess(given: AnswersGiven, by: Annotated[Principal, operator]) -> dict[str, Any]:
        """Return what a caller's answers come to: those to `caller` and `self_assessment`. Without a document nothing is kept."""
        answers = as_lists(given.answers)
        return triage_said(for_callers.assess_for_caller(living, by, answers), told=bool("".join(answers.get("id_number", ())).strip()))

    @router.post("/hotline/consultation", status_code=201, openapi_extra=under)
    def ask(given: AnswersGiven, by: Annotated[Principal, operator]) -> dict[str, str]:
        """Ask a doctor for a caller: the answers to `caller`, and `words`. The receipt is read out to the caller."""
        return {"receipt": for_callers.ask_for_caller(living, by, as_lists(given.answers))}

    @router.post("/hotline/consultation/answer", openapi_extra=under)
    def read_out(given: Receipt, by: Annotated[Principal, operator]) -> dict[str, Any]:
        """Return what was said in the consultation of a receipt, to be read out; the person sees that it was."""
        return thread_said(for_callers.answer_for_caller(living, by, given.receipt))

    @router.post("/hotline/consultation/more", openapi_extra=under)
    def more(given: SaidMore, by: Annotated[Principal, operator]) -> dict[str, str]:
        """Write down what a caller answers a doctor who asked back."""
        for_callers.more_for_caller(living, by, given.receipt, given.words)
        return {"state": "waiting"}

    @router.post("/hotline/clues", openapi_extra=under)
    def clues(given: HotlineClues, by: Annotated[Principal, operator]) -> list[dict[str, Any]]:
        """Take clues, at most a hundred: each is answered with its receipt, or that it came before, or what is wrong with it."""
        rows = [(each.record, as_lists(each.answers)) for each in given.clues]
        found = for_callers.report_many(living, by, rows)
        return [_came(record, each) for (record, _), each in zip(rows, found, strict=True)]


def _came(record: str, found: str | BadAnswerError | None) -> dict[str, Any]:
    if isinstance(found, BadAnswerError):
        problems = [{"where": where, **both(text)} for where, text in found.problems.items()]
        return {"record": record, "taken": False, "receipt": None, "problems": problems}
    return {"record": record, "taken": found is not None, "receipt": found, "problems": []}
