"""A worker's phone in a real browser against the whole application: a round without a network, synced, with conflicts, and lost."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from spec_symbols import person_id

from fangxian.facts.known import now
from fangxian.services import grid_work, handing_over, supervising
from fangxian.services.staff import begin_session
from fangxian.store.opening import make_room
from fangxian.work.permissions import Principal
from fangxian.work.renewal import renew_at_set_up
from fangxian.work.roles import Role
from fangxian.work.task import TaskKind
from tests.services.conftest import clock, database, living, migrated, store, vault_process
from tests.services.test_grid_work import LI, SUPERVISOR, WU, ask, photograph
from tests.web.staff_kit import Served, serve

from .test_living_in_browser import CHINESE_WORDS, UNNAMED
from .test_visit_page import picture

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

pytestmark = pytest.mark.browser

CHEN = Principal(subject="chen-1", roles=frozenset({Role.GRID_WORKER}), region_codes=frozenset({"330106001003"}))
NAMES = [person_id(f"p{number}") for number in range(8)]


@pytest.fixture
def town(living, clock) -> Iterator[Served]:
    """Serve an installation whose clock is this machine's, with eight people to be visited, two of them contacts."""
    clock.at = now()
    for day in (clock.at.date(), clock.at.date() + timedelta(days=31)):
        make_room(living.store, day)
    renew_at_set_up(living.store, living.policy, first="officer-1", second="officer-2", at=clock.at)
    ask(living, *NAMES[:6])
    ask(living, *NAMES[6:], kind=TaskKind.ISOLATE_CONTACT)
    with serve(living) as served:
        yield served


def phone_of(browser: Browser, served: Served, by: Principal, *, width: int = 390) -> tuple[BrowserContext, Page, list[str]]:
    """Give the phone of somebody who logged in, standing in the street, and what goes wrong on it."""
    faults: list[str] = []
    here = {"latitude": 30.268, "longitude": 120.149}
    context = browser.new_context(
        viewport={"width": width, "height": 844}, locale="zh-CN", geolocation=here, permissions=["geolocation"], has_touch=True
    )
    session = begin_session(served.living, by)
    context.add_cookies([{"name": "fangxian_staff", "value": session.secret, "url": served.address}])
    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    context.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page = context.new_page()
    return context, page, faults


def begin(page: Page, served: Served, *, stops: int) -> None:
    page.goto(f"{served.address}/work")
    page.locator("body[data-ready=yes]").wait_for()
    page.locator("#take").click()
    expect(page.locator("#stops > li")).to_have_count(stops, timeout=20_000)


ARRIVAL, CONTACT = "上门核实来自重点地区者", "落实密切接触者隔离"


def knock(page: Page, outcome: str, *, kind: str = ARRIVAL, at: int = 0, note: str = "", photographed: bool = False) -> None:
    """Knock at a door of a kind that nobody has knocked at yet."""
    page.locator("#stops > li:not(:has(.kept)) .stop", has_text=kind).nth(at).click()
    page.locator(f"#knock [value={outcome}]").check(force=True)
    page.fill("#knock textarea", note)
    if photographed:
        page.set_input_files("#knock [name=photograph]", {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": photograph()})
    page.locator("#knock button:not([type])").click()
    expect(page.locator("#door")).not_to_be_visible()


def rows(database: str, query: str) -> list:
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def test_a_whole_round_without_a_network_is_kept_sent_once_and_conflicts_are_shown(living, town, database, clock, chromium):
    context, page, faults = phone_of(chromium, town, LI)
    begin(page, town, stops=8)
    page.wait_for_function(
        "navigator.serviceWorker.ready.then(() => caches.open('work')).then((k) => k.keys()).then((k) => k.length >= 12)"
    )
    picture(page, "work-round")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    context.set_offline(True)
    page.reload()
    page.locator("body[data-ready=yes]").wait_for()
    expect(page.locator("#stops > li")).to_have_count(8)
    expect(page.locator("#network")).to_have_class("off")
    page.locator("#stops .stop").first.click()
    picture(page, "work-door")
    page.locator("#door [data-close]").click()
    knock(page, "isolated_at_home", kind=CONTACT, photographed=True)
    knock(page, "met")
    knock(page, "nobody_there")
    knock(page, "needs_supplies", note="降压药，两盒")
    knock(page, "refused")
    expect(page.locator("#waiting")).to_contain_text("5")
    assert rows(database, "SELECT count(*) FROM work.visit") == [(0,)]

    # Meanwhile a colleague is given all that is no isolation.
    grid_work.begin_day(living, WU)
    page.reload()
    page.locator("body[data-ready=yes]").wait_for()
    expect(page.locator("#waiting")).to_contain_text("5")
    with psycopg.connect(database) as connection:
        (moved,) = connection.execute(
            "INSERT INTO audit.event SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), %s, 's', 'r', 'p', 'a', '{}' "
            "RETURNING event_id",
            [now()],
        ).fetchone()
        connection.execute("UPDATE work.task SET worker = 'wu-1', event_id = %s WHERE kind = 'visit_arrival'", [moved])

    clock.at = now()
    context.set_offline(False)
    expect(page.locator("#waiting")).to_contain_text("0", timeout=20_000)
    expect(page.locator("#conflict-list > li")).to_have_count(4)
    expect(page.locator("#conflict-list")).to_contain_text("任务已改派他人")
    picture(page, "work-conflicts")
    assert rows(database, "SELECT outcome, conflict FROM work.visit ORDER BY outcome") == [
        ("isolated_at_home", None),
        ("met", "reassigned"),
        ("needs_supplies", "reassigned"),
        ("nobody_there", "reassigned"),
        ("refused", "reassigned"),
    ]
    assert rows(database, "SELECT count(*) FROM work.photograph") == [(1,)]
    assert rows(database, "SELECT source, kind FROM facts.medical_measure") == [("grid-visit", "home")]
    assert rows(database, "SELECT count(*) FROM audit.event WHERE action = 'tasks_shown'") == [(1,)]
    page.locator("#begin").click()
    expect(page.locator("#stops > li")).to_have_count(1)
    assert faults == []
    context.close()


def test_what_a_phone_keeps_is_sealed_and_goes_when_it_is_shut_out_or_its_day_is_over(living, town, chromium):
    context, page, faults = phone_of(chromium, town, LI)
    begin(page, town, stops=8)
    context.set_offline(True)
    knock(page, "met", note="血压高")
    kept = page.evaluate(DUMP)
    assert "extractable:false" in kept
    for said in ("王", "文三路", "13800000001", "血压高"):
        assert said not in kept
    supervising.shut_out(living, SUPERVISOR, str(supervising.supervise(living, SUPERVISOR).phones[0].phone_id))
    context.set_offline(False)
    page.reload()
    expect(page.locator("#notice")).to_contain_text("已被停用", timeout=20_000)
    assert page.evaluate(DUMP) == ""
    context.close()
    assert faults == []

    context, page, faults = phone_of(chromium, town, LI)
    page.clock.install()
    begin(page, town, stops=8)
    context.set_offline(True)
    page.clock.set_fixed_time(now() + timedelta(hours=25))
    page.reload()
    expect(page.locator("#age")).to_contain_text("已销毁")
    expect(page.locator("#stops > li")).to_have_count(0)
    assert "key" not in page.evaluate(DUMP).replace("knock-key", "")
    context.close()


DUMP = """
async () => {
  const asked = indexedDB.open("fangxian-work");
  const opened = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const all = (name, what) => new Promise((done) => {
    const asked = opened.transaction(name).objectStore(name)[what]();
    asked.onsuccess = () => done(asked.result);
  });
  const text = (value) => value instanceof CryptoKey ? `extractable:${value.extractable}`
    : value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? new TextDecoder("utf-8").decode(value)
    : value && typeof value === "object" ? Object.entries(value).map(([name, each]) => name + text(each)).join() : String(value);
  const held = [await all("held", "getAllKeys"), await all("held", "getAll"), await all("knocks", "getAll")];
  return held.flat().map(text).join("\\n");
}
"""


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_page_fits_and_speaks_english(living, town, chromium, width):
    context, page, faults = phone_of(chromium, town, LI, width=width)
    begin(page, town, stops=8)
    page.locator("#language").click()
    expect(page.locator("h1")).to_have_text("Today's round")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(UNNAMED) == []
    if width == 1440:
        picture(page, "work-wide")
    page.locator("#stops .stop").first.click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('#door .choice span')].filter((e) => e.offsetHeight).every((e) => e.offsetHeight >= 54)"
    )
    context.close()
    assert faults == []


@pytest.mark.parametrize("width", [390, 1440])
def test_a_supervisor_sees_who_is_behind_and_gives_what_came_to_them(living, town, database, chromium, width, clock):
    context, page, faults = phone_of(chromium, town, LI)
    begin(page, town, stops=8)
    for outcome in ("refused", "dangerous", "needs_supplies"):
        knock(page, outcome, note="降压药，两盒")
    expect(page.locator(".kept.sent")).to_have_count(3, timeout=20_000)
    context.close()
    grid_work.begin_day(living, WU)
    context, page, more = phone_of(chromium, town, SUPERVISOR, width=width)
    page.goto(f"{town.address}/staff/tasks")
    picture(page, f"supervision-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    row = page.locator("tr", has_text="拒绝配合")
    row.locator("[name=to]").select_option("wu-1")
    row.get_by_role("button", name="派给").click()
    expect(page.locator(".done")).to_contain_text("已处理")
    assert rows(database, "SELECT count(*) FROM work.task WHERE worker = 'wu-1' AND state = 'assigned'") == [(1,)]
    page.get_by_role("button", name="已送到").click()
    expect(page.locator("#supplies + p")).to_contain_text("没有")
    page.goto(f"{town.address}/staff/tasks?lang=en")
    assert page.evaluate(CHINESE_WORDS) == []
    assert page.evaluate(UNNAMED) == []
    context.close()
    assert faults == more == []


@pytest.mark.parametrize("width", [390, 1440])
def test_a_supervisor_opens_a_task_hands_others_over_and_takes_a_knock_that_came_late(living, town, database, chromium, width, clock):
    context, page, faults = phone_of(chromium, town, LI)
    begin(page, town, stops=8)
    knock(page, "refused", note="门未开，说明天再来", photographed=True)
    expect(page.locator(".kept.sent")).to_have_count(1, timeout=20_000)
    context.set_offline(True)
    knock(page, "met", note="已见到本人")
    grid_work.begin_day(living, WU)
    (behind,) = supervising.supervise(living, SUPERVISOR).behind
    handing_over.hand_over(living, SUPERVISOR, behind.reference, to="wu-1", tasks=None)
    grid_work.begin_day(living, CHEN)
    context.set_offline(False)
    expect(page.locator("#conflict-list > li")).to_have_count(1, timeout=20_000)
    context.close()

    context, page, more = phone_of(chromium, town, SUPERVISOR, width=width)
    page.goto(f"{town.address}/staff/tasks")
    page.locator("#with-you ~ table a").first.click()
    expect(page.locator(".said")).to_have_text("门未开，说明天再来")
    assert person_id("p0") not in page.url
    kept = page.request.get(town.address + str(page.get_by_role("link", name="看照片").get_attribute("href")))
    assert (kept.headers["content-type"], kept.headers["cache-control"], kept.body()[:3]) == ("image/jpeg", "no-store", b"\xff\xd8\xff")
    assert rows(database, "SELECT action, count(*) FROM audit.event WHERE action LIKE '%looked_at' GROUP BY 1 ORDER BY 1") == [
        ("photograph_looked_at", 1),
        ("task_looked_at", 1),
    ]
    expect_fits(page, f"supervision-task-{width}")

    page.goto(f"{town.address}/staff/tasks")
    page.get_by_role("link", name="wu-1").click()
    expect(page.locator("[name=task]")).to_have_count(7)
    page.locator("[name=task]").first.check()
    page.locator("[name=to]").select_option("chen-1")
    expect_fits(page, f"supervision-in-hand-{width}")
    page.get_by_role("button", name="移交所选").click()
    expect(page.locator(".done")).to_contain_text("已移交")
    assert rows(database, "SELECT count(*) FROM work.task WHERE worker = 'chen-1' AND state = 'assigned'") == [(1,)]

    page.goto(f"{town.address}/staff/tasks")
    page.locator("#too-late ~ table a").click()
    expect(page.locator(".said")).to_have_text("已见到本人")
    expect_fits(page, f"supervision-late-{width}")
    page.goto(f"{town.address}/staff/tasks")
    picture(page, f"supervision-too-late-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="采纳").click()
    expect(page.locator(".done")).to_contain_text("已采纳")
    assert rows(database, "SELECT count(*) FROM work.task WHERE state = 'done'") == [(1,)]
    context.close()
    assert faults == more == []


def expect_fits(page: Page, name: str) -> None:
    """Expect a page to fit its window, to name what is on it, and to leave no Chinese to an English reader but what was written."""
    picture(page, name)
    here = page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{here}?lang=en")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(UNNAMED) == []
    assert [said for said in page.evaluate(CHINESE_WORDS) if "门未开" not in said and "已见到" not in said] == []
    page.goto(f"{here}?lang=zh")
    if page.locator("[name=task]").count():
        page.locator("[name=task]").first.check()
        page.locator("[name=to]").select_option("chen-1")
