"""The entrance's pages and their interface: what the contact sees and sends, and that nothing there says who somebody is."""

import re
from collections.abc import Iterator

import pytest

from fangxian.services import looking
from fangxian.work.roles import Role
from tests.services.conftest import clock, database, living, migrated, store, vault_process
from tests.services.test_entrance import NUMBERS, VISIT, enrolled, number_of, scanned, works_here

from .staff_kit import Served, serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


def hidden(page, name):
    return re.findall(rf'name="{name}" value="([^"]+)"', page)


def test_the_day_is_drawn_and_a_check_by_hand_is_recorded(living, served):
    came, absent = enrolled(living).person_id, enrolled(living, 1).person_id
    contact = served.come_in(Role.EMPLOYER_CONTACT)
    assert "还没有人同意" in contact.get("/staff/entrance").text
    for person in (came, absent):
        works_here(living, person)
    scanned(living, came)
    page = contact.get("/staff/entrance").text
    assert re.findall(r'class="(\w+)" x="([\d.]+)" width="([\d.]+)"', page) == [("green", "0", "200.0"), ("unchecked", "200.0", "200.0")]
    assert came not in page
    first = hidden(page, "person")[0]
    assert contact.post("/staff/entrance/check", data={"person": first, "temperature_c": "hot"}).status_code == 422
    assert contact.post("/staff/entrance/check", data={"person": first, "temperature_c": "3_8.1"}).status_code == 422
    assert contact.post("/staff/entrance/check", data={"person": first, "temperature_c": "38,1"}).headers["location"] == "/staff/entrance"
    page = contact.get("/staff/entrance?lang=en").text
    assert "38.1 °C" in page
    assert "did not pass" in page
    assert "unchecked" not in re.findall(r'class="(\w+)" x=', page)


def test_visitors_are_registered_and_leave_on_the_page(living, served):
    guest = enrolled(living)
    contact = served.come_in(Role.EMPLOYER_CONTACT)
    assert "今天还没有访客" in contact.get("/staff/visitors").text
    scanned(living, guest.person_id)
    page = contact.get("/staff/visitors").text
    (visit,) = hidden(page, "visit")
    assert contact.post("/staff/visitors/register", data={"visit": visit, "host": "", "purpose": "meeting"}).status_code == 422
    assert contact.post("/staff/visitors/register", data={"visit": visit, "host": "李经理", "purpose": "repair"}).status_code == 303
    page = contact.get("/staff/visitors").text
    assert "李经理" in page
    assert "施工维修" in page
    assert guest.person_id not in page
    assert contact.post("/staff/visitors/left", data={"visit": hidden(page, "visit")[0]}).status_code == 303
    assert contact.post("/staff/visitors/left", data={"visit": visit}).status_code == 409
    assert "补登来访" not in contact.get("/staff/visitors").text


def test_the_desk_names_a_visitor_by_number_or_by_document_and_says_whether_they_may_come_in(living, served):
    guest = enrolled(living, contacted_case="yes")
    contact = served.come_in(Role.EMPLOYER_CONTACT)
    two = {"organisation_id": "91330100MA0000000C", "host": "前台", "purpose": "delivery"}
    refused = contact.post("/staff/visitors/register", data=two | {"number": number_of(living, guest)})
    assert (refused.status_code, "不能进入" in refused.text) == (200, True)
    bad = contact.post("/staff/visitors/register", data=two | {"full_name": "赵大年", "id_type": "resident_id", "id_number": "1"})
    assert (bad.status_code, "位数" in bad.text, "赵大年" in bad.text) == (422, True, False)
    document = {"full_name": "王小明", "id_type": "resident_id", "id_number": NUMBERS[1]}
    assert "不能进入" in contact.post("/staff/visitors/register", data=two | document).text
    assert {"visitor_at_desk", "visitors_seen"} <= {look.action for look in looking.who_looked(living, guest.person_id)}


def test_the_interface_does_what_the_pages_do(living, served):
    own, guest = enrolled(living).person_id, enrolled(living, 1)
    works_here(living, own)
    api = served.come_in(Role.EMPLOYER_CONTACT)
    base = "/api/v1/staff"
    (mine,) = api.get(f"{base}/entrance").json()
    assert mine["checked"] is None
    checked = api.post(f"{base}/entrance/checks", json={"person": mine["person"], "temperature_c": 36.4})
    assert (checked.status_code, checked.json()) == (201, {"colour": "green", "passes": True})
    assert api.get(f"{base}/entrance").json()[0]["checked"]["temperature_c"] == 36.4
    visit = {name: value[0] for name, value in VISIT.items()} | {"organisation_id": "91330100MA0000000C"}
    came = api.post(f"{base}/visitors", json=visit | {"number": number_of(living, guest)})
    assert (came.status_code, came.json()) == (201, {"recorded": "yes", "passes": True})
    (shown,) = api.get(f"{base}/visitors").json()
    assert (shown["name"], shown["host"], shown["purpose"], shown["left_at"]) == ("王**", "李经理", "meeting", None)
    assert api.post(f"{base}/visitors/{shown['visit']}/left").status_code == 200
    assert api.get(f"{base}/visitors").json()[0]["left_at"]
    assert api.post(f"{base}/visitors", json=visit | {"number": "1"}).status_code == 409
