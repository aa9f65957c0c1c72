"""A register beside the data: who is on it twice, who is not there, who is missing, who did not say where they had been."""

from datetime import datetime

import pytest
from spec_symbols import fact_symbol, person_name

from fangxian.facts import CheckpointPass, GateVisit, HealthDeclaration, RegionStay, Residence, Trip, Withdrawal
from fangxian.finding.agreements import SourceAgreement, readable
from fangxian.finding.discrepancy import FIELDS_OF_CHECK, CheckNumbers, Difference, numbers
from fangxian.finding.register_check import check_register
from tests.finding.test_arrivals import KNOWN_AT, LOCAL, expect, facts


def agreement(source: str, *fields: str) -> SourceAgreement:
    given = frozenset(fields) or frozenset(fact.name for fact in FIELDS_OF_CHECK)
    return SourceAgreement(source=source, purpose="register", fields=given, from_at=datetime(2020, 1, 1), until_at=datetime(2021, 1, 1))


MAY_READ = readable([agreement("spec"), agreement("railway")], purpose="register", at=KNOWN_AT, needs=FIELDS_OF_CHECK)


@pytest.fixture
def checked(engine_factory):
    def checked(tables, *, region_code="500000", known_at=KNOWN_AT):
        engine = engine_factory(facts(tables))
        return check_register(engine, MAY_READ, region_code=region_code, known_at=known_at, utc_offset=LOCAL).to_pylist()

    return checked


def test_two_entries_that_hold_are_asked_about_at_the_older_and_one_place_twice_is_to_be_merged(checked):
    rows = checked(
        {
            Residence: """
                fact_id | person_id | region_code | street_code | from_at    | until_at
                --------+-----------+-------------+-------------+------------+-----------
                a1      | ann       | 500113      | 500113001   | 2015-01-01 |
                a2      | ann       | 500112      |             | 2019-06-01 |
                b1      | bo        | 500113      | 500113001   | 2015-01-01 |
                b2      | bo        | 500113      | 500113001   | 2015-01-01 |
                c1      | cy        | 500113      |             | 2015-01-01 | 2019-01-01
                c2      | cy        | 500112      |             | 2019-01-01 |
                d1      | dee       | 500113      |             | 2015-01-01 |
                d2      | dee       | 500112      |             | 2020-03-01 |
            """
        }
    )
    expect(
        rows,
        """
        person_id | difference       | area_code | because_type | because_id | surety
        ----------+------------------+-----------+--------------+------------+-----------
        ann       | registered_twice | 500113001 | residence    | a1         | one_record
        bo        | entered_twice    | 500113001 | residence    | b1         | one_record
        """,
    )
    assert {fact_symbol(row["other_id"]) for row in rows} == {"a2", "b2"}


HOMES = """
    fact_id | person_id | region_code | from_at
    --------+-----------+-------------+-----------
    a1      | ann       | 500113      | 2015-01-01
    b1      | bo        | 500113      | 2015-01-01
    c1      | cy        | 500113      | 2015-01-01
    d1      | dee       | 500113      | 2015-01-01
    e1      | eve       | 500113      | 2015-01-01
"""


def test_who_was_seen_elsewhere_for_two_weeks_and_not_at_home_since_is_asked_about_at_home(checked):
    rows = checked(
        {
            Residence: HOMES,
            RegionStay: """
                fact_id | person_id | region_code | from_at    | until_at         | basis
                --------+-----------+-------------+------------+------------------+---------
                a2      | ann       | 510104      | 2020-01-20 | 2020-02-03       | roaming
                b2      | bo        | 510104      | 2020-01-20 | 2020-02-02 23:59 | roaming
                c2      | cy        | 510104      | 2020-01-20 | 2020-02-05       | roaming
                d2      | dee       | 510104      | 2020-01-20 | 2020-02-05       | declared
            """,
            GateVisit: """
                fact_id | person_id | region_code | from_at          | outcome
                --------+-----------+-------------+------------------+--------
                a3      | ann       | 500113      | 2020-01-19       | passed
                c3      | cy        | 500112      | 2020-02-06       | passed
                e3      | eve       | 510104      | 2020-01-20       | passed
            """,
            Trip: """
                fact_id | person_id | from_region_code | to_region_code | from_at    | source
                --------+-----------+------------------+----------------+------------+--------
                e4      | eve       | 510100           | 510700         | 2020-02-04 | railway
            """,
        }
    )
    expect(
        rows,
        """
        person_id | difference | area_code | because_type | because_id | surety
        ----------+------------+-----------+--------------+------------+----------------
        ann       | not_there  | 500113    | residence    | a1         | one_record
        eve       | not_there  | 500113    | residence    | e1         | several_sources
        """,
    )
    assert {person_name(row["person_id"]): fact_symbol(row["other_id"]) for row in rows} == {"ann": "a2", "eve": "e4"}


def visits(who: str, *days: int, region: str = "500113", first: int = 1) -> str:
    return "\n".join(f"{who[0]}{n} | {who} | {region} | 2020-02-{day:02} | passed" for n, day in enumerate(days, start=first))


def test_who_is_often_here_and_on_no_register_is_asked_about_where_seen_last(checked):
    heading = "fact_id | person_id | region_code | from_at | outcome\n--------+-----------+---+---+---\n"
    rows = checked(
        {
            Residence: HOMES,
            GateVisit: heading
            + "\n".join(
                [
                    visits("fay", 1, 2, 3, 4),
                    visits("fay", 5, region="500112", first=5),
                    visits("gus", 1, 2, 3, 4, 4),
                    visits("hal", 1, 2, 3, 4, 5, region="510104"),
                    visits("ann", 1, 2, 3, 4, 5),
                    visits("bo", 1, 2, 3, 4, 5, region="510104"),
                ]
            ),
        }
    )
    expect(
        rows,
        """
        person_id | difference | area_code | because_type | because_id
        ----------+------------+-----------+--------------+-----------
        fay       | missing    | 500112    | gate_visit   | f5
        """,
    )


DENIED = {
    Residence: HOMES,
    HealthDeclaration: """
        fact_id | person_id | stayed_in_key_area | from_at
        --------+-----------+--------------------+-----------
        a5      | ann       | false              | 2020-02-05
        b5      | bo        | true               | 2020-02-05
        c4      | cy        | false              | 2020-02-04
        c5      | cy        | true               | 2020-02-05
        d5      | dee       | false              | 2020-02-05
        e5      | eve       | false              | 2020-02-05
    """,
    RegionStay: """
        fact_id | person_id | region_code | from_at    | until_at   | basis
        --------+-----------+-------------+------------+------------+---------
        a2      | ann       | 420100      | 2020-01-18 | 2020-01-23 | roaming
        b2      | bo        | 420100      | 2020-01-18 | 2020-01-23 | roaming
        c2      | cy        | 420100      | 2020-01-18 | 2020-01-23 | roaming
        d2      | dee       | 420100      | 2020-01-18 | 2020-01-22 | roaming
        e2      | eve       | 420100      | 2020-01-18 | 2020-01-23 | declared
    """,
    Trip: """
        fact_id | person_id | from_region_code | to_region_code | from_at    | source
        --------+-----------+------------------+----------------+------------+--------
        a3      | ann       | 420100           | 500113         | 2020-01-23 | railway
    """,
}


def test_who_declared_no_travel_and_was_recorded_there_is_asked_about_at_home(checked):
    expect(
        checked(DENIED),
        """
        person_id | difference    | area_code | because_type       | because_id | surety
        ----------+---------------+-----------+--------------------+------------+----------------
        ann       | denied_travel | 500113    | health_declaration | a5         | several_sources
        """,
    )


def test_what_was_taken_back_or_lies_in_another_region_is_no_difference(checked):
    taken_back = """
        fact_id | person_id | fact_type          | withdrawn_fact_id | from_at    | reason
        --------+-----------+--------------------+-------------------+------------+------------
        w1      | ann       | health_declaration | a5                | 2020-02-06 | wrong_value
    """
    assert checked(DENIED | {Withdrawal: taken_back}) == []
    assert checked(DENIED, region_code="500112") == []


def test_of_several_differences_about_one_person_the_gravest_is_asked_about(checked):
    entered = "\n    a9      | ann       | 500112      | 2018-01-01\n"
    rows = checked(DENIED | {Residence: HOMES.rstrip() + entered})
    assert {(row["difference"], row["ask"]) for row in rows} == {("denied_travel", True), ("registered_twice", False)}


def test_a_difference_is_worded_as_a_question_and_every_number_is_cited():
    for each in Difference:
        assert "请" in each.words.zh
        assert "ask" in each.words.en or "merge" in each.words.en
    assert all(dated.reference.zh for number in numbers().values() for dated in number.values)
    assert CheckNumbers.on(KNOWN_AT.date()).seen_on == 5
    assert CheckpointPass in FIELDS_OF_CHECK
