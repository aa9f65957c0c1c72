"""What chains say of the epidemic, and where their picture puts each case."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from fangxian.trace.chain.figures import reproduction, serial_interval
from fangxian.trace.chain.layout import Drawn, layout

KNOWN_AT = datetime(2020, 3, 20)


def links(*rows):
    return pl.DataFrame(rows, schema=["days", "basis", "infector_basis", "origin"], orient="row")


def test_a_serial_interval_counts_pairs_of_two_onsets_alone():
    found = serial_interval(
        links(
            (4, "onset", "onset", "traced"),
            (6, "onset", "onset", "added"),
            (1, "sample", "onset", "traced"),
            (9, "onset", "diagnosis", "traced"),
        )
    )
    assert (found.pairs, found.by_hand, found.mean_days, found.median_days) == (2, 1, 5.0, 5.0)
    assert found.sd_days == pytest.approx(2**0.5)
    assert (found.low, found.high) == (pytest.approx(5 - 1.96), pytest.approx(5 + 1.96))


@pytest.mark.parametrize(("rows", "mean"), [([], None), ([(4, "onset", "onset", "traced")], 4.0)])
def test_too_few_pairs_have_no_interval_of_confidence(rows, mean):
    shape = {"days": pl.Int64, "basis": pl.String, "infector_basis": pl.String, "origin": pl.String}
    found = serial_interval(pl.DataFrame(rows, schema=shape, orient="row"))
    assert (found.mean_days, found.sd_days, found.low) == (mean, None, None)


def test_reproduction_counts_whom_cases_of_long_enough_ago_infected():
    early, late = KNOWN_AT - timedelta(days=14), KNOWN_AT - timedelta(days=13)
    cases = pl.DataFrame(
        [("a", None, 0, early), ("b", "a", 1, early), ("c", "a", 1, late), ("d", "b", 2, late)],
        schema=["person_id", "infector_person_id", "generation", "day_at"],
        orient="row",
    )
    candidates = pl.DataFrame(
        [("a", "b", 0.9), ("a", "c", 0.6), ("b", "d", 0.5)], schema=["infector_person_id", "person_id", "share"], orient="row"
    )
    found = reproduction(cases, candidates, known_at=KNOWN_AT).to_dicts()
    assert [(row["generation"], row["cases"], row["observed"], row["infected"], row["r"]) for row in found] == [
        (0, 1, 1, 2, 2.0),
        (1, 2, 1, 1, 1.0),
        (2, 1, 0, 0, None),
    ]
    assert found[0]["r_expected"] == pytest.approx(1.5)
    # Byar's approximation beside the exact Poisson interval of a count of 2, which is 0.242 to 7.225.
    assert found[0]["r_low"] == pytest.approx(0.242, abs=0.03)
    assert found[0]["r_high"] == pytest.approx(7.225, abs=0.03)


def drawn(*cases):
    return [Drawn(number=number, infector=infector, on=date(2020, 3, 1) + timedelta(days=day)) for number, infector, day in cases]


def test_a_chain_of_one_after_the_other_stands_in_one_row():
    assert layout(drawn((1, None, 0), (2, 1, 3), (3, 2, 6))).rows == {1: 0, 2: 0, 3: 0}


def test_siblings_and_whoever_fell_ill_before_their_infector_have_rows_of_their_own():
    rows = layout(drawn((1, None, 5), (2, 1, 9), (3, 1, 8), (4, 1, 4))).rows
    assert rows[1] == rows[2] == 0
    assert sorted((rows[3], rows[4])) == [1, 2]


def test_trees_share_rows_where_they_do_not_overlap_in_time_and_no_two_cases_stand_on_one_another():
    many = [(number * 2 + 1, None, number * 2 % 60) for number in range(150)] + [
        (number * 2 + 2, number * 2 + 1, number * 2 % 60 + 4) for number in range(150)
    ]
    found = layout(drawn(*many))
    assert len(found.rows) == 300
    assert found.height < 40
    days = {number: day for number, _, day in many}
    places = [(row, days[number]) for number, row in found.rows.items()]
    assert len(set(places)) == len(places)


def test_cases_without_any_link_are_stacked_by_day():
    found = layout(drawn((1, None, 0), (2, None, 0), (3, None, 1)))
    assert found.rows == {}
    assert [len(numbers) for numbers in found.alone.values()] == [2, 1]
