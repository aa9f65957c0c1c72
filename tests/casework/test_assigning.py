"""Many tasks are assigned at once: the nearest in the grid, then a neighbour, then the supervisor, and never more than a day's load."""

import random

import numpy as np
import pytest

from fangxian.work.assigning import Assigned, assign_waiting, great_circle_km
from fangxian.work.parameters import day_load
from fangxian.work.permissions import Forbidden
from fangxian.work.phones import phone_of, phones, register_phone, shut_out
from fangxian.work.rounds import fetch_round
from fangxian.work.task import Referred, TaskState
from tests.store.conftest import NOON

from .conftest import HOUR, rows
from .tasks_kit import GRID, LI, NEXT_GRID, OTHER_STREET, SUPERVISOR, WU, ask, at_work, knock, reach, state, tasks, vault, worker

__all__ = ["vault"]

MOST = day_load(NOON.date())
WEST, EAST = (30.27, 120.10), (30.27, 120.20)


def held(store):
    found = {}
    for each in tasks(store):
        found.setdefault(each.worker, []).append(each)
    return {name: len(of) for name, of in found.items()}


def test_each_task_goes_to_the_worker_of_the_grid_whose_round_begins_nearest(store, vault):
    near_west = {f"w{number}": (30.27 + number / 1000, 120.11) for number in range(5)}
    near_east = {f"e{number}": (30.27 + number / 1000, 120.19) for number in range(7)}
    ask(store, *near_west, *near_east)
    reach(store, vault, near_west | near_east)
    at_work(store, LI, start=WEST)
    at_work(store, WU, start=EAST)
    assert assign_waiting(store, vault, SUPERVISOR, area_code="330106001", at=NOON) == Assigned(
        in_own_grid=12, to_neighbours=0, to_supervisor=0
    )
    assert {state(store, name)[1] for name in near_west} == {"li-1"}
    assert {state(store, name)[1] for name in near_east} == {"wu-1"}


def test_what_is_more_than_a_load_goes_to_neighbours_and_then_to_the_supervisor(store, vault):
    ask(store, *(f"p{number}" for number in range(2 * MOST + 5)))
    at_work(store, LI, worker("chen-1", NEXT_GRID), worker("gu-1", OTHER_STREET))
    found = assign_waiting(store, vault, SUPERVISOR, area_code=GRID, at=NOON, nearest=False)
    assert found == Assigned(in_own_grid=MOST, to_neighbours=MOST, to_supervisor=5)
    assert held(store) == {"li-1": MOST, "chen-1": MOST, None: 5}
    assert {each.referred for each in tasks(store) if each.worker is None} == {Referred.OVER_LOAD}
    assert assign_waiting(store, vault, SUPERVISOR, area_code=GRID, at=NOON) == Assigned(in_own_grid=0, to_neighbours=0, to_supervisor=0)


def test_where_no_place_is_known_the_load_is_even(store, vault):
    ask(store, *(f"p{number}" for number in range(21)))
    at_work(store, LI, WU, worker("zhu-1"))
    assign_waiting(store, vault, SUPERVISOR, area_code=GRID, at=NOON)
    assert held(store) == {"li-1": 7, "wu-1": 7, "zhu-1": 7}


def test_what_was_done_today_counts_against_the_load(store, vault):
    ask(store, "first")
    at_work(store, LI)
    assign_waiting(store, vault, SUPERVISOR, area_code=GRID, at=NOON)
    knock(store, "first", "met")
    ask(store, *(f"p{number}" for number in range(MOST)), at=NOON + HOUR)
    found = assign_waiting(store, vault, SUPERVISOR, area_code=GRID, at=NOON + HOUR)
    assert (found.in_own_grid, found.to_supervisor) == (MOST - 1, 1)


@pytest.mark.parametrize("seed", range(8))
def test_no_load_is_exceeded_and_nobody_is_left_while_somebody_near_has_room(store, vault, seed):
    generator = random.Random(seed)
    doors = {f"p{n}": (30.2 + generator.random() / 10, 120.1 + generator.random() / 10) for n in range(generator.randint(1, 150))}
    for name in doors:
        ask(store, name, area=generator.choice((GRID, NEXT_GRID)))
    reach(store, vault, {name: place for name, place in doors.items() if generator.random() < 0.8})
    for number in range(generator.randint(0, 5)):
        by = worker(f"w-{number}", generator.choice((GRID, NEXT_GRID, "330106001", OTHER_STREET)))
        at_work(store, by, start=(30.2 + generator.random() / 10, 120.1))
    found = assign_waiting(store, vault, SUPERVISOR, area_code="330106001", at=NOON)
    counts = held(store)
    assert found.in_own_grid + found.to_neighbours + found.to_supervisor == len(doors)
    assert all(count <= MOST for name, count in counts.items() if name)
    with store.pool.connection() as connection:
        from fangxian.work.shift import shifts

        room = {each.worker: each.room for each in shifts(connection, at=NOON) if OTHER_STREET not in each.area_codes}
    if found.to_supervisor:
        assert sum(room.values()) == 0


def test_an_assignment_is_one_event_with_a_root_and_only_of_ones_own_area(store, vault, database):
    ask(store, "ann", "bo")
    at_work(store, LI)
    with pytest.raises(Forbidden):
        assign_waiting(store, vault, SUPERVISOR, area_code="330106002", at=NOON)
    assign_waiting(store, vault, SUPERVISOR, area_code=GRID, at=NOON)
    found = rows(database, "SELECT details->>'tasks', length(details->>'merkle_root') FROM audit.event WHERE action = 'tasks_assigned'")
    assert found == [("2", 64)]


def test_distances_are_those_of_the_sphere():
    hangzhou, ningbo = np.array([30.2741, 120.1551]), np.array([29.8683, 121.5440])
    assert great_circle_km(hangzhou, ningbo) == pytest.approx(141.3, abs=0.5)
    assert great_circle_km(hangzhou, hangzhou) == 0


def test_a_round_is_handed_to_one_phone_by_one_event_with_the_root_of_what_it_holds(store, vault, database):
    ask(store, "ann", "bo", "cy")
    reach(store, vault, {"ann": WEST})
    at_work(store, LI)
    assign_waiting(store, vault, SUPERVISOR, area_code=GRID, at=NOON)
    knock(store, "bo", "nobody_there")
    phone_id, _ = register_phone(store, LI, at=NOON)
    stops = fetch_round(store, vault, LI, phone_id, at=NOON)
    assert {(stop.reach is not None, stop.knocks) for stop in stops} == {(True, 0), (False, 1), (False, 0)}
    assert rows(database, "SELECT count(*) FROM audit.event WHERE action = 'tasks_shown'") == [(1,)]
    shown = "SELECT count(*) FROM work.step JOIN audit.event USING (event_id) WHERE action = 'tasks_shown' AND worker = 'li-1'"
    assert rows(database, shown) == [(3,)]
    root = (
        "SELECT round.merkle_root = (SELECT work.merkle_root(array_agg(work.leaf_of(task) ORDER BY person_id, task_id)) FROM work.task) "
        "FROM work.round"
    )
    assert rows(database, root) == [(True,)]
    assert fetch_round(store, vault, WU, phone_id, at=NOON) == []
    assert {state(store, name)[0] for name in ("ann", "bo", "cy")} == {TaskState.ASSIGNED}


def test_a_phone_is_shut_out_by_the_supervisor_of_its_workers_area(store, database):
    phone_id, token = register_phone(store, LI, at=NOON)
    assert phone_of(store, token).worker == "li-1"
    assert phone_of(store, "another") is None
    elsewhere = worker("x-1", OTHER_STREET)
    with pytest.raises(Forbidden):
        shut_out(store, elsewhere, phone_id, at=NOON)
    assert [each.phone_id for each in phones(store, SUPERVISOR)] == [phone_id]
    shut_out(store, SUPERVISOR, phone_id, at=NOON)
    assert phone_of(store, token) is None
    assert phones(store, SUPERVISOR)[0].revoked_at == NOON
