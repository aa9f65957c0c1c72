"""The scan that triggers, and a case's page: preview, one signature, facts and tasks; and all of it taken back with the case."""

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from spec_symbols import person_id

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.facts import Diagnosis, Enrolment, Exposure, GateVisit, Household, Residence, Withdrawal
from fangxian.services.alert_contacts import confirm_alert, look_at_new_alerts, open_alert, recent_alerts
from fangxian.services.cases import confirm_case, list_cases, open_case
from fangxian.services.excluded import take_back_excluded
from fangxian.services.looking import who_looked
from fangxian.services.refusals import RefusedError
from fangxian.services.tracing_chores import tracing_chores
from fangxian.services.upkeep import Upkeep
from fangxian.store.deciding import decide_pending
from fangxian.store.flow import flow
from fangxian.store.gate_devices import register
from fangxian.store.recording import record
from fangxian.store.scans import Visit
from fangxian.store.store import Event
from fangxian.trace.record import RecordedContacts, record_contacts
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import Tracing
from fangxian.work.chores import cancel_without_reason
from fangxian.work.permissions import Forbidden, Principal
from fangxian.work.roles import Role
from tests.store.conftest import ANN, BO, record_scans

from .test_upkeep import comes_true

CY, DI, EVE, FAY = (person_id(name) for name in ("cy", "di", "eve", "fay"))
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BY = Principal(subject="officer-1", roles=frozenset({Role.OFFICER}), region_codes=frozenset({"330100"}), second_factor=True)
CLOCK = Principal(subject="system", roles=frozenset({Role.SYSTEM}), second_factor=True)
TRACER = replace(BY, subject="tracer-1", roles=frozenset({Role.EPIDEMIOLOGIST}))


def say(living, fact_type, person, /, **values) -> int:
    """Record a fact that a source says now; return its number."""
    number, at = uuid4().int % 10**12, living.clock()
    fact = dict.fromkeys(fact_type.columns) | {"from_at": at, "known_at": at, "source": "test", "delivery_id": "test"} | values
    event = Event(actor="test", role="test", purpose="test", action="feed", person_id=person)
    record(living.store, {fact_type: [fact | {"person_id": person, "fact_id": number}]}, event, policies=[living.policy], at=at)
    return number


def visit(living, person, *, ago=timedelta(), lasts=None, place="mall-1", outcome="passed") -> int:
    from_at = living.clock() - ago
    until_at = None if lasts is None else from_at + lasts
    return say(living, GateVisit, person, from_at=from_at, until_at=until_at, place_id=place, region_code="330106", outcome=outcome)


def scanned(living, person) -> None:
    """Let somebody be scanned, and refused, at the mall's gate."""
    event = Event(actor="test", role="officer", purpose="test", action="register gate")
    at = living.clock()
    device = register(living.store, event, place_id="mall-1", place_name="虚构商场东门", region_code="330106", at=at)[0]
    shown = {"device": device, "scanned_at": at, "outcome": "colour", "colour": "red", "did": "refused", "present": True}
    record_scans(living.store, [Visit(scan_id=uuid4(), person_id=person, **shown)], policy=living.policy, at=at)


@pytest.fixture
def mall(living):
    """Ann, suspected for ten minutes, was in the mall an hour ago with Bo and, briefly, Cy; Di came to the gate just before her."""
    for person, grid in ((BO, "330106002003"), (CY, None), (DI, None)):
        say(living, Residence, person, from_at=living.clock() - 900 * HOUR, region_code="330106", street_code="330106002", grid_code=grid)
    visit(living, ANN, ago=HOUR, lasts=40 * MINUTE)
    visit(living, BO, ago=HOUR - 5 * MINUTE, lasts=30 * MINUTE)
    visit(living, CY, ago=HOUR - 35 * MINUTE, lasts=30 * MINUTE)
    visit(living, EVE, ago=4 * HOUR, lasts=30 * MINUTE)
    say(living, Diagnosis, ANN, from_at=living.clock() - 10 * MINUTE, status="suspected")
    visit(living, DI, ago=2 * MINUTE, place="mall-1")
    scanned(living, ANN)
    return living


def decide(living) -> None:
    event = Event(actor="system", role="system", purpose="test", action="decide")
    decide_pending(living.store, event, policies=[living.policy], at=living.clock())


def colours(living) -> dict[str, str]:
    with living.store.pool.connection() as connection:
        rows = connection.execute("SELECT person_id, rule, colour FROM code.hit WHERE rule = 'close-contact'").fetchall()
    return {person.hex: colour for person, _, colour in rows}


def tasks(living) -> dict[str, tuple[str, str]]:
    with living.store.pool.connection() as connection:
        rows = connection.execute("SELECT person_id, area_code, state FROM work.task WHERE kind = 'isolate_contact'").fetchall()
    return {person.hex: (area, state) for person, area, state in rows}


def count(living, fact_type) -> int:
    with living.store.pool.connection() as connection:
        return connection.execute(f"SELECT count(*) FROM facts.{fact_type.name}").fetchone()[0]


def only(found):
    ((reference, one),) = found
    return reference, one


def test_a_second_after_the_alert_it_is_known_how_many_were_there_and_nothing_is_written(mall):
    began = time.monotonic()
    with Upkeep(mall, more=tracing_chores(mall)):
        assert comes_true(lambda: only(recent_alerts(mall, BY))[1].people is not None)
    assert time.monotonic() - began < 15, "the rules are compiled the first time"
    _, looked = only(recent_alerts(mall, BY))
    assert (looked.people, looked.close_people, looked.confirmed) == (3, 1, False)
    assert (count(mall, Exposure), tasks(mall)) == (0, {})
    assert "contacts_counted" in {look.action for look in who_looked(mall, ANN)}


def test_an_officer_sees_how_near_and_how_sure_without_anybodys_name(mall):
    reference, _ = only(recent_alerts(mall, BY))
    seen = open_alert(mall, BY, reference)
    said = Counter({(group.contact_class, group.nearness, group.certainty): group.people for group in seen.preview.groups})
    assert said == {
        ("close", "same_place", "known"): 1,
        ("general", "same_place", "known"): 1,
        ("general", "same_place", "time_assumed"): 1,
    }
    assert "contacts_previewed" in {look.action for look in who_looked(mall, ANN)}
    assert count(mall, Exposure) == 0


def test_a_confirmation_writes_facts_turns_codes_and_hands_out_tasks_in_one_action(mall):
    reference, _ = only(recent_alerts(mall, BY))
    seen = open_alert(mall, BY, reference)
    done = confirm_alert(mall, BY, seen.reference)
    assert (done.exposures, done.tasks) == (3, 1)
    decide(mall)
    assert set(colours(mall)) == {BO}
    assert tasks(mall) == {BO: ("330106002003", "open")}
    assert only(recent_alerts(mall, BY))[1].confirmed
    with pytest.raises(RefusedError, match="nobody new"):
        confirm_alert(mall, BY, seen.reference)
    assert (count(mall, Exposure), len(tasks(mall))) == (3, 1)


def test_when_the_suspicion_is_excluded_contacts_get_their_colour_back_and_open_tasks_are_cancelled(mall):
    confirm_alert(mall, BY, open_alert(mall, BY, only(recent_alerts(mall, BY))[0]).reference)
    decide(mall)
    assert take_back_excluded(mall) == 0
    mall.clock.forward(hours=1)
    say(mall, Diagnosis, ANN, status="excluded")
    assert take_back_excluded(mall) == 3
    assert take_back_excluded(mall) == 0
    cancel_without_reason(mall.store, CLOCK, at=mall.clock())
    decide(mall)
    assert (count(mall, Withdrawal), colours(mall)) == (3, {})
    assert tasks(mall) == {BO: ("330106002003", "cancelled")}
    with pytest.raises(RefusedError):
        open_alert(mall, BY, only(recent_alerts(mall, BY))[0])


def test_whoever_met_another_case_too_stays_on_the_list(mall):
    confirm_alert(mall, BY, open_alert(mall, BY, only(recent_alerts(mall, BY))[0]).reference)
    say(mall, Exposure, BO, contact_class="close", setting="household", case_fact_id=7)
    mall.clock.forward(hours=1)
    say(mall, Diagnosis, ANN, status="excluded")
    take_back_excluded(mall)
    cancel_without_reason(mall.store, CLOCK, at=mall.clock())
    assert tasks(mall) == {BO: ("330106002003", "open")}


def test_a_preview_shows_what_was_known_and_a_confirmation_writes_just_that(mall):
    seen = open_alert(mall, BY, only(recent_alerts(mall, BY))[0])
    mall.clock.forward(minutes=1)
    visit(mall, EVE, ago=HOUR, lasts=30 * MINUTE)
    assert confirm_alert(mall, BY, seen.reference).exposures == 3
    again = open_alert(mall, BY, only(recent_alerts(mall, BY))[0])
    assert (again.preview.people, again.preview.recorded) == (4, False)


def test_nobody_sees_or_confirms_outside_their_area_or_without_a_second_factor(mall):
    elsewhere = replace(BY, subject="officer-2", region_codes=frozenset({"330200"}))
    assert recent_alerts(mall, elsewhere) == []
    weakly = replace(BY, second_factor=False)
    assert recent_alerts(mall, weakly) == []
    reference, _ = only(recent_alerts(mall, BY))
    with pytest.raises(Forbidden):
        open_alert(mall, replace(BY, region_codes=frozenset({"330200"})), reference)
    with pytest.raises(RefusedError):
        open_alert(mall, elsewhere, reference)
    assert look_at_new_alerts(mall) == 1


@pytest.fixture
def case(living):
    """Ann is confirmed; she lives with Bo and was somewhere with Cy. Her home is in Xihu."""
    say(living, Enrolment, ANN, region_code="330106", id_type="resident_id")
    for person in (ANN, BO):
        say(living, Household, person, from_at=living.clock() - 900 * HOUR, household_id="h-1")
    visit(living, ANN, ago=30 * HOUR, lasts=HOUR, place="shop-1")
    visit(living, CY, ago=30 * HOUR, lasts=HOUR, place="shop-1")
    say(living, Diagnosis, ANN, status="confirmed", onset_on=(living.clock() - 24 * HOUR).date())
    return living


def test_a_case_of_the_area_is_listed_with_its_contacts_and_why_for_each(case):
    reference, listed = only(list_cases(case, TRACER))
    assert (listed.basis, listed.region_code, listed.traced_at) == ("onset", "330106", None)
    seen = open_case(case, TRACER, reference)
    assert [(each.setting, each.contact_class, [met.kind.en for met in each.met]) for each in seen.contacts] == [
        ("household", "close", ["household membership"]),
        ("venue", "close", ["gate visit"]),
    ]
    assert "case_traced" in {look.action for look in who_looked(case, ANN)}
    assert list_cases(case, replace(TRACER, region_codes=frozenset({"330200"}))) == []


def test_a_confirmed_case_is_in_the_lake_as_a_tracing_of_the_lake_would_have_it(case, tmp_path):
    reference, _ = only(list_cases(case, TRACER))
    seen = open_case(case, TRACER, reference)
    case.clock.forward(minutes=1)
    done = confirm_case(case, TRACER, seen.reference)
    assert (done.exposures, done.tasks) == (2, 2)
    assert tasks(case) == {BO: ("330106", "open"), CY: ("330106", "open")}
    lake = Lake.create(tmp_path / "lake")
    assert flow(case.store, lake, at=case.clock()).facts["exposure"] == 2
    assert flow(case.store, lake, at=case.clock()) is None
    with DuckDBEngine(lake) as engine:
        found = Tracing(trace_scheme("cn-2020"), known_at=case.clock()).trace(engine, [ANN])
        assert found.contacts.equals(seen.preview.traced.contacts)
        nothing = RecordedContacts(added=0, withdrawn=0, delivery_id=None)
        assert record_contacts(engine, found, [ANN], known_at=case.clock()) == nothing
    reference, listed = only(list_cases(case, TRACER))
    assert (listed.exposures, listed.tasks) == (2, 2)
    assert open_case(case, TRACER, reference).preview.recorded


def test_a_diagnosis_that_is_taken_back_takes_its_contacts_with_it(case):
    reference, listed = only(list_cases(case, TRACER))
    confirm_case(case, TRACER, open_case(case, TRACER, reference).reference)
    decide(case)
    assert set(colours(case)) == {BO, CY}
    case.clock.forward(hours=1)
    say(case, Withdrawal, ANN, fact_type="diagnosis", withdrawn_fact_id=listed.case_fact_id, reason="wrong_person")
    assert take_back_excluded(case) == 2
    cancel_without_reason(case.store, CLOCK, at=case.clock())
    decide(case)
    assert colours(case) == {}
    assert {state for _, state in tasks(case).values()} == {"cancelled"}
    assert UUID(ANN) not in {UUID(each) for each in tasks(case)}
