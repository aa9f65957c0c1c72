"""The page of searches shows each prefecture that one may see how far it is, and the increments, in both languages."""

import re
from collections.abc import Iterator

import pytest

from fangxian.work.roles import Role
from tests.finding.test_turns import DAY, came, standing, turn
from tests.services.conftest import NOON, clock, database, living, migrated, store, vault_process
from tests.services.provider import DATED

from .staff_kit import Served, serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

pytestmark = DATED
PEOPLE = {f"p{number}": code for number, code in enumerate(["510104"] * 7 + ["510703"] * 3 + ["511302"] * 4 + ["500103"] * 2)}


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_whoever_answers_for_the_area_sees_how_far_each_prefecture_is(living, served):
    turn(living.store, came(**PEOPLE), known_at=NOON - DAY)
    turn(living.store, came(**PEOPLE, late="510105"), known_at=NOON)
    officer = served.come_in(Role.OFFICER, regions=("510000",))
    page = officer.get("/staff/searches?lang=en")
    assert page.status_code == 200
    shown = text(page.text)
    assert "Who came from 武汉市, 黄冈市 since 2020-01-10" in shown
    assert "成都市 8 8 8 0 0" in shown
    assert "南充市 4 0 0 0 0" in shown
    assert "重庆" not in shown, "lies outside of the officer's area"
    assert "together 15 11 11 0 0" in shown
    assert "Not read in the last turn" in shown
    assert 'aria-label="成都市: 8 people;' in page.text
    chinese = officer.get(f"/staff/searches/{standing(living.store).search_id}?lang=zh")
    assert "各地进展" in chinese.text
    assert "style=" not in chinese.text


def test_others_do_not_see_it_and_nothing_is_said_where_nothing_stands(living, served):
    officer = served.come_in(Role.OFFICER, regions=("510000",))
    assert "No search stands" in officer.get("/staff/searches?lang=en").text
    assert officer.get("/staff/searches/nonsense").status_code == 409
    assert served.come_in(Role.DOCTOR).get("/staff/searches").status_code == 403
    assert served.come_in(Role.SUPERVISOR, second_factor=False).get("/staff/searches").headers["location"] == "/staff/factor"
