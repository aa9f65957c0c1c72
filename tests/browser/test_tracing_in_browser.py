"""Tracing as an officer meets it: the alert and who was there, the list of cases, one case with why for each, and its confirmation."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from fangxian.demo.firm import COUNTY
from fangxian.demo.outbreak import begin_outbreak
from fangxian.services.alert_contacts import look_at_new_alerts
from fangxian.services.sign_in import DemoSignIn
from fangxian.store.gate_devices import register
from fangxian.store.store import Event
from tests.browser.test_living_in_browser import SLOW, picture
from tests.services.conftest import clock, database, living, migrated, store, vault_process
from tests.web.staff_kit import serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

pytestmark = pytest.mark.browser
SIGN_IN = DemoSignIn(host="127.0.0.1", region_codes=frozenset({"330000"}), organisation_ids={})


class Desk(NamedTuple):
    """An officer's pages, wide and on a phone, and where they are."""

    wide: Page
    phone: Page
    address: str


@pytest.fixture
def desk(living, chromium: Browser) -> Iterator[Desk]:
    event = Event(actor="test", role="administrator", purpose="test", action="register gate")
    where = {"place_id": "demo", "place_name": "演示门岗 demo gate", "region_code": COUNTY}
    gate, _ = register(living.store, event, **where, at=living.clock())
    begin_outbreak(living, gate)
    look_at_new_alerts(living)
    with serve(living, SIGN_IN) as served:
        contexts = [chromium.new_context(viewport={"width": width, "height": 900}, locale="zh-CN") for width in (1440, 390)]
        pages = []
        for context in contexts:
            context.set_default_timeout(SLOW)
            expect.set_options(timeout=SLOW)
            pages.append(context.new_page())
            pages[-1].goto(f"{served.address}/staff/log-in")
            pages[-1].check("[name=role][value=officer]")
            pages[-1].click("button.main")
            pages[-1].wait_for_url("**/staff")
        yield Desk(*pages, served.address)
        for context in contexts:
            context.close()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_an_officer_sees_who_was_there_confirms_once_and_the_contacts_have_tasks(desk):
    for page in (desk.wide, desk.phone):
        page.goto(f"{desk.address}/staff/alerts")
        expect(page.locator("main")).to_contain_text("3 人，其中密切 2 人")
        page.click("text=看预览")
        expect(page.locator("h1")).to_contain_text("演示门岗")
        if page is desk.phone:
            picture(page, "tracing-alert-phone")
        assert fits(page)
    desk.wide.click("form .main")
    expect(desk.wide.locator(".done")).to_contain_text("任务已派发")
    expect(desk.wide.locator(".mark")).to_contain_text("已确认")
    desk.phone.click("form .main")
    expect(desk.phone.locator("main")).to_contain_text("没有新的接触者")


def test_a_case_says_why_each_is_a_contact_and_names_nobody(desk):
    for page in (desk.wide, desk.phone):
        page.goto(f"{desk.address}/staff/cases")
        expect(page.locator("main")).to_contain_text("待确认")
        page.click("tbody a")
        expect(page.locator("h1")).to_contain_text("病例")
        if page is desk.wide:
            picture(page, "tracing-case-wide")
        assert fits(page)
        assert not any(name in page.content() for name in ("冯八", "冯大", "褚一", "卫一"))
        longest = page.locator(".bars rect").evaluate_all("bars => Math.max(...bars.map((bar) => +bar.getAttribute('width')))")
        assert longest == 100
    desk.phone.goto(f"{desk.phone.url}?lang=en")
    expect(desk.phone.locator("main")).to_contain_text("people would be told")
    desk.wide.click("form .main")
    expect(desk.wide.locator("main")).to_contain_text("派发 8 件")
    desk.wide.click("tbody a")
    expect(desk.wide.locator("main")).to_contain_text("没有新的人需要告知")
