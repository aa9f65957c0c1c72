"""Checking in at a place by a phone's camera, in a real browser against the whole application."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.services.conftest import PHONE, clock, come_in, database, living, migrated, store, vault_process
from tests.services.test_arriving import MALL, wall
from tests.services.test_entrance import enrolled
from tests.web.staff_kit import Served, serve

from .conftest import ARGUMENTS, CHROMIUM
from .test_gate_page import video_of
from .test_living_in_browser import CHINESE_WORDS, UNNAMED
from .test_page_in_browser import IMAGES, WANTED

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

pytestmark = pytest.mark.browser


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


@pytest.fixture
def cookie(living, clock, served: Served) -> dict[str, str]:
    """Give the session of somebody who has a code."""
    enrolled(living)
    clock.forward(minutes=2)
    return {"name": "fangxian_session", "value": come_in(living, PHONE).secret, "url": served.address}


def phone_in(browser: Browser, cookie: dict[str, str], *, width: int = 390) -> tuple[BrowserContext, list[str]]:
    """Give a phone that has come in, and what goes wrong on it."""
    faults: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="zh-CN")
    context.add_cookies([cookie])
    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    context.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    return context, faults


def picture(page: Page, name: str) -> None:
    taken = page.screenshot(full_page=True)
    if os.environ.get(WANTED) == "1":
        (IMAGES / f"{name}.png").write_bytes(taken)


def test_the_camera_reads_a_places_code_and_the_colour_fills_the_screen(living, served, cookie, tmp_path: Path, chromium):
    film = tmp_path / "place.y4m"
    video_of(wall(living), film)
    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *fake])
    context, faults = phone_in(browser, cookie)
    page = context.new_page()
    page.goto(f"{served.address}/me/0/visit")
    page.locator("#camera").click()
    expect(page.locator(".arrived.is-green")).to_contain_text(MALL.organisation, timeout=30_000)
    picture(page, "phone-visit")
    browser.close()
    assert faults == []
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT place_id, outcome FROM facts.gate_visit").fetchall() == [("mall-1", "passed")]


def test_without_a_camera_the_text_is_typed_and_the_page_fits_the_narrowest(living, served, cookie, chromium):
    context, faults = phone_in(chromium, cookie, width=320)
    page = context.new_page()
    page.goto(f"{served.address}/me/0/visit?lang=en")
    page.locator("#camera").click()
    expect(page.locator("#said")).to_contain_text("no camera")
    for do in (lambda: None, lambda: send(page, "FX2:0"), lambda: send(page, wall(living))):
        do()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(CHINESE_WORDS) == []
        assert page.evaluate(UNNAMED) == []
    expect(page.locator(".arrived")).to_contain_text("green")
    context.close()
    assert faults == []


def send(page: Page, text: str) -> None:
    page.fill("#code", text)
    page.locator("#place button").click()
    page.wait_for_load_state()
