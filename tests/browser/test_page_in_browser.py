"""The demonstration's page in a real browser, on a desktop and on a phone."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

DESKTOP, PHONE = (1440, 900), (390, 844)
IMAGES = Path(__file__).parents[2] / "docs" / "images"
WANTED = "FANGXIAN_DOCS_SCREENSHOTS"
"""Set it to 1 to write the screenshots of the docs anew."""


class Opened(NamedTuple):
    """The page in a browser, and what went wrong in it so far."""

    page: Page
    faults: list[str]


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def opened(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Opened]:
    """Give the page, opened and drawn, in the two sizes."""
    width, height = request.param
    faults: list[str] = []
    page = chromium.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce", locale="zh-CN")
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda failed: faults.append(f"{failed.url} failed"))
    page.on("request", lambda asked: None if asked.url.startswith((address, "data:")) else faults.append(f"{asked.url} is elsewhere"))
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    page.goto(address)
    expect(page.locator("#map-drawing[data-day]")).to_be_visible()
    yield Opened(page, faults)
    assert faults == []
    page.close()


def colours_on(page: Page) -> int:
    """Return how many different opaque colours the map's canvas shows."""
    return int(
        page.evaluate(
            """() => {
                const canvas = document.querySelector("#map-drawing canvas");
                const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                const seen = new Map();
                for (let i = 0; i < data.length; i += 4) {
                    if (data[i + 3] === 255) {
                        const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
                        seen.set(colour, (seen.get(colour) ?? 0) + 1);
                    }
                }
                return [...seen.values()].filter((pixels) => pixels > 100).length;
            }"""
        )
    )


def test_the_map_is_drawn_and_nothing_overflows(opened: Opened):
    assert colours_on(opened.page) >= 3
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_day_is_changed_by_keyboard_and_the_whole_page_follows(opened: Opened):
    page = opened.page
    slider = page.get_by_role("slider")
    assert page.locator("#day-shown").inner_text() == "2020-02-17"
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#levels .computed")).to_contain_text("2020-02-18")
    expect(page.locator("#strip")).to_contain_text("2020-02-18")
    expect(page.locator("#reasons")).to_contain_text("2020-02-18")
    expect(page.locator("#map-drawing")).to_have_attribute("data-day", "2020-02-18")
    expect(slider).to_have_attribute("aria-valuetext", "2020-02-18")


def test_a_click_on_the_map_shows_what_the_colour_was_computed_from(opened: Opened):
    page = opened.page
    box = page.locator("#map-drawing").bounding_box()
    assert box is not None
    page.locator("#map-drawing").click(position={"x": box["width"] * 0.45, "y": box["height"] * 0.5})
    expect(page.locator("#county .inputs")).to_contain_text("累计确诊")
    chosen = page.locator("#county-choice").input_value()
    expect(page.locator("#county h3")).to_contain_text(chosen)


def test_a_county_can_be_chosen_without_a_pointer(opened: Opened):
    opened.page.locator("#county-choice").select_option("330382")
    expect(opened.page.locator("#county h3")).to_contain_text("乐清市")


def test_a_person_is_explained(opened: Opened):
    page = opened.page
    page.locator(".examples button").first.click()
    explanation = page.locator("#explanation")
    expect(explanation.locator(".verdict h3")).to_have_text("红码")
    expect(explanation.locator(".progress").first).to_contain_text("连续正常打卡")
    expect(explanation.locator("svg.timeline")).to_be_visible()
    expect(explanation).to_contain_text("如何变化")
    person = page.locator("#person_id").input_value()
    assert person not in page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_same_person_can_be_seen_as_known_then_and_as_known_now(opened: Opened):
    page = opened.page
    page.get_by_role("button", name="按当时所知").click()
    expect(page.locator(".verdict h3")).not_to_have_text("绿码")
    page.get_by_role("button", name="按现在所知").click()
    expect(page.locator(".verdict h3")).to_have_text("绿码")


def test_a_question_about_nobody_is_answered_in_words(chromium: Browser, address: str):
    page = chromium.new_page()
    page.goto(address)
    page.locator("#person_id").fill("0" * 32)
    page.get_by_role("button", name="查询并说明").click()
    expect(page.get_by_role("alert")).to_contain_text("此人在该时刻无任何记录")
    page.close()


def test_the_page_works_without_scripts(chromium: Browser, address: str):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}?day=2020-02-15")
    expect(page.locator("#levels")).to_contain_text("2020-02-15")
    page.get_by_role("button", name="查询并说明").click()
    expect(page.locator(".verdict h3")).to_have_text("红码")
    context.close()


def test_every_field_and_picture_has_a_name_for_those_who_cannot_see_it(opened: Opened):
    unnamed = opened.page.evaluate(
        """() => [...document.querySelectorAll("input, select, button, [role=img], [role=region], svg, img")]
            .filter((e) => !(e.labels?.length || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby")
                || e.textContent.trim() || e.hasAttribute("alt")))
            .map((e) => e.outerHTML)"""
    )
    assert unnamed == []


def test_the_page_can_be_pictured_for_the_docs(opened: Opened):
    page = opened.page
    page.locator("#county-choice").select_option("330382")
    expect(page.locator("#county h3")).to_contain_text("乐清市")
    page.locator(".examples button").first.click()
    expect(page.locator(".verdict h3")).to_have_text("红码")
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    width, end = page.evaluate("[innerWidth, document.getElementById('codes').getBoundingClientRect().top]")
    pictures = {f"demo-{width}.png": page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": end})}
    if width > 1000:
        pictures[f"demo-person-{width}.png"] = page.locator("#person").screenshot()
    assert all(picture.startswith(b"\x89PNG") for picture in pictures.values())
    if os.environ.get(WANTED) == "1":
        IMAGES.mkdir(parents=True, exist_ok=True)
        for name, picture in pictures.items():
            (IMAGES / name).write_bytes(picture)
