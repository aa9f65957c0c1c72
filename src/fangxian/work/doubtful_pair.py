"""What a doubtful pair is: a record and a person of a register that may be one, in which state, and which moves there are.

That they are one may turn the person red, so it takes two: one officer proposes it, and another confirms it within a limited time.
"""

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
    """Where a pair is: waiting, proposed as one person, or judged. A judgement can be taken back."""

    OPEN = "open"
    PROPOSED = "proposed"
    SAME = "same"
    DIFFERENT = "different"
    PUT_OFF = "put_off"

    @property
    def words(self) -> Text:
        """The state for people."""
        return _STATES[self]


_STATES: Final = {
    PairState.OPEN: Text("待核对", "to be judged"),
    PairState.PROPOSED: Text("拟为同一人，待第二人确认", "proposed as one person"),
    PairState.SAME: Text("同一人", "one person"),
    PairState.DIFFERENT: Text("不是同一人", "different people"),
    PairState.PUT_OFF: Text("暂缓", "put off"),
}

WAITING: Final = (PairState.OPEN, PairState.PROPOSED, PairState.PUT_OFF)
"""The states in which a pair waits for somebody."""

PAIR_MOVES: Final[dict[tuple[PairState, PairState], tuple[Action | None, ...]]] = {
    (PairState.OPEN, PairState.PROPOSED): (Action.JUDGE_PAIR,),
    (PairState.OPEN, PairState.DIFFERENT): (Action.JUDGE_PAIR,),
    (PairState.OPEN, PairState.PUT_OFF): (Action.JUDGE_PAIR,),
    (PairState.PUT_OFF, PairState.PROPOSED): (Action.JUDGE_PAIR,),
    (PairState.PUT_OFF, PairState.DIFFERENT): (Action.JUDGE_PAIR,),
    (PairState.PROPOSED, PairState.SAME): (Action.CONFIRM_PAIR,),
    (PairState.PROPOSED, PairState.DIFFERENT): (Action.JUDGE_PAIR,),
    (PairState.PROPOSED, PairState.OPEN): (Action.REOPEN_PAIR, None),
    (PairState.SAME, PairState.OPEN): (Action.REOPEN_PAIR,),
    (PairState.DIFFERENT, PairState.OPEN): (Action.REOPEN_PAIR,),
}
"""Which moves there are, and by what each is made: an action, and where None stands behind it time alone. Every other is refused."""


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
    proposed_by: str | None
    closed_at: datetime | None
    same_fact_id: int | None
    event_id: UUID

    def state_at(self, at: datetime) -> PairState:
        """Return the state at an instant: what was proposed and not confirmed in time waits to be judged again."""
        return PairState.OPEN if self.state is PairState.PROPOSED and self.due_at <= at else self.state

    def late(self, at: datetime) -> bool:
        """Return whether it waits longer than it should at an instant."""
        return self.closed_at is None and self.due_at <= at


def pair_action_for(pair: DoubtfulPair, to: PairState, at: datetime) -> Action:
    """Return the action by which a pair is moved to a state now. Raises RefusedError where there is no such move."""
    now = pair.state_at(at)
    action, *_ = PAIR_MOVES.get((now, to), (None,))
    if action is None:
        raise RefusedError(
            Text(
                f"“{now.words.zh}”的记录不能转为“{to.words.zh}”；可能刚被他人办理或已逾期失效，请重新打开。",
                f"A pair that is {now.words.en} cannot become {to.words.en}; open it again, it may have been moved or have lapsed.",
            )
        )
    return action
