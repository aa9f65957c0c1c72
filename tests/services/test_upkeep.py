"""What an installation does by itself, with its chores running as they do in service."""

import time
from collections.abc import Callable

from fangxian.services.upkeep import Upkeep
from fangxian.work.appeal import OFFICE, AppealState, Ground
from fangxian.work.appeal_rows import read
from tests.work.conftest import ANN, dispute, expose


def comes_true(condition: Callable[[], bool], *, within: float = 20) -> bool:
    """Wait until a condition holds, and return whether it came to."""
    until = time.monotonic() + within
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def test_an_appeal_that_its_source_did_not_answer_in_time_reaches_the_office_by_itself(living, clock):
    expose(living.store)
    appeal = dispute(living.store, Ground.WRONG_PERSON)
    clock.at = appeal.due_at
    with Upkeep(living):
        assert comes_true(lambda: read(living.store, ANN, appeal.appeal_id).state is AppealState.WITH_OFFICE)
    assert read(living.store, ANN, appeal.appeal_id).owner == OFFICE
