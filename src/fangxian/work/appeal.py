"""What an appeal is: on which ground, in which state, who must answer it, and which moves there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.sources.catalogue import all_sources
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action

OFFICE: Final = "appeal-office"
"""The owner of what no source can answer for."""

OTHER_REGION: Final = "other-region"
"""The source of what other regions say of people here: a dispute goes to the region that said it."""

SAID_BY_THE_PERSON: Final = frozenset({"health-declaration", "daily-check-in"})
"""Sources that only repeat what the person said: the appeal office answers for them."""


class AppealState(StrEnum):
    """Where an appeal is: with whoever must answer it, or closed."""

    WITH_SOURCE = "with_source"
    WITH_OFFICE = "with_office"
    UPHELD = "upheld"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> Text:
        """The state for people."""
        return _STATES[self]


_STATES: Final = {
    AppealState.WITH_SOURCE: Text("待来源机构答复", "with the source"),
    AppealState.WITH_OFFICE: Text("待申诉办答复", "with the appeal office"),
    AppealState.UPHELD: Text("成立", "upheld"),
    AppealState.REFUSED: Text("不成立", "refused"),
    AppealState.WITHDRAWN: Text("本人撤回", "withdrawn by the person"),
}


class Ground(StrEnum):
    """Why somebody disputes a fact."""

    WRONG_PERSON = "wrong_person"
    WRONG_FACT = "wrong_fact"
    MEDICAL_OPINION = "medical_opinion"
    HARDSHIP = "hardship"

    @property
    def words(self) -> Text:
        """The ground for people."""
        return _GROUNDS[self]

    @property
    def needs_decision(self) -> bool:
        """Whether the fact is not in dispute: then two people have to decide that it no longer counts."""
        return self in (Ground.MEDICAL_OPINION, Ground.HARDSHIP)


_GROUNDS: Final = {
    Ground.WRONG_PERSON: Text("这不是我", "this is not me"),
    Ground.WRONG_FACT: Text("事实有误", "this is not so"),
    Ground.MEDICAL_OPINION: Text("医学意见", "a doctor thinks otherwise"),
    Ground.HARDSHIP: Text("特殊困难", "hardship"),
}

MOVES: Final[dict[tuple[AppealState, AppealState], Action]] = {
    (AppealState.WITH_SOURCE, AppealState.UPHELD): Action.ANSWER_APPEAL,
    (AppealState.WITH_SOURCE, AppealState.REFUSED): Action.ANSWER_APPEAL,
    (AppealState.WITH_SOURCE, AppealState.WITHDRAWN): Action.APPEAL,
    (AppealState.WITH_SOURCE, AppealState.WITH_OFFICE): Action.ESCALATE_APPEALS,
    (AppealState.WITH_OFFICE, AppealState.UPHELD): Action.ANSWER_APPEAL_AT_OFFICE,
    (AppealState.WITH_OFFICE, AppealState.REFUSED): Action.ANSWER_APPEAL_AT_OFFICE,
    (AppealState.WITH_OFFICE, AppealState.WITHDRAWN): Action.APPEAL,
}
"""Which moves there are, and the action by which somebody makes each; every other pair is refused."""

ANSWERING: Final = {AppealState.WITH_SOURCE: Action.ANSWER_APPEAL, AppealState.WITH_OFFICE: Action.ANSWER_APPEAL_AT_OFFICE}
"""The states in which an appeal waits for an answer, and the action of answering in each."""


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """One person's appeal about one fact, without the words: those are sealed, and read one by one."""

    person_id: str
    appeal_id: UUID
    fact_type: str
    fact_id: int
    ground: Ground
    owner: str
    region_code: str
    opened_at: datetime
    due_at: datetime
    state: AppealState
    closed_at: datetime | None

    def late(self, at: datetime) -> bool:
        """Return whether the answer is overdue at an instant."""
        return self.due_at <= (self.closed_at or at)


def owner_of(source: str, ground: Ground) -> str:
    """Return who answers for a fact: the source that said so, or the appeal office where none can.

    >>> owner_of("tracing", Ground.WRONG_PERSON), owner_of("tracing", Ground.HARDSHIP), owner_of("health-declaration", Ground.WRONG_FACT)
    ('tracing', 'appeal-office', 'appeal-office')
    """
    answers = {OTHER_REGION, *(each.name for each in all_sources())} - SAID_BY_THE_PERSON
    return source if source in answers and not ground.needs_decision else OFFICE


def action_for(appeal: Appeal, to: AppealState) -> Action:
    """Return the action by which an appeal is moved to a state. Raises RefusedError where there is no such move."""
    action = MOVES.get((appeal.state, to))
    if action is None:
        raise RefusedError(
            Text(
                f"“{appeal.state.words.zh}”的申诉不能转为“{to.words.zh}”；可能刚被他人办理，请重新打开。",
                f"An appeal that is {appeal.state.words.en} cannot become {to.words.en}; open it again, it may have been moved meanwhile.",
            )
        )
    return Action.SIGN_DECISION if to is AppealState.UPHELD and appeal.ground.needs_decision else action
