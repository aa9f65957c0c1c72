"""Consents on the citizen's page: given to an organisation that can be one, seen, and ended."""

from collections.abc import Iterator

import pytest

from fangxian.services import consenting
from fangxian.services.refusals import BadAnswerError
from tests.services.conftest import clock, come_in, database, living, migrated, store, vault_process
from tests.services.test_entrance import SITE, enrolled, works_here

from .staff_kit import Served, serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


def at_home(living, served):
    """Give the browser of the first who enrolled, logged in again."""
    living.clock.forward(minutes=2)
    return served.browser(cookies={"fangxian_session": come_in(living).secret})


def test_a_consent_is_given_and_ended_on_a_page(living, served):
    member = enrolled(living)
    works_here(living, member.person_id, consents=False)
    me = at_home(living, served)
    assert "看不到" in me.get("/me/0/consents").text
    assert me.post("/me/0/consents", data={"do": "give", "organisation_id": SITE}).status_code == 303
    assert me.post("/me/0/consents", data={"do": "give", "organisation_id": SITE}).status_code == 303
    assert "起可见" in me.get("/me/0/consents").text
    assert me.post("/me/0/consents", data={"do": "end", "organisation_id": SITE}).status_code == 303
    assert "起可见" not in me.get("/me/0/consents").text
    assert me.post("/me/0/consents", data={"do": "end", "organisation_id": SITE}).status_code == 422


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a b", "所填的是 2 位"),
        ("91330100MA0000000", "所填的是 17 位"),
        ("9133O100MA0000000C", "把 0 写成了 O"),
        ("91330100MA0000000D", "校验位不符"),
        ("91330100MA0000010C", "校验位不符"),
    ],
)
def test_a_number_that_is_no_organisations_is_refused_and_what_is_wrong_with_it_said(living, served, typed, said):
    enrolled(living)
    me = at_home(living, served)
    refused = me.post("/me/0/consents", data={"do": "give", "organisation_id": typed})
    assert refused.status_code == 422
    assert said in refused.text
    assert f'value="{typed}"' in refused.text
    assert "没有单位可以看到您的颜色" in refused.text


def test_an_organisations_number_may_be_typed_with_spaces_small_or_wide(living, served):
    member = enrolled(living)
    me = at_home(living, served)
    for typed in (" 91330100 ma0000000c", "９１３３０１００ＭＡ０００００００Ｃ"):
        assert me.post("/me/0/consents", data={"do": "give", "organisation_id": typed}).status_code == 303
    assert [each.organisation_id for each in consenting.consents_of(living, member.person_id)] == [SITE]


def test_where_a_source_says_that_one_works_there_one_may_consent_whatever_its_number(living):
    member, stranger = enrolled(living), enrolled(living, 1)
    works_here(living, member.person_id, organisation_id="factory-9", consents=False)
    consenting.give_consent(living, member.person_id, "factory-9")
    with pytest.raises(BadAnswerError):
        consenting.give_consent(living, stranger.person_id, "factory-9")
