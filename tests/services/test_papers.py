"""Codes on paper: a gate takes one, a newer one ends it, and whoever has no phone and no papers has a way in."""

from datetime import timedelta

import pytest

from fangxian.policy.colour import Colour
from fangxian.services import papers
from fangxian.services.documents import document
from fangxian.services.living import by_citizen
from fangxian.services.refusals import BadAnswerError
from fangxian.signed.changes import Changes
from fangxian.signed.seen import Seen
from fangxian.signed.verdict import Outcome
from fangxian.signed.verify import verify
from fangxian.store.identities import identity_of
from fangxian.store.opening import make_room
from fangxian.store.tokens import changed_tokens
from fangxian.work.permissions import Forbidden, Principal
from fangxian.work.roles import Role

from .conftest import HEALTHY, IDENTITY, NOON, PHONE
from .test_declaring import enrolled

OFFICER = Principal(subject="officer-1", roles=frozenset({Role.OFFICER}), region_codes=frozenset({"330100"}), second_factor=True)
DOCTOR = Principal(subject="doctor-1", roles=frozenset({Role.DOCTOR}), region_codes=frozenset({"330100"}), second_factor=True)


def verdict(living, text, *, at):
    """Return what a gate says that has the newest files."""
    rows = changed_tokens(living.store, living.policy, at=at)
    changes = Changes.of(rows, region_code=living.region_code, sequence=1, issued_at=at)
    return verify(text, trust=living.signing.ring.trust_list(at=at), changes=changes, at=at, seen=Seen())


def test_a_paper_passes_for_a_day_and_no_longer(living, clock):
    paper = papers.paper_of_member(living, enrolled(living))
    assert paper.pdf.startswith(b"%PDF")
    assert verdict(living, paper.text, at=clock()).passes
    assert verdict(living, paper.text, at=clock() + timedelta(days=1)).outcome is Outcome.EXPIRED


def test_a_new_paper_ends_the_one_before(living, clock):
    member = enrolled(living)
    first = papers.paper_of_member(living, member)
    clock.forward(hours=1)
    second = papers.paper_of_member(living, member)
    assert verdict(living, first.text, at=clock()).outcome is Outcome.REVOKED
    assert verdict(living, second.text, at=clock()).passes


def test_whoever_has_no_phone_and_no_papers_leaves_a_service_point_with_a_code(living, clock):
    shown = document("none", "", on=NOON.date())
    paper = papers.enrol_without_phone(living, OFFICER, IDENTITY | {"id_type": "none"}, shown, HEALTHY, days=14)
    assert verdict(living, paper.text, at=clock() + timedelta(days=13)).passes


def test_a_paper_has_the_colour_that_follows_from_the_declaration(living):
    shown = document("resident_id", IDENTITY["id_number"], on=NOON.date())
    ill = HEALTHY | {"symptoms": "fever", "temperature_c": 38.6}
    assert papers.enrol_without_phone(living, OFFICER, IDENTITY, shown, ill).colour is Colour.YELLOW


def test_a_paper_lasts_no_longer_than_it_may_and_nothing_is_kept_where_it_would(living):
    shown = document("resident_id", IDENTITY["id_number"], on=NOON.date())
    for days in (0, 15):
        with pytest.raises(BadAnswerError):
            papers.enrol_without_phone(living, OFFICER, IDENTITY, shown, HEALTHY, days=days)
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM audit.event WHERE action = 'enrolled_without_phone'").fetchone() == (0,)


def test_whoever_may_not_enrol_others_does_not(living):
    shown = document("resident_id", IDENTITY["id_number"], on=NOON.date())
    with pytest.raises(Forbidden):
        papers.enrol_without_phone(living, DOCTOR, IDENTITY, shown, HEALTHY)


def test_whoever_has_a_phone_and_declares_at_a_service_point_is_still_reached_by_it(living, clock):
    member = enrolled(living)
    clock.forward(days=30)
    make_room(living.store, clock().date())
    shown = document("resident_id", IDENTITY["id_number"], on=NOON.date())
    papers.enrol_without_phone(living, OFFICER, IDENTITY, shown, HEALTHY)
    with living.store.transaction(by_citizen("see_own_data", member.person_id), at=clock()) as transaction:
        assert identity_of(transaction, living.vault, member.person_id).phone == PHONE
        kept = transaction.connection.execute("SELECT until FROM identities.phone").fetchall()
    assert kept == [(None,)]
