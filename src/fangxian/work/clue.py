"""What a clue is: in which state, whose it is to answer, which moves there are, and what can be found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final
from uuid import UUID

import yaml

from fangxian.facts import Text
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action


class ClueState(StrEnum):
    """Where a clue is: with whoever must answer it, folded into one that says the same, or answered."""

    WITH_STREET = "with_street"
    WITH_COUNTY = "with_county"
    WITH_SUPERIOR = "with_superior"
    FOLDED = "folded"
    ANSWERED = "answered"

    @property
    def words(self) -> Text:
        """The state for people."""
        return _STATES[self]


_STATES: Final = {
    ClueState.WITH_STREET: Text("街道办理中", "with the street"),
    ClueState.WITH_COUNTY: Text("县区办理中", "with the county"),
    ClueState.WITH_SUPERIOR: Text("逾期，已报上级", "late, with the next level"),
    ClueState.FOLDED: Text("已并入同一线索", "folded into one that says the same"),
    ClueState.ANSWERED: Text("已答复", "answered"),
}


class Finding(StrEnum):
    """What came of a clue."""

    CONFIRMED = "confirmed"
    UNFOUNDED = "unfounded"
    HANDED_ON = "handed_on"

    @property
    def words(self) -> Text:
        """The finding for people."""
        return _FINDINGS[self]


_FINDINGS: Final = {
    Finding.CONFIRMED: Text("属实，已处理", "it is so, and was seen to"),
    Finding.UNFOUNDED: Text("不属实", "it is not so"),
    Finding.HANDED_ON: Text("不属防控事项，已转有关部门", "not a matter of the epidemic: handed on"),
}


class OpeningReason(StrEnum):
    """Why somebody may see who reported a clue."""

    ASK_BACK = "ask_back"
    PROTECT = "protect"
    BY_LAW = "by_law"

    @property
    def words(self) -> Text:
        """The reason for people."""
        return _REASONS[self]


_REASONS: Final = {
    OpeningReason.ASK_BACK: Text("情况不清，须向报告人核实", "the clue is unclear: the reporter has to be asked"),
    OpeningReason.PROTECT: Text("报告人可能有危险，须提醒", "the reporter may be in danger: a warning"),
    OpeningReason.BY_LAW: Text("依法律文书调取", "a written order by law"),
}

WITH: Final = (ClueState.WITH_STREET, ClueState.WITH_COUNTY, ClueState.WITH_SUPERIOR)
"""The states in which a clue waits for an answer of its own."""

CLUE_MOVES: Final[dict[tuple[ClueState, ClueState], Action]] = {
    **{(state, ClueState.ANSWERED): Action.ANSWER_CLUE for state in (*WITH, ClueState.FOLDED)},
    (ClueState.WITH_STREET, ClueState.WITH_COUNTY): Action.ROUTE_CLUE,
    (ClueState.WITH_COUNTY, ClueState.WITH_STREET): Action.ROUTE_CLUE,
    (ClueState.WITH_COUNTY, ClueState.WITH_COUNTY): Action.ROUTE_CLUE,
    (ClueState.WITH_SUPERIOR, ClueState.WITH_STREET): Action.ROUTE_CLUE,
    (ClueState.WITH_SUPERIOR, ClueState.WITH_COUNTY): Action.ROUTE_CLUE,
    (ClueState.WITH_STREET, ClueState.WITH_SUPERIOR): Action.ESCALATE_CLUES,
    (ClueState.WITH_COUNTY, ClueState.WITH_SUPERIOR): Action.ESCALATE_CLUES,
    (ClueState.FOLDED, ClueState.WITH_STREET): Action.SPLIT_CLUE,
    (ClueState.FOLDED, ClueState.WITH_COUNTY): Action.SPLIT_CLUE,
}
"""Which moves there are, and the action by which somebody makes each; every other pair is refused. A folded clue is answered with
the one that it was folded into."""


@dataclass(frozen=True, kw_only=True)
class Clue:
    """One clue without its words, its place and its reporter: those are sealed. It is about a place, never about a person."""

    clue_id: UUID
    channel: str
    kind: str
    region_code: str
    street_code: str | None
    happened_on: date
    received_at: datetime
    due_at: datetime
    owner: str
    state: ClueState
    folded_into: UUID | None
    likeness: int | None
    doubtful: bool
    finding: Finding | None
    closed_at: datetime | None

    def late(self, at: datetime) -> bool:
        """Return whether the answer is overdue at an instant."""
        return self.due_at <= (self.closed_at or at)


@dataclass(frozen=True, kw_only=True)
class Route:
    """One line of `clue_routing.yaml`: which clues it fits, to whom they go, and the number that says how soon they are answered."""

    kinds: tuple[str, ...]
    needs_street: bool
    to_street: bool
    within: str


@cache
def routes() -> Sequence[Route]:
    """Return the lines in their order: the first that fits counts, and the last fits every clue."""
    stated: Mapping[str, Sequence[Mapping[str, object]]] = yaml.safe_load(
        files(__package__).joinpath("clue_routing.yaml").read_text("utf-8")
    )
    return [
        Route(
            kinds=tuple(row.get("kinds", ())),  # type: ignore[arg-type]
            needs_street=row.get("street") is True,
            to_street=row["to"] == "street",
            within=str(row["within"]),
        )
        for row in stated["rules"]
    ]


def clue_action(clue: Clue, to: ClueState) -> Action:
    """Return the action by which a clue is moved to a state. Raises RefusedError where there is no such move."""
    action = CLUE_MOVES.get((clue.state, to))
    if action is None:
        raise RefusedError(
            Text(
                f"“{clue.state.words.zh}”的线索不能转为“{to.words.zh}”；可能刚被他人办理，请重新打开。",
                f"A clue that is {clue.state.words.en} cannot become {to.words.en}; open it again, it may have been moved meanwhile.",
            )
        )
    return action
