"""What a supervisor is shown of a task that came to them, and who sees that they looked; settling and handing over by reference."""

import psycopg
import pytest

from fangxian.services import grid_work, handing_over, looking, settling, supervising, task_looking
from fangxian.services.refusals import RefusedError
from fangxian.work.permissions import Forbidden, Principal
from fangxian.work.roles import Role
from fangxian.work.visit import Conflict, Outcome

from .test_declaring import enrolled
from .test_grid_work import LI, SUPERVISOR, WU, ask, on_the_phone, own_reference, photograph, visit

ELSEWHERE = Principal(subject="supervisor-2", roles=frozenset({Role.SUPERVISOR}), region_codes=frozenset({"330106002"}))
COLLEAGUE = Principal(subject="supervisor-3", roles=frozenset({Role.SUPERVISOR}), region_codes=frozenset({"330106001"}))


@pytest.fixture
def ann(living):
    return enrolled(living).person_id


@pytest.fixture
def refused(living, ann):
    """Let somebody refuse at the door, with words and a photograph."""
    ask(living, ann)
    token, found = on_the_phone(living)
    knock = visit(living, "refused", note="门未开")
    grid_work.knock(living, LI, token, found.stops[0][0], knock)
    grid_work.keep_photograph(living, LI, token, found.stops[0][0], knock.visit_id, photograph())
    ((reference, _),) = supervising.supervise(living, SUPERVISOR).referred
    return reference


@pytest.fixture
def late(living, ann):
    """Let a knock come in after the task was given to another."""
    ask(living, ann)
    token, found = on_the_phone(living)
    grid_work.begin_day(living, WU)
    grid_work.move_task(living, SUPERVISOR, own_reference(living, ann), "give", to="wu-1")
    grid_work.knock(living, LI, token, found.stops[0][0], visit(living, "met", note="见到本人"))
    (each,) = supervising.supervise(living, SUPERVISOR).too_late
    return each


def looks(living, person_id):
    return [(each.role, each.purpose, each.action) for each in looking.who_looked(living, person_id)]


def test_a_task_that_came_to_the_supervisor_is_shown_with_its_steps_note_and_photograph(living, ann, refused):
    seen = task_looking.look_at_task(living, SUPERVISOR, refused)
    (knock,) = seen.knocks
    assert (knock.worker, knock.outcome, knock.note, knock.conflict) == ("li-1", Outcome.REFUSED, "门未开", None)
    done = [(step.action, str(step.state), step.worker) for step in seen.steps]
    assert {step[0] for step in done} == {"tasks_handed_out", "tasks_assigned", "tasks_shown", "visit_recorded"}
    assert ("visit_recorded", "with_supervisor", "li-1") in done
    assert task_looking.look_at_photograph(living, SUPERVISOR, knock.photograph).startswith(b"\xff\xd8\xff")


def test_each_look_is_one_event_that_the_person_finds_in_their_own_log(living, clock, ann, refused):
    before = len(looks(living, ann))
    clock.forward(hours=1)
    (knock,) = task_looking.look_at_task(living, SUPERVISOR, refused).knocks
    assert looks(living, ann)[:-before] == [("supervisor", "supervision", "task_looked_at")]
    for _ in range(2):
        clock.forward(hours=1)
        task_looking.look_at_photograph(living, SUPERVISOR, knock.photograph)
    assert looks(living, ann)[:-before] == [
        ("supervisor", "supervision", "photograph_looked_at"),
        ("supervisor", "supervision", "photograph_looked_at"),
        ("supervisor", "supervision", "task_looked_at"),
    ]


def test_what_was_given_to_one_supervisor_opens_nothing_for_another(living, ann, refused):
    (knock,) = task_looking.look_at_task(living, SUPERVISOR, refused).knocks
    before = len(looks(living, ann))
    for by in (ELSEWHERE, COLLEAGUE, LI):
        with pytest.raises(RefusedError):
            task_looking.look_at_task(living, by, refused)
        with pytest.raises(RefusedError):
            task_looking.look_at_photograph(living, by, knock.photograph)
    with pytest.raises(RefusedError):
        task_looking.look_at_photograph(living, SUPERVISOR, refused)
    assert len(looks(living, ann)) == before


def test_a_task_in_a_workers_hand_is_not_opened_nor_its_photograph_any_more(living, ann, refused):
    (knock,) = task_looking.look_at_task(living, SUPERVISOR, refused).knocks
    grid_work.move_task(living, SUPERVISOR, refused, "give", to="li-1")
    before = len(looks(living, ann))
    for look in (
        lambda: task_looking.look_at_task(living, SUPERVISOR, refused),
        lambda: task_looking.look_at_photograph(living, SUPERVISOR, knock.photograph),
    ):
        with pytest.raises(RefusedError, match="came to the supervisor"):
            look()
    assert len(looks(living, ann)) == before


def test_a_knock_that_came_too_late_is_looked_at_and_taken_and_the_person_sees_both(living, ann, late):
    assert (late.conflict, late.outcome) == (Conflict.REASSIGNED, Outcome.MET)
    (knock,) = task_looking.look_at_task(living, SUPERVISOR, late.task).knocks
    assert (knock.note, knock.accepted) == ("见到本人", None)
    settling.settle(living, SUPERVISOR, knock.reference, "accept")
    assert supervising.supervise(living, SUPERVISOR).too_late == []
    assert ("supervisor", "grid work", "knock_accepted") in looks(living, ann)
    assert [each["state"] for each in looking.own_data(living, ann)["tasks"]] == ["done"]
    with pytest.raises(RefusedError, match="already"):
        settling.settle(living, SUPERVISOR, late.reference, "accept")


def test_a_knock_is_set_aside_by_its_supervisor_alone_and_nothing_else_is_made_of_it(living, ann, late):
    for by in (ELSEWHERE, COLLEAGUE, WU):
        with pytest.raises(RefusedError):
            settling.settle(living, by, late.reference, "set_aside")
    with pytest.raises(RefusedError, match="Choose"):
        settling.settle(living, SUPERVISOR, late.reference, "forget")
    settling.settle(living, SUPERVISOR, late.reference, "set_aside")
    assert supervising.supervise(living, SUPERVISOR).too_late == []
    assert [each["state"] for each in looking.own_data(living, ann)["tasks"]] == ["assigned"]


def test_what_a_worker_has_in_hand_is_seen_without_names_and_handed_over(living, ann, database):
    ask(living, ann, "e" * 32, "f" * 32)
    on_the_phone(living)
    (behind,) = supervising.supervise(living, SUPERVISOR).behind
    held = handing_over.see_in_hand(living, SUPERVISOR, behind.reference)
    assert (held.worker, len(held.tasks), held.colleagues) == ("li-1", 3, [])
    grid_work.begin_day(living, WU)
    held = handing_over.see_in_hand(living, SUPERVISOR, behind.reference)
    assert [each.worker for each in held.colleagues] == ["wu-1"]
    for nothing in ({"to": "wu-1", "tasks": []}, {"to": "", "tasks": None}):
        with pytest.raises(RefusedError, match="Choose"):
            handing_over.hand_over(living, SUPERVISOR, behind.reference, **nothing)
    mine = next(reference for reference, task in held.tasks if task.person_id == ann)
    assert handing_over.hand_over(living, SUPERVISOR, behind.reference, to="wu-1", tasks=[mine, mine]) == 1
    assert ("supervisor", "grid work", "tasks_handed_over") in looks(living, ann)
    assert handing_over.hand_over(living, SUPERVISOR, behind.reference, to="wu-1", tasks=None) == 2
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT DISTINCT worker, state FROM work.task").fetchall() == [("wu-1", "assigned")]


def test_a_workers_reference_opens_nothing_for_another_and_no_other_area(living, ann):
    ask(living, ann)
    on_the_phone(living)
    (behind,) = supervising.supervise(living, SUPERVISOR).behind
    with pytest.raises(RefusedError):
        handing_over.see_in_hand(living, ELSEWHERE, behind.reference)
    with pytest.raises((RefusedError, Forbidden)):
        handing_over.hand_over(living, LI, behind.reference, to="wu-1", tasks=None)
