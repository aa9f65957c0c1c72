"""Contacts as facts: written once, taken back with the case, changed with the facts, and read by the rules of codes."""

from datetime import datetime, timedelta

import ibis
import pytest
from lakes import lake_with
from spec_symbols import person_id
from spec_tables import facts_from_text

from fangxian.code.explain import explain
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.errors import FangxianError
from fangxian.facts import Exposure, GateVisit, MedicalMeasure, Withdrawal
from fangxian.facts.known import Known, instant
from fangxian.policy.colour import Colour
from fangxian.policy.policy import policy
from fangxian.trace.record import RecordedContacts, record_contacts
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import Tracing, diagnosed
from tracing.case import expect
from tracing.town import CONTACTS, town

FIRST = datetime(2020, 3, 12, 4)
HOUR = timedelta(hours=1)
NOTHING = RecordedContacts(added=0, withdrawn=0, delivery_id=None)


@pytest.fixture
def lake(tmp_path):
    return town(tmp_path / "lake")


@pytest.fixture
def trace(lake):
    """Give a function that traces everybody as known at an instant, and writes what it found."""

    def trace(known_at: datetime, *, secondary: bool = False) -> RecordedContacts:
        with DuckDBEngine(lake, threads=1) as engine:
            people = diagnosed(engine, known_at=known_at)
            found = Tracing(trace_scheme("cn-2020"), known_at=known_at, secondary=secondary).trace(engine, people)
            return record_contacts(engine, found, people, known_at=known_at)

    return trace


def standing(lake, known_at):
    """Return the exposures that stand at an instant."""
    with DuckDBEngine(lake, threads=1) as engine:
        return engine.rows(Known(instant(known_at), timedelta(hours=8)).facts(Exposure))


def deliver(lake, name, facts):
    lake_with(lake.path, {fact_type: facts_from_text(fact_type, text) for fact_type, text in facts.items()}, delivery_id=name)


def test_contacts_are_written_once_and_name_the_case_by_its_diagnosis_alone(lake, trace):
    done = trace(FIRST)
    assert (done.added, done.withdrawn) == (5, 0)
    assert trace(FIRST) == trace(FIRST + HOUR) == NOTHING
    expect(standing(lake, FIRST), CONTACTS)
    assert standing(lake, FIRST - HOUR).num_rows == 0
    receipt = next(each for each in lake.receipts() if each["delivery_id"] == done.delivery_id)
    assert (receipt["source"], receipt["facts"]) == ("trace", {"exposure": 5})
    with DuckDBEngine(lake, threads=1) as engine:
        stored = engine.connection.sql("SELECT DISTINCT known_at, source, case_fact_id FROM exposure").fetchall()
        (case,) = engine.connection.sql("SELECT fact_id FROM diagnosis").fetchone()
        assert stored == [(FIRST, "trace", case)]
        assert engine.rows(Exposure.broken(ibis.table(Exposure.schema(), name=Exposure.name))).num_rows == 0


def test_whoever_is_no_case_any_more_exposed_nobody(lake, trace):
    trace(FIRST, secondary=True)
    taken_back = """
        person_id | from_at          | fact_type | withdrawn_fact_id | reason
        ann       | 2020-03-12 13:00 | diagnosis | c1                | wrong_person
    """
    deliver(lake, "again", {Withdrawal: taken_back})
    done = trace(FIRST + 2 * HOUR)
    assert (done.added, done.withdrawn) == (0, 6), "secondary contacts, too, although they were not looked for"
    assert standing(lake, FIRST + 2 * HOUR).num_rows == 0
    assert standing(lake, FIRST + HOUR).num_rows == 6, "as it was known then"
    assert trace(FIRST + 3 * HOUR) == NOTHING


def test_other_facts_take_back_what_no_longer_follows_and_add_what_does(lake, trace):
    trace(FIRST)
    later = {
        Withdrawal: """
            person_id | from_at          | fact_type  | withdrawn_fact_id | reason
            gus       | 2020-03-12 13:00 | gate_visit | v3                | wrong_value
        """,
        GateVisit: """
            fact_id | person_id | place_id | from_at          | until_at         | outcome | known_at
            v9      | hal       | market   | 2020-03-11 10:59 | 2020-03-11 12:00 | passed  | 2020-03-12 13:00
        """,
    }
    deliver(lake, "later", later)
    done = trace(FIRST + 2 * HOUR)
    assert (done.added, done.withdrawn) == (1, 1)
    expect(
        standing(lake, FIRST + 2 * HOUR),
        """
        person_id | setting   | contact_class
        bob       | household | close
        bob       | venue     | close
        cat       | train     | close
        eve       | train     | general
        hal       | venue     | general
        """,
    )


def test_a_tracing_without_secondary_contacts_leaves_those_of_standing_cases(lake, trace):
    assert trace(FIRST, secondary=True).added == 6
    assert trace(FIRST + HOUR) == NOTHING
    assert trace(FIRST + 2 * HOUR, secondary=True) == NOTHING
    deliver(lake, "isolated", {MedicalMeasure: "person_id | from_at | kind\ncat | 2020-03-10 08:00 | central"})
    assert trace(FIRST + 3 * HOUR) == NOTHING
    assert trace(FIRST + 4 * HOUR, secondary=True).withdrawn == 1


def test_history_is_written_forwards(trace):
    trace(FIRST)
    with pytest.raises(FangxianError, match="later than"):
        trace(FIRST - HOUR)


def test_a_code_turns_red_for_a_close_contact_and_green_again_with_the_case(lake, trace):
    def code(name, at):
        with DuckDBEngine(lake, threads=1) as engine:
            told = explain(engine, policy("hangzhou"), person_id(name), at=at, known_at=at)
        return told.colour, [reason.wording.rule for reason in told.reasons]

    assert code("cat", FIRST) == (Colour.GREEN, [])
    trace(FIRST, secondary=True)
    red = (Colour.RED, ["close-contact"])
    assert code("cat", FIRST) == red
    assert code("dan", FIRST) == (Colour.GREEN, []), "a secondary contact is told, and keeps the code"
    taken_back = """
        person_id | from_at          | fact_type | withdrawn_fact_id | reason
        ann       | 2020-03-12 13:00 | diagnosis | c1                | case_excluded
    """
    deliver(lake, "again", {Withdrawal: taken_back})
    trace(FIRST + 2 * HOUR)
    assert code("cat", FIRST + 2 * HOUR) == (Colour.GREEN, [])
    assert code("cat", FIRST + HOUR) == red, "an hour before it was still so"
