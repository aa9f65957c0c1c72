"""A child whom agencies know is on nobody's phone by its number alone: its guardian is asked, or a service point sees its document."""

from datetime import date, timedelta

import pytest

from fangxian.facts import Diagnosis, Guardianship, Residence, Withdrawal
from fangxian.services import declaring, looking, members, releasing
from fangxian.services.acting import Acting
from fangxian.services.documents import document
from fangxian.services.refusals import RefusedError
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import record
from fangxian.store.store import Event

from .conftest import HEALTHY, IDENTITY, NOON, PHONE, come_in
from .test_declaring import ADULT, OTHER_PHONE, answer, child_added, child_number, enrolled, may_answer
from .test_papers import OFFICER

DAY = timedelta(days=1)


def person_of(living, number):
    shown = document("resident_id", number, on=NOON.date())
    return living.vault.person_id(shown.id_type, shown.number)


def said(living, of_type, number=None, **values):
    """Record a fact that an agency says about a child, and return it."""
    event = Event(actor="test", role="source", purpose="test", action="deliver", person_id=person_of(living, number or child_number()))
    fact = new_fact(of_type, event, source="test-agency", known_at=living.clock(), from_at=living.clock() - DAY, **values)
    record(living.store, {of_type: [fact]}, event, policies=[living.policy], at=living.clock())
    return fact


def registered_guardian(living, number, **values):
    return said(living, Guardianship, guardian_person_id=person_of(living, number), relation="parent", **values)


def test_a_stranger_asks_the_guardian_whom_a_register_names_and_sees_nothing(living, clock):
    said(living, Diagnosis, status="confirmed")
    registered_guardian(living, ADULT)
    enrolled(living)
    assert not child_added(living).confirmed
    with pytest.raises(RefusedError):
        members.member_at(living, living.vault.phone_index(PHONE), 1)
    enrolled(living, OTHER_PHONE, number=ADULT)
    clock.forward(minutes=1)
    mine = child_added(living, OTHER_PHONE)
    assert (mine.confirmed, mine.acting) == (True, Acting.GUARDIAN)
    (request,) = may_answer(living, OTHER_PHONE)
    answer(living, OTHER_PHONE, request, place=mine.place, agreed=False)
    assert len(members.members_of(living, living.vault.phone_index(PHONE))) == 1


def test_a_child_about_whom_something_is_known_and_who_has_no_guardian_is_brought_to_a_service_point(living, clock):
    said(living, Diagnosis, status="confirmed")
    enrolled(living)
    for add in (child_added, lambda living: enrolled(living, OTHER_PHONE, number=child_number())):
        with pytest.raises(RefusedError, match="service point"):
            add(living)
    releasing.release(living, OFFICER, id_type="resident_id", id_number=child_number())
    clock.forward(hours=23)
    assert child_added(living).confirmed


def test_a_release_lets_a_child_be_entered_for_a_day(living, clock):
    said(living, Diagnosis, status="confirmed")
    enrolled(living)
    releasing.release(living, OFFICER, id_type="resident_id", id_number=child_number())
    clock.forward(days=1)
    with pytest.raises(RefusedError, match="service point"):
        child_added(living)


def test_what_was_taken_back_keeps_a_stranger_away_too(living):
    enrolled(living)
    wrong = said(living, Diagnosis, status="confirmed")
    said(living, Withdrawal, fact_type="diagnosis", withdrawn_fact_id=wrong["fact_id"], reason="wrong_person")
    with pytest.raises(RefusedError, match="service point"):
        child_added(living)


def test_a_guardian_of_former_times_is_no_strangers_to_see(living):
    enrolled(living)
    registered_guardian(living, ADULT, until_at=living.clock() - DAY / 2)
    with pytest.raises(RefusedError, match="service point"):
        child_added(living)


def test_what_registers_know_about_everybody_keeps_no_child_from_a_phone(living):
    said(living, Residence, region_code="330106")
    enrolled(living)
    assert child_added(living).confirmed


def test_a_childs_document_is_nobodys_own_while_anybody_knows_it_here(living, clock):
    enrolled(living)
    child = child_added(living)
    members.end_membership(living, child, living.vault.phone_index(PHONE))
    with pytest.raises(RefusedError, match="service point"):
        enrolled(living, OTHER_PHONE, number=child_number())
    releasing.release(living, OFFICER, id_type="resident_id", id_number=child_number())
    clock.forward(minutes=1)
    own = enrolled(living, OTHER_PHONE, number=child_number())
    assert enrolled_again(living, clock).person_id == own.person_id


SOON = child_number("20020226")
"""A child who is eighteen on 26 February 2020, which begins 36 hours after noon of the 24th."""


def acting_at(living, phone, place=1):
    return members.member_at(living, living.vault.phone_index(phone), place).acting


@pytest.mark.parametrize("registered", [False, True], ids=["by phone alone", "by a register without an end too"])
def test_a_guardian_is_one_until_the_child_is_eighteen_and_family_from_then_on(living, clock, registered):
    parent = enrolled(living)
    if registered:
        said(living, Guardianship, SOON, guardian_person_id=parent.person_id, relation="parent")
    child_added(living, number=SOON)
    clock.forward(hours=36, microseconds=-1)
    assert acting_at(living, PHONE) is Acting.GUARDIAN
    clock.forward(microseconds=1)
    assert acting_at(living, PHONE) is Acting.FAMILY
    secret = come_in(living).secret
    (grown,) = members.members_in(living, [(secret, 1)])
    assert grown.acting is Acting.FAMILY


def test_a_guardian_who_was_agreed_to_is_one_until_then_too(living, clock):
    enrolled(living)
    child_added(living, number=SOON)
    enrolled(living, OTHER_PHONE, number=ADULT)
    clock.forward(minutes=1)
    child_added(living, OTHER_PHONE, number=SOON)
    answer(living, PHONE, may_answer(living, PHONE)[0], place=1)
    assert acting_at(living, OTHER_PHONE) is Acting.GUARDIAN
    clock.forward(hours=36)
    assert acting_at(living, OTHER_PHONE) is Acting.FAMILY


def test_whoever_is_eighteen_has_a_phone_of_their_own_and_takes_back_that_a_parents_shows_their_code(living, clock):
    enrolled(living)
    child = child_added(living, number=SOON)
    clock.forward(hours=36)
    own = grown_up(living)
    assert (own.person_id, own.acting) == (child.person_id, Acting.PERSON)
    (request,) = may_answer(living, OTHER_PHONE)
    answer(living, OTHER_PHONE, request, agreed=False)
    with pytest.raises(RefusedError):
        members.member_at(living, living.vault.phone_index(PHONE), 1)


def grown_up(living):
    """Let whoever came of age apply with a phone of their own, and return them as it has them."""
    session, shown = come_in(living, OTHER_PHONE), document("resident_id", SOON, on=living.today(living.clock()))
    declaring.enrol(living, IDENTITY, shown, HEALTHY, phone_index=session.phone_index, phone=OTHER_PHONE)
    return members.member_at(living, session.phone_index, members.OWN)


@pytest.mark.parametrize(
    ("born", "of_age_on"), [("20020226", date(2020, 2, 26)), ("20040229", date(2022, 3, 1)), ("19960229", date(2014, 3, 1))]
)
def test_a_document_shows_the_day_of_coming_of_age(born, of_age_on):
    shown = document("resident_id", child_number(born), on=NOON.date())
    assert shown.of_age_on == of_age_on
    assert (shown.is_of_a_child(of_age_on - DAY), shown.is_of_a_child(of_age_on)) == (True, False)


def enrolled_again(living, clock):
    clock.forward(minutes=2)
    return enrolled(living, OTHER_PHONE, number=child_number())


def test_a_childs_data_names_its_registered_guardian_alone(living):
    registered_guardian(living, ADULT)
    enrolled(living, OTHER_PHONE, number=ADULT)
    child = child_added(living, OTHER_PHONE)
    guardians = {fact["guardian_person_id"] for fact in looking.own_data(living, child.person_id)["facts"]["guardianship"]}
    assert guardians == {person_of(living, ADULT)}
