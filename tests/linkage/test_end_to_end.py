"""From a report without a usable id to the code of the person whose it is, by the judgement of two officers, and back."""

from datetime import timedelta

import psycopg
import pytest

from fangxian.engine.lake import Lake
from fangxian.linkage.finding import RegisterFinder
from fangxian.linkage.linked import Way
from fangxian.linkage.restating import restate
from fangxian.policy.policy import policy
from fangxian.services import declaring, looking, members, pairing
from fangxian.services.documents import document
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import ingest
from fangxian.store.deciding import decide_pending
from fangxian.store.feeding import feed
from fangxian.store.flow import flow
from fangxian.store.opening import make_room
from fangxian.store.sealed_register import sealed_register
from fangxian.store.store import Event
from fangxian.work.doubtful_pair import PairState
from fangxian.work.pair_rows import open_pairs
from fangxian.work.permissions import Forbidden, Principal
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Role
from tests.services.conftest import HEALTHY, IDENTITY, NOON, PHONE, clock, come_in, database, living, migrated, store, vault_process

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

OFFICER = Principal(subject="officer-1", roles=frozenset({Role.OFFICER}), region_codes=frozenset({"330100"}), second_factor=True)
SECOND = Principal(subject="officer-3", roles=frozenset({Role.OFFICER}), region_codes=frozenset({"330106"}), second_factor=True)
ELSEWHERE = Principal(subject="officer-2", roles=frozenset({Role.OFFICER}), region_codes=frozenset({"330200"}), second_factor=True)
SYSTEM = Event(actor="test", role="system", purpose="feed", action="feed")
NAME, NUMBER = IDENTITY["full_name"], IDENTITY["id_number"]
REGISTER = f"证件号码,姓名,出生日期,性别,联系电话,居住地代码\n{NUMBER},{NAME},1949-12-31,女,13800000001,330106\n"
REPORT = """报告编号,证件类型,证件号码,姓名,性别,出生日期,诊断状态,诊断时间,发病日期,医院编号,订正报告编号,居住地代码,上报时间
BG1,居民身份证,,{name},女,1949/12/30,疑似,2020-02-23 08:00,2020-02-22,YY1,,330106,2020-02-23 09:00
"""


@pytest.fixture
def member(living):
    session = come_in(living, PHONE)
    shown = document("resident_id", NUMBER, on=NOON.date())
    place = declaring.enrol(living, IDENTITY, shown, HEALTHY, phone_index=session.phone_index, phone=PHONE)
    return members.member_at(living, session.phone_index, place)


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake.create(tmp_path / "lake")


@pytest.fixture
def reported(living, member, lake, tmp_path):
    """Bring a report in that names somebody by the sound of the name alone."""
    register, report = tmp_path / "register.csv", tmp_path / "report.csv"
    register.write_text(REGISTER, "utf-8")
    report.write_text(REPORT.format(name="Wang Xiaoming"), "utf-8")
    opened = Event(actor="command line", role="data_officer", purpose="test", action="pairs opened")

    def keep(pairs):
        open_pairs(living.store, living.vault, pairs, opened, region_code="330100", at=living.clock())

    finder = RegisterFinder(register, living.vault, Way(on=NOON.date()), at=NOON, keep=keep)
    delivered = ingest(lake, source_named("disease-control"), report, received_at=NOON, key_holder=living.vault, finder=finder, threads=1)
    assert delivered.receipt["rows"]["accepted"] == 1
    carry(living, lake)


def carry(living, lake):
    """Bring what was recorded to the lake, merge there, and bring what follows to the store."""
    flow(living.store, lake, at=living.clock())
    done = restate(lake, at=living.clock())
    list(feed(living.store, lake, SYSTEM, at=living.clock()))
    decide_pending(living.store, SYSTEM, policies=[policy("hangzhou")], at=living.clock())
    return done


def confirm(living):
    """Confirm as the second officer what the first proposed."""
    ((reference, _),) = pairing.waiting_pairs(living, SECOND)
    pairing.judge(living, SECOND, reference, PairState.SAME)


def colour(living, member):
    return looking.own_code(living, member.person_id).colour


def test_a_report_colours_its_person_once_two_officers_say_whose_it_is_and_no_longer_when_that_is_taken_back(
    living, clock, member, reported, lake
):
    assert colour(living, member) == "green", "a doubtful pair colours nobody"
    clock.forward(hours=1)
    ((reference, pair),) = pairing.waiting_pairs(living, OFFICER)
    assert pair.person_id == member.person_id
    pairing.judge(living, OFFICER, reference, PairState.PROPOSED)
    clock.forward(minutes=1)
    assert carry(living, lake) is None
    assert colour(living, member) == "green", "one officer alone makes no colour worse"
    confirm(living)
    clock.forward(minutes=1)
    assert carry(living, lake).facts == {"diagnosis": 1, "withdrawal": 1}
    assert colour(living, member) == "red"
    clock.forward(hours=1)
    ((reference, _),) = pairing.waiting_pairs(living, OFFICER)
    pairing.judge(living, OFFICER, reference, PairState.OPEN)
    clock.forward(minutes=1)
    assert carry(living, lake).facts == {"diagnosis": 1, "withdrawal": 1}
    assert colour(living, member) == "green"


def test_the_person_sees_who_looked_at_the_pair_and_who_judged_it(living, clock, member, reported):
    ((reference, _),) = pairing.waiting_pairs(living, OFFICER)
    seen = pairing.open_one_pair(living, OFFICER, reference)
    pairing.judge(living, OFFICER, reference, PairState.PROPOSED)
    confirm(living)
    looks = [look.action for look in looking.who_looked(living, member.person_id)]
    assert {"pair looked at", "pair proposed as the same", "pair confirmed as the same"} <= set(looks)
    lines = {line.title.zh: (line.record, line.known, line.agrees) for line in seen.lines}
    assert lines["姓名"] == ("Wang Xiaoming", NAME, False)
    assert lines["性别"] == ("女", "女", True)
    assert lines["出生日期"] == ("1949/12/30", "1949-12-31", False)
    assert lines["联系电话"] == ("", "13800000001", None)


def test_an_officer_of_another_area_neither_sees_nor_judges_it(living, member, reported):
    assert pairing.waiting_pairs(living, ELSEWHERE) == []
    ((reference, _),) = pairing.waiting_pairs(living, OFFICER)
    with pytest.raises(RefusedError):
        pairing.open_one_pair(living, ELSEWHERE, reference)
    with pytest.raises((Forbidden, RefusedError)):
        pairing.judge(living, ELSEWHERE, reference, PairState.PROPOSED)


def test_after_a_lapse_nobody_is_said_to_be_somebody(living, clock, member, reported):
    clock.at += timedelta(days=90)
    make_room(living.store, clock.at.date())
    references = pairing.waiting_pairs(living, OFFICER)
    with pytest.raises(RefusedError, match="lapsed"):
        pairing.judge(living, OFFICER, references[0][0], PairState.PROPOSED)


def test_what_was_proposed_before_a_lapse_is_not_confirmed_after_it(living, clock, member, reported):
    clock.at += timedelta(days=88, hours=23)
    make_room(living.store, clock.at.date())
    ((reference, _),) = pairing.waiting_pairs(living, OFFICER)
    pairing.judge(living, OFFICER, reference, PairState.PROPOSED)
    clock.forward(days=1)
    ((reference, _),) = pairing.waiting_pairs(living, SECOND)
    with pytest.raises(RefusedError, match="lapsed"):
        pairing.judge(living, SECOND, reference, PairState.SAME)


def test_whoever_proposed_it_is_not_offered_to_confirm_it_and_a_second_officer_is(living, member, reported):
    ((reference, _),) = pairing.waiting_pairs(living, OFFICER)
    pairing.judge(living, OFFICER, reference, PairState.PROPOSED)
    assert pairing.open_one_pair(living, OFFICER, reference).moves == (PairState.DIFFERENT, PairState.OPEN)
    ((reference, _),) = pairing.waiting_pairs(living, SECOND)
    assert pairing.open_one_pair(living, SECOND, reference).moves == (PairState.SAME, PairState.DIFFERENT, PairState.OPEN)


def test_no_name_phone_or_number_stands_in_the_audit_or_in_an_open_column(living, member, reported, database):
    ((reference, _),) = pairing.waiting_pairs(living, OFFICER)
    pairing.open_one_pair(living, OFFICER, reference)
    pairing.judge(living, OFFICER, reference, PairState.PROPOSED)
    confirm(living)
    with psycopg.connect(database) as connection:
        said = str(connection.execute("SELECT * FROM audit.event").fetchall())
        said += str(connection.execute("SELECT * FROM facts.same_person").fetchall())
        said += str(connection.execute("SELECT to_jsonb(pair) - 'contents' FROM work.doubtful_pair AS pair").fetchall())
        (sealed,) = connection.execute("SELECT contents FROM work.doubtful_pair").fetchone()
    for word in (NAME, NUMBER, "Xiaoming", "13800000001"):
        assert word not in said
        assert word not in reference
        assert word.encode() not in sealed


def test_the_sealed_register_of_the_store_is_compared_and_the_comparison_is_an_event(living, member, lake, tmp_path, database):
    report = tmp_path / "report.csv"
    row = "BG2,居民身份证,11010519491231002,王小明,女,1949/12/31,疑似,2020-02-23 08:00,2020-02-22,YY1,,330106,2020-02-23 09:00\n"
    report.write_text(REPORT.splitlines()[0] + "\n" + row, "utf-8")
    event = Event(actor="command line", role="data_officer", purpose="test", action="register compared")
    with living.store.transaction(event, at=NOON) as transaction:
        register = sealed_register(transaction, living.vault)
    assert register.to_pylist() == [
        dict.fromkeys(register.column_names)
        | {"姓名": NAME, "证件类型": "居民身份证", "证件号码": NUMBER, "联系电话": PHONE, "row_number": 0}
    ]
    finder = RegisterFinder(register, living.vault, Way(on=NOON.date()), at=NOON)
    ingest(lake, source_named("disease-control"), report, received_at=NOON, key_holder=living.vault, finder=finder, threads=1)
    assert finder.linked is not None
    assert finder.linked.answers["certain"] == 1
    carry(living, lake)
    assert colour(living, member) == "red"
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM audit.event WHERE action = 'register compared'").fetchone() == (1,)
