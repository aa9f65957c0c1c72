"""The whole of it: a case is confirmed, its contacts are seen and told, a worker knocks, the contact is red, and released after 14 days."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from fangxian.demo.firm import COUNTY
from fangxian.demo.outbreak import begin_outbreak
from fangxian.facts import Household, MedicalMeasure, Residence
from fangxian.facts.known import now
from fangxian.services import declaring
from fangxian.services.sign_in import DemoSignIn
from fangxian.store.deciding import decide_pending
from fangxian.store.gate_devices import register
from fangxian.store.new_facts import new_fact
from fangxian.store.opening import make_room
from fangxian.store.reaching import Reach, keep_reaches
from fangxian.store.recording import record
from fangxian.store.store import Event
from fangxian.work.permissions import Principal
from fangxian.work.renewal import renew_at_set_up
from fangxian.work.roles import Role
from tests.services.conftest import clock, database, living, migrated, store, vault_process
from tests.web.staff_kit import Served, serve

from .test_living_in_browser import SLOW, fill_declaration, picture
from .test_work_page import CONTACT, knock, phone_of, rows

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

pytestmark = pytest.mark.browser

GRID = "330106002001"
LI = Principal(subject="li-1", roles=frozenset({Role.GRID_WORKER}), region_codes=frozenset({GRID}))
WELL = {"temperature_c": 36.5, "symptoms": ""}


@pytest.fixture
def town(living, clock) -> Iterator[Served]:
    """Serve an installation whose clock is this machine's, with the demonstration's outbreak."""
    clock.at = now()
    for day in (clock.at.date(), clock.at.date() + timedelta(days=31)):
        make_room(living.store, day)
    renew_at_set_up(living.store, living.policy, first="officer-1", second="officer-2", at=clock.at)
    event = Event(actor="test", role="administrator", purpose="test", action="register gate")
    where = {"place_id": "demo", "place_name": "演示门岗 demo gate", "region_code": COUNTY}
    gate, _ = register(living.store, event, **where, at=living.clock())
    begin_outbreak(living, gate)
    sign_in = DemoSignIn(host="127.0.0.1", region_codes=frozenset({"330000"}), organisation_ids={})
    with serve(living, sign_in) as served:
        yield served


def say(living, person_id, fact_type, /, **values) -> None:
    event = Event(actor="test", role="system", purpose="test", action="feed", person_id=person_id)
    at = living.clock()
    fact = new_fact(fact_type, event, source="community-register", known_at=at, **{"from_at": at} | values)
    record(living.store, {fact_type: [fact]}, event, policies=[living.policy], at=at)


def decide(living) -> None:
    event = Event(actor="system", role="system", purpose="upkeep", action="decide")
    decide_pending(living.store, event, policies=[living.policy], at=living.clock())


def applied(page: Page, served: Served) -> None:
    """Apply for a code on a phone, as 王小明."""
    page.goto(f"{served.address}/me")
    page.fill("#phone", "13800000001")
    page.click("button.main")
    page.fill("#code", page.locator("#shown-code").inner_text())
    page.click("button.main")
    page.fill("#full_name", "王小明")
    page.fill("#id_number", "11010519491231002X")
    page.fill("#home", "西湖区")
    page.fill("#phone", "13800000001")
    fill_declaration(page, fever=False)
    page.click("button.main")
    expect(page.locator("#colour")).to_have_text("绿码")


def confirmed_by_an_officer(chromium: Browser, served: Served) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(SLOW)
    officer = context.new_page()
    officer.goto(f"{served.address}/staff/log-in")
    officer.check("[name=role][value=epidemiologist]")
    officer.click("button.main")
    officer.click("text=病例与接触者")
    officer.click("tbody a")
    expect(officer.locator("main")).to_contain_text("将告知 12 人，其中密切接触者 9 人")
    officer.click("form .main")
    expect(officer.locator(".done")).to_contain_text("任务已派发")
    context.close()


def test_from_a_case_to_a_door_to_a_red_code_that_names_nobody_to_its_release(living, town, clock, database, chromium):
    expect.set_options(timeout=SLOW)
    abroad = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", reduced_motion="reduce")
    abroad.set_default_timeout(SLOW)
    phone = abroad.new_page()
    applied(phone, town)
    contact = living.vault.person_id("resident_id", "11010519491231002X")
    home = {"region_code": COUNTY, "street_code": GRID[:9], "grid_code": GRID}
    say(living, contact, Residence, from_at=clock.at - timedelta(days=400), **home)
    say(living, contact, Household, from_at=clock.at - timedelta(days=400), household_id="demonstration-1")

    confirmed_by_an_officer(chromium, town)
    decide(living)
    tasks = rows(database, f"SELECT replace(person_id::text, '-', '') FROM work.task WHERE area_code = '{GRID}'")
    assert (contact,) in tasks
    by = Event(actor="test", role="system", purpose="grid work", action="tasks_handed_out")
    doors = [Reach(person_id=who, full_name="王小明" if who == contact else "演示", address="文三路 1 号") for (who,) in tasks]
    with living.store.transaction(by, at=living.clock()) as transaction:
        keep_reaches(transaction, living.vault, doors, source="community-register", retention="register")

    context, round_, faults = phone_of(chromium, town, LI)
    context.set_default_timeout(SLOW)
    round_.goto(f"{town.address}/work")
    round_.locator("body[data-ready=yes]").wait_for()
    round_.locator("#take").click()
    expect(round_.locator("#stops > li")).to_have_count(len(tasks))
    own = round_.locator("#stops > li", has_text="王小明")
    expect(own).to_contain_text(CONTACT)
    for _ in tasks:
        knock(round_, "isolated_at_home", kind=CONTACT)
    expect(round_.locator("#waiting")).to_contain_text("0", timeout=20_000)
    picture(round_, "story-round")
    assert rows(database, f"SELECT count(*) FROM work.task WHERE area_code = '{GRID}' AND state <> 'done'") == [(0,)]
    assert faults == []
    context.close()

    phone.goto(f"{town.address}/me/0")
    expect(phone.locator("#colour")).to_have_text("红码")
    expect(phone.locator("main")).to_contain_text("密切接触者")
    assert not any(name in phone.content() for name in ("冯八", "冯大", "褚一", "G7349"))
    picture(phone, "story-red")

    for _ in range(15):
        clock.forward(days=1)
        declaring.check_in(living, contact, WELL)
    say(living, contact, MedicalMeasure, kind="released")
    phone.clock.install(time=clock.at.isoformat() + "Z")
    abroad.clear_cookies()
    phone.goto(f"{town.address}/me")
    phone.fill("#phone", "13800000001")
    phone.click("button.main")
    phone.fill("#code", phone.locator("#shown-code").inner_text())
    phone.click("button.main")
    expect(phone.locator("#colour")).to_have_text("绿码")
    picture(phone, "story-released")
    abroad.close()
