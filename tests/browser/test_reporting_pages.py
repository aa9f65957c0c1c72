"""People who report, in a real browser against the whole application: assess, ask, tell; and whoever answers them."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from fangxian.services import consulting
from fangxian.services.staff import begin_session
from fangxian.web.staff.asking import COOKIE
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role
from tests.casework.clue_kit import streets
from tests.services.conftest import PHONE, clock, come_in, database, living, migrated, store, vault_process
from tests.services.test_entrance import enrolled
from tests.web.staff_kit import Served, serve

from .test_living_in_browser import CHINESE_WORDS, UNNAMED
from .test_page_in_browser import IMAGES, WANTED

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

pytestmark = pytest.mark.browser
WIDTHS = {390: 844, 1440: 900}


@pytest.fixture
def served(living) -> Iterator[Served]:
    streets(living.store)
    with serve(living) as one:
        yield one


def opened(browser: Browser, served: Served, *cookies: dict[str, str], width: int = 390) -> tuple[BrowserContext, Page, list[str]]:
    """Give a page, and what goes wrong on it."""
    faults: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": WIDTHS.get(width, 700)}, locale="zh-CN")
    context.add_cookies(list(cookies))
    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    context.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    return context, context.new_page(), faults


def of_staff(living, served: Served, role: Role) -> dict[str, str]:
    """Return the session of somebody of the staff."""
    by = Principal(subject=f"{role.replace('_', '-')}-1", roles=frozenset({role}), region_codes=frozenset({"330100"}), second_factor=True)
    return {"name": COOKIE, "value": begin_session(living, by).secret, "url": served.address}


def of_citizen(living, clock, served: Served) -> dict[str, str]:
    """Return the session of somebody who has a code."""
    member = enrolled(living)
    clock.forward(minutes=2)
    assert member.place == 0
    return {"name": "fangxian_session", "value": come_in(living, PHONE).secret, "url": served.address}


def picture(page: Page, name: str) -> None:
    """Take a picture at both widths, and keep it for the docs where that is wanted; nothing stands out over the edge."""
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} at {width}"
        taken = page.screenshot(full_page=True)
        if os.environ.get(WANTED) == "1":
            (IMAGES / f"{name}-{width}.png").write_bytes(taken)


def fill_assessment(page: Page, *, ill: bool) -> None:
    page.check("[name=told][value=no]")
    for question in ("contact", "stayed_listed", "stayed_other", "contact_from_area"):
        page.check(f"[name={question}][value={'yes' if ill and question == 'contact' else 'no'}]")
    if ill:
        page.check("[name=symptoms][value=cough]")
        page.fill("[name=temperature_c]", "38.2")


def fill_clue(page: Page, place: str = "翠苑街道 一区3幢") -> None:
    page.check("[name=kind][value=came_from_area]")
    page.fill("#region", "西湖区")
    page.fill("#place", place)
    page.fill("#happened_on", "2020-02-23")
    page.fill("#words", "三楼昨天来了两个从湖北回来的人，没有登记，进进出出。")


def test_without_a_log_in_somebody_learns_what_to_do_now_and_why(served, chromium):
    context, page, faults = opened(chromium, served)
    page.goto(f"{served.address}/public/self-assessment")
    picture(page, "assess-questions")
    fill_assessment(page, ill=True)
    page.click("main form button.main")
    expect(page.locator(".assessed.is-high")).to_contain_text("留在家中")
    expect(page.locator(".assessed .warning")).to_contain_text("当地并不知道")
    picture(page, "assess-high")
    context.close()
    assert faults == []


def test_with_a_log_in_the_county_hears_and_the_doctor_is_asked_and_answers(living, clock, served, chromium):
    context, page, faults = opened(chromium, served, of_citizen(living, clock, served))
    page.goto(f"{served.address}/me/0/self-assessment")
    fill_assessment(page, ill=True)
    page.click("main form button.main")
    expect(page.locator(".done")).to_contain_text("县区")
    page.goto(f"{served.address}/consultations")
    page.fill("#words", "发热两天，家里有老人，要不要去医院？")
    page.click("main form button.main")
    expect(page.locator("main")).to_contain_text("排在第 1 位")
    picture(page, "consultation-waiting")
    desk, doctors, wrong = opened(chromium, served, of_staff(living, served, Role.DOCTOR), width=1440)
    doctors.goto(f"{served.address}/staff/consultations")
    picture(doctors, "consultations-desk")
    doctors.click("main form button.main")
    expect(doctors.locator(".said").first).to_contain_text("发热两天")
    picture(doctors, "consultation-doctor")
    doctors.fill("#words", "体温多少？")
    doctors.click("button[value=ask_back]")
    expect(doctors.locator(".done")).to_be_visible()
    page.reload()
    page.fill("#words", "三十八度五")
    page.click("main form button.main")
    clock.forward(minutes=5)
    doctors.click("main form button.main")
    doctors.fill("#words", "请到发热门诊就诊，戴好口罩，不要坐公交。")
    doctors.click("button[value=answer]")
    page.reload()
    expect(page.locator("main")).to_contain_text("发热门诊")
    picture(page, "consultation-answered")
    desk.close()
    context.close()
    assert faults + wrong == []


def test_a_doctor_who_logs_out_hands_back_what_is_in_hand(living, clock, served, chromium):
    member = enrolled(living)
    consulting.ask(living, member.person_id, "发热两天")
    context, page, _ = opened(chromium, served, of_staff(living, served, Role.DOCTOR), width=1440)
    page.goto(f"{served.address}/staff/consultations")
    page.click("main form button.main")
    page.click("footer button")
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT state, doctor FROM work.consultation").fetchall() == [("waiting", None)]
    context.close()


def test_a_clue_is_told_followed_by_its_receipt_and_answered(living, clock, served, chromium):
    context, page, faults = opened(chromium, served)
    page.goto(f"{served.address}/public/clues")
    picture(page, "clue-form")
    fill_clue(page)
    page.click("main form button.main")
    receipt = page.locator(".given strong").inner_text()
    picture(page, "clue-receipt")
    for place in ("翠苑街道 一区3幢", "翠苑街道一区5幢"):
        clock.forward(minutes=1)
        page.goto(f"{served.address}/public/clues")
        fill_clue(page, place)
        page.fill("#reporter_name", "韩梅梅")
        page.click("main form button.main")
    desk, officer, wrong = opened(chromium, served, of_staff(living, served, Role.CLUE_OFFICER), width=1440)
    officer.goto(f"{served.address}/staff/clues")
    picture(officer, "clues-list")
    officer.click("tbody a")
    expect(officer.locator(".doubt").first).to_be_visible()
    picture(officer, "clue-open")
    officer.check("[name=reason][value=ask_back]")
    officer.click("form[action$=reporter] button")
    expect(officer.locator("[role=status]").last).to_contain_text("没有留下")
    officer.locator("form[action$=split] button").first.click()
    officer.locator("tbody a").first.click()
    officer.check("[name=finding][value=confirmed]")
    officer.fill("#words", "已上门登记并告知居家观察，谢谢。")
    officer.click("form[action$=answer] button.main")
    expect(officer.locator(".done")).to_be_visible()
    page.goto(f"{served.address}/public/clues")
    page.fill("#receipt", receipt)
    page.click("form[action$=receipt] button")
    expect(page.locator("main")).to_contain_text("已上门登记")
    assert receipt not in page.url
    picture(page, "clue-answered")
    desk.close()
    context.close()
    assert faults + wrong == []


def test_an_operator_writes_down_for_a_caller(living, clock, served, chromium):
    context, page, faults = opened(chromium, served, of_staff(living, served, Role.HOTLINE_OPERATOR), width=1440)
    page.goto(f"{served.address}/staff/hotline")
    picture(page, "hotline")
    page.goto(f"{served.address}/staff/hotline/assessment")
    picture(page, "hotline-assessment")
    page.check("[name=id_type][value=resident_id]")
    page.fill("#id_number", "11010519491231002X")
    page.fill("#reach", "邻居代接 0571-00000000")
    page.fill("#home", "西湖区")
    fill_assessment(page, ill=True)
    page.click("main form button.main")
    expect(page.locator(".assessed.is-high")).to_be_visible()
    page.goto(f"{served.address}/staff/hotline/clue")
    fill_clue(page)
    page.click("main form button.main")
    receipt = page.locator(".given strong").inner_text()
    page.goto(f"{served.address}/staff/hotline")
    page.fill("#receipt", receipt)
    page.click("form[action$=receipt] button")
    expect(page.locator("[role=status]")).to_contain_text("街道办理中")
    context.close()
    assert faults == []


def test_every_page_of_those_who_report_is_whole_in_english_and_at_the_narrowest(living, clock, served, chromium):
    pages = {
        "/public/self-assessment": (),
        "/public/clues": (),
        "/me/0/self-assessment": (of_citizen(living, clock, served),),
        "/me/0/consultations": (),
        "/staff/clues": (of_staff(living, served, Role.CLUE_OFFICER),),
        "/staff/consultations": (of_staff(living, served, Role.DOCTOR),),
        "/staff/hotline": (of_staff(living, served, Role.HOTLINE_OPERATOR),),
        "/staff/hotline/consultation": (),
    }
    context, page, faults = opened(chromium, served, width=320)
    for path, cookies in pages.items():
        context.add_cookies(list(cookies))
        page.goto(f"{served.address}{path}?lang=en")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.evaluate(CHINESE_WORDS) == [], path
        assert page.evaluate(UNNAMED) == [], path
    context.close()
    assert faults == []
