"""Contacts of close contacts: whom they lived with, worked with or stayed beside, from when they met the case until they were isolated."""

from datetime import datetime

from lakes import lake_with
from spec_symbols import person_id
from spec_tables import facts_from_text

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.facts import GateVisit, Household, MedicalMeasure, Trip
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import Tracing
from tracing.case import expect
from tracing.town import FACTS

KNOWN_AT = datetime(2020, 3, 13)


def secondary(folder, facts):
    """Return the secondary contacts of Ann's town with more facts."""
    text = {**FACTS, **facts}
    tables = {fact_type: facts_from_text(fact_type, rows) for fact_type, rows in text.items()}
    with DuckDBEngine(lake_with(folder / "lake", tables), threads=1) as engine:
        contacts = Tracing(trace_scheme("cn-2020"), known_at=KNOWN_AT, secondary=True).trace(engine, [person_id("ann")]).contacts
    return contacts.filter([row["contact_class"] == "secondary" for row in contacts.to_pylist()])


def test_whoever_lives_with_a_close_contact_is_told_in_the_name_of_the_case(tmp_path):
    expect(
        secondary(tmp_path, {}),
        """
        case_person_id | case_fact_id | person_id | setting   | contact_class | from_at          | until_at
        ann            | c1           | dan       | household | secondary     | 2020-03-10 08:00 | 2020-03-13 08:00
        """,
    )


def test_it_ends_with_the_isolation_of_the_close_contact(tmp_path):
    measures = "person_id | from_at | kind\ncat | 2020-03-10 20:00 | central"
    expect(
        secondary(tmp_path, {MedicalMeasure: measures}),
        """
        person_id | from_at          | until_at
        dan       | 2020-03-10 08:00 | 2020-03-10 20:00
        """,
    )


def test_short_meetings_vehicles_and_what_was_before_do_not_count(tmp_path):
    visits = """
        fact_id | person_id | place_id | from_at          | until_at         | outcome
        v1      | cat       | cafe     | 2020-03-11 10:00 | 2020-03-11 11:00 | passed
        v2      | hal       | cafe     | 2020-03-11 10:00 | 2020-03-11 10:15 | passed
        v3      | ida       | cafe     | 2020-03-11 10:00 | 2020-03-11 10:14 | passed
        v4      | cat       | market   | 2020-03-09 10:00 | 2020-03-09 11:00 | passed
        v5      | jon       | market   | 2020-03-09 10:00 | 2020-03-09 11:00 | passed
    """
    trips = (
        FACTS[Trip]
        + """
        t8      | cat       | G1     | 2020-03-11 20:00 | 2020-03-11 22:00 | 5        | 12A  | 330300
        t9      | kim       | G1     | 2020-03-11 20:00 | 2020-03-11 22:00 | 5        | 12B  | 330300
    """
    )
    household = FACTS[Household].replace("dan       | two", "dan       | six")
    expect(
        secondary(tmp_path, {GateVisit: visits, Trip: trips, Household: household}),
        """
        person_id | setting | from_at          | until_at
        hal       | venue   | 2020-03-11 10:00 | 2020-03-11 10:15
        """,
    )
