"""The gate's page in a real browser against a real server: on a desktop and on a phone, with a network and without."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
import segno
from gate_town import ANN, BO, NUMBER, GateTown, gate_town
from playwright.sync_api import BrowserContext, Page, expect

from fangxian.facts.known import now
from fangxian.policy.colour import Colour
from fangxian.signed import phone

from .conftest import ARGUMENTS, CHROMIUM
from .test_page_in_browser import DESKTOP, IMAGES, PHONE, WANTED

pytestmark = pytest.mark.browser
OFFLINE = "离线"


class Opened(NamedTuple):
    """A gate's page that was opened by its link, and what went wrong in it so far."""

    page: Page
    context: BrowserContext
    town: GateTown
    faults: list[str]


@pytest.fixture
def town(postgres_server, tmp_path: Path) -> Iterator[GateTown]:
    """Give a town whose server answers."""
    with gate_town(postgres_server, tmp_path) as running:
        yield running


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def opened(request: pytest.FixtureRequest, chromium, town: GateTown) -> Iterator[Opened]:
    """Give the page on a new device, opened by the link of its registration."""
    width, height = request.param
    faults: list[str] = []
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", service_workers="allow")
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text or "refused" in said.text else None)
    open_by_link(page, town)
    yield Opened(page, context, town, faults)
    context.close()
    assert faults == []


def open_by_link(page: Page, town: GateTown) -> None:
    _, code = town.device()
    page.goto(f"{town.address}/gate#code={code}")
    expect(page.locator("html[data-ready]")).to_be_attached()
    expect(page.locator("#network")).to_have_text("已联网", timeout=15_000)
    assert "code" not in page.url


def scan(page: Page, text: str) -> None:
    """Type a text as a scanner does: at once, then Enter."""
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")


def verdict(page: Page, *words: str, then_close: bool = True) -> None:
    """Expect the whole screen to say this."""
    shown = page.locator("#verdict")
    for each in words:
        expect(shown).to_contain_text(each, timeout=10_000)
    box = shown.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"]) == (0, 0, page.viewport_size["width"])
    if then_close:
        shown.locator(".next").click()


def picture(page: Page, name: str) -> None:
    taken = page.screenshot()
    if os.environ.get(WANTED) == "1":
        IMAGES.mkdir(parents=True, exist_ok=True)
        (IMAGES / f"gate-{name}-{page.viewport_size['width']}.png").write_bytes(taken)


def test_a_code_fills_the_screen_with_its_colour_and_what_to_do(opened: Opened):
    page, town = opened.page, opened.town
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("#place")).to_have_text("虚构商场东门")
    expect(page.locator("#changes-age")).to_have_text("0 分钟前")
    picture(page, "page")
    scan(page, town.shown(ANN))
    verdict(page, "绿码", "通行", "安*", "服务器已记录", then_close=False)
    picture(page, "green")
    page.locator("#verdict .next").click()
    town.declare(BO, contacted_case="yes")
    town.becomes(BO, Colour.RED)
    scan(page, town.shown(BO))
    verdict(page, "红码", "不放行", "疾控", then_close=False)
    picture(page, "red")
    page.locator("#verdict .next").click()
    scan(page, "https://example.org/pay")
    verdict(page, "无效", "不放行", "读不出健康码")
    page.locator("#language").click()
    scan(page, "?")
    verdict(page, "NOT VALID", "STOP", "No health code can be read")


def test_without_a_network_the_gate_goes_on_and_its_scans_arrive_once(opened: Opened):
    page, town = opened.page, opened.town
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("async () => (await (await caches.open('gate')).keys()).length > 15")
    opened.context.set_offline(True)
    page.reload()
    expect(page.locator("html[data-ready]")).to_be_attached()
    expect(page.locator("#network")).to_have_text(OFFLINE)
    scan(page, town.shown(ANN))
    verdict(page, "绿码", "通行", "本机离线判断")
    text = town.shown(BO)
    scan(page, text)
    verdict(page, "绿码", "通行")
    scan(page, text)
    verdict(page, "无效", "刚在本门扫过")
    expect(page.locator("#waiting")).to_have_text("3")
    picture(page, "offline")
    assert town.rows("SELECT count(*) FROM gate.scan") == [(0,)]
    page.reload()
    expect(page.locator("#waiting")).to_have_text("3")
    opened.context.set_offline(False)
    expect(page.locator("#waiting")).to_have_text("0", timeout=20_000)
    assert town.rows("SELECT outcome, count(*) FROM gate.scan GROUP BY 1 ORDER BY 1") == [("colour", 2), ("replay", 1)]
    assert town.rows("SELECT count(*) FROM facts.gate_visit WHERE outcome = 'passed'") == [(2,)]


def test_a_change_of_colour_reaches_a_gate_that_then_goes_offline(opened: Opened):
    page, town = opened.page, opened.town
    credential = town.credential(ANN)
    town.diagnose(ANN)
    with page.expect_response(lambda got: got.url.endswith("/gate/files/changes") and got.status == 200, timeout=20_000):
        page.evaluate("dispatchEvent(new Event('online'))")
    time.sleep(0.5)
    opened.context.set_offline(True)
    scan(page, phone.show(credential, at=now(), by=town.phone))
    verdict(page, "红码", "不放行", "本机离线判断")


def test_a_fever_does_not_pass_and_is_recorded(opened: Opened):
    page, town = opened.page, opened.town
    page.locator("#temperature").fill("38.2")
    scan(page, town.shown(ANN))
    verdict(page, "发热", "不放行", "发热线", then_close=False)
    picture(page, "fever")
    assert town.rows("SELECT temperature_c, outcome FROM facts.temperature_reading JOIN facts.gate_visit USING (event_id)") == [
        (38.2, "refused")
    ]


def test_an_emergency_is_let_through_with_its_reason(opened: Opened):
    page, town = opened.page, opened.town
    page.locator("#emergency").click()
    picture(page, "emergency")
    page.get_by_role("button", name="临产").click()
    verdict(page, "临产", "通行", "已记录")
    expect(page.locator("#waiting")).to_have_text("0")
    assert town.rows("SELECT details ->> 'emergency' FROM audit.event WHERE action = 'let an emergency through'") == [("birth",)]


def test_somebody_who_was_refused_can_be_let_through_at_once_and_it_is_said_of_that_person(opened: Opened):
    page, town = opened.page, opened.town
    town.diagnose(ANN)
    town.becomes(ANN, Colour.RED)
    scan(page, town.shown(ANN))
    verdict(page, "红码", "不放行", then_close=False)
    page.locator("#verdict .anyway").click()
    page.get_by_role("button", name="透析等急治").click()
    verdict(page, "透析等急治", "通行")
    expect(page.locator("#waiting")).to_have_text("0")
    assert town.rows_once_there("SELECT person_id FROM facts.gate_visit WHERE outcome = 'emergency'") == [(UUID(ANN),)]


def test_an_emergency_after_the_verdict_was_closed_is_said_of_nobody_who_was_scanned_before(opened: Opened):
    page, town = opened.page, opened.town
    town.diagnose(BO)
    town.becomes(BO, Colour.RED)
    scan(page, town.shown(ANN))
    verdict(page, "绿码", "通行")
    scan(page, town.shown(BO))
    verdict(page, "红码", "不放行")
    page.locator("#emergency").click()
    page.get_by_role("button", name="临产").click()
    verdict(page, "临产", "通行")
    expect(page.locator("#waiting")).to_have_text("0")
    told = "SELECT person_id FROM audit.event WHERE action = 'let an emergency through'"
    assert town.rows_once_there(told) == [(UUID(int=0),)]
    assert town.rows("SELECT count(*) FROM facts.gate_visit WHERE outcome = 'emergency'") == [(0,)]


def test_somebody_without_a_phone_is_registered_and_the_number_leaves_no_trace_on_the_device(opened: Opened):
    page, town = opened.page, opened.town
    town.declare(ANN)
    page.locator("#without-phone").click()
    picture(page, "papers")
    page.locator("#id-number").fill(NUMBER.lower())
    page.get_by_role("button", name="查码并登记").click()
    verdict(page, "绿码", "通行")
    expect(page.locator("#id-number")).to_have_value("")
    assert town.rows("SELECT count(*) FROM facts.gate_visit") == [(1,)]


def test_a_device_that_was_not_opened_says_so(chromium, town: GateTown):
    page = chromium.new_page(locale="zh-CN")
    page.goto(f"{town.address}/gate#code=nonsense")
    expect(page.get_by_role("status")).to_contain_text("开通码无效")
    page.close()


def test_every_field_and_button_has_a_name_for_those_who_cannot_see_it(opened: Opened):
    unnamed = opened.page.evaluate(
        """() => [...document.querySelectorAll("input, select, button")]
            .filter((e) => !(e.labels?.length || e.getAttribute("aria-label") || e.textContent.trim())).map((e) => e.outerHTML)"""
    )
    assert unnamed == []


def video_of(text: str, file: Path) -> None:
    """Write a film of one picture: a QR as a phone shows it, in the form that Chromium takes for a camera."""
    size, rows = (
        720,
        [list(row) for row in segno.make_qr(text, error="m", mode="alphanumeric", boost_error=False).matrix_iter(scale=7, border=8)],
    )
    edge = max(0, (size - len(rows)) // 2)
    luma = bytearray(b"\xeb" * (size * size))
    for y, row in enumerate(rows[: size - edge]):
        for x, dark in enumerate(row[: size - edge]):
            if dark:
                luma[(y + edge) * size + x + edge] = 16
    chroma = b"\x80" * (size * size // 2)
    file.write_bytes(f"YUV4MPEG2 W{size} H{size} F10:1 Ip A1:1 C420jpeg\n".encode() + (b"FRAME\n" + bytes(luma) + chroma) * 2)


def test_the_camera_reads_a_phone(town: GateTown, tmp_path: Path, chromium):
    film = tmp_path / "phone.y4m"
    video_of(town.shown(ANN), film)
    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *fake])
    page = browser.new_page(locale="zh-CN", viewport={"width": PHONE[0], "height": PHONE[1]})
    open_by_link(page, town)
    page.locator("#camera").click()
    verdict(page, "绿码", "通行", "服务器已记录")
    picture(page, "camera")
    browser.close()
    assert town.rows("SELECT count(*) FROM facts.gate_visit") == [(1,)]
