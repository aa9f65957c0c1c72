"""Whoever was enrolled at a service point is not taken over by their number, and their name is not typed over."""

import pytest

from fangxian.services import declaring, looking, members, papers, releasing
from fangxian.services.documents import document
from fangxian.services.refusals import BadAnswerError, RefusedError

from .conftest import HEALTHY, IDENTITY, NOON, PHONE, come_in
from .test_declaring import ADULT, OTHER_PHONE, child_number, enrolled
from .test_papers import OFFICER

SEEN = "李小红"
"""The name that staff saw in the document; whoever types by phone gives another."""


def at_desk(living, number=ADULT, full_name=SEEN):
    papers.enrol_without_phone(
        living, OFFICER, IDENTITY | {"full_name": full_name}, document("resident_id", number, on=NOON.date()), HEALTHY
    )


def applied(living, full_name, phone=OTHER_PHONE, number=ADULT):
    shown, session = document("resident_id", number, on=NOON.date()), come_in(living, phone)
    given = IDENTITY | {"full_name": full_name}
    place = declaring.enrol(living, given, shown, HEALTHY, phone_index=session.phone_index, phone=phone)
    return members.member_at(living, session.phone_index, place)


def name_of(living, number=ADULT):
    return looking.own_data(living, living.vault.person_id("resident_id", number))["identity"]["full_name"]


def events_of_applying(living):
    """Return how often it was said that somebody applied: whoever does has the name opened that staff saw."""
    with living.store.pool.connection() as connection:
        return connection.execute("SELECT count(*) FROM audit.event WHERE action = 'enrol'").fetchone()[0]


@pytest.mark.parametrize("typed", ["冒名者", SEEN])
@pytest.mark.parametrize("number", [ADULT, child_number()])
def test_a_stranger_does_not_take_over_whoever_has_a_paper(living, number, typed):
    at_desk(living, number)
    with pytest.raises(RefusedError, match="service point"):
        applied(living, typed, number=number)
    assert name_of(living, number) == SEEN
    assert members.members_of(living, living.vault.phone_index(OTHER_PHONE)) == ()


def test_a_service_point_lets_whoever_has_a_paper_move_to_a_phone(living):
    at_desk(living)
    releasing.release(living, OFFICER, id_type="resident_id", id_number=ADULT)
    assert applied(living, SEEN).masked_name == "李**"


def test_a_name_that_staff_saw_stays_however_often_somebody_renews_by_phone(living, clock):
    enrolled(living, OTHER_PHONE, number=ADULT)
    at_desk(living)
    looked = events_of_applying(living)
    for _ in range(2):
        clock.forward(minutes=2)
        with pytest.raises(BadAnswerError) as refused:
            applied(living, "冒名者")
        assert list(refused.value.problems) == ["full_name"]
        assert SEEN not in str(refused.value)
        looked += 1
        assert events_of_applying(living) == looked
        clock.forward(minutes=2)
        assert applied(living, SEEN).masked_name == "李**"
        looked += 1
    assert name_of(living) == SEEN


def test_whoever_registered_by_phone_alone_moves_to_another_by_leaving_the_first(living):
    member = enrolled(living)
    members.end_membership(living, member, living.vault.phone_index(PHONE))
    assert enrolled(living, OTHER_PHONE).person_id == member.person_id
