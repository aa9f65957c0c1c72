"""A knock is recorded once and its task follows by a table; what came too late moves nothing, and is kept with what stood against it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from fangxian.policy.colour import Colour
from fangxian.work.moving import close_task, give_task, hand_back, hand_up
from fangxian.work.permissions import Forbidden
from fangxian.work.refusals import RefusedError
from fangxian.work.task import Referred, TaskKind, TaskState
from fangxian.work.visit import EFFECTS, Conflict, Outcome
from tests.store.conftest import NOON

from .conftest import ANN, HOUR, colour, rows
from .tasks_kit import GRID, LI, OTHER_STREET, SUPERVISOR, WU, at_work, key, knock, state, tasks, with_worker, worker

LATER = NOON + HOUR
CONTACT = TaskKind.ISOLATE_CONTACT

SPEC = """
    kind            | outcome          | state           | referred
    visit_arrival   | met              | done            |
    visit_arrival   | nobody_there     | assigned        |
    visit_arrival   | needs_supplies   | assigned        |
    visit_arrival   | refused          | with_supervisor | refused
    visit_arrival   | moved            | with_supervisor | moved
    visit_arrival   | dangerous        | with_supervisor | dangerous
    isolate_contact | met              | with_supervisor | not_isolated
    isolate_contact | isolated_at_home | done            |
    check_register  | met              | done            |
    follow_lead     | refused          | with_supervisor | refused
"""


def cases():
    return [[cell.strip() for cell in line.split("|")] for line in SPEC.strip().splitlines()[1:]]


@pytest.mark.parametrize(("kind", "outcome", "to", "referred"), cases())
def test_a_task_follows_its_knock(store, kind, outcome, to, referred):
    with_worker(store, "ann", kind=TaskKind(kind))
    assert knock(store, "ann", outcome, at=LATER) is None
    assert state(store, "ann") == (TaskState(to), "li-1", Referred(referred) if referred else None)


def test_every_outcome_of_every_kind_is_decided():
    assert set(EFFECTS) == set(TaskKind)
    for kind, effects in EFFECTS.items():
        assert set(Outcome) - set(effects) == (set() if kind is CONTACT else {Outcome.ISOLATED_AT_HOME})


def test_nobody_there_is_asked_again_and_goes_to_the_supervisor_the_third_time(store):
    with_worker(store, "ann")
    for knocks in (1, 2):
        knock(store, "ann", "nobody_there", at=NOON + knocks * HOUR)
        assert state(store, "ann")[0] is TaskState.ASSIGNED
    knock(store, "ann", "nobody_there", at=NOON + 3 * HOUR)
    assert state(store, "ann") == (TaskState.WITH_SUPERVISOR, "li-1", Referred.NOBODY_THERE)


def test_a_contact_isolated_at_home_is_under_a_measure_from_the_knock_on_and_red(store, database):
    with_worker(store, "ann", kind=CONTACT)
    assert colour(store, ANN, NOON) is Colour.GREEN
    knock(store, "ann", "isolated_at_home", on=LATER, at=NOON + 3 * HOUR)
    assert rows(database, "SELECT source, kind, from_at FROM facts.medical_measure") == [("grid-visit", "home", LATER)]
    assert colour(store, ANN, NOON + 3 * HOUR) is not Colour.GREEN
    assert rows(database, "SELECT count(*) FROM audit.event WHERE action = 'visit_recorded'") == [(1,)]


def test_a_knock_that_is_sent_twice_is_taken_once(store, database):
    with_worker(store, "ann", kind=CONTACT)
    again, of = uuid4(), key(store, "ann")
    for _ in range(3):
        assert knock(store, "ann", "isolated_at_home", visit_id=again, at=LATER, of=of) is None
    assert rows(database, "SELECT count(*) FROM work.visit") == [(1,)]
    assert rows(database, "SELECT count(*) FROM facts.medical_measure") == [(1,)]


def test_who_moved_where_somebody_knows_is_asked_there(store):
    with_worker(store, "ann")
    knock(store, "ann", "moved", moved_to="330203", at=LATER)
    assert [(each.state, each.area_code) for each in tasks(store, "ann")] == [
        (TaskState.PASSED_ON, GRID),
        (TaskState.OPEN, "330203"),
    ]


def test_supplies_are_asked_for_and_the_task_stays(store, database):
    with_worker(store, "ann")
    knock(store, "ann", "needs_supplies", note="降压药，两盒", at=LATER)
    assert rows(database, "SELECT area_code, opened_at, closed_at FROM work.supplies") == [(GRID, LATER, None)]
    assert "降压药".encode() not in rows(database, "SELECT note FROM work.visit")[0][0]


@pytest.mark.parametrize(
    ("meanwhile", "conflict"),
    [
        (lambda store, of: give_task(store, SUPERVISOR, **of, to="wu-1", at=NOON), Conflict.REASSIGNED),
        (lambda store, of: hand_back(store, LI, **of, at=NOON), Conflict.OPEN),
        (lambda store, of: hand_up(store, LI, **of, at=NOON), Conflict.WITH_SUPERVISOR),
        (
            lambda store, of: (
                hand_up(store, LI, **of, at=NOON),
                close_task(store, SUPERVISOR, **of, done=False, at=NOON),
            ),
            Conflict.CANCELLED,
        ),
        (
            lambda store, of: (
                hand_up(store, LI, **of, at=NOON),
                close_task(store, SUPERVISOR, **of, done=True, at=NOON),
            ),
            Conflict.DONE,
        ),
    ],
    ids=["reassigned", "handed back", "handed up", "cancelled", "done"],
)
def test_a_knock_that_came_too_late_is_kept_and_moves_nothing(store, database, meanwhile, conflict):
    with_worker(store, "ann", kind=CONTACT)
    at_work(store, WU)
    meanwhile(store, key(store, "ann"))
    stood, again = state(store, "ann"), uuid4()
    for _ in range(2):
        assert knock(store, "ann", "isolated_at_home", visit_id=again, at=LATER) is conflict
    assert state(store, "ann") == stood
    assert rows(database, "SELECT outcome, conflict FROM work.visit") == [("isolated_at_home", str(conflict))]
    assert rows(database, "SELECT count(*) FROM facts.medical_measure") == [(0,)]


@pytest.mark.parametrize(
    "given",
    [
        {"outcome": "isolated_at_home"},
        {"outcome": "met", "on": NOON - timedelta(days=4)},
        {"outcome": "met", "note": "长" * 2001},
        {"outcome": "moved", "moved_to": "999999"},
    ],
    ids=["not of this kind", "too old", "too many words", "no such area"],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_written(store, database, given):
    with_worker(store, "ann")
    with pytest.raises(RefusedError):
        knock(store, "ann", **given)
    assert rows(database, "SELECT count(*) FROM work.visit") == [(0,)]


def test_nobody_knocks_outside_their_area_and_a_phone_whose_clock_is_wrong_is_set_right(store, database):
    with_worker(store, "ann")
    with pytest.raises(Forbidden):
        knock(store, "ann", "met", by=worker("gu-1", OTHER_STREET))
    knock(store, "ann", "nobody_there", on=LATER + HOUR, at=LATER)
    knock(store, "ann", "nobody_there", on=NOON - HOUR, at=LATER)
    assert rows(database, "SELECT at FROM work.visit ORDER BY at") == [(NOON,), (LATER,)]
