"""A worker's day as the phone lives it: the round in sealed references, knocks once, photographs without a place, who was told."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import psycopg
import pyarrow as pa
import pytest
from PIL import Image

from fangxian.facts import Text
from fangxian.services import deleting, grid_work, looking, supervising
from fangxian.services.pictures import LONGEST, jpeg_without_exif
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import begin_session, session_of
from fangxian.sources.catalogue import agency_of
from fangxian.store.reaching import Reach, keep_reaches
from fangxian.store.store import Event
from fangxian.work.handing_out import TO_DO, hand_out
from fangxian.work.permissions import Forbidden, Principal
from fangxian.work.roles import Role
from fangxian.work.task import TaskKind
from fangxian.work.visit import Conflict, Outcome, Visit
from fangxian.work.visiting import SOURCE

from .conftest import NOON
from .test_declaring import enrolled

GRID = "330106001002"
OFFICER = Principal(subject="officer-1", roles=frozenset({Role.OFFICER}), region_codes=frozenset({"330100"}), second_factor=True)
SUPERVISOR = Principal(subject="supervisor-1", roles=frozenset({Role.SUPERVISOR}), region_codes=frozenset({"330106001"}))
LI = Principal(subject="li-1", roles=frozenset({Role.GRID_WORKER}), region_codes=frozenset({GRID}))
WU = Principal(subject="wu-1", roles=frozenset({Role.GRID_WORKER}), region_codes=frozenset({GRID}))


def ask(living, *people, kind=TaskKind.VISIT_ARRIVAL):
    to_do = [{"person_id": who, "area_code": GRID, "because_type": "region_stay", "because_id": n} for n, who in enumerate(people)]
    hand_out(
        living.store,
        OFFICER,
        pa.Table.from_pylist(to_do, TO_DO),
        kind=kind,
        region_code="330106",
        purpose="grid work",
        at=living.clock(),
    )
    by = Event(actor="test", role="system", purpose="grid work", action="tasks_handed_out")
    doors = [
        Reach(person_id=who, full_name=f"王{n}", phone="13800000001", address=f"文三路 {n} 号", latitude=30.27 + n / 1000, longitude=120.15)
        for n, who in enumerate(people)
    ]
    with living.store.transaction(by, at=living.clock()) as transaction:
        keep_reaches(transaction, living.vault, doors, source="rail", retention="movement")


def on_the_phone(living, by=LI):
    """Begin a worker's day with what waits; return the phone's token and its round."""
    grid_work.begin_day(living, by, latitude=30.27, longitude=120.15)
    grid_work.take_waiting(living, by)
    _, token = grid_work.register_phone(living, by)
    return token, grid_work.fetch(living, by, token)


def visit(living, outcome, **given):
    return Visit(**{"visit_id": uuid4(), "at": living.clock(), "outcome": Outcome(outcome)} | given)


def photograph(*, kind="JPEG", size=(2000, 1000)):
    taken = Image.new("RGB", size, "white")
    exif = Image.Exif()
    exif[0x010E] = "a street that nobody needs to know"
    exif[0x0112] = 6
    made = BytesIO()
    taken.save(made, kind, **({"exif": exif.tobytes()} if kind == "JPEG" else {}))
    return made.getvalue()


@pytest.fixture
def ann(living):
    return enrolled(living).person_id


def test_a_round_says_who_and_where_and_names_nobody_by_an_id(living, ann):
    ask(living, ann)
    token, found = on_the_phone(living)
    ((reference, stop),) = found.stops
    assert (stop.reach.full_name, stop.reach.address) == ("王0", "文三路 0 号")
    assert ann not in reference
    assert found.ends_at - found.fetched_at == timedelta(hours=24)
    with pytest.raises(RefusedError):
        grid_work.knock(living, WU, token, reference, visit(living, "met"))


def test_a_knock_from_a_whole_day_without_a_network_is_taken_once(living, clock, ann, database):
    ask(living, ann)
    token, found = on_the_phone(living)
    kept = visit(living, "met", note="身体健康")
    clock.forward(hours=20)
    for _ in range(2):
        assert grid_work.knock(living, LI, token, found.stops[0][0], kept) is None
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT at, known_at, conflict FROM work.visit").fetchall() == [
            (NOON if kept.at == NOON else kept.at, clock(), None)
        ]


def test_what_another_did_meanwhile_is_told_and_kept(living, clock, ann):
    ask(living, ann)
    token, found = on_the_phone(living)
    grid_work.begin_day(living, WU)
    grid_work.move_task(living, SUPERVISOR, own_reference(living, ann), "give", to="wu-1")
    assert grid_work.knock(living, LI, token, found.stops[0][0], visit(living, "met")) is Conflict.REASSIGNED
    seen = supervising.supervise(living, SUPERVISOR)
    assert [(each.worker, each.outcome, each.conflict) for each in seen.too_late] == [("li-1", Outcome.MET, Conflict.REASSIGNED)]


def own_reference(living, person_id):
    from fangxian.services.references import Named, refer

    with living.store.pool.connection() as connection:
        (task_id,) = connection.execute("SELECT task_id FROM work.task WHERE person_id = %s", [person_id]).fetchone()
    return refer(living, SUPERVISOR, Named.TASK, [(person_id, str(task_id))])[0]


def test_a_photograph_is_made_anew_without_what_the_camera_wrote_and_lies_sealed(living, ann, database):
    ask(living, ann)
    token, found = on_the_phone(living)
    reference, knock = found.stops[0][0], visit(living, "met")
    with pytest.raises(RefusedError):
        grid_work.keep_photograph(living, LI, token, reference, knock.visit_id, photograph())
    grid_work.knock(living, LI, token, reference, knock)
    for _ in range(2):
        grid_work.keep_photograph(living, LI, token, reference, knock.visit_id, photograph())
    with psycopg.connect(database) as connection:
        ((kept,),) = connection.execute("SELECT photograph FROM work.photograph").fetchall()
    assert b"\xff\xd8\xff" not in kept
    made = Image.open(BytesIO(jpeg_without_exif(photograph())))
    assert (made.size, dict(made.getexif()), made.format) == ((800, 1600), {}, "JPEG")
    assert b"nobody needs" not in jpeg_without_exif(photograph())


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff\xe0", photograph(kind="PNG"), photograph()[:400], b"\0" * (LONGEST + 1)], ids=range(5)
)
def test_what_is_no_jpeg_is_refused(data):
    with pytest.raises(RefusedError):
        jpeg_without_exif(data)


def test_a_lost_phone_is_shut_out_with_the_session_on_it(living, ann):
    ask(living, ann)
    token, found = on_the_phone(living)
    session = begin_session(living, LI)
    phone = supervising.supervise(living, SUPERVISOR).phones[0]
    assert (phone.worker, phone.tasks, grid_work.stands(living, token)) == ("li-1", 1, True)
    with pytest.raises(Forbidden):
        supervising.shut_out(living, LI, str(phone.phone_id))
    supervising.shut_out(living, SUPERVISOR, str(phone.phone_id))
    assert grid_work.stands(living, token) is False
    assert session_of(living, session.secret) is None
    for refused in (
        lambda: grid_work.fetch(living, LI, token),
        lambda: grid_work.knock(living, LI, token, found.stops[0][0], visit(living, "met")),
    ):
        with pytest.raises(grid_work.ShutOutError):
            refused()


def test_supplies_come_before_the_supervisor_until_they_are_brought(living, ann):
    ask(living, ann)
    token, found = on_the_phone(living)
    grid_work.knock(living, LI, token, found.stops[0][0], visit(living, "needs_supplies", note="降压药，两盒"))
    (asked,) = supervising.supervise(living, SUPERVISOR).supplies
    assert asked.note == "降压药，两盒"
    supervising.brought(living, SUPERVISOR, asked.reference)
    assert supervising.supervise(living, SUPERVISOR).supplies == []
    with pytest.raises(RefusedError):
        supervising.brought(living, SUPERVISOR, asked.reference)


def test_a_supervisor_sees_their_own_area_alone_and_who_is_behind(living, clock, ann):
    ask(living, ann)
    on_the_phone(living)
    clock.forward(hours=48)
    (behind,) = supervising.supervise(living, SUPERVISOR).behind
    assert (behind.street, behind.worker, behind.tasks, behind.late) == ("330106001", "li-1", 1, 1)
    elsewhere = Principal(subject="supervisor-2", roles=frozenset({Role.SUPERVISOR}), region_codes=frozenset({"330106002"}))
    assert supervising.supervise(living, elsewhere).behind == []
    assert supervising.supervise(living, elsewhere).phones == []


def test_a_person_sees_that_they_were_to_be_visited_and_who_was_told(living, clock, ann):
    ask(living, ann, "f" * 32)
    token, found = on_the_phone(living)
    clock.forward(hours=1)
    mine = next(reference for reference, stop in found.stops if stop.task.person_id == ann)
    grid_work.knock(living, LI, token, mine, visit(living, "met", note="身体健康"))
    seen = [(look.role, look.action) for look in looking.who_looked(living, ann)]
    for told in (("officer", "tasks_handed_out"), ("grid_worker", "tasks_assigned"), ("grid_worker", "tasks_shown")):
        assert told in seen
    assert ("grid_worker", "visit_recorded") in seen
    data = looking.own_data(living, ann)
    assert [(each["kind"], each["state"]) for each in data["tasks"]] == [("visit_arrival", "done")]
    assert [(each["outcome"], each["note"]) for each in data["knocks"]] == [("met", "身体健康")]
    assert data["reach"]["address"] == "文三路 0 号"


@pytest.mark.parametrize(("knocked", "left"), [(False, 1), (True, 0)])
def test_whoever_deletes_their_data_is_reached_no_more_unless_somebody_is_on_the_way(living, database, knocked, left):
    member = enrolled(living)
    ask(living, member.person_id)
    token, found = on_the_phone(living)
    if knocked:
        grid_work.knock(living, LI, token, found.stops[0][0], visit(living, "met"))
    deleting.delete(living, member)
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM identities.reach").fetchone() == (left,)


def test_what_stays_after_a_deletion_names_tasks_knocks_and_photographs(living, ann):
    ask(living, ann)
    token, found = on_the_phone(living)
    seen = visit(living, "met")
    grid_work.knock(living, LI, token, found.stops[0][0], seen)
    grid_work.keep_photograph(living, LI, token, found.stops[0][0], seen.visit_id, photograph())
    (tasks,) = [each for each in deleting.what_stays(living, ann) if "Tasks" in each.why.en]
    assert (tasks.facts, tasks.until > living.clock()) == (3, True)


def test_what_a_worker_saw_is_said_to_come_from_a_door_in_both_languages():
    assert agency_of(SOURCE) == Text("网格员上门", "a grid worker at the door")


def test_a_refusal_speaks_both_languages():
    assert isinstance(grid_work.ShutOutError().words, Text)
