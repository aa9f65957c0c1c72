"""Text tables say what they seem to say, and refuse what they cannot."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_symbols import ALPHABET, LONGEST, fact_id, fact_symbol, person_id, person_name
from spec_tables import facts_from_text, rows_as_text, tidied

from fangxian.facts import CheckIn, Diagnosis, RegionStay, Trip, Withdrawal

symbols = st.text(ALPHABET, min_size=1, max_size=LONGEST)


@given(symbols)
def test_a_fact_symbol_comes_back(symbol):
    assert 0 < fact_id(symbol) < 2**63
    assert fact_symbol(fact_id(symbol)) == symbol


@given(symbols, symbols)
def test_ids_sort_as_their_symbols(one, other):
    assert (fact_id(one) < fact_id(other)) == (one < other)


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_id_that_no_symbol_stands_for_is_shown_as_it_is(number):
    shown = fact_symbol(number)
    assert shown == str(number) or fact_id(shown) == number


def test_persons_come_back_and_ids_are_kept():
    assert [person_name(person_id(name)) for name in ("ann", "吴", "bo 2")] == ["ann", "吴", "bo 2"]
    assert person_id("0123456789abcdef" * 2) == "0123456789abcdef" * 2
    assert len(person_id("ann")) == 32


def test_times_are_local_and_stored_in_utc():
    facts = facts_from_text(
        Diagnosis,
        """
        fact_id | person_id | from_at          | status    | onset_on
        --------+-----------+------------------+-----------+-----------
        a1      | ann       | 2020-02-01       | confirmed | 2020-01-30
        """,
    )
    (row,) = facts.to_pylist()
    assert row["from_at"] == row["known_at"] == dt.datetime(2020, 1, 31, 16)
    assert row["onset_on"] == dt.date(2020, 1, 30)
    assert row["hospital_id"] is None
    assert row["source"] == row["delivery_id"] == "spec"


def test_a_day_that_is_left_out_is_the_local_day_of_the_fact():
    (row,) = facts_from_text(Trip, "person_id | from_at\nann | 2020-02-01 00:30").to_pylist()
    assert row["travelled_on"] == dt.date(2020, 2, 1)


def test_the_stored_schema_is_that_of_the_fact_type():
    facts = facts_from_text(RegionStay, "person_id | from_at\nann | 2020-02-01")
    assert facts.schema.field("from_at").type == pa.timestamp("us")
    assert facts.column_names == list(RegionStay.columns)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("person_id | from_at | colour\nann | 2020-02-01 | red", "has no column"),
        ("person_id | from_at\nann", "1 cells under 2 columns"),
        ("person_id\nann", "needs the column known_at"),
        ("fact_id | person_id | from_at\nA-1 | ann | 2020-02-01", "no fact symbol"),
        ("person_id | from_at | basis\nann | 2020-02-01 | rumour", "cannot be 'rumour'"),
    ],
)
def test_what_makes_no_sense_is_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        facts_from_text(RegionStay, text)


def test_a_default_that_does_not_fit_the_type_is_not_used():
    with pytest.raises(ValueError, match="withdrawal needs reason"):
        facts_from_text(Withdrawal, "person_id | from_at | fact_type | withdrawn_fact_id\nann | 2020-02-01 | check_in | a1")


def test_a_result_reads_like_what_is_expected_whatever_its_order():
    facts = facts_from_text(
        CheckIn, "fact_id | person_id | from_at | temperature_c\nb1 | bo | 2020-02-02 08:00:01 |\na1 | ann | 2020-02-01 | 36.5"
    )
    assert rows_as_text(facts, ["fact_id", "person_id", "from_at", "temperature_c"]) == tidied("""
        fact_id | person_id | from_at             | temperature_c
        a1      | ann       | 2020-02-01 00:00    | 36.5
        b1      | bo        | 2020-02-02 08:00:01 |
    """)


def test_lists_of_ids_read_as_symbols():
    table = pa.table({"because": [[fact_id("a1"), fact_id("b1")], None, []]})
    assert rows_as_text(table).splitlines()[2:] == ["", "", "a1, b1"]
