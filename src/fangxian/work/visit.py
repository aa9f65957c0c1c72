"""What a knock comes to: its outcomes, and what each does to its task, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.work.task import Referred, Task, TaskKind, TaskState


class Outcome(StrEnum):
    """What became of a knock."""

    MET = "met"
    ISOLATED_AT_HOME = "isolated_at_home"
    NOBODY_THERE = "nobody_there"
    NEEDS_SUPPLIES = "needs_supplies"
    REFUSED = "refused"
    MOVED = "moved"
    DANGEROUS = "dangerous"

    @property
    def words(self) -> Text:
        """The outcome for people."""
        return _OUTCOMES[self]


_OUTCOMES: Final = {
    Outcome.MET: Text("见到本人", "met"),
    Outcome.ISOLATED_AT_HOME: Text("已居家隔离", "isolated at home"),
    Outcome.NOBODY_THERE: Text("家中无人", "nobody there"),
    Outcome.NEEDS_SUPPLIES: Text("需要物资", "needs supplies"),
    Outcome.REFUSED: Text("拒绝配合", "refused"),
    Outcome.MOVED: Text("已搬走", "moved"),
    Outcome.DANGEROUS: Text("有危险", "dangerous"),
}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What an outcome does: to which state the task goes (where it stays, None), why the supervisor gets it, and what else is kept."""

    to: TaskState | None
    referred: Referred | None = None
    up_to_count: bool = False
    """It stays with the worker a dated number of times, and then goes to the supervisor."""
    measure: bool = False
    """The person is under a measure at home from then on."""
    supplies: bool = False
    """The supervisor sees that something has to be brought."""


_DONE: Final = Effect(to=TaskState.DONE)
_ANY: Final = {
    Outcome.MET: _DONE,
    Outcome.NOBODY_THERE: Effect(to=None, referred=Referred.NOBODY_THERE, up_to_count=True),
    Outcome.NEEDS_SUPPLIES: Effect(to=None, supplies=True),
    Outcome.REFUSED: Effect(to=TaskState.WITH_SUPERVISOR, referred=Referred.REFUSED),
    # Where the new area is known the task is passed on there instead.
    Outcome.MOVED: Effect(to=TaskState.WITH_SUPERVISOR, referred=Referred.MOVED),
    Outcome.DANGEROUS: Effect(to=TaskState.WITH_SUPERVISOR, referred=Referred.DANGEROUS),
}

EFFECTS: Final[dict[TaskKind, dict[Outcome, Effect]]] = {
    TaskKind.ISOLATE_CONTACT: _ANY
    | {
        # Whoever is met and does not isolate at home is isolated elsewhere: that is arranged by the supervisor.
        Outcome.MET: Effect(to=TaskState.WITH_SUPERVISOR, referred=Referred.NOT_ISOLATED),
        Outcome.ISOLATED_AT_HOME: Effect(to=TaskState.DONE, measure=True),
    },
    TaskKind.VISIT_ARRIVAL: _ANY,
    TaskKind.CHECK_REGISTER: _ANY,
    TaskKind.FOLLOW_LEAD: _ANY,
}
"""What each outcome does, by the kind of its task; an outcome that is not named is none of that kind."""


class Conflict(StrEnum):
    """Why a knock no longer moved its task: what the task had become meanwhile."""

    OPEN = "open"
    REASSIGNED = "reassigned"
    WITH_SUPERVISOR = "with_supervisor"
    DONE = "done"
    PASSED_ON = "passed_on"
    CANCELLED = "cancelled"

    @property
    def words(self) -> Text:
        """The conflict for people."""
        return _CONFLICTS[self]


_CONFLICTS: Final = {
    Conflict.OPEN: Text("任务已退回待领", "the task had been given back"),
    Conflict.REASSIGNED: Text("任务已改派他人", "the task was with another worker"),
    Conflict.WITH_SUPERVISOR: Text("任务已交督办", "the task was with the supervisor"),
    Conflict.DONE: Text("任务已由他人办结", "somebody else had done the task"),
    Conflict.PASSED_ON: Text("任务已转其他辖区", "the task had been passed on"),
    Conflict.CANCELLED: Text("任务已取消", "the task had been cancelled"),
}


@dataclass(frozen=True, kw_only=True, repr=False)
class Visit:
    """One knock as the phone kept it: when (UTC), its outcome, words, and where somebody moved to as far as is known."""

    visit_id: UUID
    at: datetime
    outcome: Outcome
    note: str = ""
    moved_to: str | None = None


def conflict_of(task: Task, worker: str) -> Conflict | None:
    """Return what stands against a worker's knock moving a task, None where nothing does."""
    if task.state is TaskState.ASSIGNED:
        return None if task.worker == worker else Conflict.REASSIGNED
    return Conflict(task.state)
