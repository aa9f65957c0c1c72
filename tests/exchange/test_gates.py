"""A gate that is online asks the region of a code about it, and records the scan once: real HTTP between two installations."""

import socket
import time
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from fangxian.exchange import agreement as agreements
from fangxian.services import looking
from fangxian.signed.verdict import Outcome
from fangxian.web.gate.elsewhere import PATIENCE

from .conftest import FROM_KEY_AREA, HERE, THERE, agree_with, enrolled, event, shown_code, warm
from .test_interfaces import gate_token

SCANS = "/api/v1/gate/scans"


@pytest.fixture
def gate(both):
    with httpx.Client(base_url=both.here.address, timeout=60, headers={"Authorization": f"Bearer {gate_token(both.here)}"}) as client:
        yield client


def scan(text, **more) -> dict:
    return {"scan_id": str(uuid4()), "age_s": 0, "text": text} | more


def send(gate, *scans) -> list[dict]:
    answer = gate.post(SCANS, json={"scans": scans})
    assert answer.status_code == 200, answer.text
    return answer.json()["scans"]


def at_gate(here, text) -> dict:
    """Return what a gate of an installation is told of a text."""
    with httpx.Client(base_url=here.address, timeout=60, headers={"Authorization": f"Bearer {gate_token(here)}"}) as gate:
        (answer,) = send(gate, scan(text))
    return answer


def recorded(both) -> list[tuple]:
    with both.here.living.store.pool.connection() as connection:
        return connection.execute("SELECT outcome, colour FROM gate.scan").fetchall()


def asked_there(both, member) -> int:
    return [look.action for look in looking.who_looked(both.there.living, member.person_id)].count("code_told_to_region")


def test_a_code_of_another_region_has_the_colour_that_our_policy_gives_its_reason(both, gate):
    sick, well = enrolled(both.there, **FROM_KEY_AREA), enrolled(both.there, number="440308199901101512", phone="+8613800000002")
    warm(both, sick)
    (yellow,), (green,) = (send(gate, scan(shown_code(both.there, member))) for member in (sick, well))
    assert (yellow["outcome"], yellow["colour"], yellow["passes"], yellow["region"]) == ("recognised", "yellow", False, "上海市")
    assert yellow["words"]["zh"].startswith("黄码")
    assert "外地" in yellow["words"]["zh"]
    assert "another region" in yellow["words"]["en"]
    assert (green["outcome"], green["colour"], green["passes"], green["masked_name"]) == ("recognised", "green", True, "王**")
    assert sorted(recorded(both)) == [("recognised", "green"), ("recognised", "yellow")]


def test_a_scan_that_is_sent_twice_is_recorded_once_and_answered_the_same(both, gate):
    there = enrolled(both.there)
    warm(both, there)
    first = scan(shown_code(both.there, there))
    (answer,), (again,) = send(gate, first), send(gate, first | {"did": "refused"})
    assert {key: again[key] for key in ("outcome", "colour", "passes")} == {key: answer[key] for key in ("outcome", "colour", "passes")}
    assert recorded(both) == [("recognised", "green")]
    assert asked_there(both, there) == 2  # one is the warming up's


def test_what_was_kept_by_a_gate_asks_nothing_and_lets_nobody_pass(both, gate, clock):
    there = enrolled(both.there)
    kept = scan(shown_code(both.there, there), did="refused")
    batch = [scan(shown_code(both.there, there)), scan(shown_code(both.there, there))]
    old = scan(shown_code(both.there, there), age_s=120)
    clock.forward(minutes=2)
    answers = [*send(gate, kept | {"age_s": 120}), *send(gate, *[each | {"age_s": 120} for each in batch]), *send(gate, old)]
    assert not any(answer["passes"] for answer in answers)
    assert "recognised" not in {answer["outcome"] for answer in answers}
    assert asked_there(both, there) == 0


def test_where_an_agreement_ended_it_is_a_code_from_elsewhere_without_a_colour(both, gate, clock):
    there = enrolled(both.there)
    agreements.end(both.there.living.store, event("end"), HERE, at=both.there.living.clock())
    (answer,) = send(gate, scan(shown_code(both.there, there)))
    assert (answer["outcome"], answer["colour"], answer["passes"]) == (Outcome.ELSEWHERE, None, False)
    assert "申领本地码" in answer["words"]["zh"]
    agreements.end(both.here.living.store, event("end"), THERE, at=both.here.living.clock())
    clock.forward(minutes=1)
    assert send(gate, scan(shown_code(both.there, there)))[0]["outcome"] == "elsewhere"
    assert asked_there(both, there) == 0


def test_a_region_that_nobody_agreed_with_stays_foreign(install, vault_process, other_vault_process):
    here, there = install(HERE, "hangzhou", vault_process), install(THERE, "shanghai", other_vault_process)
    answer = at_gate(here, shown_code(there, enrolled(there)))
    assert (answer["outcome"], answer["region"]) == ("foreign", None)


def test_a_region_that_does_not_answer_holds_up_the_gate_for_some_seconds_only(install, vault_process, other_vault_process):
    here, there = install(HERE, "hangzhou", vault_process), install(THERE, "shanghai", other_vault_process)
    text = shown_code(there, enrolled(there))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        agree_with(here, replace(there, address=f"http://127.0.0.1:{silent.getsockname()[1]}"))
        begun = time.monotonic()
        answer = at_gate(here, text)
    assert time.monotonic() - begun < 2 * PATIENCE
    assert answer["outcome"] == "elsewhere"


def test_an_emergency_is_let_through_without_asking(both, gate):
    there = enrolled(both.there)
    (answer,) = send(gate, scan(shown_code(both.there, there), emergency="birth"))
    assert answer["passes"]
    assert asked_there(both, there) == 0
