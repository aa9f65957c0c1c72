"""What an employer's contact sees of who works there: whoever lets them, with the colour and when it changes."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from fangxian.services import consenting
from fangxian.services.living import by_citizen
from fangxian.work.roles import Role
from tests.services.conftest import clock, database, living, migrated, store, vault_process

from .staff_kit import ORGANISATION, Served, serve
from .test_staff_pages import actions_seen_by, enrolled, works_here

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


def test_an_employer_sees_who_works_there_and_consents_and_each_of_them_sees_that(living, served, database):
    member, other = enrolled(living), enrolled(living, 1, symptoms="fever", temperature_c=38.6)
    contact = served.come_in(Role.EMPLOYER_CONTACT)
    for person in (member, other):
        works_here(living, person.person_id)
    assert "还没有人同意" in contact.get("/staff/people").text
    for person in (member, other):
        consenting.give_consent(living, person.person_id, ORGANISATION)
    page = contact.get("/staff/people").text
    assert page.count("王**") == 2
    assert page.index("dot is-yellow") < page.index("dot is-green")
    assert member.person_id not in page
    assert actions_seen_by(living, member.person_id)[0] == ("employer_contact", "own_people_seen")
    consenting.end_consent(living, other.person_id, ORGANISATION)
    assert contact.get("/staff/people").text.count("王**") == 1
    with psycopg.connect(database) as connection:
        looks = connection.execute(
            "SELECT person_id::text, count(*) FROM audit.event WHERE action = 'own_people_seen' GROUP BY 1 ORDER BY 2"
        ).fetchall()
    assert [count for _, count in looks] == [1, 2, 3]


def test_an_employer_is_told_when_the_colour_is_another_and_not_when_a_reason_ends(living, served, clock):
    member = enrolled(living)
    works_here(living, member.person_id)
    consenting.give_consent(living, member.person_id, ORGANISATION)
    ends = [clock.at + timedelta(days=days) for days in (2, 9)]
    with living.store.transaction(by_citizen("declare", member.person_id), at=clock.at) as transaction:
        for rule, until in zip(("one", "other"), ends, strict=True):
            transaction.connection.execute(
                "INSERT INTO code.hit (person_id, policy, rule, colour, from_at, until_at, because, event_id) "
                "VALUES (%s, %s, %s, 'yellow', %s, %s, '{1}', %s)",
                [member.person_id, living.policy.name, rule, clock.at, until, transaction.event.event_id],
            )
    (shown,) = served.come_in(Role.EMPLOYER_CONTACT).get("/api/v1/staff/people").json()
    assert (shown["colour"], shown["changes_at"]) == ("yellow", f"{ends[1].isoformat()}Z")


def test_a_consent_counts_for_its_organisation_and_only_while_one_works_there(living, served):
    member = enrolled(living)
    works_here(living, member.person_id, "91330106MA00000003")
    consenting.give_consent(living, member.person_id, ORGANISATION)
    other = enrolled(living, 1)
    works_here(living, other.person_id)
    consenting.give_consent(living, other.person_id, "91330106MA00000003")
    assert "还没有人同意" in served.come_in(Role.EMPLOYER_CONTACT).get("/staff/people").text
