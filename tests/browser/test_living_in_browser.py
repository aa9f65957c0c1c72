"""The living code as people meet it: applying on a phone, being scanned, turning yellow by a fact, seeing why, disputing it."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Links
from tests.browser.test_page_in_browser import IMAGES, WANTED

pytestmark = pytest.mark.browser
SLOW = 60_000


@pytest.fixture(scope="module")
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """Give a phone: narrow, with storage of its own."""
    abroad = {"locale": "zh-CN", "timezone_id": "Europe/Lisbon"}
    context = chromium.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce", **abroad)
    context.set_default_timeout(SLOW)
    expect.set_options(timeout=SLOW)
    yield context
    context.close()


@pytest.fixture(scope="module")
def gate(chromium: Browser, links: Links) -> Iterator[Page]:
    """Give a gate's device, opened by its link."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.set_default_timeout(SLOW)
    page = context.new_page()
    page.goto(links.gate)
    expect(page.locator("html[data-ready]")).to_be_attached(timeout=SLOW)
    yield page
    context.close()


def picture(page: Page, name: str) -> None:
    """Keep a picture for the docs, where that is wanted."""
    taken = page.screenshot(full_page=True)
    assert taken.startswith(b"\x89PNG")
    if os.environ.get(WANTED) == "1":
        (IMAGES / f"{name}.png").write_bytes(taken)


def fill_declaration(page: Page, *, fever: bool) -> None:
    page.fill("#temperature_c", "38.4" if fever else "36.5")
    if fever:
        page.check("[name=symptoms][value=fever]")
    page.check("[name=contacted_case][value=no]")
    page.check("[name=stayed_in_key_area][value=no]")
    page.check("[name=consent]")


def shown_code(page: Page) -> str:
    """Return the text of the code that a phone shows now."""
    expect(page.locator("#qr canvas")).to_be_visible(timeout=SLOW)
    return str(page.locator("#qr").get_attribute("data-text"))


def scan(gate: Page, text: str) -> str:
    """Let the gate's scanner type a code, and return what the whole screen says."""
    gate.fill("#text", text)
    gate.press("#text", "Enter")
    shown = gate.locator("#verdict")
    expect(shown).to_be_visible()
    said = shown.inner_text()
    shown.locator(".next").click()
    return said


@pytest.fixture(scope="module")
def officer(chromium: Browser, links: Links) -> Iterator[Page]:
    """Give the desk of an appeal officer who has come in."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(SLOW)
    page = context.new_page()
    page.goto(links.staff)
    page.check("[name=role][value=appeal_officer]")
    page.click("button.main")
    yield page
    context.close()


def test_a_stranger_is_green_then_yellow_by_a_fact_disputes_it_and_is_green(phone: BrowserContext, gate: Page, officer: Page, links: Links):
    page = phone.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(links.phone)
    page.fill("#phone", "13800000001")
    picture(page, "phone-log-in")
    page.click("button.main")
    page.fill("#code", page.locator("#shown-code").inner_text())
    page.click("button.main")

    page.fill("#full_name", "王小明")
    page.fill("#id_number", "11010519491231002X")
    page.fill("#home", "西湖区")
    page.fill("#phone", "13800000001")
    fill_declaration(page, fever=False)
    picture(page, "phone-apply")
    page.click("button.main")
    expect(page.locator("#colour")).to_have_text("绿码")
    green = shown_code(page)
    picture(page, "phone-green")
    assert "绿码" in scan(gate, green)
    expect(page.locator(".clock")).to_contain_text("北京时间")
    there = datetime.now(timezone(timedelta(hours=8)))
    assert page.locator("#clock").inner_text()[:5] in {f"{at:%H:%M}" for at in (there, there + timedelta(seconds=30))}

    phone.set_offline(True)
    page.goto(f"{links.phone}/0")
    expect(page.locator("#codes canvas")).to_be_visible()
    picture(page, "phone-offline")
    phone.set_offline(False)

    page.goto(f"{links.phone}/0/declare")
    fill_declaration(page, fever=True)
    page.click("button.main")
    expect(page.locator("#colour")).to_have_text("黄码")
    expect(page.locator(".reason")).to_contain_text("38.4")
    picture(page, "phone-yellow")
    said = scan(gate, shown_code(page))
    assert "黄码" in said
    assert "不" in said

    page.click(".dispute")
    page.check("[value=wrong_fact]")
    page.fill("#words", "体温计坏了，医院复测三十六度五。")
    picture(page, "phone-appeal")
    page.click("button.main")
    expect(page.locator("main")).to_contain_text("待申诉办答复")

    page.goto(f"{links.phone}/0/looks")
    expect(page.locator("table")).to_contain_text("演示门岗 demo gate")
    picture(page, "phone-looks")

    officer.goto(f"{links.staff}/appeals")
    picture(officer, "staff-appeals")
    officer.click("tbody a")
    expect(officer.locator("main")).to_contain_text("体温计坏了")
    picture(officer, "staff-appeal")
    officer.fill("#words", "已与医院核实。")
    officer.click("[value=uphold]")

    page.goto(f"{links.phone}/0/appeals")
    expect(page.locator("main")).to_contain_text("已与医院核实。")
    page.goto(f"{links.phone}/0")
    expect(page.locator("#colour")).to_have_text("绿码")
    assert "绿码" in scan(gate, shown_code(page))
    for path in ("delete", "elsewhere"):
        page.goto(f"{links.phone}/0/{path}")
        assert page.locator("label:has([type=checkbox])").bounding_box()["height"] >= 44, path
    assert faults == []


CHINESE_WORDS = r"""() => [...document.querySelectorAll("label, legend, button, h1, h2, th")]
    .map((e) => e.textContent).filter((text) => /[\u4e00-\u9fff]/.test(text.replaceAll("王", "")))"""
UNNAMED = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button")]
    .filter((e) => !(e.labels?.length || e.textContent.trim())).map((e) => e.outerHTML)"""


def apply(page: Page, *, full_name: str, document: str) -> None:
    page.fill("#full_name", full_name)
    page.check("[name=id_type][value=passport]")
    page.fill("#id_number", document)
    page.fill("#home", "西湖区")


KEPT = """() => import("/static/citizen/keeping.js").then((module) => module.allKept()).then((codes) => codes.length)"""


@pytest.mark.parametrize("way", ["delete", "log out"])
def test_nothing_is_left_to_show_on_a_phone_whose_person_deleted_their_data_or_logged_out(chromium: Browser, links: Links, way: str):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.set_default_timeout(SLOW)
    page, number = context.new_page(), "13800000011" if way == "delete" else "13800000012"
    page.goto(links.phone)
    page.fill("#phone", number)
    page.click("button.main")
    page.fill("#code", page.locator("#shown-code").inner_text())
    page.click("button.main")
    apply(page, full_name="赵小红", document=f"E{number[-8:]}")
    page.fill("#phone", number)
    fill_declaration(page, fever=False)
    page.click("button.main")
    shown_code(page)
    page.wait_for_function(f"({KEPT})().then((number) => number === 1)")
    page.goto(f"{links.phone}/0/{'delete' if way == 'delete' else 'looks'}")
    if way == "delete":
        page.check("[name=confirm]")
        page.click("main form button")
        expect(page.locator("[role=status]")).to_contain_text("已删除")
    else:
        page.click("form[action='/me/log-out'] button")
        expect(page.locator("form[action='/me/log-in/code']")).to_be_visible()
    page.wait_for_function(f"({KEPT})().then((number) => number === 0)")
    context.set_offline(True)
    page.goto(f"{links.phone}/0")
    expect(page.locator("#codes")).to_be_visible()
    assert page.locator("#codes canvas").count() == 0
    context.close()


def test_a_page_of_the_phone_fits_the_narrowest_and_is_whole_in_english(phone: BrowserContext, links: Links):
    page = phone.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("", "/0", "/0/declare", "/0/looks", "/family", "/0/appeals", "/0/consents"):
        page.goto(f"{links.phone}{path}?lang=en")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.evaluate(CHINESE_WORDS) == [], path
        assert page.evaluate(UNNAMED) == [], path
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator("header.top").bounding_box()["height"] < 60
    page.goto(f"{links.phone}?lang=zh")


def test_the_auditors_words_stay_whole_on_a_phone(chromium: Browser, links: Links):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en")
    context.set_default_timeout(SLOW)
    page = context.new_page()
    page.goto(f"{links.staff}?lang=en")
    page.check("[name=role][value=auditor]")
    page.click("button.main")
    page.goto(f"{links.staff}/audit?lang=en")
    broken = """() => [...document.querySelectorAll("td")].filter((cell) => {
        const words = cell.textContent.split(/\\s+/).filter(Boolean), drawn = document.createElement("span");
        drawn.style.whiteSpace = "nowrap"; cell.append(drawn);
        const widest = Math.max(0, ...words.map((word) => { drawn.textContent = word; return drawn.offsetWidth; }));
        drawn.remove();
        const style = getComputedStyle(cell);
        return widest > Math.ceil(cell.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
    }).map((cell) => cell.textContent)"""
    assert page.locator("td").count() > 10
    assert page.evaluate(broken) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_the_firms_contact_has_people_and_visitors_to_see(chromium: Browser, links: Links):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.set_default_timeout(SLOW)
    page = context.new_page()
    page.goto(links.staff)
    page.check("[name=role][value=employer_contact]")
    page.click("button.main")
    for place in ("people", "entrance", "visitors"):
        page.goto(f"{links.staff}/{place}")
        assert page.locator("tbody tr").count() >= 2, place
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
    context.close()


def test_somebody_looks_up_a_trip_and_leaves_no_trace_in_an_address(phone: BrowserContext, links: Links):
    page = phone.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(links.phone)
    page.click("a[href='/public/trips']")
    yesterday = page.evaluate("new Date(Date.now() + 8 * 3600e3 - 86400e3).toISOString().slice(0, 10)")
    page.fill("#day", yesterday)
    page.fill("#number", "ｇ7349 次")
    page.click("button.main")
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".card")).to_contain_text("上海虹桥—温州南")
    assert page.url.endswith("/public/trips")
    picture(page, "same-trip")
    page.fill("#number", "G1")
    page.click("button.main")
    expect(page.locator("[role=status]")).to_contain_text("不表示没有病例")
    page.goto(f"{page.url}?lang=en")
    assert page.evaluate(CHINESE_WORDS) == []
    assert page.evaluate(UNNAMED) == []
    page.goto(f"{links.phone}?lang=zh")
