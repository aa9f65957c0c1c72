"""The demonstration's firm: its contact's pages show people, checks and visitors from the first start on, and each day anew."""

import re
from collections.abc import Iterator

import httpx
import pytest

from fangxian.demo.firm import open_firm
from fangxian.services.sign_in import EMPLOYER, DemoSignIn
from fangxian.work.roles import Role
from tests.services.conftest import clock, database, living, migrated, store, vault_process

from .staff_kit import serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

SIGN_IN = DemoSignIn(
    host="127.0.0.1",
    region_codes=frozenset(),
    organisation_ids={Role.SOURCE_OWNER: frozenset({"tracing"}), Role.EMPLOYER_CONTACT: frozenset({EMPLOYER})},
)


@pytest.fixture
def contact(living) -> Iterator[httpx.Client]:
    open_firm(living)
    with serve(living, SIGN_IN) as served:
        client = served.browser()
        client.post("/staff/log-in/choose", data={"role": "employer_contact", "number": "1"})
        yield client


def rows(page: httpx.Response) -> list[str]:
    assert page.status_code == 200
    return re.findall(r"<tr>(.*?)</tr>", page.text.split("<tbody>")[-1], re.DOTALL)


def test_the_firms_people_are_shown_with_their_colours(contact):
    shown = rows(contact.get("/staff/people"))
    assert len(shown) == 5
    assert [("is-yellow" in row, "is-green" in row) for row in shown] == [(True, False)] + [(False, True)] * 4


def test_some_were_checked_and_visitors_came_and_one_left(contact):
    assert sum("未查验" in row for row in rows(contact.get("/staff/entrance"))) == 3
    came = rows(contact.get("/staff/visitors"))
    assert len(came) == 2
    assert sum("离开了" in row for row in came) == 1


def test_the_contact_is_asked_of_no_other_organisation(contact):
    page = contact.get("/staff/visitors").text
    assert 'name="organisation_id"' not in page
    assert "tracing" not in page


def test_a_start_on_the_same_day_adds_nothing_and_one_on_the_next_lets_the_day_begin(contact, living, clock):
    before = contact.get("/staff/visitors").text.count("<tr>"), contact.get("/staff/people").text.count("<tr>")
    open_firm(living)
    assert (contact.get("/staff/visitors").text.count("<tr>"), contact.get("/staff/people").text.count("<tr>")) == before
    clock.forward(days=1)
    client = contact.post("/staff/log-in/choose", data={"role": "employer_contact", "number": "1"})
    assert client.status_code == 303
    assert "今天还没有访客" in contact.get("/staff/visitors").text
    open_firm(living)
    assert len(rows(contact.get("/staff/visitors"))) == 2
    assert len(rows(contact.get("/staff/people"))) == 5
