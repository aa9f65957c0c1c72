"""A document is released at a service point: whoever holds it can apply again, and whoever had it before has nothing of it."""

import pytest

from fangxian.services import accounts, declaring, issuing, looking, members, releasing
from fangxian.services.documents import document
from fangxian.services.refusals import RefusedError
from fangxian.signed.keys import PrivateKey, point
from fangxian.store.tokens import holders
from fangxian.work.permissions import Forbidden

from .conftest import HEALTHY, IDENTITY, NOON, PHONE, come_in
from .test_declaring import ADULT, OTHER_PHONE, child_added, child_number, enrolled
from .test_papers import DOCTOR, OFFICER

SHOWN = {"id_type": "resident_id", "id_number": IDENTITY["id_number"]}


def test_whoever_lost_their_number_applies_with_the_present_one(living):
    before = enrolled(living)
    releasing.release(living, OFFICER, **SHOWN)
    assert enrolled(living, OTHER_PHONE).person_id == before.person_id


def test_the_next_holder_of_a_number_finds_nobody_on_it(living):
    session = come_in(living)
    declaring.enrol(
        living,
        IDENTITY,
        document("resident_id", IDENTITY["id_number"], on=NOON.date()),
        HEALTHY,
        phone_index=session.phone_index,
        phone=PHONE,
    )
    child_added(living)
    releasing.release(living, OFFICER, **SHOWN)
    assert accounts.session_of(living, session.secret) is None
    assert members.members_of(living, session.phone_index) == ()
    living.clock.forward(minutes=2)
    with pytest.raises(RefusedError):
        members.member_at(living, come_in(living).phone_index, 0)


def test_an_impostors_code_and_name_go_and_the_facts_stay(living):
    impostor = enrolled(living, symptoms="fever", temperature_c=38.6)
    issued = issuing.issue_day(living, impostor, point(PrivateKey.make().public))
    releasing.release(living, OFFICER, **SHOWN)
    with living.store.pool.connection() as connection:
        (token,) = [bytes(row[0]) for row in connection.execute("SELECT token_id FROM code.token").fetchall()]
        assert holders(connection, [token])[token].revoked_at == living.clock()
    kept = looking.own_data(living, impostor.person_id)
    assert kept["identity"] == {}
    assert "health_declaration" in kept["facts"]
    assert issued.text


def test_a_child_that_a_stranger_added_is_its_parents_to_add(living):
    enrolled(living)
    child = child_added(living)
    enrolled(living, OTHER_PHONE, number=ADULT)
    releasing.release(living, OFFICER, id_type="resident_id", id_number=child_number())
    with pytest.raises(RefusedError):
        members.member_at(living, living.vault.phone_index(PHONE), child.place)
    assert child_added(living, OTHER_PHONE).confirmed
    living.clock.forward(minutes=1)
    assert not child_added(living).confirmed


def test_a_release_is_on_the_persons_list_and_nobodys_who_may_not(living):
    member = enrolled(living)
    with pytest.raises(Forbidden):
        releasing.release(living, DOCTOR, **SHOWN)
    releasing.release(living, OFFICER, **SHOWN)
    look = next(look for look in looking.who_looked(living, member.person_id) if look.action == "document_released")
    assert (look.role, look.purpose) == ("officer", "service point")
