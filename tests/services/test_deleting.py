"""Deleting one's data: what may go goes at once, what stays is named, and nobody deletes for another adult."""

import orjson
import psycopg
import pytest

from fangxian.exchange.checking import check_code
from fangxian.facts import Text
from fangxian.services import (
    accounts,
    answering,
    appeal_words,
    arriving,
    consenting,
    declaring,
    deleting,
    family,
    issuing,
    looking,
    members,
)
from fangxian.services.refusals import RefusedError
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.phone import show
from fangxian.signed.verdict import Outcome
from fangxian.work.appeal import AppealState, Ground
from fangxian.work.appealing import open_appeal
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

from .conftest import HEALTHY, IDENTITY, NOON, PHONE, come_in
from .test_arriving import wall
from .test_declaring import ADULT, OTHER_PHONE, answer, child_added, enrolled, may_answer
from .test_lapse import rows
from .test_papers import verdict


def kept(database, person_id):
    asked = {
        "identity": "SELECT count(*) FROM identities.identity WHERE person_id = %s",
        "phone": "SELECT count(*) FROM identities.phone WHERE person_id = %s",
        "named": "SELECT count(*) FROM account.member WHERE person_id = %s AND (ended_at IS NULL OR masked_name IS NOT NULL)",
        "tokens": "SELECT count(*) FROM code.token WHERE person_id = %s AND revoked_at IS NULL",
        "declarations": "SELECT count(*) FROM facts.health_declaration WHERE person_id = %s",
        "withdrawn": "SELECT count(*) FROM facts.withdrawal WHERE person_id = %s AND fact_type IN ('consent', 'enrolment')",
    }
    with psycopg.connect(database) as connection:
        return {name: connection.execute(query, [person_id]).fetchone()[0] for name, query in asked.items()}


def test_who_somebody_is_goes_at_once_and_the_code_with_it(living, database):
    member = enrolled(living, symptoms="fever")
    issuing.issue_day(living, member, point(PrivateKey.make().public))
    before = kept(database, member.person_id)
    assert before == {"identity": 1, "phone": 1, "named": 1, "tokens": 1, "declarations": 1, "withdrawn": 0}
    deleting.delete(living, member)
    assert kept(database, member.person_id) == dict.fromkeys(before, 0) | {"declarations": 1, "withdrawn": 2}
    with pytest.raises(RefusedError):
        members.member_at(living, living.vault.phone_index(PHONE), 0)


def test_the_next_holder_of_the_number_finds_nobody_on_it(living, database):
    session = come_in(living)
    own = enrolled_with(living, session)
    child = child_added(living)
    deleting.delete(living, own)
    assert members.members_of(living, session.phone_index) == ()
    assert kept(database, child.person_id)["identity"] == 1
    living.clock.forward(minutes=2)
    stranger = enrolled(living, number=ADULT)
    assert [each.person_id for each in members.members_of(living, session.phone_index)] == [stranger.person_id]
    with pytest.raises(RefusedError):
        issuing.issue_day(living, child, point(PrivateKey.make().public))


def test_a_childs_data_go_and_the_guardian_stays_on_the_phone(living):
    enrolled(living)
    child = child_added(living)
    deleting.delete(living, child)
    assert [each.place for each in members.members_of(living, living.vault.phone_index(PHONE))] == [0]


def test_nobody_deletes_by_a_page_from_before_the_place_ended(living, database):
    member = enrolled(living)
    deleting.delete(living, member)
    before = kept(database, member.person_id)
    with pytest.raises(RefusedError):
        deleting.delete(living, member)
    assert kept(database, member.person_id) == before


SAID = {
    "declaration": lambda living, member: declaring.declare(living, member.person_id, HEALTHY, acting=member.acting),
    "check-in": lambda living, member: declaring.check_in(living, member.person_id, HEALTHY, acting=member.acting),
    "trip": lambda living, member: declaring.declare_trip(living, member.person_id, {"travelled_on": NOON.date()}),
    "consent": lambda living, member: consenting.give_consent(living, member.person_id, "91330106MA00000003"),
    "visit": lambda living, member: arriving.arrive(living, member, wall(living)),
}


@pytest.mark.parametrize("what", SAID)
def test_nothing_is_recorded_of_whoever_deleted_between_the_page_and_what_they_said(living, database, what):
    member = enrolled(living)
    deleting.delete(living, member)
    before = rows(database)
    with pytest.raises(RefusedError, match="nobody at this place"):
        SAID[what](living, member)
    assert rows(database) == before


def test_whoever_deletes_is_logged_out_and_may_apply_again(living):
    session = come_in(living)
    member = enrolled_with(living, session)
    deleting.delete(living, member)
    assert accounts.session_of(living, session.secret) is None
    living.clock.forward(minutes=2)
    assert enrolled(living).person_id == member.person_id


def test_whoever_deletes_and_applies_again_the_same_day_passes_and_the_code_before_does_not(living, clock):
    phone = PrivateKey.make()
    member = enrolled(living)
    before = issuing.issue_day(living, member, point(phone.public)).text
    deleting.delete(living, member)
    clock.forward(minutes=2)
    now = issuing.issue_day(living, enrolled(living), point(phone.public)).text
    clock.forward(seconds=1)
    for text, outcome in ((before, Outcome.REVOKED), (now, Outcome.COLOUR)):
        shown = show(text, at=clock(), by=phone)
        assert verdict(living, shown, at=clock()).outcome is outcome
        assert check_code(living, shown, gate="gate-1").outcome is outcome


def enrolled_with(living, session):
    from fangxian.services.documents import document

    shown = document("resident_id", IDENTITY["id_number"], on=NOON.date())
    declaring.enrol(living, IDENTITY, shown, HEALTHY, phone_index=session.phone_index, phone=PHONE)
    return members.member_at(living, session.phone_index, 0)


def test_what_stays_is_said_with_its_end_and_the_reason(living):
    member = enrolled(living)
    stays = deleting.what_stays(living, member.person_id)
    assert [each.facts for each in stays] == [1, 3]
    assert all(each.until > living.clock() and isinstance(each.why, Text) for each in stays)
    assert looking.who_looked(living, member.person_id, own=True)[1].action == "see_what_stays"


def disputed(living, member):
    """Have somebody dispute their declaration in words, and return it."""
    with living.store.pool.connection() as connection:
        (fact_id,) = connection.execute("SELECT fact_id FROM facts.health_declaration WHERE person_id = %s", [member.person_id]).fetchone()
    at = living.clock()
    return open_appeal(
        living.store,
        Principal(subject="citizen", roles=frozenset({Role.CITIZEN}), person_ids=frozenset({member.person_id})),
        person_id=member.person_id,
        fact_type="health_declaration",
        fact_id=fact_id,
        ground=Ground.WRONG_FACT,
        words="体温计坏了。",
        seal=appeal_words.sealing(living, member.person_id, appeal_words.SAID, at=at),
        policy=living.policy,
        at=at,
    )


OFFICE = Principal(subject="office-1", roles=frozenset({Role.APPEAL_OFFICER}), region_codes=frozenset({"330100"}), second_factor=True)


def test_an_open_appeal_is_taken_back_and_nobody_reads_its_words_any_more(living):
    member = enrolled(living, symptoms="fever")
    disputed(living, member)
    ((reference, _),) = answering.waiting_appeals(living, OFFICE)
    assert answering.open_one(living, OFFICE, reference).words == "体温计坏了。"
    assert any("Appeals" in each.why.en for each in deleting.what_stays(living, member.person_id))
    deleting.delete(living, member)
    assert answering.waiting_appeals(living, OFFICE) == []
    with pytest.raises(RefusedError, match="taken back"):
        answering.open_one(living, OFFICE, reference)


def test_appeals_colours_and_the_phone_are_among_what_is_taken_home(living):
    member = enrolled(living, symptoms="fever")
    disputed(living, member)
    ((reference, _),) = answering.waiting_appeals(living, OFFICE)
    answering.answer(living, OFFICE, reference, AppealState.UPHELD, "已核实。")
    kept = looking.own_data(living, member.person_id)
    assert kept["identity"]["phone"] == PHONE
    (appeal,) = kept["appeals"]
    assert (appeal["words"], appeal["answer"], appeal["state"]) == ("体温计坏了。", "已核实。", "upheld")
    assert {(each["colour"], each["replaced_at"]) for each in kept["colours"]} == {("yellow", living.clock())}
    assert any("colours" in each.why.en for each in deleting.what_stays(living, member.person_id))
    orjson.dumps(kept)


def test_a_guardian_deletes_for_a_child_and_nobody_for_another_adult(living, database):
    own, other = enrolled(living), enrolled(living, OTHER_PHONE, number=ADULT)
    child, index = child_added(living), living.vault.phone_index(PHONE)
    family.ask(living, index, other.person_id, "parent")
    answer(living, OTHER_PHONE, may_answer(living, OTHER_PHONE)[0])
    with pytest.raises(RefusedError):
        deleting.delete(living, members.member_at(living, index, 2))
    deleting.delete(living, child)
    assert kept(database, child.person_id)["identity"] == 0
    assert kept(database, other.person_id)["identity"] == kept(database, own.person_id)["identity"] == 1


def test_whoever_asks_for_a_child_deletes_nothing_of_it(living, database):
    enrolled(living)
    child, _ = child_added(living), enrolled(living, OTHER_PHONE, number=ADULT)
    asked = child_added(living, OTHER_PHONE)
    with pytest.raises(RefusedError):
        deleting.delete(living, asked)
    assert kept(database, child.person_id)["identity"] == 1
