"""What a doubtful pair is: a record and a person of a register that may be one, in which state, and which moves there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action


class PairState(StrEnum):
    """Where a pair is: waiting, or judged. A judgement can be taken back."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"
    PUT_OFF = "put_off"

    @property
    def words(self) -> Text:
        """The state for people."""
        return _STATES[self]


_STATES: Final = {
    PairState.OPEN: Text("待核对", "to be judged"),
    PairState.SAME: Text("同一人", "one person"),
    PairState.DIFFERENT: Text("不是同一人", "different people"),
    PairState.PUT_OFF: Text("暂缓", "put off"),
}

WAITING: Final = (PairState.OPEN, PairState.PUT_OFF)

PAIR_MOVES: Final[dict[tuple[PairState, PairState], Action]] = {
    (PairState.OPEN, PairState.SAME): Action.JUDGE_PAIR,
    (PairState.OPEN, PairState.DIFFERENT): Action.JUDGE_PAIR,
    (PairState.OPEN, PairState.PUT_OFF): Action.JUDGE_PAIR,
    (PairState.PUT_OFF, PairState.SAME): Action.JUDGE_PAIR,
    (PairState.PUT_OFF, PairState.DIFFERENT): Action.JUDGE_PAIR,
    (PairState.SAME, PairState.OPEN): Action.REOPEN_PAIR,
    (PairState.DIFFERENT, PairState.OPEN): Action.REOPEN_PAIR,
}
"""Which moves there are, and the action by which somebody makes each; every other pair of states is refused."""


@dataclass(frozen=True, kw_only=True)
class DoubtfulPair:
    """A record and a person that may be one, without what the two rows say: that is sealed, and read one by one."""

    person_id: str
    pair_id: UUID
    provisional_person_id: str
    source: str
    weight: float
    region_code: str
    opened_at: datetime
    due_at: datetime
    state: PairState
    closed_at: datetime | None
    same_fact_id: int | None

    def late(self, at: datetime) -> bool:
        """Return whether it waits longer than it should at an instant."""
        return self.closed_at is None and self.due_at <= at


def pair_action_for(pair: DoubtfulPair, to: PairState) -> Action:
    """Return the action by which a pair is moved to a state. Raises RefusedError where there is no such move."""
    action = PAIR_MOVES.get((pair.state, to))
    if action is None:
        raise RefusedError(
            Text(
                f"“{pair.state.words.zh}”的记录不能转为“{to.words.zh}”；可能刚被他人办理，请重新打开。",
                f"A pair that is {pair.state.words.en} cannot become {to.words.en}; open it again, it may have been moved meanwhile.",
            )
        )
    return action
