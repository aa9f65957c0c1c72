"""A supervisor hands tasks of a worker over to a colleague of the street: those that are chosen, or as many as there is room for."""

from uuid import UUID

import pytest

from fangxian.work.handing_over import hand_over
from fangxian.work.parameters import day_load
from fangxian.work.permissions import Forbidden
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Role
from tests.store.conftest import NOON

from .conftest import HOUR, rows, somebody
from .tasks_kit import LI, OTHER_STREET, SUPERVISOR, WU, at_work, key, knock, state, with_worker, worker

LATER = NOON + HOUR
STREET = "330106001"


def given(store, *names):
    return [(UUID(key(store, name)["person_id"]), key(store, name)["task_id"]) for name in names]


def over(store, chosen=None, *, by=SUPERVISOR, to="wu-1"):
    return hand_over(store, by, worker="li-1", street=STREET, to=to, chosen=chosen, at=LATER)


@pytest.fixture
def three(store):
    for name in ("ann", "bob", "cid"):
        with_worker(store, name)
    at_work(store, WU)


def test_some_are_handed_over_with_one_event_and_a_step_of_each(store, three, database):
    assert over(store, given(store, "ann", "cid")) == 2
    assert [state(store, name)[1] for name in ("ann", "bob", "cid")] == ["wu-1", "li-1", "wu-1"]
    ((event, tasks, root),) = rows(
        database, "SELECT event_id, details ->> 'tasks', details ->> 'merkle_root' FROM audit.event WHERE action = 'tasks_handed_over'"
    )
    assert (int(tasks), len(root)) == (2, 64)
    assert rows(database, f"SELECT count(*) FROM work.step WHERE event_id = '{event}' AND worker = 'wu-1'") == [(2,)]


def test_of_all_as_many_go_as_the_colleague_has_room_for_the_most_urgent_first(store, database):
    most = day_load(NOON.date())
    with_worker(store, "own", by=WU)
    for number in range(most):
        with_worker(store, f"p{number}", at=NOON + number * HOUR / 100)
    at_work(store, WU)
    with pytest.raises(RefusedError, match=f"room for {most - 1} more"):
        over(store, given(store, *(f"p{number}" for number in range(most))))
    assert over(store) == most - 1
    assert state(store, f"p{most - 1}")[1] == "li-1"
    with pytest.raises(RefusedError, match="more than a worker carries"):
        over(store)


def test_what_is_no_more_in_the_workers_hand_does_not_go(store, three):
    knock(store, "ann", "met")
    assert over(store, given(store, "ann", "bob")) == 1
    with pytest.raises(RefusedError, match="any more"):
        over(store, given(store, "ann"))


def test_nobody_hands_over_to_who_is_not_there_or_what_is_not_theirs(store, three):
    at_work(store, worker("gu-1", OTHER_STREET))
    for to in ("gu-1", "nobody-1", "li-1"):
        with pytest.raises(RefusedError):
            over(store, to=to)
    with pytest.raises(Forbidden):
        over(store, by=LI)
    with pytest.raises(RefusedError, match="any more"):
        over(store, by=somebody("supervisor-2", Role.SUPERVISOR, region_codes=frozenset({OTHER_STREET})))
    assert [state(store, name)[1] for name in ("ann", "bob", "cid")] == ["li-1"] * 3
