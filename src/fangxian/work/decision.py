"""What a personal decision is before it is a fact: proposed by one person, waiting for another, for a limited time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from fangxian.facts import PersonalDecision, Text
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action

REASONS: Final = PersonalDecision.columns["reason"].one_of
"""The reasons that a decision may give."""


class DecisionState(StrEnum):
    """Where a decision is; it lapses by time alone, so `lapsed` is never stored."""

    PROPOSED = "proposed"
    SIGNED = "signed"
    REJECTED = "rejected"
    LAPSED = "lapsed"

    @property
    def words(self) -> Text:
        """The state for people."""
        return _STATES[self]


_STATES: Final = {
    DecisionState.PROPOSED: Text("待第二人签署", "waiting for the second signature"),
    DecisionState.SIGNED: Text("已签署", "signed"),
    DecisionState.REJECTED: Text("驳回或收回", "rejected or taken back"),
    DecisionState.LAPSED: Text("逾期失效", "lapsed"),
}

DECISION_MOVES: Final[dict[tuple[DecisionState, DecisionState], Action | None]] = {
    (DecisionState.PROPOSED, DecisionState.SIGNED): Action.SIGN_DECISION,
    (DecisionState.PROPOSED, DecisionState.REJECTED): Action.REJECT_DECISION,
    (DecisionState.PROPOSED, DecisionState.LAPSED): None,
}
"""Which moves there are, and the action by which somebody makes each; None happens by time alone."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A proposal that one fact shall no longer count under one rule, and what became of it."""

    person_id: str
    decision_id: UUID
    rule: str
    fact_id: int
    reason: str
    region_code: str
    first_signer: str
    proposed_at: datetime
    lapses_at: datetime
    state: DecisionState
    closed_by: str | None
    closed_at: datetime | None

    def state_at(self, at: datetime) -> DecisionState:
        """Return the state at an instant: what was not signed in time has lapsed."""
        return DecisionState.LAPSED if self.state is DecisionState.PROPOSED and self.lapses_at <= at else self.state


def decision_action_for(decision: Decision, to: DecisionState, at: datetime) -> Action:
    """Return the action by which a decision is moved to a state now. Raises RefusedError where there is no such move."""
    action = DECISION_MOVES.get((decision.state_at(at), to))
    if action is None:
        now = decision.state_at(at).words
        raise RefusedError(
            Text(
                f"“{now.zh}”的决定不能转为“{to.words.zh}”，请重新打开或重新提出。",
                f"A decision that is {now.en} cannot become {to.words.en}; open it again, or propose it anew.",
            )
        )
    return action
