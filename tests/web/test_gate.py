"""What a gate's device sends and is told, over real HTTP: judged again, coloured as the store has it, recorded once."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from gate_town import ANN, BO, HANGZHOU, NUMBER, GateTown, gate_town

from fangxian.facts.known import now
from fangxian.policy.colour import Colour
from fangxian.services.allowance import GATE
from fangxian.signed import phone
from fangxian.signed.changes import Changes
from fangxian.signed.credential import token_id
from fangxian.signed.key_files import read_public
from fangxian.signed.key_folder import ROOT_PUBLIC
from fangxian.signed.keys import PrivateKey
from fangxian.signed.trust import TrustList
from fangxian.store.recording import MANY_CHANGED
from fangxian.web.gate import routes, scanning
from fangxian.web.gate.sent import LONGEST_BODY

SCANS, PAPERS = "/api/v1/gate/scans", "/api/v1/gate/without-phone"
STRANGERS = "440308199901101512"


@pytest.fixture
def town(postgres_server, tmp_path):
    """Give a town whose server answers."""
    with gate_town(postgres_server, tmp_path) as running:
        yield running


@pytest.fixture
def gate(town: GateTown):
    """Give a client that sends as a device of the town."""
    with town.client() as client:
        yield client


def scan(text=None, *, age_s=0.0, **more) -> dict:
    return {"scan_id": str(uuid4()), "age_s": age_s, "text": text} | more


def send(gate: httpx.Client, *scans: dict) -> list[dict]:
    answer = gate.post(SCANS, json={"scans": list(scans)})
    assert answer.status_code == 200, answer.text
    return answer.json()["scans"]


def test_a_code_is_answered_with_the_colour_that_the_store_has_now(town, gate):
    assert send(gate, scan(town.shown(ANN)))[0]["passes"]
    town.declare(BO, contacted_case="yes")
    town.becomes(BO, Colour.RED)
    answer = send(gate, scan(town.shown(BO)))[0]
    assert (answer["outcome"], answer["colour"], answer["passes"], answer["words"]["zh"][:2]) == ("colour", "red", False, "红码")
    visits = town.rows("SELECT person_id, place_id, outcome FROM facts.gate_visit ORDER BY known_at")
    assert visits == [(UUID(ANN), "mall-1", "passed"), (UUID(BO), "mall-1", "refused")]


def test_a_scan_whose_answer_was_lost_is_answered_the_same_and_a_replay_is_another_scan(town, gate):
    first = scan(town.shown(ANN))
    lost, again = send(gate, first), send(gate, first)
    assert lost == again
    assert send(gate, scan(first["text"]))[0]["outcome"] == "replay"
    assert town.rows("SELECT count(*) FROM facts.gate_visit") == [(1,)]


def test_every_kind_of_bad_code_has_its_outcome_and_says_of_nobody_that_they_were_there(town, gate):
    old = town.shown(ANN, at=now() - timedelta(minutes=5))
    forged = phone.show(town.credential(ANN), at=now(), by=PrivateKey.make())
    answers = send(gate, scan(old), scan(forged), scan("?"), scan(town.credential(ANN)))
    assert [answer["outcome"] for answer in answers] == ["screenshot", "forged", "damaged", "screenshot"]
    assert town.rows("SELECT count(*) FROM facts.gate_visit") == [(0,)]
    assert town.rows("SELECT count(*) FROM gate.scan") == [(4,)]


def test_a_gate_that_was_offline_sends_what_it_did_and_the_instant_of_the_scan_counts(town, gate):
    ago = timedelta(hours=3)
    text = phone.show(town.credential(ANN), at=now(), by=town.phone)
    answer = send(gate, scan(text, did="passed"))[0]
    early = phone.show(town.credential(BO), at=now() - ago, by=town.phone)
    late = send(gate, scan(early, age_s=ago.total_seconds(), did="refused"))[0]
    assert answer["outcome"] == "colour"
    # The credential was issued after the instant that the phone signed: the times do not agree.
    assert late["outcome"] == "clock"
    (found,) = town.rows("SELECT outcome, known_at - from_at < interval '1 minute' FROM facts.gate_visit")
    assert found == ("passed", True)


def test_a_scan_of_a_gate_that_was_offline_has_the_colour_of_its_instant_though_that_has_ended(town, gate):
    begun, ended = now() - timedelta(hours=3), now() - timedelta(hours=1)
    town.declare(ANN)
    loads = town.serving.loads
    with town.store.transaction(town.event(ANN, "invented"), at=now()) as transaction:
        transaction.connection.execute(
            "INSERT INTO code.hit VALUES (%s, %s, 'rule', 'red', %s, %s, '{1}', %s)",
            [ANN, HANGZHOU.name, begun, ended, transaction.event.event_id],
        )
        transaction.connection.execute("SELECT pg_notify(%s, '')", [MANY_CHANGED])
    while town.serving.loads == loads:
        time.sleep(0.01)
    ages = [14_400.0, 7_200.0, 1_800.0, 0.0]
    shown = [town.shown(ANN, at=now() - timedelta(seconds=age), issued_at=now() - timedelta(hours=5)) for age in ages]
    kept = [scan(text, age_s=age, did="passed") for text, age in zip(shown, ages, strict=True)]
    assert [each["colour"] for each in send(gate, *kept)] == ["green", "red", "green", "green"]
    assert town.rows("SELECT colour, count(*) FROM gate.scan GROUP BY colour ORDER BY colour") == [("green", 3), ("red", 1)]


def test_five_thousand_scans_of_an_offline_gate_are_taken_at_once(town, gate):
    text = town.shown(ANN)
    answers = send(gate, *(scan(text, did="passed") for _ in range(5_000)))
    assert [answer["outcome"] for answer in answers[:2]] == ["colour", "replay"]
    assert town.rows("SELECT count(*), count(DISTINCT event_id) FROM gate.scan") == [(5_000, 5_000)]
    assert gate.post(SCANS, json={"scans": [scan("?")] * 5_001}).status_code == 400


def test_gates_that_send_at_once_share_transactions_and_all_is_there(town, gate):
    scans = [scan(town.shown(f"{n:032x}")) for n in range(1, 41)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: send(gate, one)[0], scans))
    assert all(answer["passes"] for answer in answers)
    people, transactions = town.rows("SELECT count(DISTINCT person_id), count(DISTINCT written_by) FROM facts.gate_visit")[0]
    assert people == 40
    assert transactions < 40


def test_nobody_is_let_through_who_is_not_recorded_as_let_through(town, gate):
    damaged = scan("?")
    send(gate, damaged)
    under_its_number = scan(None, emergency="fire") | {"scan_id": damaged["scan_id"]}
    assert not send(gate, under_its_number)[0]["passes"]
    twice = scan("?")
    told = send(gate, twice, scan(None, emergency="fire") | {"scan_id": twice["scan_id"]})
    assert [each["passes"] for each in told] == [False, False]
    assert town.rows("SELECT count(*) FROM audit.event WHERE action = 'let an emergency through'") == [(0,)]
    through = scan(None, emergency="birth")
    assert [send(gate, through)[0]["passes"] for _ in range(2)] == [True, True]
    assert town.rows("SELECT count(*) FROM audit.event WHERE action = 'let an emergency through'") == [(1,)]


def test_an_emergency_passes_whatever_the_colour_and_is_said_to_be_one(town, gate):
    town.diagnose(ANN)
    town.becomes(ANN, Colour.RED)
    text = town.shown(ANN)
    refused = send(gate, scan(text))[0]
    let_through = send(gate, scan(text, emergency="birth"), scan(None, emergency="fire"))
    assert (refused["passes"], [answer["passes"] for answer in let_through]) == (False, [True, True])
    assert town.rows("SELECT person_id, outcome FROM facts.gate_visit WHERE outcome = 'emergency'") == [(UUID(ANN), "emergency")]
    reasons = town.rows("SELECT details ->> 'emergency' FROM audit.event WHERE action = 'let an emergency through' ORDER BY 1")
    assert reasons == [("birth",), ("fire",)]


def test_a_case_at_a_gate_leaves_an_alert(town, gate):
    town.diagnose(ANN)
    town.becomes(ANN, Colour.RED)
    send(gate, scan(town.shown(ANN)), scan(town.shown(BO)))
    assert town.rows("SELECT person_id, rule FROM gate.alert") == [(UUID(ANN), "confirmed-case")]


def test_somebody_without_a_phone_is_found_by_papers_of_which_nothing_is_kept(town, gate):
    town.declare(ANN)
    papers = {"scan_id": str(uuid4()), "age_s": 0, "id_type": "resident_id", "id_number": f" {NUMBER[:6]} {NUMBER[6:].lower()}"}
    answer = gate.post(PAPERS, json=papers).json()["scans"][0]
    unknown = gate.post(PAPERS, json=papers | {"scan_id": str(uuid4()), "id_number": STRANGERS}).json()["scans"][0]
    assert (answer["passes"], answer["colour"], unknown["passes"], unknown["outcome"]) == (True, "green", False, "not_enrolled")
    assert unknown["words"]["zh"].startswith("此人没有健康码")
    mistyped = gate.post(PAPERS, json=papers | {"scan_id": str(uuid4()), "id_number": "110105194912310021"})
    assert (mistyped.status_code, "110105" in mistyped.text) == (400, False)
    held = town.rows("SELECT (scan::text || event::text) FROM gate.scan AS scan JOIN audit.event AS event USING (event_id)")
    assert not [row for row in held if STRANGERS in row[0]]


def test_papers_are_asked_about_now_and_not_of_days_ago(town, gate):
    town.declare(ANN)
    papers = {"scan_id": str(uuid4()), "id_type": "resident_id", "id_number": NUMBER}
    assert gate.post(PAPERS, json=papers | {"age_s": 13 * 24 * 3600}).status_code == 400
    assert gate.post(PAPERS, json=papers | {"age_s": 130}).status_code == 400
    assert town.rows("SELECT count(*) FROM gate.scan") == [(0,)]


def test_a_gate_that_asks_about_documents_without_end_is_stopped_and_another_is_not(town, gate, monkeypatch):
    monkeypatch.setattr(routes, "GATE", replace(GATE, most=2))

    def asks(client):
        papers = {"scan_id": str(uuid4()), "age_s": 0, "id_type": "resident_id", "id_number": STRANGERS}
        return client.post(PAPERS, json=papers)

    assert [asks(gate).status_code for _ in range(3)] == [200, 200, 429]
    assert (int(asks(gate).headers["retry-after"]) > 3000, "过于频繁" in asks(gate).text) == (True, True)
    assert town.rows("SELECT count(*) FROM gate.scan") == [(2,)]
    with town.client() as other:
        assert asks(other).status_code == 200


def test_nobody_passes_with_a_fever_but_in_an_emergency(town, gate):
    town.declare(ANN)
    papers = {"scan_id": str(uuid4()), "age_s": 0, "id_type": "resident_id", "id_number": NUMBER, "temperature_c": 37.3}
    hot, warm = scan(town.shown(ANN), temperature_c=39.0), scan(town.shown(ANN, at=now() - timedelta(seconds=3)), temperature_c=37.2)
    answers = [send(gate, hot)[0], send(gate, hot)[0], gate.post(PAPERS, json=papers).json()["scans"][0]]
    assert [(each["passes"], each["colour"], each["words"]["zh"][:2]) for each in answers] == [(False, "green", "体温")] * 3
    assert town.rows("SELECT DISTINCT outcome FROM facts.gate_visit") == [("refused",)]
    assert send(gate, warm)[0]["passes"]
    assert send(gate, scan(town.shown(ANN, at=now() - timedelta(seconds=6)), temperature_c=39.0, emergency="birth"))[0]["passes"]


def test_what_could_not_be_recorded_is_no_replay_later_and_what_was_recorded_stays_one(town, gate, monkeypatch):
    seen, lost = scan(town.shown(ANN)), scan(town.shown(BO))
    assert send(gate, seen)[0]["outcome"] == "colour"

    def gone(*arguments, **named):
        raise psycopg.OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(scanning, "record_visits", gone)
        assert gate.post(SCANS, json={"scans": [lost]}).status_code == 503
    assert send(gate, lost)[0]["outcome"] == "colour"
    assert send(gate, scan(seen["text"]))[0]["outcome"] == "replay"


def test_files_are_the_regions_own_and_are_not_sent_again_unchanged(town, gate):
    answer = gate.get("/gate/files/trust")
    trust = TrustList.read(answer.content, root=read_public(town.keys.folder / ROOT_PUBLIC))
    assert gate.get("/gate/files/trust", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    town.credential(ANN)
    town.diagnose(ANN)
    changes = Changes.read(gate.get("/gate/files/changes").content, trust=trust, at=now())
    assert changes.about(token_id(bytes(32), ANN)).colour is Colour.RED


def test_nobody_without_a_devices_token_sends_or_fetches_and_a_code_opens_once(town):
    with httpx.Client(base_url=town.address) as stranger:
        for path in ("/gate/files/trust", "/gate/files/changes", "/gate/config.json"):
            assert stranger.get(path).status_code == 401
            assert stranger.get(path, headers={"Authorization": "Bearer nonsense"}).status_code == 401
        for path in (SCANS, PAPERS):
            assert stranger.post(path, json={}).status_code == 401
        _, code = town.device()
        opened = stranger.post("/gate/open", json={"code": code})
        assert set(opened.json()) == {"token", "root"}
        assert stranger.post("/gate/open", json={"code": code}).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"scans": []}',
        b'{"scans": [1]}',
        b'{"scans": [{"scan_id": "x", "age_s": 0, "text": "?"}]}',
        b'{"scans": [{"scan_id": "00000000-0000-0000-0000-000000000001", "age_s": -1, "text": "?"}]}',
        b'{"scans": [{"scan_id": "00000000-0000-0000-0000-000000000001", "age_s": 1e9, "text": "?"}]}',
        b'{"scans": [{"scan_id": "00000000-0000-0000-0000-000000000001", "age_s": 0}]}',
        b'{"scans": [{"scan_id": "00000000-0000-0000-0000-000000000001", "age_s": 0, "text": "?", "did": "danced"}]}',
        b'{"scans": [{"scan_id": "00000000-0000-0000-0000-000000000001", "age_s": 0, "text": "?", "temperature_c": 100}]}',
        b'{"scans": [{"scan_id": "00000000-0000-0000-0000-000000000001", "age_s": 0, "text": null, "emergency": "hurry"}]}',
        b'{"id_type": 1, "id_number": "2"}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_scan_is_refused_in_words_and_recorded_nowhere(town, gate, body):
    for path in (SCANS, PAPERS):
        answer = gate.post(path, content=body)
        assert answer.status_code == 400
        assert answer.json()["problem"].keys() >= {"zh", "en"}
    assert town.rows("SELECT count(*) FROM gate.scan") == [(0,)]


def test_what_is_too_long_is_refused_as_that_and_opens_nothing(town, gate):
    _, code = town.device()
    for path, most in ((SCANS, LONGEST_BODY), (PAPERS, LONGEST_BODY), ("/gate/open", 1_000)):
        answer = gate.post(path, content=json.dumps({"code": code}).encode().ljust(most + 1))
        assert answer.status_code == 413
        assert "请求过大" in answer.text
    assert gate.post("/gate/open", json={"code": code}).status_code == 200


def test_the_page_alone_may_use_the_camera(town):
    page, other = httpx.get(f"{town.address}/gate"), httpx.get(f"{town.address}/static/gate/gate.js")
    assert page.headers["permissions-policy"].startswith("camera=(self)")
    assert other.headers["permissions-policy"].startswith("camera=()")
    assert "'unsafe" not in page.headers["content-security-policy"]
