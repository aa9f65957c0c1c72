"""The page of searches as an officer sees it: drawn by the server, whole at any width, and nothing asks for what is forbidden."""

from collections.abc import Iterator
from random import Random

import pyarrow as pa
import pytest
from playwright.sync_api import Browser, Page

from fangxian.policy.regions import regions
from fangxian.store.store import Event
from fangxian.web.staff.asking import COOKIE
from fangxian.work.parcels import OUTCOMES, acknowledge_in, mark_sent, parcels, record_outcomes
from fangxian.work.roles import Role
from tests.browser.test_living_in_browser import picture
from tests.finding.test_turns import DAY, came, turn
from tests.services.conftest import NOON, clock, database, living, migrated, store, vault_process
from tests.services.provider import DATED
from tests.web.staff_kit import serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

pytestmark = [DATED, pytest.mark.browser]


def counties() -> list[str]:
    return [r["region_code"] for r in regions(NOON.date()).to_pylist() if r["level"] == 3 and r["region_code"].startswith("51")]


def fill(store) -> None:
    """Three days of people in Sichuan; some prefectures take workbooks, and of those some have sent words back."""
    random, codes = Random(3), counties()
    weights = [1 / (10 + place) for place in range(len(codes))]
    people = dict(enumerate(random.choices(codes, weights, k=900)))
    for day, upto in ((3, 500), (2, 760), (1, 900)):
        turn(store, came(**{f"p{number}": people[number] for number in range(upto)}), known_at=NOON - day * DAY)
    for place, each in enumerate(parcels(store, way="excel", unsent=True)):
        event = Event(actor="o", role="officer", purpose="arrivals", action="parcel_written")
        with store.transaction(event, at=NOON - DAY) as transaction:
            mark_sent(transaction, each.parcel_id)
            acknowledge_in(transaction, each.parcel_id, by="Nanchong")
            words = ["found", "found", "not_there", "moved_on"]
            rows = [
                {"number": n, "outcome": words[n % 4], "visited_on": NOON.date()} for n in range(1, each.people + 1) if n % 3 != place % 3
            ]
            record_outcomes(transaction, each.parcel_id, pa.Table.from_pylist(rows, OUTCOMES))


@pytest.fixture
def page(living, chromium: Browser) -> Iterator[Page]:
    fill(living.store)
    with serve(living) as served:
        client = served.come_in(Role.OFFICER, regions=("510000",))
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        context.add_cookies([{"name": COOKIE, "value": client.cookies[COOKIE], "url": served.address}])
        opened = context.new_page()
        opened.goto(f"{served.address}/staff/searches")
        yield opened
        context.close()


def test_the_page_of_searches_is_whole_on_a_screen_and_on_a_phone(page):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for width, name in ((1440, "searches"), (390, "searches-phone"), (320, "searches-narrow")):
        page.set_viewport_size({"width": width, "height": 900})
        page.reload()
        assert page.locator("svg.far").count() > 10
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(page, name)
    page.goto(page.url + "?lang=en")
    assert "How far each prefecture is" in page.inner_text("main")
    assert said == []
