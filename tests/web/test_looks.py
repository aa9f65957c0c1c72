"""The list of who looked, from an instant back: the page and the interface mean the same instant."""

from urllib.parse import quote

import pytest

from tests.services.conftest import clock, come_in, database, living, migrated, store, vault_process
from tests.services.test_declaring import enrolled

from .staff_kit import serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]


def asked(living, before):
    """Return what the page and the interface answer about what was done by phone before an instant."""
    secret = come_in(living).secret
    with serve(living) as served:
        page = served.browser(cookies={"fangxian_session": secret}).get(f"/me/0/looks?own=yes&before={quote(before)}")
        said = served.browser(headers={"Authorization": f"Bearer {secret}"}).get(f"/api/v1/me/0/looks?own=true&before={quote(before)}")
        return page, said


@pytest.mark.parametrize(
    ("before", "found"), [("2020-02-24T12:01:00+08:00", 1), ("2020-02-24T12:00:00+08:00", 0), ("2020-02-24T04:01:00", 1)]
)
def test_an_instant_with_a_zone_is_that_instant_on_the_page_and_in_the_interface(living, clock, before, found):
    enrolled(living)
    clock.forward(minutes=2)
    page, said = asked(living, before)
    assert (page.status_code, said.status_code) == (200, 200)
    assert len(said.json()) == found
    assert page.text.count("申领健康码") == found


@pytest.mark.parametrize("before", ["0001-01-01T00:00:00+08:00", "yesterday"])
def test_what_is_no_instant_is_answered(living, clock, before):
    enrolled(living)
    clock.forward(minutes=2)
    page, said = asked(living, before)
    assert (page.status_code, said.status_code) == (200, 422)
