"""Applying, declaring and checking in: the code is there in the same transaction, and everything that must be with it."""

from uuid import UUID

import psycopg
import pytest

from fangxian.engine.person_tables import PersonTables
from fangxian.policy.colour import Colour
from fangxian.services import declaring, issuing, looking, members
from fangxian.services.documents import document
from fangxian.services.questionnaire import questionnaire, region_called
from fangxian.services.refusals import BadAnswerError, RefusedError, TooManyError
from fangxian.signed import phone as phone_signing
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.seen import Seen
from fangxian.signed.verdict import Outcome
from fangxian.signed.verify import verify

from .conftest import HEALTHY, IDENTITY, NOON, PHONE, come_in

OTHER_PHONE = "+8613800000002"


def enrolled(living, phone=PHONE, *, number=IDENTITY["id_number"], relation="self", guardian=None, **answers):
    shown = document("resident_id", number, on=NOON.date())
    session = come_in(living, phone)
    who = {"phone_index": session.phone_index, "phone": phone, "relation": relation, "guardian_person_id": guardian}
    place = declaring.enrol(living, IDENTITY, shown, HEALTHY | answers, **who)
    return members.member_at(living, session.phone_index, place)


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
    own = enrolled(living)
    session = come_in_again(living)
    shown = document("resident_id", child_number(), on=NOON.date())
    place = declaring.enrol(
        living, IDENTITY, shown, HEALTHY, phone_index=session.phone_index, phone="", relation="child", guardian_person_id=own.person_id
    )
    assert place == 1
    assert [member.relation for member in members.members_of(living, session.phone_index)] == ["self", "child"]


def test_an_adult_is_shown_only_after_confirming_on_their_own_phone(living):
    own = enrolled(living)
    other = enrolled(living, OTHER_PHONE, number="440524188001010014")
    index, other_index = living.vault.phone_index(PHONE), living.vault.phone_index(OTHER_PHONE)
    members.ask_adult(living, index, other.person_id, "spouse")
    asked = members.members_of(living, index)[1]
    assert (asked.confirmed, asked.masked_name) == (False, members.UNNAMED)
    with pytest.raises(RefusedError):
        members.member_at(living, index, 1)
    (request,) = members.requests_to(living, other.person_id)
    with pytest.raises(RefusedError):
        members.answer_request(living, own, UUID(request["request"]), agreed=True)
    members.answer_request(living, members.member_at(living, other_index, 0), UUID(request["request"]), agreed=True)
    assert members.member_at(living, index, 1).masked_name == other.masked_name


def test_every_step_is_in_the_persons_own_list(living):
    member = enrolled(living)
    looking.own_code(living, member.person_id)
    assert [look.action for look in looking.who_looked(living, member.person_id)] == ["see_own_log", "see_own_code", "enrol"]


def test_what_is_kept_can_be_taken_home(living):
    member = enrolled(living)
    kept = looking.own_data(living, member.person_id)
    assert kept["identity"]["full_name"] == "王小明"
    assert set(kept["facts"]) == {"enrolment", "residence", "health_declaration", "consent"}


def test_a_phone_shows_a_code_that_a_gate_takes(living, clock):
    member, phone = enrolled(living), PrivateKey.make()
    issued = issuing.issue_day(living, member, point(phone.public))
    trust = living.signing.folder.trust_list(at=clock())
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


def test_every_problem_of_a_form_is_named_at_once():
    with pytest.raises(BadAnswerError) as refused:
        questionnaire("declaration").read({"temperature_c": ["99"], "contacted_case": ["perhaps"]}, on=NOON.date(), near="330100")
    assert set(refused.value.problems) == {"temperature_c", "contacted_case", "stayed_in_key_area", "consent"}


def come_in_again(living):
    living.clock.forward(minutes=2)
    return come_in(living)


def child_number():
    weights, digits = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "33010620150505002"
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
