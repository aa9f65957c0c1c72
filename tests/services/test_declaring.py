"""Applying, declaring and checking in: the code is there in the same transaction, and everything that must be with it."""

import psycopg
import pytest

from fangxian.engine.person_tables import PersonTables
from fangxian.policy.colour import Colour
from fangxian.services import applying, declaring, family, issuing, looking, members, papers
from fangxian.services.documents import document
from fangxian.services.questionnaire import questionnaire, region_called
from fangxian.services.refusals import BadAnswerError, RefusedError, TooManyError
from fangxian.signed import phone as phone_signing
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.seen import Seen
from fangxian.signed.verdict import Outcome
from fangxian.signed.verify import verify
from fangxian.store.ending import due, end
from fangxian.store.opening import make_room
from fangxian.store.retention import end_of
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.vault.process import VaultProcess
from fangxian.work.permissions import Principal
from fangxian.work.renewal import renew_at_set_up
from fangxian.work.roles import Role

from .conftest import HEALTHY, IDENTITY, NOON, PHONE, as_typed, come_in, replace

OTHER_PHONE = "+8613800000002"
ADULT = "440524188001010014"


def enrolled(living, phone=PHONE, *, number=IDENTITY["id_number"], **answers):
    shown = document("resident_id", number, on=NOON.date())
    session = come_in(living, phone)
    place = declaring.enrol(living, IDENTITY, shown, HEALTHY | answers, phone_index=session.phone_index, phone=phone)
    return members.member_at(living, session.phone_index, place)


def child_added(living, phone=PHONE, *, number=None, **identity):
    """Add a child on a phone, and return it as the phone's list has it."""
    index, shown = living.vault.phone_index(phone), document("resident_id", number or child_number(), on=NOON.date())
    place = declaring.enrol_child(living, IDENTITY | identity, shown, HEALTHY, phone_index=index)
    return next(member for member in members.members_of(living, index) if member.place == place)


def may_answer(living, phone):
    return [each.request for each in family.requests_to(living, living.vault.phone_index(phone))]


def answer(living, phone, request, *, place=0, agreed=True):
    index = living.vault.phone_index(phone)
    family.answer_request(living, members.member_at(living, index, place), request, agreed=agreed)


def test_whoever_declares_nothing_of_note_is_green_at_once(living):
    member = enrolled(living)
    seen = looking.own_code(living, member.person_id)
    assert (seen.colour, seen.reasons) == (Colour.GREEN, ())
    assert member.masked_name == "王**"


def test_a_fever_colours_the_code_in_the_same_transaction_and_says_why(living):
    member = enrolled(living, symptoms="fever", temperature_c=38.6)
    seen = looking.own_code(living, member.person_id)
    assert seen.colour is Colour.YELLOW
    assert [fact.fact_type.name for fact in seen.reasons[0].because] == ["health_declaration"]


def test_a_stay_in_a_key_area_colours_the_code(living):
    answers = {"stayed_in_key_area": True, "stay": "420100", "left_on": NOON.date()}
    assert looking.own_code(living, enrolled(living, **answers).person_id).colour is not Colour.GREEN


def test_check_ins_are_counted_towards_the_end(living, clock):
    member = enrolled(living, symptoms="fever", temperature_c=38.6)
    for _ in range(3):
        clock.forward(days=1)
        declaring.check_in(living, member.person_id, {"temperature_c": 36.4, "symptoms": ""})
    assert looking.own_code(living, member.person_id).reasons[0].progress.done == 3


def test_the_same_document_cannot_be_put_on_two_phones(living):
    enrolled(living)
    with pytest.raises(RefusedError):
        enrolled(living, OTHER_PHONE)
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM account.member").fetchone()[0] == 1


def test_an_application_with_another_phone_than_the_one_logged_in_with_is_refused(living):
    session = come_in(living)
    shown = document("resident_id", IDENTITY["id_number"], on=NOON.date())
    with pytest.raises(BadAnswerError):
        declaring.enrol(living, IDENTITY, shown, HEALTHY, phone_index=session.phone_index, phone=OTHER_PHONE)


def test_names_and_numbers_are_nowhere_in_the_open(living):
    enrolled(living)
    with psycopg.connect(living.store.conninfo) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        rows = "".join(str(connection.execute(f"SELECT t::text FROM {name} t").fetchall()) for (name,) in tables if "migration" not in name)
    for secret in ("王小明", IDENTITY["id_number"], PHONE[3:]):
        assert secret not in rows
        assert secret.encode().hex() not in rows


def test_a_child_is_shown_by_its_guardian(living):
    own, child = enrolled(living), child_added(living)
    assert (child.place, child.confirmed, child.masked_name) == (1, True, "王**")
    (fact,) = looking.own_data(living, child.person_id)["facts"]["guardianship"]
    assert fact["guardian_person_id"] == own.person_id


def test_a_child_needs_a_guardian_and_an_adult_is_none(living):
    with pytest.raises(RefusedError, match="own code first"):
        child_added(living)
    enrolled(living)
    with pytest.raises(BadAnswerError, match="under 18"):
        child_added(living, number=ADULT)


def test_a_stranger_who_knows_a_childs_number_gets_nothing_of_it(living, database):
    enrolled(living)
    child = child_added(living)
    enrolled(living, OTHER_PHONE, number=ADULT)
    asked, index = child_added(living, OTHER_PHONE, full_name="冒名者"), living.vault.phone_index(OTHER_PHONE)
    assert (asked.person_id, asked.confirmed, asked.masked_name) == (child.person_id, False, members.UNNAMED)
    with pytest.raises(RefusedError):
        members.member_at(living, index, asked.place)
    kept = looking.own_data(living, child.person_id)
    assert kept["identity"]["full_name"] == IDENTITY["full_name"]
    assert {name: len(rows) for name, rows in kept["facts"].items()} == dict.fromkeys(kept["facts"], 1)
    assert may_answer(living, OTHER_PHONE) == []
    (request,) = may_answer(living, PHONE)
    with pytest.raises(RefusedError):
        answer(living, OTHER_PHONE, request)
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM facts.guardianship").fetchone() == (1,)


def test_a_second_guardian_is_one_once_the_first_agrees(living, clock):
    enrolled(living)
    child, second = child_added(living), enrolled(living, OTHER_PHONE, number=ADULT)
    clock.forward(minutes=1)
    asked = child_added(living, OTHER_PHONE)
    (request,) = may_answer(living, PHONE)
    answer(living, PHONE, request, place=child.place)
    assert members.member_at(living, living.vault.phone_index(OTHER_PHONE), asked.place).masked_name == child.masked_name
    guardians = [fact["guardian_person_id"] for fact in looking.own_data(living, child.person_id)["facts"]["guardianship"]]
    assert second.person_id in guardians
    assert len(guardians) == 2


def test_a_request_for_a_child_that_is_refused_makes_nobody_a_guardian(living):
    enrolled(living)
    child, _ = child_added(living), enrolled(living, OTHER_PHONE, number=ADULT)
    child_added(living, OTHER_PHONE)
    answer(living, PHONE, may_answer(living, PHONE)[0], place=child.place, agreed=False)
    assert len(members.members_of(living, living.vault.phone_index(OTHER_PHONE))) == 1
    assert len(looking.own_data(living, child.person_id)["facts"]["guardianship"]) == 1


def test_a_child_in_somebodys_care_is_on_no_strangers_phone_as_its_own_either(living):
    enrolled(living)
    child_added(living)
    with pytest.raises(RefusedError, match="service point"):
        enrolled(living, OTHER_PHONE, number=child_number())


def test_a_child_that_was_enrolled_on_paper_is_asked_for_too(living):
    paper_enrolled(living)
    enrolled(living)
    assert not child_added(living).confirmed


def test_a_guardian_who_took_a_child_off_puts_it_back_without_asking(living, clock):
    enrolled(living)
    members.end_membership(living, child_added(living), living.vault.phone_index(PHONE))
    clock.forward(minutes=1)
    assert child_added(living).confirmed


def test_whoever_applies_again_within_the_year_is_still_there_when_the_first_month_ends(living, tmp_path, clock):
    VaultFolder.make(tmp_path / "vault")
    with VaultProcess(tmp_path / "vault") as process, process.client() as vault:
        applied_again(replace(living, vault=vault), clock)


def applied_again(living, clock):
    member, child, index = enrolled(living), child_added(living), living.vault.phone_index(PHONE)
    clock.forward(days=90)
    make_room(living.store, clock().date())
    renew_at_set_up(living.store, living.policy, first="officer-1", second="officer-2", at=clock())
    assert enrolled(living).place == member.place
    assert child_added(living).place == child.place
    clock.at = end_of("register", NOON.date().replace(day=1))
    make_room(living.store, clock().date())
    for ending in due(living.store, clock()):
        if (ending.retention, ending.period) == ("register", "2020-02"):
            end(living.store, living.vault, ending, Event(actor="a", role="system", purpose="p", action="end"), at=clock())
    assert [each.masked_name for each in members.members_of(living, index)] == ["王**", "王**"]
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM identities.identity").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM facts.guardianship").fetchone() == (1,)


def paper_enrolled(living):
    officer = Principal(subject="officer-1", roles=frozenset({Role.OFFICER}), region_codes=frozenset({"330100"}), second_factor=True)
    papers.enrol_without_phone(living, officer, IDENTITY, document("resident_id", child_number(), on=NOON.date()), HEALTHY)


def test_an_adult_is_shown_only_after_confirming_on_their_own_phone(living):
    enrolled(living)
    other = enrolled(living, OTHER_PHONE, number=ADULT)
    index = living.vault.phone_index(PHONE)
    family.ask(living, index, other.person_id, "spouse")
    asked = members.members_of(living, index)[1]
    assert (asked.confirmed, asked.masked_name) == (False, members.UNNAMED)
    with pytest.raises(RefusedError):
        members.member_at(living, index, 1)
    (request,) = may_answer(living, OTHER_PHONE)
    with pytest.raises(RefusedError):
        answer(living, PHONE, request)
    answer(living, OTHER_PHONE, request)
    assert members.member_at(living, index, 1).masked_name == other.masked_name


def test_every_step_is_in_the_persons_own_list(living):
    member = enrolled(living)
    looking.own_code(living, member.person_id)
    looks = looking.who_looked(living, member.person_id, own=True)
    assert [look.action for look in looks] == ["see_own_log", "see_own_code", "enrol"]


def test_a_strangers_look_is_found_however_often_one_opened_ones_own_code(living, clock):
    member = enrolled(living)
    with living.store.transaction(Event(actor="d", role="doctor", purpose="p", action="looked", person_id=member.person_id), at=clock()):
        pass
    with living.store.pool.connection() as connection:
        connection.execute(
            "INSERT INTO audit.event (event_id, at, actor, role, purpose, action, details, person_id) "
            "SELECT gen_random_uuid(), %s + make_interval(secs => n / 2), 'citizen', 'citizen', 'p', 'see_own_code', '{}', %s "
            "FROM generate_series(1, 401) AS n",
            [clock(), member.person_id],
        )
    clock.forward(hours=1)
    assert [look.action for look in looking.who_looked(living, member.person_id)] == ["looked"]
    assert len(looking.own_data(living, member.person_id)["looks"]) > 402
    pages, before = [], None
    while page := looking.who_looked(living, member.person_id, own=True, before=before):
        pages, before = pages + page, page[-1].at
    assert sum(look.action == "see_own_code" for look in pages) == 401


def test_what_is_kept_can_be_taken_home(living):
    member = enrolled(living)
    kept = looking.own_data(living, member.person_id)
    assert kept["identity"]["full_name"] == "王小明"
    assert set(kept["facts"]) == {"enrolment", "residence", "health_declaration", "consent"}


def test_a_phone_shows_a_code_that_a_gate_takes(living, clock):
    member, phone = enrolled(living), PrivateKey.make()
    issued = issuing.issue_day(living, member, point(phone.public))
    trust = living.signing.ring.trust_list(at=clock())
    shown = phone_signing.show(issued.text, at=clock(), by=phone)
    verdict = verify(shown, trust=trust, changes=None, at=clock(), seen=Seen())
    assert (verdict.outcome, verdict.passes, verdict.credential.masked_name) == (Outcome.COLOUR, True, "王**")
    clock.forward(days=1)
    late = phone_signing.show(issued.text, at=clock(), by=phone)
    assert verify(late, trust=trust, changes=None, at=clock(), seen=Seen()).outcome is Outcome.EXPIRED


def test_a_key_that_is_none_is_not_signed_for(living):
    with pytest.raises(BadAnswerError):
        issuing.issue_day(living, enrolled(living), bytes(65))


def test_somebody_without_papers_is_given_a_number(living):
    shown = document("none", "", on=NOON.date())
    assert shown.number.startswith("F")
    assert document("none", shown.number, on=NOON.date()) == shown


@pytest.mark.parametrize(
    ("id_type", "number"), [("resident_id", "11010519491231002Y"), ("resident_id", ""), ("passport", "a"), ("pass", "E12345678")]
)
def test_a_document_that_cannot_be_is_refused(id_type, number):
    with pytest.raises(BadAnswerError):
        document(id_type, number, on=NOON.date())


@pytest.mark.parametrize(("typed", "read"), [("３６，５", 36.5), ("3_6.5", None), ("٣٦.٥", None)])
def test_a_temperature_is_read_as_people_write_one(typed, read):
    question = next(each for each in questionnaire("check_in").questions if each.key == "temperature_c")
    if read is None:
        with pytest.raises(ValueError, match="34"):
            question.read([typed], on=NOON.date(), near="330100")
    else:
        assert question.read([typed], on=NOON.date(), near="330100") == read


def test_every_problem_of_a_form_is_named_at_once():
    with pytest.raises(BadAnswerError) as refused:
        questionnaire("declaration").read({"temperature_c": ["99"], "contacted_case": ["perhaps"]}, on=NOON.date(), near="330100")
    assert set(refused.value.problems) == {"temperature_c", "contacted_case", "stayed_in_key_area", "consent"}


def test_every_wrong_field_of_an_application_is_named_at_once(living):
    wrong = {"full_name": [""], "id_type": ["resident_id"], "id_number": ["110105194912310021"], "temperature_c": ["99"]}
    mine = come_in(living).phone_index
    with pytest.raises(BadAnswerError) as own:
        applying.apply(living, wrong, relation="self", phone="13800000009", phone_index=mine)
    with pytest.raises(BadAnswerError) as child:
        applying.apply(living, wrong | {"id_number": [ADULT]}, relation="child", phone="", phone_index=mine)
    both = {"full_name", "home", "id_number", "temperature_c", "contacted_case", "stayed_in_key_area", "consent"}
    assert set(own.value.problems) == both | {"phone"}
    assert set(child.value.problems) == both
    assert "逐位核对" in own.value.problems["id_number"].zh
    assert "18 岁" in child.value.problems["id_number"].zh


def child_number(born="20150505"):
    weights, digits = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), f"330106{born}002"
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


@pytest.mark.parametrize(
    ("said", "meant"), [("西湖区", "330106"), ("南昌市西湖区", "360103"), ("浙江省 杭州市 西湖区", "330106"), ("420100", "420100")]
)
def test_a_place_is_found_by_what_people_call_it(said, meant):
    assert region_called(said, NOON.date(), near="330100") == meant


@pytest.mark.parametrize("said", ["西湖", "某某县", "000000", "鼓楼区"])
def test_a_place_that_is_none_or_could_be_several_is_refused(said):
    with pytest.raises(ValueError, match=r"."):
        region_called(said, NOON.date(), near="330100")


@pytest.mark.parametrize("name", ["<b>x</b>", "😀", "\u0301\u0302", "2020", "-", "王;小明"])
def test_what_is_no_name_is_refused(living, name):
    with pytest.raises(BadAnswerError) as bad:
        living.read("identity", {key: [value] for key, value in IDENTITY.items()} | {"full_name": [name]})
    assert bad.value.problems.keys() == {"full_name"}


@pytest.mark.parametrize("name", ["阿依古丽·买买提", "O’Brien", "José Ángel", "Nguyễn Thị Minh", "གཙང་མ".replace("་", " "), "𠮷田"])
def test_names_of_every_script_are_taken(living, name):
    given = {key: [value] for key, value in IDENTITY.items()} | {"full_name": [name]}
    assert living.read("identity", given)["full_name"] == name


def test_two_answers_to_a_question_that_takes_one_are_refused_and_the_same_twice_is_one(living):
    given = {key: [value] for key, value in as_typed(**HEALTHY).items()}
    for key, answers in {"contacted_case": ["no", "yes"], "stayed_in_key_area": ["no", "yes"], "temperature_c": ["36.5", "39"]}.items():
        with pytest.raises(BadAnswerError) as bad:
            living.read("declaration", given | {key: answers})
        assert bad.value.problems.keys() == {key}
    assert living.read("declaration", given | {"contacted_case": ["no", "no"], "symptoms": ["fever", "cough"]})["symptoms"] == "cough,fever"


def test_nobody_declares_or_checks_in_without_end(living, clock, monkeypatch):
    monkeypatch.setattr(declaring, "MOST_A_DAY", 3)
    person = enrolled(living).person_id
    for say in (declaring.declare, declaring.check_in):
        for _ in range(2):
            say(living, person, HEALTHY)
    declaring.check_in(living, person, HEALTHY)
    for say in (declaring.declare, declaring.check_in):
        with pytest.raises(TooManyError):
            say(living, person, HEALTHY)
    clock.forward(days=1)
    declaring.declare(living, person, HEALTHY)
    declaring.check_in(living, person, HEALTHY)


def test_many_reasons_are_asked_about_at_once(living, monkeypatch):
    asked, ask = [], PersonTables.facts_called
    monkeypatch.setattr(PersonTables, "facts_called", lambda tables, fact_ids: asked.append(fact_ids) or ask(tables, fact_ids))
    person = enrolled(living, contacted_case="yes").person_id
    for _ in range(2):
        declaring.declare(living, person, HEALTHY | {"contacted_case": "yes"})
    reasons = looking.own_code(living, person).reasons
    assert len({reason.because[0].values["fact_id"] for reason in reasons}) == 3
    assert len(asked) == 1
