"""Whoever agreed that another phone shows their code is shown there and nothing else, sees what it does, and can take it back."""

import pytest

from fangxian.policy.colour import Colour
from fangxian.services import declaring, deleting, family, issuing, looking, members, papers
from fangxian.services.acting import Acting, may
from fangxian.services.arriving import arrive
from fangxian.services.refusals import RefusedError
from fangxian.signed.keys import PrivateKey, point
from fangxian.work.roles import Action

from .conftest import HEALTHY, PHONE
from .test_arriving import wall
from .test_declaring import ADULT, OTHER_PHONE, answer, child_added, enrolled, may_answer

KEY = point(PrivateKey.make().public)


def shown(living, **answers):
    """Return somebody on their own phone, and as the phone has them that they let show their code."""
    enrolled(living)
    own, index = enrolled(living, OTHER_PHONE, number=ADULT, **answers), living.vault.phone_index(PHONE)
    family.ask(living, index, own.person_id, "spouse")
    answer(living, OTHER_PHONE, may_answer(living, OTHER_PHONE)[0])
    return own, members.member_at(living, index, 1)


def actors(living, person_id, action):
    with living.store.pool.connection() as connection:
        return [
            row[0] for row in connection.execute("SELECT actor FROM audit.event WHERE person_id = %s AND action = %s", [person_id, action])
        ]


def test_family_sees_and_shows_the_code_and_is_told_no_reasons(living):
    own, theirs = shown(living, symptoms="fever", temperature_c=38.6)
    assert (own.acting, theirs.acting) == (Acting.PERSON, Acting.FAMILY)
    mine, seen = (looking.own_code(living, each.person_id, acting=each.acting) for each in (own, theirs))
    assert (seen.colour, seen.changes, seen.reasons, seen.coming) == (Colour.YELLOW, mine.changes, (), ())
    assert mine.reasons
    assert issuing.issue_day(living, theirs, KEY).colour is Colour.YELLOW
    assert arrive(living, theirs, wall(living)).colour is Colour.YELLOW


def test_family_may_show_a_code_and_check_in_at_places_and_nothing_else():
    assert {action for action in Action if may(Acting.FAMILY, action)} == {Action.SEE_OWN_CODE, Action.CHECK_IN_AT_PLACE}
    assert all(may(acting, action) for acting in (Acting.PERSON, Acting.GUARDIAN) for action in Action)


def test_a_relation_that_somebody_chose_makes_nobody_a_guardian(living):
    enrolled(living)
    other, index = enrolled(living, OTHER_PHONE, number=ADULT), living.vault.phone_index(PHONE)
    family.ask(living, index, other.person_id, "child")
    answer(living, OTHER_PHONE, may_answer(living, OTHER_PHONE)[0])
    theirs = members.member_at(living, index, 1)
    assert theirs.acting is Acting.FAMILY
    with pytest.raises(RefusedError, match="shows their code"):
        deleting.delete(living, theirs)


def test_what_family_does_stands_among_what_others_did(living):
    own, theirs = shown(living)
    looking.own_code(living, own.person_id)
    looking.own_code(living, theirs.person_id, acting=theirs.acting)
    issuing.issue_days(living, [(own, KEY), (theirs, KEY)])
    arrive(living, theirs, wall(living))
    others = [(look.role, look.action) for look in looking.who_looked(living, own.person_id)]
    assert sorted(others) == sorted(("family", action) for action in ("family_asked", "see_own_code", "code_issued", "checked_in_at_place"))
    assert {look.role for look in looking.who_looked(living, own.person_id, own=True)} == {"citizen"}
    assert {look["role"] for look in looking.own_data(living, own.person_id)["looks"]} == {"citizen", "family"}
    assert sorted(actors(living, own.person_id, "code_issued")) == ["citizen", "family"]


def test_what_a_guardian_does_is_others_doing_to_the_child_when_it_is_grown(living):
    enrolled(living)
    child = child_added(living)
    assert child.acting is Acting.GUARDIAN
    declaring.declare(living, child.person_id, HEALTHY, acting=child.acting)
    papers.paper_of_member(living, child)
    by_guardian = [look.action for look in looking.who_looked(living, child.person_id, own=True, acting=Acting.GUARDIAN)]
    assert {"declare", "paper_issued"} <= set(by_guardian)
    grown = [(look.role, look.action) for look in looking.who_looked(living, child.person_id)]
    assert {("guardian", "declare"), ("guardian", "paper_issued"), ("family", "child_applied_for")} <= set(grown)


def test_whoever_let_a_phone_show_their_code_sees_it_and_takes_it_back(living):
    own, theirs = shown(living)
    index = living.vault.phone_index(OTHER_PHONE)
    (let,) = family.requests_to(living, index)
    assert (let.agreed, let.place, let.relation, let.asked_by) == (True, 0, "spouse", "王**")
    with pytest.raises(RefusedError):
        family.answer_request(living, own, let.request, agreed=True)
    family.answer_request(living, own, let.request, agreed=False)
    assert family.requests_to(living, index) == ()
    with pytest.raises(RefusedError):
        members.member_at(living, living.vault.phone_index(PHONE), theirs.place)


def test_nobody_takes_a_guardian_off_who_was_agreed_to(living, clock):
    enrolled(living)
    child_added(living)
    enrolled(living, OTHER_PHONE, number=ADULT)
    clock.forward(minutes=1)
    asked = child_added(living, OTHER_PHONE)
    (request,) = may_answer(living, PHONE)
    answer(living, PHONE, request, place=1)
    assert may_answer(living, PHONE) == []
    with pytest.raises(RefusedError):
        answer(living, PHONE, request, place=1, agreed=False)
    assert members.member_at(living, living.vault.phone_index(OTHER_PHONE), asked.place).acting is Acting.GUARDIAN
