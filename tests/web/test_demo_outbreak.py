"""The demonstration's outbreak: a case and an alert that an officer sees, confirms and hands out at once."""

from collections.abc import Iterator

import httpx
import pytest

from fangxian.demo.firm import COUNTY
from fangxian.demo.outbreak import begin_outbreak
from fangxian.services.alert_contacts import look_at_new_alerts
from fangxian.services.sign_in import DemoSignIn
from fangxian.store.gate_devices import Device, register
from fangxian.store.store import Event
from tests.services.conftest import clock, database, living, migrated, store, vault_process

from .staff_kit import serve
from .test_demo_firm import rows

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

SIGN_IN = DemoSignIn(host="127.0.0.1", region_codes=frozenset({"330000"}), organisation_ids={})


@pytest.fixture
def gate(living) -> Device:
    event = Event(actor="test", role="administrator", purpose="test", action="register gate")
    return register(living.store, event, place_id="demo", place_name="演示门岗", region_code=COUNTY, at=living.clock())[0]


@pytest.fixture
def officer(living, gate) -> Iterator[httpx.Client]:
    begin_outbreak(living, gate)
    look_at_new_alerts(living)
    with serve(living, SIGN_IN) as served:
        client = served.browser()
        client.post("/staff/log-in/choose", data={"role": "officer", "number": "1"})
        yield client


def test_the_case_shows_whom_it_would_tell_and_why_and_a_confirmation_hands_out_tasks(officer, living):
    (row,) = rows(officer.get("/staff/cases"))
    assert "待确认" in row
    page = officer.get("/staff/cases/" + row.split("/staff/cases/")[1].split('"')[0])
    assert "将告知 11 人，其中密切接触者 8 人" in page.text
    assert {"邻座", "同排", "前后数排", "同车厢", "座位待核", "同住", "同时在场"} <= {word for word in NEAR if word in page.text}
    assert not any(name in page.text for name in ("冯八", "褚一", "卫一"))
    (form,) = [part for part in page.text.split('action="') if part.startswith("/staff/cases/")]
    answer = officer.post(form.split('"')[0])
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/cases?done=contacts")
    with living.store.pool.connection() as connection:
        found = connection.execute("SELECT count(*), count(DISTINCT area_code), min(length(area_code)) FROM work.task").fetchone()
    assert found == (8, 3, 12)


NEAR = ("邻座", "同排", "前后数排", "同车厢", "座位待核", "同住", "同时在场")


def test_the_alert_shows_who_was_there_and_a_second_start_of_the_day_adds_nothing(officer, living, gate):
    page = officer.get("/staff/alerts")
    assert "3 人，其中密切 2 人" in page.text
    begin_outbreak(living, gate)
    assert officer.get("/staff/alerts").text.count("看预览") == 1
    preview = officer.get("/staff/alerts/" + page.text.split('href="/staff/alerts/')[1].split('"')[0])
    assert "将告知 3 人，其中密切接触者 2 人" in preview.text
