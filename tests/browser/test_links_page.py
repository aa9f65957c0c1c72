"""Two officers judge a doubtful pair in a real browser: both rows side by side, in both languages, wide and on a phone."""

import os
from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from linkage.conftest import Street
from playwright.sync_api import Browser, Page, expect

from fangxian.linkage.finding import RegisterFinder
from fangxian.linkage.linked import Way
from fangxian.services.staff import begin_session
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import ingest
from fangxian.store.store import Event
from fangxian.web.staff.asking import COOKIE
from fangxian.work.pair_rows import open_pairs
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role
from tests.services.conftest import NOON, clock, database, living, migrated, store, vault_process
from tests.web.staff_kit import Served, serve

from .test_page_in_browser import IMAGES, WANTED

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

pytestmark = pytest.mark.browser
PICTURES = ("staff-links", "staff-link", "staff-link-390", "staff-link-second")
NAMES = ("单雨浩", "山雨浩", "Jingyi", "12374566632", "文三路", "330106197505050057")


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


@pytest.fixture
def waiting(living, tmp_path) -> None:
    """Bring a street's file in; the pair that is in doubt becomes work."""
    street = Street(tmp_path)

    def keep(pairs):
        event = Event(actor="command line", role="data_officer", purpose="test", action="pairs opened")
        open_pairs(living.store, living.vault, pairs, event, region_code="330100", at=NOON)

    path = tmp_path / "street.csv"
    heading = "登记编号,证件类型,证件号码,姓名,出生日期,性别,联系电话,住址,居住地代码,街道代码,网格编号,户编号,入住日期,迁出日期,上报时间"
    street_code = "330106001,330106001001"
    row = f"JZ9,居民身份证,,山雨浩,1975/5/6,男,+86 123-9999-0000,杭州西湖区文三路9号,330106,{street_code},HH9,2019-1-5,,2020-02-11 09:00"
    path.write_text(f"{heading}\n{row}\n", "utf-8")
    finder = RegisterFinder(street.register, living.vault, Way(on=date(2020, 2, 24)), at=NOON, keep=keep)
    ingest(street.lake, source_named("community-register"), path, received_at=NOON, key_holder=living.vault, finder=finder, threads=1)
    assert finder.linked is not None
    assert finder.linked.answers["doubtful"] == 1


def page_of(browser: Browser, served: Served, *, width: int, subject: str = "officer-1") -> tuple[Page, list[str]]:
    by = Principal(subject=subject, roles=frozenset({Role.OFFICER}), region_codes=frozenset({"330100"}), second_factor=True)
    faults: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="zh-CN")
    context.add_cookies([{"name": COOKIE, "value": begin_session(served.living, by).secret, "url": served.address}])
    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    context.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    return context.new_page(), faults


def picture(page: Page, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing is wider than the screen"
    taken = page.screenshot(full_page=True)
    if os.environ.get(WANTED) == "1" and name in PICTURES:
        (IMAGES / f"{name}.png").write_bytes(taken)


def test_one_officer_proposes_another_confirms_and_it_is_taken_back(waiting, served, database, chromium):
    page, faults = page_of(chromium, served, width=1440)
    page.goto(f"{served.address}/staff")
    page.get_by_role("link", name="待核对的同一人").click()
    expect(page.get_by_role("cell", name="街道社区")).to_be_visible()
    picture(page, "staff-links")
    page.get_by_role("link", name="打开").click()
    assert not any(name in page.url for name in NAMES)
    expect(page.get_by_role("cell", name="山雨浩")).to_be_visible()
    expect(page.get_by_role("cell", name="单雨浩")).to_be_visible()
    expect(page.get_by_text("姓名同音")).to_be_visible()
    picture(page, "staff-link")
    page.get_by_role("button", name="提出：同一人").click()
    expect(page.get_by_role("status").filter(has_text="待另一名人员确认")).to_be_visible()
    page.get_by_role("link", name="打开").click()
    expect(page.get_by_role("heading", name="待另一名人员确认")).to_be_visible()
    expect(page.get_by_role("button", name="确认：同一人")).to_have_count(0)
    picture(page, "staff-link-own")
    page.context.close()
    second, others = page_of(chromium, served, width=1440, subject="officer-2")
    second.goto(f"{served.address}/staff/links")
    picture(second, "staff-links-proposed")
    second.get_by_role("link", name="打开").click()
    expect(second.get_by_text("officer-1")).to_be_visible()
    picture(second, "staff-link-second")
    second.get_by_role("button", name="确认：同一人").click()
    expect(second.get_by_role("status").filter(has_text="已确认为同一人")).to_be_visible()
    second.get_by_role("link", name="打开").click()
    second.get_by_role("button", name="撤销认定").click()
    expect(second.get_by_role("status").filter(has_text="撤销")).to_be_visible()
    second.context.close()
    assert faults == others == []
    with psycopg.connect(database) as connection:
        said = connection.execute(
            "SELECT action, details::text FROM audit.event WHERE purpose = 'doubtful pairs' ORDER BY at, action"
        ).fetchall()
        assert [count for (count,) in connection.execute("SELECT count(*) FROM facts.same_person").fetchall()] == [1]
    assert sorted(action for action, _ in said) == sorted(
        ["pairs listed"] * 5 + ["pair looked at"] * 4 + ["pair proposed as the same", "pair confirmed as the same", "pair reopened"]
    )
    assert not any(name in details for _, details in said for name in NAMES)


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_and_in_english_everything_can_be_read_and_pressed(waiting, served, chromium, width):
    page, faults = page_of(chromium, served, width=width)
    page.goto(f"{served.address}/staff/links?lang=en")
    picture(page, f"staff-links-{width}")
    page.get_by_role("link", name="Open").click()
    for name in ("Propose: one person", "Different people", "Put off"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["height"] >= 44, "large enough for a thumb"
    picture(page, f"staff-link-{width}")
    page.get_by_role("button", name="Put off").click()
    expect(page.get_by_role("status").filter(has_text="Put off")).to_be_visible()
    page.context.close()
    assert faults == []


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_second_officer_rejects_a_proposal_and_the_pair_waits_again(waiting, served, database, chromium, width):
    page, faults = page_of(chromium, served, width=width)
    page.goto(f"{served.address}/staff/links?lang=en")
    page.get_by_role("link", name="Open").click()
    page.get_by_role("button", name="Propose: one person").click()
    page.get_by_role("link", name="Open").click()
    picture(page, f"staff-link-own-{width}")
    page.context.close()
    second, others = page_of(chromium, served, width=width, subject="officer-2")
    second.goto(f"{served.address}/staff/links?lang=en")
    picture(second, f"staff-links-proposed-{width}")
    second.get_by_role("link", name="Open").click()
    for name in ("Confirm: one person", "Different people", "Reject, judge again"):
        box = second.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["height"] >= 44, "large enough for a thumb"
    picture(second, f"staff-link-second-{width}")
    second.get_by_role("button", name="Reject, judge again").click()
    expect(second.get_by_role("status").filter(has_text="Rejected")).to_be_visible()
    expect(second.get_by_role("cell", name="to be judged")).to_be_visible()
    second.context.close()
    assert faults == others == []
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM facts.same_person").fetchone() == (0,)
