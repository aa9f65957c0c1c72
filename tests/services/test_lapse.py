"""After a lapse nothing is recorded and nothing signed; a gate still tells its guard what a code says."""

from uuid import uuid4

import psycopg
import pytest

from fangxian.services import declaring, issuing, looking
from fangxian.services.refusals import RefusedError
from fangxian.signed import phone as phone_signing
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.reading import read
from fangxian.store.gate_devices import Device
from fangxian.store.opening import make_room
from fangxian.store.serving import Serving
from fangxian.web.gate.gates import Gates
from fangxian.web.gate.scanning import Presented, Scanning, Sending
from fangxian.web.gate.sent import Sent
from fangxian.work.renewal import renew_at_set_up

from .conftest import HEALTHY
from .test_declaring import enrolled


def rows(database):
    tables = ("facts.health_declaration", "facts.check_in", "facts.gate_visit", "gate.scan", "code.token")
    with psycopg.connect(database) as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def test_nothing_is_recorded_and_no_code_signed_after_a_lapse(living, clock, database):
    member, key = enrolled(living), PrivateKey.make()
    before = rows(database)
    clock.forward(days=89)
    make_room(living.store, clock.at.date())
    for refused in (
        lambda: declaring.declare(living, member.person_id, HEALTHY),
        lambda: declaring.check_in(living, member.person_id, {"temperature_c": 36.4, "symptoms": ""}),
        lambda: issuing.issue_day(living, member, point(key.public)),
    ):
        with pytest.raises(RefusedError, match=r"已到期.*lapsed"):
            refused()
    assert rows(database) == before
    assert looking.own_code(living, member.person_id).colour == "green"
    renew_at_set_up(living.store, living.policy, first="officer-1", second="officer-2", at=clock.at)
    declaring.declare(living, member.person_id, HEALTHY)


def scan(living, scanning, text):
    device = Device(gate_id=uuid4(), place_id="p", place_name="东门", region_code="330106")
    trust = living.signing.ring.trust_list(at=living.clock())
    sent = Sent(scan_id=uuid4(), scanned_at=living.clock(), text=text)
    presented = Presented(sent=sent, read=read(text, trust=trust))
    return scanning.record([Sending(device=device, presented=[presented], trust=trust)])[0][0]


def test_a_gate_judges_after_a_lapse_and_records_nothing(living, clock, database):
    member, key = enrolled(living), PrivateKey.make()
    clock.forward(days=88, hours=23, minutes=50)
    make_room(living.store, clock.at.date())
    day = issuing.issue_day(living, member, point(key.public))
    with Serving(living.store, living.policy, clock=clock) as serving:
        gates = Gates(
            store=living.store,
            policy=living.policy,
            serving=serving,
            keys=living.signing.ring,
            person_id=living.vault.person_id,
            clock=clock,
            templates=None,
        )
        scanning = Scanning(gates)
        answers = []
        for _ in range(2):
            answers.append(scan(living, scanning, phone_signing.show(day.text, at=clock.at, by=key)))
            clock.forward(minutes=20)
    assert [(answer["outcome"], answer["colour"], answer["passes"]) for answer in answers] == [("colour", "green", True)] * 2
    assert (rows(database)["gate.scan"], rows(database)["facts.gate_visit"]) == (1, 1)
