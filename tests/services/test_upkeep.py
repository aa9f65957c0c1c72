"""What an installation does by itself, with its chores running as they do in service."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from fangxian.engine.lake import Lake
from fangxian.exchange.upkeep import exchange_chores
from fangxian.services.alarms import Alarm, alarms
from fangxian.services.oversight import oversight
from fangxian.services.upkeep import FOR_CHORES, Chore, Upkeep
from fangxian.work.appeal import OFFICE, AppealState, Ground
from fangxian.work.appeal_rows import read
from tests.casework.conftest import ANN, dispute, expose


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


def test_a_chore_that_hangs_keeps_no_other_waiting(living):
    hangs, others = threading.Event(), []
    slow = Chore("hang", timedelta(seconds=1), lambda: hangs.wait(60))
    quick = Chore("go on", timedelta(seconds=0.1), lambda: others.append(1))
    with Upkeep(living, more=[slow, quick]):
        assert comes_true(lambda: len(others) > 3)
        hangs.set()


def test_there_is_a_connection_for_every_chore(living, tmp_path):
    alarm: Alarm = type("Alarm", (), {"tell": lambda self, alert: None})()
    upkeep = Upkeep(living, Lake.create(tmp_path / "lake"), more=[*oversight(living), *exchange_chores(living), *alarms(living, alarm)])
    assert 10 < len(upkeep._threads) <= FOR_CHORES
