"""What a consultation is: in which state, whose it is, and which moves there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action


class ConsultationState(StrEnum):
    """Where a consultation is: in the queue, with one doctor, with the person who was asked back, or closed."""

    WAITING = "waiting"
    WITH_DOCTOR = "with_doctor"
    ASKED_BACK = "asked_back"
    ANSWERED = "answered"
    PASSED_ON = "passed_on"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> Text:
        """The state for people."""
        return _STATES[self]


_STATES: Final = {
    ConsultationState.WAITING: Text("排队中", "in the queue"),
    ConsultationState.WITH_DOCTOR: Text("医生正在看", "with a doctor"),
    ConsultationState.ASKED_BACK: Text("医生有问题，请回答", "the doctor asks back"),
    ConsultationState.ANSWERED: Text("已答复", "answered"),
    ConsultationState.PASSED_ON: Text("已转当地，会有人联系", "passed on: your county gets in touch"),
    ConsultationState.WITHDRAWN: Text("本人撤回", "taken back by the person"),
}

CONSULTATION_MOVES: Final[dict[tuple[ConsultationState, ConsultationState], Action]] = {
    (ConsultationState.WAITING, ConsultationState.WITH_DOCTOR): Action.TAKE_CONSULTATION,
    (ConsultationState.WITH_DOCTOR, ConsultationState.WAITING): Action.RETURN_CONSULTATION,
    (ConsultationState.WITH_DOCTOR, ConsultationState.ASKED_BACK): Action.ANSWER_CONSULTATION,
    (ConsultationState.WITH_DOCTOR, ConsultationState.ANSWERED): Action.ANSWER_CONSULTATION,
    (ConsultationState.WITH_DOCTOR, ConsultationState.PASSED_ON): Action.REFER_CONSULTATION,
    (ConsultationState.ASKED_BACK, ConsultationState.WAITING): Action.ASK_DOCTOR,
    (ConsultationState.ASKED_BACK, ConsultationState.WITHDRAWN): Action.ASK_DOCTOR,
    (ConsultationState.WAITING, ConsultationState.WITHDRAWN): Action.ASK_DOCTOR,
}
"""Which moves there are, and the action by which somebody makes each; every other pair is refused."""


@dataclass(frozen=True, kw_only=True)
class Consultation:
    """One person's consultation, without what was said: that is sealed, and read one by one."""

    person_id: str
    consultation_id: UUID
    region_code: str
    asked_at: datetime
    due_at: datetime
    state: ConsultationState
    doctor: str | None
    last_doctor: str | None
    by_operator: bool
    closed_at: datetime | None

    def late(self, at: datetime) -> bool:
        """Return whether the answer is overdue at an instant."""
        return self.due_at <= (self.closed_at or at)


def consultation_action(consultation: Consultation, to: ConsultationState) -> Action:
    """Return the action by which a consultation is moved to a state. Raises RefusedError where there is no such move."""
    action = CONSULTATION_MOVES.get((consultation.state, to))
    if action is None:
        raise RefusedError(
            Text(
                f"“{consultation.state.words.zh}”的咨询不能转为“{to.words.zh}”；可能刚有变化，请重新打开。",
                f"A consultation that is “{consultation.state.words.en}” cannot become “{to.words.en}”; open it again.",
            )
        )
    return action
