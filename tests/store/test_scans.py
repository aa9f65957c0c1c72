"""Scans of gates in the store: each once with its event and its visit, and an alert where a diagnosis colours the person."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from fangxian.code.hits import facts_read
from fangxian.facts import Diagnosis
from fangxian.policy.colour import Colour
from fangxian.policy.policy import policy
from fangxian.store.deciding import decide_pending
from fangxian.store.gate_devices import Device, devices, devices_of, open_device, register, revoke
from fangxian.store.recording import record
from fangxian.store.scans import Recorded, Visit
from fangxian.store.tokens import Holder, Token, changed_tokens, holders, remember_tokens, revoke_all, revoke_papers

from .conftest import ANN, BO, NOON, event, record_scans

HANGZHOU, NATIONAL = policy("hangzhou"), policy("national")
HOUR = timedelta(hours=1)
TOKEN, PAPER = bytes(range(16)), bytes(range(1, 17))
GATE = Device(gate_id=uuid4(), place_id="mall-1", place_name="虚构商场", region_code="330106")


def visit(person=ANN, **changes) -> Visit:
    given = {
        "device": GATE,
        "scan_id": uuid4(),
        "person_id": person,
        "scanned_at": NOON,
        "outcome": "colour",
        "colour": "green",
        "did": "passed",
        "present": True,
    }
    return Visit(**(given | changes))


def rows(store, query, *parameters):
    with store.pool.connection() as connection:
        return connection.execute(query, parameters).fetchall()


def diagnose(store, person, *, status="confirmed", at=NOON - HOUR):
    values = dict.fromkeys(Diagnosis.columns)
    fact = values | {"person_id": person, "fact_id": 5, "known_at": at, "from_at": at, "source": "t", "delivery_id": "t", "status": status}
    record(store, {Diagnosis: [fact]}, event(person, "diagnose"), policies=[HANGZHOU], at=at)


def test_a_scan_is_recorded_with_its_event_and_its_visit(store):
    scanned = visit(scanned_at=NOON - HOUR)
    assert record_scans(store, [scanned], policy=HANGZHOU, at=NOON) == {}
    found = rows(store, "SELECT person_id, from_at, known_at, place_id, region_code, outcome, source FROM facts.gate_visit")
    assert found == [(UUID(ANN), NOON - HOUR, NOON, "mall-1", "330106", "passed", "gate")]
    assert rows(store, "SELECT person_id, action, details FROM audit.event") == [(UUID(ANN), "scan", {"outcome": "colour"})]


def test_a_scan_that_is_sent_again_is_recorded_once_and_answered_as_the_first_time(store):
    first, other = visit(), visit(BO)
    record_scans(store, [first, first], policy=HANGZHOU, at=NOON)
    again = record_scans(store, [replace(first, outcome="replay", colour=None), other], policy=HANGZHOU, at=NOON + HOUR)
    assert again == {(GATE.gate_id, first.scan_id): Recorded("colour", "green", emergency=False)}
    assert rows(store, "SELECT count(*) FROM facts.gate_visit") == rows(store, "SELECT count(*) FROM audit.event") == [(2,)]


TURN_OF_THE_MONTH = datetime(2020, 3, 1)


@pytest.mark.parametrize("sent_at", [NOON, TURN_OF_THE_MONTH], ids=["within a month", "at the turn of the month"])
def test_a_scan_that_is_counted_back_to_another_millisecond_is_the_same(store, sent_at):
    first = visit(scanned_at=sent_at - timedelta(milliseconds=3))
    record_scans(store, [first], policy=HANGZHOU, at=sent_at)
    later = replace(first, scanned_at=sent_at + timedelta(milliseconds=4), outcome="replay", colour=None)
    again = record_scans(store, [later], policy=HANGZHOU, at=sent_at + HOUR)
    assert again == {(GATE.gate_id, first.scan_id): Recorded("colour", "green", emergency=False)}
    assert rows(store, "SELECT count(*) FROM facts.gate_visit") == rows(store, "SELECT count(*) FROM gate.scan") == [(1,)]


def test_a_scan_is_the_same_where_the_device_was_put_right_by_days_about_the_turn_of_the_month(store):
    first = visit(scanned_at=TURN_OF_THE_MONTH + 9 * HOUR)
    record_scans(store, [first], policy=HANGZHOU, at=TURN_OF_THE_MONTH + 10 * HOUR)
    again = record_scans(
        store, [replace(first, scanned_at=TURN_OF_THE_MONTH - 48 * HOUR)], policy=HANGZHOU, at=TURN_OF_THE_MONTH + 11 * HOUR
    )
    assert again.keys() == {(GATE.gate_id, first.scan_id)}
    assert rows(store, "SELECT count(*) FROM facts.gate_visit") == rows(store, "SELECT count(*) FROM gate.scan") == [(1,)]


def test_a_scan_of_a_fortnight_ago_has_room_in_the_month_before(store):
    with store.pool.connection() as connection:
        connection.execute("SELECT store.make_partitions('2020-05-05', '2020-05-31')")
    at = datetime(2020, 5, 5)
    record_scans(store, [visit(scanned_at=at - timedelta(days=14))], policy=HANGZHOU, at=at)
    assert rows(store, "SELECT in_month::text FROM gate.scan") == [("2020-04-01",)]


def test_a_token_that_is_issued_again_takes_the_place_of_the_first_whatever_its_end(store):
    issue_token(store, valid_until=TURN_OF_THE_MONTH - HOUR)
    issue_token(store, colour=Colour.YELLOW, valid_until=TURN_OF_THE_MONTH + HOUR)
    assert rows(store, "SELECT colour FROM code.token") == [("yellow",)]


def test_two_who_send_the_same_scans_at_once_record_them_once(store):
    scans = [visit(f"{n:032x}") for n in range(1, 200)]
    threads = [
        threading.Thread(target=record_scans, args=[store, order], kwargs={"policy": HANGZHOU, "at": NOON})
        for order in (scans, scans[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(store, "SELECT count(*), count(DISTINCT event_id) FROM facts.gate_visit") == [(199, 199)]
    assert rows(store, "SELECT count(*) FROM audit.event") == [(199,)]


def test_a_scan_that_recognises_nobody_is_an_event_and_no_fact(store):
    record_scans(store, [visit(None, outcome="forged", colour=None, did="refused")], policy=HANGZHOU, at=NOON)
    assert rows(store, "SELECT count(*) FROM facts.gate_visit") == [(0,)]
    assert rows(store, "SELECT person_id, details FROM audit.event") == [(UUID(int=0), {"outcome": "forged"})]


def test_a_screenshot_is_an_event_about_the_person_and_no_visit(store):
    record_scans(store, [visit(outcome="screenshot", colour=None, did="refused", present=False)], policy=HANGZHOU, at=NOON)
    assert rows(store, "SELECT count(*) FROM facts.gate_visit") == [(0,)]
    assert rows(store, "SELECT person_id, details FROM audit.event") == [(UUID(ANN), {"outcome": "screenshot"})]


def test_an_emergency_is_recorded_with_its_reason(store):
    record_scans(store, [visit(outcome="colour", colour="red", did="emergency", emergency="birth")], policy=HANGZHOU, at=NOON)
    assert rows(store, "SELECT outcome FROM facts.gate_visit") == [("emergency",)]
    assert rows(store, "SELECT action, details FROM audit.event") == [
        ("let an emergency through", {"outcome": "colour", "emergency": "birth"})
    ]


def test_a_fever_at_the_gate_changes_the_code_where_a_rule_reads_it_and_a_visit_alone_decides_nobody_again(store):
    march = datetime(2020, 3, 12, 4)
    hot = [visit(BO, scanned_at=march), visit(scanned_at=march, temperature_c=38.6)]
    assert not facts_read(NATIONAL) & {"gate_visit"}
    record_scans(store, hot, policy=NATIONAL, at=march)
    assert rows(store, "SELECT person_id FROM code.pending") == [(UUID(ANN),)]
    decide_pending(store, event(None, "decide"), policies=[NATIONAL], at=march)
    assert rows(store, "SELECT person_id, colour FROM code.hit") == [(UUID(ANN), "yellow")]
    record_scans(store, [visit(temperature_c=38.6)], policy=HANGZHOU, at=NOON)
    assert rows(store, "SELECT person_id FROM code.pending") == []


@pytest.mark.parametrize("status", ["confirmed", "suspected"])
def test_a_case_at_a_gate_is_an_alert_once_however_often_it_is_sent(store, status):
    diagnose(store, ANN, status=status)
    seen = visit(outcome="colour", colour="red", did="refused")
    for _ in range(2):
        record_scans(store, [seen, visit(BO)], policy=HANGZHOU, at=NOON)
    assert rows(store, "SELECT person_id, scan_id, rule FROM gate.alert") == [(UUID(ANN), seen.scan_id, f"{status}-case")]


def test_the_database_itself_refuses_a_scan_without_its_event(database):
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute(
            "INSERT INTO gate.scan VALUES (%s, %s, %s, %s, 'colour', 'green', %s, %s)",
            [uuid4(), uuid4(), uuid4(), NOON, uuid4(), NOON.date().replace(day=1)],
        )


def issue_token(store, person=ANN, token=TOKEN, *, colour=Colour.GREEN, at=NOON, valid_until=NOON + 12 * HOUR, paper=False):
    with store.transaction(event(person, "issue"), at=at) as transaction:
        kept = {"person_id": person, "token_id": token, "on": at.date(), "colour": colour, "issued_at": at, "valid_until": valid_until}
        remember_tokens(transaction.connection, [Token(**kept, paper=paper, event_id=transaction.event.event_id)])


def changed(store, at):
    return sorted((row["token_id"], row["since_at"], row["state"]) for row in changed_tokens(store, HANGZHOU, at=at).to_pylist())


def test_a_token_says_whose_it_is_and_a_stranger_says_nobody(store):
    issue_token(store)
    with store.pool.connection() as connection:
        assert holders(connection, [TOKEN, PAPER]) == {TOKEN: Holder(ANN, None)}


def test_tokens_whose_colour_is_another_than_the_credentials_are_changes(store):
    issue_token(store)
    issue_token(store, BO, PAPER, colour=Colour.YELLOW)
    assert changed(store, NOON) == [(PAPER, NOON, "green")]
    diagnose(store, ANN, at=NOON + HOUR)
    assert changed(store, NOON + HOUR) == [(TOKEN, NOON, "red"), (PAPER, NOON, "green")]
    assert changed(store, NOON + 13 * HOUR) == []


def test_a_newer_credential_leaves_those_before_it_corrected_whatever_the_colour_becomes(store):
    issue_token(store)
    issue_token(store, BO, PAPER, colour=Colour.YELLOW)
    diagnose(store, ANN, at=NOON + HOUR)
    later = NOON + 2 * HOUR
    issue_token(store, colour=Colour.RED, at=later)
    issue_token(store, BO, PAPER, at=later)
    assert changed(store, later) == [(TOKEN, later, "red"), (PAPER, later, "green")]
    issue_token(store, colour=Colour.RED, at=later + HOUR)
    assert changed(store, later + HOUR) == [(TOKEN, later + HOUR, "red"), (PAPER, later, "green")]


def test_a_token_stands_until_the_last_of_its_credentials_ends(store):
    issue_token(store)
    issue_token(store, at=NOON + HOUR, valid_until=NOON + 2 * HOUR)
    diagnose(store, ANN, at=NOON + 2 * HOUR)
    assert changed(store, NOON + 3 * HOUR) == [(TOKEN, NOON + HOUR, "red")]
    with store.transaction(event(ANN, "forget"), at=NOON + 3 * HOUR) as transaction:
        revoke_all(transaction, person_id=ANN)
    assert changed(store, NOON + 4 * HOUR) == [(TOKEN, NOON + 3 * HOUR, "revoked")]
    assert changed(store, NOON + 12 * HOUR) == []


def test_a_token_that_was_signed_in_its_persons_colour_alone_is_no_change(store):
    diagnose(store, ANN)
    for at in (NOON, NOON + HOUR):
        issue_token(store, colour=Colour.RED, at=at)
        issue_token(store, BO, PAPER, at=at)
    assert changed(store, NOON + HOUR) == []


def test_a_revoked_paper_is_a_change_and_the_phones_token_is_not(store):
    issue_token(store)
    issue_token(store, token=PAPER, paper=True)
    with store.transaction(event(ANN, "revoke"), at=NOON + HOUR) as transaction:
        assert revoke_papers(transaction, person_id=ANN) == 1
    assert changed(store, NOON + HOUR) == [(PAPER, NOON + HOUR, "revoked")]


def test_a_code_opens_a_device_once_and_a_revoked_device_is_not_believed(store):
    device, code = register(store, event(None, "register"), place_id="p", place_name="虚构", region_code="330106", at=NOON)
    token = open_device(store, code, at=NOON)
    assert devices_of(store, [token, "nobody's"]) == [device, None]
    for used in (code, "nonsense"):
        with pytest.raises(Exception, match="opens no gate"):
            open_device(store, used, at=NOON)
    revoke(store, event(None, "revoke"), device.gate_id, at=NOON)
    assert devices_of(store, [token]) == [None]
    assert [each.revoked_at for each in devices(store)] == [NOON]


def test_a_code_ends_after_an_hour(store):
    _, code = register(store, event(None, "register"), place_id="p", place_name="虚构", region_code="330106", at=NOON)
    with pytest.raises(Exception, match="opens no gate"):
        open_device(store, code, at=NOON + HOUR)
