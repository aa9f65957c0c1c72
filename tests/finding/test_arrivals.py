"""Who came from an area since a day, why, how sure, and where they are: text tables on every engine."""

from datetime import date, datetime, timedelta

import pyarrow.compute as pc
import pytest
from spec_symbols import fact_symbol, person_name
from spec_tables import cells, facts_from_text

from fangxian.errors import FangxianError
from fangxian.facts import CheckpointPass, Enrolment, HealthDeclaration, RegionStay, Residence, Trip, Withdrawal
from fangxian.finding.agreements import FIELDS_OF_SEARCH, SourceAgreement, expect_fields, readable
from fangxian.finding.arrivals import find
from fangxian.finding.search import Search

KNOWN_AT = datetime(2020, 2, 10)
LOCAL = timedelta(hours=8)
SEARCH = Search(areas=("420100", "421100"), since=date(2020, 1, 10))


def agreement(source: str, *fields: str, purpose: str = "arrivals", until: int = 2021) -> SourceAgreement:
    given = frozenset(fields) or frozenset(fact.name for fact in FIELDS_OF_SEARCH)
    return SourceAgreement(source=source, purpose=purpose, fields=given, from_at=datetime(2020, 1, 1), until_at=datetime(until, 1, 1))


ALL = readable([agreement("spec"), agreement("railway")], purpose="arrivals", at=KNOWN_AT)


def found(engine, search=SEARCH, may_read=ALL, known_at=KNOWN_AT):
    return find(engine, search, may_read, known_at=known_at, utc_offset=LOCAL)


def facts(tables):
    return {fact_type: facts_from_text(fact_type, text) for fact_type, text in tables.items()}


def expect(people, text: str) -> None:
    header, rows = cells(text)
    shown = {"person_id": person_name, "because_id": fact_symbol}
    lines = sorted([shown.get(name, lambda cell: "" if cell is None else str(cell))(row[name]) for name in header] for row in people)
    assert lines == sorted(rows)


@pytest.fixture
def arrived(engine_factory):
    def arrived(tables, **given):
        return found(engine_factory(facts(tables)), **given).people.to_pylist()

    return arrived


STAYS = {
    RegionStay: """
        fact_id | person_id | region_code | from_at    | until_at   | basis
        --------+-----------+-------------+------------+------------+---------
        a1      | ann       | 420106      | 2019-12-01 | 2020-01-20 | roaming
        b1      | bo        | 420106      | 2019-12-01 | 2020-01-10 | roaming
        c1      | cy        | 421100      | 2020-01-01 | 2020-01-22 | declared
        d1      | dee       | 420200      | 2020-01-01 | 2020-01-22 | roaming
        e1      | eve       | 420106      | 2020-01-01 |            | roaming
        f1      | fay       | 420106      | 2020-01-01 |            | roaming
    """,
    Residence: """
        fact_id | person_id | region_code | street_code | grid_code    | from_at    | until_at
        --------+-----------+-------------+-------------+--------------+------------+-----------
        a2      | ann       | 510104      | 510104001   | 510104001002 | 2018-01-01 |
        f2      | fay       | 510105      | 510105001   | K7           | 2018-01-01 |
        c2      | cy        | 510106      |             |              | 2018-01-01 | 2020-01-15
    """,
}


def test_who_was_there_on_or_after_the_day_came_and_is_at_home_down_to_the_grid(arrived):
    expect(
        arrived(STAYS),
        """
        person_id | area_code    | placed_by | reasons | sources | surety     | because_type | because_id
        ----------+--------------+-----------+---------+---------+------------+--------------+-----------
        ann       | 510104001002 | residence | 1       | 1       | one_record | region_stay  | a1
        cy        |              |           | 1       | 1       | own_word   | region_stay  | c1
        fay       | 510105001    | residence | 1       | 1       | one_record | region_stay  | f1
        """,
    )


def test_without_a_home_the_latest_sighting_outside_says_where(arrived):
    expect(
        arrived(
            {
                Trip: """
                    fact_id | person_id | from_region_code | to_region_code | from_at          | until_at         | source
                    --------+-----------+------------------+----------------+------------------+------------------+--------
                    a1      | ann       | 420100           | 510100         | 2020-01-20 08:00 | 2020-01-20 17:00 | railway
                    a2      | ann       | 510100           | 510700         | 2020-01-21 08:00 |                  | railway
                    b1      | bo        | 420100           | 510100         | 2020-01-20 08:00 |                  | railway
                    b2      | bo        | 510100           | 420100         | 2020-01-23 08:00 |                  | railway
                    c1      | cy        | 420100           | 420106         | 2020-01-20 08:00 |                  | railway
                    d1      | dee       | 420100           | 510100         | 2020-02-11 08:00 |                  | railway
                """,
                CheckpointPass: """
                    fact_id | person_id | region_code | came_from_region_code | from_at
                    --------+-----------+-------------+-----------------------+-----------------
                    a3      | ann       | 510703      | 420000                | 2020-01-21 12:00
                    a4      | ann       | 510704      | 421100                | 2020-01-21 12:30
                    e1      | eve       | 510704      | 421102                | 2020-01-21 12:30
                """,
                Enrolment: """
                    fact_id | person_id | region_code | from_at
                    --------+-----------+-------------+-----------
                    a5      | ann       | 510104      | 2020-01-19
                    e2      | eve       | 510105      | 2020-02-01
                """,
            }
        ),
        """
        person_id | area_code | placed_by       | reasons | sources | surety          | because_type    | because_id
        ----------+-----------+-----------------+---------+---------+-----------------+-----------------+-----------
        ann       | 510704    | checkpoint_pass | 2       | 2       | several_sources | checkpoint_pass | a4
        eve       | 510105    | enrolment       | 1       | 1       | own_word        | checkpoint_pass | e1
        """,
    )


DECLARED = {
    HealthDeclaration: """
        fact_id | person_id | stayed_in_key_area | from_at
        --------+-----------+--------------------+-----------
        a1      | ann       | true               | 2020-02-01
        b1      | bo        | false              | 2020-02-01
        c1      | cy        | true               | 2020-01-09
    """,
}


@pytest.mark.parametrize(("area", "people"), [("420000", {"ann"}), ("420100", set())])
def test_a_declared_stay_in_hubei_counts_where_all_of_hubei_is_searched(arrived, area, people):
    rows = arrived(DECLARED, search=Search(areas=(area,), since=date(2020, 1, 10)))
    assert {person_name(row["person_id"]) for row in rows} == people


def test_what_was_taken_back_or_not_known_then_does_not_count(engine_factory):
    engine = engine_factory(
        facts(
            {
                Trip: """
                    fact_id | person_id | from_region_code | to_region_code | from_at    | known_at
                    --------+-----------+------------------+----------------+------------+-----------
                    a1      | ann       | 420100           | 510100         | 2020-01-20 | 2020-01-21
                    b1      | bo        | 420100           | 510100         | 2020-01-20 | 2020-02-05
                """,
                Withdrawal: """
                    fact_id | person_id | fact_type | withdrawn_fact_id | from_at    | reason
                    --------+-----------+-----------+-------------------+------------+------------
                    a2      | ann       | trip      | a1                | 2020-02-03 | wrong_value
                """,
            }
        )
    )
    for day, people in ((2, {"ann"}), (4, set()), (9, {"bo"})):
        rows = found(engine, known_at=datetime(2020, 2, day)).people["person_id"].to_pylist()
        assert set(map(person_name, rows)) == people


def test_a_source_without_an_agreement_in_force_for_the_purpose_is_not_read_and_is_named(duckdb_engine):
    engine = duckdb_engine(facts(STAYS))
    for agreements in (
        [],
        [agreement("spec", purpose="statistics")],
        [agreement("spec", until=2020)],
        [agreement("spec", "region_stay.from_at", "region_stay.until_at", "region_stay.region_code")],
    ):
        may_read = readable(agreements, purpose="arrivals", at=KNOWN_AT)
        assert found(engine, may_read=may_read).people.num_rows == 0
    may_read = readable([agreement("railway", "trip")], purpose="arrivals", at=KNOWN_AT)
    assert may_read.sources[Trip] == {"railway"}
    assert "railway" not in may_read.left_out[Trip]
    assert "aviation" in may_read.left_out[Trip]
    assert "operator-roaming" in may_read.names_left_out()


def test_reasons_are_given_latest_first_and_only_of_people_who_arrived(duckdb_engine):
    tables = STAYS | {
        Trip: """
            fact_id | person_id | from_region_code | to_region_code | from_at    | source
            --------+-----------+------------------+----------------+------------+--------
            a3      | ann       | 420100           | 510100         | 2020-01-20 | railway
        """
    }
    why = found(duckdb_engine(facts(tables))).reasons
    assert "eve" not in set(map(person_name, why["person_id"].to_pylist()))
    ann = why.filter(pc.equal(why["person_id"], why["person_id"][0])).to_pylist()
    assert [(row["fact_type"], fact_symbol(row["fact_id"]), row["source"]) for row in ann] == [
        ("trip", "a3", "railway"),
        ("region_stay", "a1", "spec"),
    ]


def test_what_cannot_be_searched_or_agreed_says_what_to_do():
    with pytest.raises(FangxianError, match="needs an area"):
        Search(areas=(), since=date(2020, 1, 10))
    with pytest.raises(FangxianError, match="no region 429999"):
        Search(areas=("429999",), since=date(2020, 1, 10))
    with pytest.raises(FangxianError, match="trip has no field platform"):
        expect_fields(["trip.platform"])
    with pytest.raises(FangxianError, match="names the fields"):
        expect_fields([])
