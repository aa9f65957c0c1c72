"""What a task is: of which kind, in which state, where, and which moves there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action


class TaskKind(StrEnum):
    """What somebody has to do about a person."""

    ISOLATE_CONTACT = "isolate_contact"
    VISIT_ARRIVAL = "visit_arrival"
    CHECK_REGISTER = "check_register"
    FOLLOW_LEAD = "follow_lead"

    @property
    def words(self) -> Text:
        """The kind for people."""
        return _KINDS[self]


_KINDS: Final = {
    TaskKind.ISOLATE_CONTACT: Text("落实密切接触者隔离", "see a close contact into isolation"),
    TaskKind.VISIT_ARRIVAL: Text("上门核实来自重点地区者", "visit somebody who came from a key area"),
    TaskKind.CHECK_REGISTER: Text("现场核对名册", "check the register on the spot"),
    TaskKind.FOLLOW_LEAD: Text("跟进高风险自查", "follow up a high-risk self-assessment"),
}


class TaskState(StrEnum):
    """Where a task is: to be taken, with a worker, with the supervisor, or closed."""

    OPEN = "open"
    ASSIGNED = "assigned"
    WITH_SUPERVISOR = "with_supervisor"
    DONE = "done"
    PASSED_ON = "passed_on"
    CANCELLED = "cancelled"

    @property
    def words(self) -> Text:
        """The state for people."""
        return _STATES[self]

    @property
    def closed(self) -> bool:
        """Whether a task in this state is over: it is never opened again."""
        return self in (TaskState.DONE, TaskState.PASSED_ON, TaskState.CANCELLED)


_STATES: Final = {
    TaskState.OPEN: Text("待领取", "to be taken"),
    TaskState.ASSIGNED: Text("已派给网格员", "with a worker"),
    TaskState.WITH_SUPERVISOR: Text("待督办", "with the supervisor"),
    TaskState.DONE: Text("已办结", "done"),
    TaskState.PASSED_ON: Text("已转其他辖区", "passed on to another area"),
    TaskState.CANCELLED: Text("已取消", "cancelled"),
}


class Referred(StrEnum):
    """Why a task came to the supervisor."""

    LATE = "late"
    NOBODY_THERE = "nobody_there"
    REFUSED = "refused"
    MOVED = "moved"
    DANGEROUS = "dangerous"
    NOT_ISOLATED = "not_isolated"
    OVER_LOAD = "over_load"
    HANDED_UP = "handed_up"

    @property
    def words(self) -> Text:
        """The reason for people."""
        return _REFERRED[self]


_REFERRED: Final = {
    Referred.LATE: Text("逾期", "late"),
    Referred.NOBODY_THERE: Text("多次上门无人", "nobody there, several times"),
    Referred.REFUSED: Text("拒绝配合", "refused"),
    Referred.MOVED: Text("已搬走，去向不明", "moved, nobody knows where"),
    Referred.DANGEROUS: Text("上门有危险", "dangerous to visit"),
    Referred.NOT_ISOLATED: Text("见到本人，未能居家隔离", "met, and not isolated at home"),
    Referred.OVER_LOAD: Text("网格员已满负荷", "more than the workers can carry"),
    Referred.HANDED_UP: Text("网格员上交", "handed up by the worker"),
}

MOVES: Final[dict[tuple[TaskState, TaskState], tuple[Action, ...]]] = {
    (TaskState.OPEN, TaskState.ASSIGNED): (Action.ASSIGN_TASK,),
    (TaskState.OPEN, TaskState.WITH_SUPERVISOR): (Action.ESCALATE_TASKS, Action.ASSIGN_TASK, Action.SETTLE_KNOCK),
    (TaskState.OPEN, TaskState.DONE): (Action.SETTLE_KNOCK,),
    (TaskState.OPEN, TaskState.CANCELLED): (Action.HAND_OUT_TASKS,),
    (TaskState.ASSIGNED, TaskState.OPEN): (Action.WORK_ON_TASK,),
    (TaskState.ASSIGNED, TaskState.ASSIGNED): (Action.ASSIGN_TASK, Action.SUPERVISE_TASKS),
    (TaskState.ASSIGNED, TaskState.WITH_SUPERVISOR): (Action.WORK_ON_TASK, Action.ESCALATE_TASKS, Action.SETTLE_KNOCK),
    (TaskState.ASSIGNED, TaskState.DONE): (Action.WORK_ON_TASK, Action.SETTLE_KNOCK),
    (TaskState.ASSIGNED, TaskState.PASSED_ON): (Action.WORK_ON_TASK,),
    (TaskState.ASSIGNED, TaskState.CANCELLED): (Action.HAND_OUT_TASKS,),
    (TaskState.WITH_SUPERVISOR, TaskState.OPEN): (Action.SUPERVISE_TASKS,),
    (TaskState.WITH_SUPERVISOR, TaskState.ASSIGNED): (Action.SUPERVISE_TASKS,),
    (TaskState.WITH_SUPERVISOR, TaskState.WITH_SUPERVISOR): (Action.SETTLE_KNOCK,),
    (TaskState.WITH_SUPERVISOR, TaskState.DONE): (Action.SUPERVISE_TASKS, Action.SETTLE_KNOCK),
    (TaskState.WITH_SUPERVISOR, TaskState.PASSED_ON): (Action.SUPERVISE_TASKS,),
    (TaskState.WITH_SUPERVISOR, TaskState.CANCELLED): (Action.SUPERVISE_TASKS, Action.HAND_OUT_TASKS),
}
"""Which moves there are, and the actions by any of which somebody makes each; every other pair is refused.

To settle a knock moves a task only as the knock says: see `fangxian.work.settling`.
"""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to do about one person, without saying who that is."""

    person_id: str
    task_id: UUID
    kind: TaskKind
    area_code: str
    because_type: str
    because_id: int
    opened_at: datetime
    due_at: datetime
    state: TaskState
    worker: str | None
    referred: Referred | None = None

    def late(self, at: datetime) -> bool:
        """Return whether it should have been done by an instant."""
        return self.due_at <= at


def actions_for(task: Task, to: TaskState) -> tuple[Action, ...]:
    """Return the actions by which a task is moved to a state. Raises RefusedError where there is no such move."""
    actions = MOVES.get((task.state, to))
    if actions is None:
        raise no_such_move(task, to)
    return actions


def no_such_move(task: Task, to: TaskState) -> RefusedError:
    """Return the refusal of a move that there is not."""
    return RefusedError(
        Text(
            f"“{task.state.words.zh}”的任务不能转为“{to.words.zh}”；可能刚被他人办理，请刷新。",
            f"A task that is {task.state.words.en} cannot become {to.words.en}; load the list again, it may have been moved meanwhile.",
        )
    )
