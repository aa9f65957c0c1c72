"""A knock that came too late is taken as the outcome all the same or set aside: once, by the supervisor, with its event."""

import pytest

from fangxian.policy.colour import Colour
from fangxian.work.moving import close_task, give_task, hand_back, hand_up
from fangxian.work.permissions import Forbidden
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action, Role
from fangxian.work.settling import settle_knock
from fangxian.work.task import MOVES, Referred, TaskKind, TaskState
from fangxian.work.visit import EFFECTS, Conflict
from tests.store.conftest import NOON

from .conftest import ANN, HANGZHOU, HOUR, colour, rows, somebody
from .tasks_kit import LI, SUPERVISOR, WU, at_work, key, knock, state, with_worker

LATER = NOON + HOUR
CONTACT = TaskKind.ISOLATE_CONTACT
ELSEWHERE = somebody("supervisor-2", Role.SUPERVISOR, region_codes=frozenset({"330106002"}))


def settle(store, database, *, accept=True, by=SUPERVISOR):
    ((person, visit),) = rows(database, "SELECT person_id, visit_id FROM work.visit")
    settle_knock(store, by, person_id=person.hex, visit_id=visit, accept=accept, policies=[HANGZHOU], at=NOON + 4 * HOUR)


def given_to_wu(store):
    at_work(store, WU)
    give_task(store, SUPERVISOR, **key(store, "ann"), to="wu-1", at=LATER)


MEANWHILE = {
    Conflict.REASSIGNED: given_to_wu,
    Conflict.OPEN: lambda store: hand_back(store, LI, **key(store, "ann"), at=LATER),
    Conflict.WITH_SUPERVISOR: lambda store: hand_up(store, LI, **key(store, "ann"), at=LATER),
}


@pytest.mark.parametrize("meanwhile", MEANWHILE)
@pytest.mark.parametrize(
    ("outcome", "to", "referred"),
    [("isolated_at_home", TaskState.DONE, None), ("refused", TaskState.WITH_SUPERVISOR, Referred.REFUSED)],
)
def test_what_is_taken_does_what_it_would_have_done_in_time(store, database, meanwhile, outcome, to, referred):
    with_worker(store, "ann", kind=CONTACT)
    MEANWHILE[meanwhile](store)
    assert knock(store, "ann", outcome, at=NOON + 2 * HOUR, on=LATER) is meanwhile
    settle(store, database)
    assert (state(store, "ann")[0], state(store, "ann")[2]) == (to, referred)
    isolated = outcome == "isolated_at_home"
    assert (colour(store, ANN, NOON + 5 * HOUR) is not Colour.GREEN) is isolated
    assert rows(database, "SELECT from_at FROM facts.medical_measure") == ([(LATER,)] if isolated else [])
    assert rows(database, "SELECT accepted FROM work.settled_knock") == [(True,)]
    assert rows(database, "SELECT role, person_id::text FROM audit.event WHERE action = 'knock_accepted'") == [
        ("supervisor", rows(database, "SELECT person_id::text FROM work.visit")[0][0])
    ]


def test_what_is_set_aside_moves_nothing_and_stands(store, database):
    with_worker(store, "ann", kind=CONTACT)
    given_to_wu(store)
    knock(store, "ann", "isolated_at_home", at=NOON + 2 * HOUR)
    settle(store, database, accept=False)
    assert state(store, "ann") == (TaskState.ASSIGNED, "wu-1", None)
    assert rows(database, "SELECT count(*) FROM facts.medical_measure") == [(0,)]
    assert rows(database, "SELECT conflict FROM work.visit") == [("reassigned",)]
    assert rows(database, "SELECT count(*) FROM audit.event WHERE action = 'knock_set_aside'") == [(1,)]


def test_a_knock_is_settled_once(store, database):
    with_worker(store, "ann")
    given_to_wu(store)
    knock(store, "ann", "met", at=NOON + 2 * HOUR)
    settle(store, database, accept=False)
    for accept in (True, False):
        with pytest.raises(RefusedError, match="already"):
            settle(store, database, accept=accept)
    assert state(store, "ann")[0] is TaskState.ASSIGNED


def test_a_closed_task_stays_closed_and_its_knock_can_only_be_set_aside(store, database):
    with_worker(store, "ann", kind=CONTACT)
    hand_up(store, LI, **key(store, "ann"), at=LATER)
    close_task(store, SUPERVISOR, **key(store, "ann"), done=False, at=LATER)
    knock(store, "ann", "isolated_at_home", at=NOON + 2 * HOUR)
    with pytest.raises(RefusedError, match="only be set aside"):
        settle(store, database)
    assert rows(database, "SELECT count(*) FROM work.settled_knock") == [(0,)]
    assert rows(database, "SELECT count(*) FROM facts.medical_measure") == [(0,)]
    settle(store, database, accept=False)
    assert state(store, "ann")[0] is TaskState.CANCELLED


def test_nobody_settles_a_knock_of_another_area_or_one_that_came_in_time(store, database):
    with_worker(store, "ann")
    knock(store, "ann", "needs_supplies", at=LATER)
    with pytest.raises(RefusedError, match="no such knock"):
        settle(store, database)
    with_worker(store, "bob")
    at_work(store, WU)
    give_task(store, SUPERVISOR, **key(store, "bob"), to="wu-1", at=LATER)
    knock(store, "bob", "met", at=NOON + 2 * HOUR)
    (late,) = rows(database, "SELECT person_id, visit_id FROM work.visit WHERE conflict IS NOT NULL")
    for by in (ELSEWHERE, LI, WU):
        with pytest.raises(Forbidden):
            settle_knock(store, by, person_id=late[0].hex, visit_id=late[1], accept=True, policies=[HANGZHOU], at=NOON + 4 * HOUR)


def test_no_other_way_leads_a_supervisor_past_the_worker(store):
    with_worker(store, "ann")
    with pytest.raises(Forbidden):
        close_task(store, SUPERVISOR, **key(store, "ann"), done=True, at=LATER)
    hand_back(store, LI, **key(store, "ann"), at=LATER)
    with pytest.raises(RefusedError):
        close_task(store, SUPERVISOR, **key(store, "ann"), done=True, at=LATER)


def test_every_move_that_a_knock_can_make_is_among_the_moves():
    to = {effect.to for effects in EFFECTS.values() for effect in effects.values() if effect.to}
    to |= {TaskState.WITH_SUPERVISOR}
    for state_now in TaskState:
        for each in to:
            assert (Action.SETTLE_KNOCK in MOVES.get((state_now, each), ())) is not state_now.closed
