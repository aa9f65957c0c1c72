"""The gate's page and codes of another region: two whole installations that have agreed, by the real clock, and a real browser."""

from collections.abc import Iterator

import pytest
from exchange.conftest import FROM_KEY_AREA, both, enrolled, event, install, migrated, other_vault_process, shown_code, vault_process, warm
from playwright.sync_api import Page, expect
from services.conftest import Clock

from fangxian.facts.known import now
from fangxian.store.gate_devices import register

from .test_gate_page import OFFLINE, picture, scan, verdict
from .test_page_in_browser import DESKTOP, PHONE

__all__ = ["both", "install", "migrated", "other_vault_process", "vault_process"]

pytestmark = pytest.mark.browser

A_SECOND_MS = 1_000
"""A phone signs the second; a gate that sees the same second of the same person again takes it for a copy."""


class RunningClock(Clock):
    """The real clock: a browser has no other."""

    def __call__(self):
        return now()


@pytest.fixture
def clock() -> Clock:
    return RunningClock()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, chromium, both) -> Iterator[Page]:
    """Give the page of a gate of the installation here, opened by its link."""
    here = both.here
    _, code = register(
        here.living.store, event("register gate"), place_id="mall-1", place_name="虚构商场东门", region_code="330106", at=now()
    )
    context = chromium.new_context(viewport=dict(zip(("width", "height"), request.param, strict=True)), locale="zh-CN")
    opened = context.new_page()
    opened.goto(f"{here.address}/gate#code={code}")
    expect(opened.locator("html[data-ready]")).to_be_attached()
    expect(opened.locator("#network")).to_have_text("已联网", timeout=15_000)
    yield opened
    context.close()


def recorded(both) -> list[tuple]:
    with both.here.living.store.pool.connection() as connection:
        return connection.execute("SELECT outcome, colour FROM gate.scan").fetchall()


def test_a_gate_shows_the_colour_of_another_regions_code_here_and_offline_what_to_do(both, page):
    there = enrolled(both.there, **FROM_KEY_AREA | {"left_on": now().date()})
    warm(both, there)
    scan(page, shown_code(both.there, there))
    verdict(page, "黄码", "不放行", "王**", "上海市", "外地", "服务器已记录", then_close=False)
    picture(page, "elsewhere")
    page.locator("#verdict .next").click()
    assert recorded(both) == [("recognised", "yellow")]
    page.locator("#language").click()
    page.context.set_offline(True)
    page.wait_for_timeout(A_SECOND_MS)
    scan(page, shown_code(both.there, there))
    verdict(page, "OTHER REGION", "STOP", "Ask them aside", "offline")
    page.locator("#language").click()
    expect(page.locator("#network")).to_have_text(OFFLINE)
    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_have_text("0", timeout=20_000)
    assert sorted(recorded(both), key=str) == [("elsewhere", None), ("recognised", "yellow")]
