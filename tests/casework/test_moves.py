"""A task is taken, given, handed back and up, passed on and closed, each by one event; what is late or without reason moves by itself."""

from datetime import timedelta

import pytest
from spec_symbols import person_id

from fangxian.errors import FangxianError
from fangxian.facts import Withdrawal
from fangxian.work.chores import cancel_without_reason, escalate_late_tasks
from fangxian.work.moving import close_task, give_task, hand_back, hand_up, pass_on
from fangxian.work.parameters import day_load
from fangxian.work.permissions import Forbidden
from fangxian.work.refusals import RefusedError
from fangxian.work.task import Referred, TaskKind, TaskState
from tests.store.conftest import NOON

from .conftest import HOUR, expose, fact, rows, say
from .tasks_kit import (
    GRID,
    LI,
    NEXT_GRID,
    OTHER_STREET,
    SUPERVISOR,
    SYSTEM,
    WU,
    ask,
    at_work,
    key,
    state,
    task,
    tasks,
    with_worker,
    worker,
)

LATER = NOON + HOUR


def test_a_worker_takes_a_task_of_the_grid_and_hands_it_back(store):
    ask(store, "ann")
    at_work(store, LI)
    give_task(store, LI, **key(store, "ann"), to="li-1", at=NOON)
    assert state(store, "ann") == (TaskState.ASSIGNED, "li-1", None)
    hand_back(store, LI, **key(store, "ann"), at=LATER)
    assert state(store, "ann") == (TaskState.OPEN, None, None)


def test_a_colleague_of_the_street_is_handed_a_task_and_one_who_is_not_at_work_is_not(store):
    with_worker(store, "ann")
    neighbour, far = worker("chen-1", NEXT_GRID), worker("gu-1", OTHER_STREET)
    at_work(store, neighbour, far)
    for name in ("gu-1", "nobody-1"):
        with pytest.raises(RefusedError):
            give_task(store, LI, **key(store, "ann"), to=name, at=LATER)
    give_task(store, LI, **key(store, "ann"), to="chen-1", at=LATER)
    assert state(store, "ann") == (TaskState.ASSIGNED, "chen-1", None)


def test_a_worker_moves_no_task_of_another_and_a_supervisor_does(store):
    with_worker(store, "ann")
    at_work(store, WU)
    for refused in (
        lambda: hand_back(store, WU, **key(store, "ann"), at=LATER),
        lambda: hand_up(store, WU, **key(store, "ann"), at=LATER),
        lambda: give_task(store, WU, **key(store, "ann"), to="wu-1", at=LATER),
        lambda: hand_back(store, worker("li-1", OTHER_STREET), **key(store, "ann"), at=LATER),
    ):
        with pytest.raises(Forbidden):
            refused()
    give_task(store, SUPERVISOR, **key(store, "ann"), to="wu-1", at=LATER)
    assert state(store, "ann") == (TaskState.ASSIGNED, "wu-1", None)


def test_nobody_carries_more_than_a_days_load(store):
    most = day_load(NOON.date())
    names = [f"p{number}" for number in range(most + 1)]
    ask(store, *names)
    at_work(store, LI, WU)
    for name in names[:most]:
        give_task(store, LI, **key(store, name), to="li-1", at=NOON)
    for by in (LI, SUPERVISOR):
        with pytest.raises(RefusedError):
            give_task(store, by, **key(store, names[most]), to="li-1", at=NOON)
    give_task(store, SUPERVISOR, **key(store, names[most]), to="wu-1", at=NOON)


def test_what_a_supervisor_is_handed_is_given_closed_cancelled_or_put_back(store):
    for name, act, to in (
        ("ann", lambda of: close_task(store, SUPERVISOR, **of, done=True, at=LATER), TaskState.DONE),
        ("bo", lambda of: close_task(store, SUPERVISOR, **of, done=False, at=LATER), TaskState.CANCELLED),
        ("cy", lambda of: hand_back(store, SUPERVISOR, **of, at=LATER), TaskState.OPEN),
        ("di", lambda of: give_task(store, SUPERVISOR, **of, to="li-1", at=LATER), TaskState.ASSIGNED),
    ):
        with_worker(store, name)
        hand_up(store, LI, **key(store, name), at=NOON)
        assert state(store, name) == (TaskState.WITH_SUPERVISOR, "li-1", Referred.HANDED_UP)
        act(key(store, name))
        assert state(store, name)[::2] == (to, None)


def test_a_task_is_passed_on_by_closing_it_and_opening_one_there(store):
    with_worker(store, "ann", kind=TaskKind.ISOLATE_CONTACT)
    new = pass_on(store, LI, **key(store, "ann"), area_code="330203", at=LATER)
    old, there = tasks(store, "ann")
    assert (old.state, there.state, there.area_code, there.task_id) == (TaskState.PASSED_ON, TaskState.OPEN, "330203", new)
    assert there.due_at == LATER + timedelta(hours=12)
    assert (there.kind, there.because_type, there.because_id) == (old.kind, old.because_type, old.because_id)


@pytest.mark.parametrize("code", ["", "33", "３３０２０３", "330106001", "999999", GRID])
def test_a_task_is_passed_on_only_to_another_area_that_there_is(store, code):
    with_worker(store, "ann")
    if code == "330106001":
        pass_on(store, LI, **key(store, "ann"), area_code=code, at=LATER)
    else:
        with pytest.raises(RefusedError):
            pass_on(store, LI, **key(store, "ann"), area_code=code, at=LATER)
        assert len(tasks(store, "ann")) == 1


def test_a_closed_task_is_not_moved_and_one_that_moved_meanwhile_is_not_moved_twice(store):
    with_worker(store, "ann")
    hand_up(store, LI, **key(store, "ann"), at=NOON)
    with pytest.raises((RefusedError, Forbidden)):
        hand_up(store, LI, **key(store, "ann"), at=NOON)
    close_task(store, SUPERVISOR, **key(store, "ann"), done=True, at=LATER)
    with pytest.raises(RefusedError):
        hand_back(store, SUPERVISOR, **key(store, "ann"), at=LATER)


def test_what_is_late_comes_to_the_supervisor_by_itself_with_one_event(store, database):
    with_worker(store, "ann")
    ask(store, "bo", "cy")
    ask(store, "di", at=NOON + HOUR)
    due = task(store, "ann").due_at
    assert escalate_late_tasks(store, SYSTEM, at=due - timedelta(seconds=1)) == 0
    assert escalate_late_tasks(store, SYSTEM, at=due) == 3
    assert escalate_late_tasks(store, SYSTEM, at=due) == 0
    assert state(store, "ann") == (TaskState.WITH_SUPERVISOR, "li-1", Referred.LATE)
    assert state(store, "di")[0] is TaskState.OPEN
    assert rows(database, "SELECT count(*) FROM audit.event WHERE action = 'tasks_escalated'") == [(1,)]
    with pytest.raises(Forbidden):
        escalate_late_tasks(store, LI, at=due)


def test_a_task_ends_by_itself_when_the_fact_that_it_follows_from_was_taken_back(store):
    for name, number in (("ann", 11), ("bo", 21), ("cy", 31)):
        expose(store, person_id(name), number=number)
        ask(store, name, kind=TaskKind.ISOLATE_CONTACT, because_type="exposure", because_id=number)
    for name, number, reason in (("ann", 11, "case_excluded"), ("cy", 31, "corrected")):
        said = {"fact_type": "exposure", "withdrawn_fact_id": number, "reason": reason}
        say(store, person_id(name), {Withdrawal: [fact(Withdrawal, person_id(name), 90) | said]}, at=NOON)
    assert cancel_without_reason(store, SYSTEM, at=LATER) == 1
    assert cancel_without_reason(store, SYSTEM, at=LATER) == 0
    assert [state(store, name)[0] for name in ("ann", "bo", "cy")] == [TaskState.CANCELLED, TaskState.OPEN, TaskState.OPEN]


def test_every_step_is_on_the_record_and_none_can_be_made_without_one(store, database):
    with_worker(store, "ann")
    hand_up(store, LI, **key(store, "ann"), at=LATER)
    close_task(store, SUPERVISOR, **key(store, "ann"), done=True, at=LATER + HOUR)
    kept = "SELECT step.at, state, worker, action FROM work.step JOIN audit.event USING (event_id) ORDER BY step.at, state DESC"
    assert rows(database, kept) == [
        (NOON, "open", None, "tasks_handed_out"),
        (NOON, "assigned", "li-1", "task_given"),
        (LATER, "with_supervisor", "li-1", "task_handed_up"),
        (LATER + HOUR, "done", "li-1", "task_closed"),
    ]
    with pytest.raises(FangxianError), store.together() as connection:
        connection.execute("DELETE FROM work.step")
