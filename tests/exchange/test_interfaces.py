"""What people and programs meet of the exchange: the page, the interface, and the seven interfaces of GB/T 38963."""

import base64
import json

import httpx
import pytest
from services.conftest import IDENTITY, NOON, PHONE, come_in

from fangxian.signed import phone as phone_signing
from fangxian.signed.keys import PrivateKey, point
from fangxian.store.gate_devices import open_device, register

from .conftest import FROM_KEY_AREA, enrolled, event, shown_code

GBT = "/api/v1/gbt38963"


@pytest.fixture
def program(both, clock):
    """Give a program that speaks to the installation here for whoever logs in; a phone may ask for a code again after a minute."""
    session = come_in(both.here.living)
    clock.forward(minutes=2)
    with httpx.Client(base_url=both.here.address, timeout=60, headers={"Authorization": f"Bearer {session.secret}"}) as client:
        yield client


def gate_token(at) -> str:
    living = at.living
    _, code = register(
        living.store, event("register gate"), place_id="mall", place_name="Mall", region_code=living.region_code, at=living.clock()
    )
    return open_device(living.store, code, at=living.clock())


def test_somebody_pastes_a_code_and_consents_and_sees_what_it_means_here(both, clock):
    there, _ = enrolled(both.there, **FROM_KEY_AREA), enrolled(both.here)
    clock.forward(minutes=2)
    session = come_in(both.here.living)
    with httpx.Client(base_url=both.here.address, timeout=60, cookies={"fangxian_session": session.secret}) as browser:
        page = "/me/0/elsewhere"
        assert "互认外地健康码" in browser.get(page).text
        code = shown_code(both.there, there)
        without = browser.post(page, data={"code": code})
        assert (without.status_code, "未经您同意" in without.text) == (422, True)
        answered = browser.post(page, data={"code": code, "consent": "yes"})
        assert answered.status_code == 200
        assert "黄码" in answered.text
        assert browser.post(page, data={"code": "x", "consent": "yes"}).status_code == 422
        assert "送交该地区答复" in browser.get("/me/0/appeal/0/0").text
        assert "记录外地健康码" in browser.get("/me/0/looks?own=yes").text
        assert "外地" in browser.get("/me/0").text


def test_a_program_asks_the_same(both, program):
    there, _ = enrolled(both.there, **FROM_KEY_AREA), enrolled(both.here)
    given = {"code": shown_code(both.there, there), "consent": True}
    answered = program.post("/api/v1/me/0/recognitions", json=given)
    assert answered.status_code == 201
    assert {key: answered.json()[key] for key in ("region", "reason_class", "colour_here")} == {
        "region": "310100",
        "reason_class": "area",
        "colour_here": "yellow",
    }
    assert program.post("/api/v1/me/0/recognitions", json=given | {"consent": False}).status_code == 422


REPORT = {
    "temperature": "36.5",
    "symptom": "1",
    "isContactPatient": "2",
    "isEpidemicAreaRisk": "2",
    "isGoHubei": "2",
    "isGoHubeiWH": "2",
    "consent": "1",
}
APPLICATION = REPORT | {
    "name": IDENTITY["full_name"],
    "idType": "resident_id",
    "idNumber": IDENTITY["id_number"],
    "home": "330106",
    "phone": PHONE,
}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {name: said for name, said in REPORT.items() if name != "consent"},
        REPORT | {"consent": "2"},
        {name.lower(): said for name, said in REPORT.items()} | {"isgohubei": "1"},
        REPORT | {"isGoHubie": "1"},
        REPORT | {"symptom": ""},
    ],
)
def test_a_report_that_lacks_or_misspells_an_answer_is_not_taken_for_healthy(both, given):
    enrolled(both.here)
    both.here.living.clock.forward(minutes=2)
    session = come_in(both.here.living)
    with httpx.Client(base_url=both.here.address, timeout=60, headers={"Authorization": f"Bearer {session.secret}"}) as client:
        assert client.post(f"{GBT}/declaration", json=given).status_code == 422
        told = client.post(f"{GBT}/declaration", json=REPORT | {"date": "2020-02-24", "city": "杭州", "phone": PHONE})
        assert told.status_code in (200, 201)


def test_the_seven_interfaces_of_the_standard_do_what_our_own_do(both, program):
    applied = program.post(f"{GBT}/application", json=APPLICATION)
    assert applied.json() == {
        "desensitizeName": "王**",
        "healthyStaus": "00",
        "colour": "green",
        "hasWarm": "未见异常",
        "warmMsgs": [],
        "reasons": [],
    }
    key = PrivateKey.make()
    phone_key = base64.urlsafe_b64encode(point(key.public)).decode()
    minted = program.post(f"{GBT}/minting", json={"phoneKey": phone_key}).json()
    assert minted["healthyStaus"] == "00"
    shown = phone_signing.show(minted["bizExtData"], at=both.here.living.clock(), by=key)
    at_gate = {"headers": {"Authorization": f"Bearer {gate_token(both.here)}"}, "timeout": 60}
    verify = f"{both.here.address}{GBT}/verification"
    green = {"outcome": "colour", "colour": "green", "healthyStaus": "00", "desensitizeName": "王**"}
    assert httpx.post(verify, json={"bizExtData": shown}, **at_gate).json() == green

    fever = program.post(f"{GBT}/declaration", json=REPORT | {"temperature": "38.6", "symptom": "2^3"})
    assert (fever.json()["healthyStaus"], fever.json()["hasWarm"]) == ("01", "")
    assert httpx.post(verify, json={"bizExtData": shown}, **at_gate).json() == green | {"colour": "yellow", "healthyStaus": "01"}
    assert program.get(f"{GBT}/query").json() == fever.json()
    trip = {"date": str(NOON.date()), "mode": "train", "number": "g7349", "fromRegion": "武汉市", "toRegion": "杭州市"}
    assert program.post(f"{GBT}/trip-declaration", json=trip).json()["healthyStaus"] == "10"
    said = program.get(f"{GBT}/query").json()["reasons"][0]["because"][0]["fact"]
    dispute = {"ground": "wrong_fact", "words": "没有坐过这趟车"}
    assert program.post(f"{GBT}/correction", json=dispute | {"fact": "0" * 32}).status_code == 409
    corrected = program.post(f"{GBT}/correction", json=dispute | {"fact": said})
    assert (corrected.status_code, corrected.json()["owner"]) == (201, "appeal-office")


def test_a_gate_asks_the_region_of_a_foreign_code_and_says_what_it_means_here(both):
    there = enrolled(both.there, **FROM_KEY_AREA)
    at_gate = {"headers": {"Authorization": f"Bearer {gate_token(both.here)}"}, "timeout": 60}
    verify = f"{both.here.address}{GBT}/verification"
    found = httpx.post(verify, json={"bizExtData": shown_code(both.there, there)}, **at_gate).json()
    assert (found["outcome"], found["colour"]) == ("colour", "yellow")
    assert httpx.post(verify, json={"bizExtData": "x"}, **at_gate).json()["outcome"] == "damaged"
    assert httpx.post(verify, json={"bizExtData": "x"}, timeout=60).status_code == 401


WRONG = (
    {"symptom": "9"},
    {"isContactPatient": "4"},
    {"isEpidemicAreaRisk": "1", "stayRegion": "nowhere"},
    {"temperature": "hot"},
)


def test_what_cannot_be_read_is_said_and_nothing_is_recorded(both, program):
    enrolled(both.here)
    assert [program.post(f"{GBT}/declaration", json=wrong).status_code for wrong in WRONG] == [422] * len(WRONG)
    trip = {"date": "2020-03-30", "mode": "train", "fromRegion": "nowhere", "toRegion": "杭州市"}
    assert {each["where"] for each in program.post(f"{GBT}/trip-declaration", json=trip).json()["problems"]} == {"date", "fromRegion"}
    assert program.get(f"{GBT}/query").json()["colour"] == "green"


@pytest.mark.parametrize(
    ("name", "said"), [("number", "G\0"), ("carriage", "1\0"), ("seat", "\ud800"), ("date", "2020-W08-1"), ("date", 18316)]
)
def test_a_trip_that_cannot_be_kept_as_it_was_sent_is_refused_by_the_name_of_its_field(program, name, said):
    assert program.post(f"{GBT}/application", json=APPLICATION).status_code == 200
    trip = {"date": str(NOON.date()), "mode": "train", "number": "G7349", "fromRegion": "武汉市", "toRegion": "杭州市"}
    refused = program.post(f"{GBT}/trip-declaration", content=json.dumps(trip | {name: said}), headers={"Content-Type": "application/json"})
    assert refused.status_code == 422
    assert [name in each["where"] for each in refused.json()["problems"]] == [True]


def test_a_phones_key_in_another_base64_is_refused(program):
    assert program.post(f"{GBT}/application", json=APPLICATION).status_code == 200
    keys = (point(PrivateKey.make().public) for _ in range(1000))
    standard = next(text for text in (base64.b64encode(key).decode() for key in keys) if set("+/") & set(text))
    refused = program.post(f"{GBT}/minting", json={"phoneKey": standard})
    assert (refused.status_code, refused.json()["problems"][0]["where"]) == (422, "phone_key")
