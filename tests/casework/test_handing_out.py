"""Tasks are handed out together: once a person, with one event whose Merkle root each of them can be shown to be under."""

from datetime import timedelta
from hashlib import sha256

import pyarrow as pa
import pytest
from spec_symbols import person_id

from fangxian.work.handing_out import TO_DO, hand_out
from fangxian.work.permissions import Forbidden
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Role
from fangxian.work.task import MOVES, Task, TaskKind, TaskState, actions_for
from tests.store.conftest import NOON

from .conftest import HOUR, somebody

OFFICER = somebody("officer-1", Role.OFFICER, region_codes=frozenset({"330100"}))
ARRIVAL = TaskKind.VISIT_ARRIVAL


def people(*names: str, area: str = "330106001002") -> pa.Table:
    rows = [
        {"person_id": person_id(name), "area_code": area, "because_type": "region_stay", "because_id": n} for n, name in enumerate(names)
    ]
    return pa.Table.from_pylist(rows, TO_DO)


def given(store, to_do, *, at=NOON, kind=ARRIVAL, by=OFFICER):
    return hand_out(store, by, to_do, kind=kind, region_code="330106", purpose="arrivals of 1 March", at=at)


def rows(store, query):
    with store.pool.connection() as connection:
        return connection.execute(query).fetchall()


def merkle(leaves: list[bytes]) -> bytes:
    """The tree hash of RFC 6962, section 2.1, as it is defined there."""
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + merkle(leaves[:half]) + merkle(leaves[half:])).digest()


def test_everybody_gets_one_task_of_a_kind_until_it_is_done(store):
    first = given(store, people("ann", "bo", "ann"))
    assert (first.tasks, first.asked_already) == (2, 0)
    again = given(store, people("ann", "bo", "cy"), at=NOON + HOUR)
    assert (again.tasks, again.asked_already) == (1, 2)
    assert given(store, people("ann"), at=NOON + HOUR, kind=TaskKind.FOLLOW_LEAD).tasks == 1
    assert rows(store, "SELECT count(*) FROM work.task WHERE kind = 'visit_arrival'") == [(3,)]


def test_who_was_asked_lately_is_asked_again_only_after_some_days(store):
    given(store, people("ann"))
    with store.pool.connection() as connection, connection.transaction():
        event = connection.execute(
            "INSERT INTO audit.event SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), %s, 'w', 'r', 'p', 'a', '{}' "
            "RETURNING event_id",
            [NOON],
        ).fetchone()
        connection.execute("UPDATE work.task SET state = 'done', closed_at = %s, event_id = %s", [NOON, event[0]])
    assert given(store, people("ann"), at=NOON + timedelta(days=2)).tasks == 0
    assert given(store, people("ann"), at=NOON + timedelta(days=4)).tasks == 1


def test_a_hand_out_is_one_event_with_the_merkle_root_of_its_tasks(store):
    given(store, people("before"))
    for size in (1, 2, 3, 7, 8):
        names = [f"p{size}-{n}" for n in range(size)]
        done = given(store, people(*names))
        assert done.tasks == size
        leaves = rows(store, f"SELECT work.leaf_of(task) FROM work.task WHERE hand_out_id = '{done.hand_out_id}' ORDER BY person_id")
        assert done.merkle_root == merkle([leaf for (leaf,) in leaves])
        found = rows(
            store,
            "SELECT person_id, details->>'merkle_root' FROM audit.event JOIN work.hand_out USING (event_id) "
            f"WHERE hand_out_id = '{done.hand_out_id}'",
        )
        assert [(who.int, root) for who, root in found] == [(0, done.merkle_root.hex())]


def test_what_a_leaf_says_does_not_change_with_the_tasks_moves_(store):
    done = given(store, people("ann"))
    (said,) = rows(store, "SELECT work.leaf_of(task) FROM work.task")[0]
    assert done.merkle_root == sha256(b"\0" + said).digest()
    assert b"330106001002" in said
    assert b"open" not in said


def test_nobody_hands_out_outside_their_area_and_nothing_is_written_for_nobody(store):
    with pytest.raises(Forbidden):
        given(store, people("ann"), by=somebody("officer-2", Role.OFFICER, region_codes=frozenset({"330200"})))
    assert given(store, people()).tasks == 0
    assert rows(store, "SELECT count(*) FROM work.hand_out") == [(0,)]


@pytest.mark.parametrize("to", TaskState)
@pytest.mark.parametrize("state", TaskState)
def test_every_pair_of_states_is_a_move_with_its_action_or_refused(state, to):
    task = Task(
        person_id=person_id("ann"),
        task_id=None,
        kind=ARRIVAL,
        area_code="330106",
        because_type="region_stay",
        because_id=1,
        opened_at=NOON,
        due_at=NOON + HOUR,
        state=state,
        worker=None,
    )
    if (state, to) in MOVES:
        assert actions_for(task, to) == MOVES[state, to]
    else:
        with pytest.raises(RefusedError):
            actions_for(task, to)
