"""Alerts of gates reach somebody: an alarm of one's own, or an officer on the page; and none is lost by whoever fails."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from fangxian.facts import Diagnosis
from fangxian.services.alarms import alarms, hear_alert, tell_alerts, waiting_alerts
from fangxian.services.looking import who_looked
from fangxian.services.references import Named, refer
from fangxian.services.upkeep import Upkeep
from fangxian.store.gate_devices import Device, register
from fangxian.store.recording import record
from fangxian.store.scans import Visit
from fangxian.store.store import Event
from fangxian.work.permissions import Forbidden, Principal
from fangxian.work.roles import Role
from tests.store.conftest import ANN, BO, record_scans

from .test_upkeep import comes_true

OFFICER = Principal(subject="officer-1", roles=frozenset({Role.OFFICER}), region_codes=frozenset({"330100"}), second_factor=True)
ELSEWHERE = Principal(subject="officer-2", roles=frozenset({Role.OFFICER}), region_codes=frozenset({"330200"}), second_factor=True)


class Told:
    """An alarm that keeps what it is told, and does not hear of some people."""

    def __init__(self, *deaf_to):
        self.heard, self.deaf_to = [], deaf_to

    def tell(self, alert):
        if alert.person_id in self.deaf_to:
            raise ConnectionError
        self.heard.append(alert)


def gate(living) -> Device:
    event = Event(actor="test", role="officer", purpose="test", action="register gate")
    return register(living.store, event, place_id="mall-1", place_name="虚构商场东门", region_code="330106", at=living.clock())[0]


def alerted(living, *people) -> None:
    """Let people whose diagnosis is confirmed be scanned at a gate."""
    at, device = living.clock(), gate(living)
    for number, person in enumerate(people):
        known = {"known_at": at - timedelta(hours=1), "from_at": at - timedelta(hours=1), "source": "test", "delivery_id": "test"}
        fact = dict.fromkeys(Diagnosis.columns) | known | {"person_id": person, "fact_id": number, "status": "confirmed"}
        event = Event(actor="test", role="test", purpose="test", action="diagnose", person_id=person)
        record(living.store, {Diagnosis: [fact]}, event, policies=[living.policy], at=at)
    shared = {"device": device, "scanned_at": at, "outcome": "colour", "colour": "red", "did": "refused", "present": True}
    visits = [Visit(scan_id=uuid4(), person_id=person, **shared) for person in people]
    record_scans(living.store, visits, policy=living.policy, at=at)


def unheard(living) -> list[UUID]:
    with living.store.pool.connection() as connection:
        return [row[0] for row in connection.execute("SELECT person_id FROM gate.alert WHERE heard_at IS NULL").fetchall()]


def test_an_alarm_hears_of_each_alert_by_itself_and_once(living):
    alarm = Told()
    with Upkeep(living, more=alarms(living, alarm)):
        alerted(living, ANN)
        assert comes_true(lambda: not unheard(living))
    assert [(alert.person_id, alert.place_name, alert.rule) for alert in alarm.heard] == [(ANN, "虚构商场东门", "confirmed-case")]
    assert tell_alerts(living, alarm) == 0
    assert "alert_told" in {look.action for look in who_looked(living, ANN)}


def test_an_alert_that_an_alarm_did_not_hear_is_told_again_and_others_do_not_wait_for_it(living):
    alerted(living, ANN, BO)
    with pytest.raises(ConnectionError):
        tell_alerts(living, Told(ANN))
    assert unheard(living) == [UUID(ANN)]
    assert tell_alerts(living, Told()) == 1
    assert not unheard(living)


def test_an_alarm_that_does_not_answer_holds_no_transaction_open(living, database):
    alerted(living, ANN)
    open_ones = []

    class Slow:
        def tell(self, alert):
            with living.store.pool.connection() as connection:
                open_ones.extend(connection.execute("SELECT FROM pg_stat_activity WHERE backend_xid IS NOT NULL").fetchall())

    tell_alerts(living, Slow())
    assert open_ones == []


def test_without_an_alarm_an_alert_waits_until_an_officer_of_the_area_has_heard(living, caplog):
    alerted(living, ANN)
    with Upkeep(living, more=alarms(living, None)):
        assert comes_true(lambda: "/staff/alerts" in caplog.text)
    assert ANN not in caplog.text
    assert waiting_alerts(living, ELSEWHERE) == []
    ((reference, alert),) = waiting_alerts(living, OFFICER)
    assert (alert.place_name, alert.rule) == ("虚构商场东门", "confirmed-case")
    hear_alert(living, OFFICER, reference)
    assert waiting_alerts(living, OFFICER) == unheard(living) == []
    assert "alert_heard" in {look.action for look in who_looked(living, ANN)}


def test_an_officer_of_another_area_hears_of_no_alert(living):
    alerted(living, ANN)
    with living.store.pool.connection() as connection:
        (ids,) = connection.execute("SELECT gate_id::text, scan_id::text FROM gate.alert").fetchall()
    (reference,) = refer(living, ELSEWHERE, Named.ALERT, [(ANN, *ids, "330106")])
    with pytest.raises(Forbidden):
        hear_alert(living, ELSEWHERE, reference)
    assert unheard(living) == [UUID(ANN)]
