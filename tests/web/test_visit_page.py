"""Checking in at a place on the citizen's pages and by the interface: the page that has the camera, and what it says."""

from collections.abc import Iterator

import pytest

from tests.services.conftest import PHONE, clock, come_in, database, living, migrated, store, vault_process
from tests.services.test_arriving import MALL, wall
from tests.services.test_entrance import enrolled

from .staff_kit import Served, serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


@pytest.fixture
def secret(living, clock) -> str:
    """Give the session of somebody who has a code."""
    enrolled(living)
    clock.forward(minutes=2)
    return come_in(living, PHONE).secret


def test_who_checks_in_sees_the_place_and_the_colour_and_finds_it_among_what_they_did(served, secret):
    me = served.browser(cookies={"fangxian_session": secret})
    assert "/me/0/visit" in me.get("/me/0").text
    said = me.post("/me/0/visit", data={"code": wall(served.living)})
    assert said.status_code == 200
    assert all(words in said.text for words in ("绿码", MALL.organisation, MALL.address, "12:02", "is-green"))
    assert "checked in at a place" in me.get("/me/0/looks?own=yes&lang=en").text


def test_this_page_alone_may_use_the_camera(served, secret):
    me = served.browser(cookies={"fangxian_session": secret})
    cameras = {path: me.get(path).headers["permissions-policy"].split(",")[0] for path in ("/me/0", "/me/0/check-in", "/me/0/visit")}
    assert cameras == {"/me/0": "camera=()", "/me/0/check-in": "camera=()", "/me/0/visit": "camera=(self)"}


def test_a_code_that_is_no_places_is_refused_in_words_and_not_repeated(served, secret):
    me = served.browser(cookies={"fangxian_session": secret})
    refused = me.post("/me/0/visit?lang=en", data={"code": "HTTPS://EXAMPLE.ORG/<b>"})
    assert (refused.status_code, "This is not a place" in refused.text, "EXAMPLE" in refused.text) == (422, True, False)


def test_a_program_checks_in_too(served, secret):
    program = served.browser(headers={"Authorization": f"Bearer {secret}"})
    came = program.post("/api/v1/me/0/visits", json={"text": wall(served.living)})
    assert (came.status_code, came.json()) == (
        201,
        {
            "place_id": "mall-1",
            "organisation": MALL.organisation,
            "address": MALL.address,
            "region_code": "330106",
            "at": "2020-02-24T04:02:00Z",
            "colour": "green",
        },
    )
    assert program.post("/api/v1/me/0/visits", json={"text": "FX2:0"}).status_code == 409
