"""The ECDC's traffic light in both editions, every branch at its boundary, and what is not known."""

from datetime import date, timedelta

import pytest

from area.counts import LATER, count, end_of, facts
from fangxian.area.scheme import scheme
from fangxian.area.situation import situation
from fangxian.policy.moment import moment

ECDC = scheme("ecdc-2021")
PEOPLE = 100_000
TESTS = 10_000

# new cases per 100,000 in 14 days, positive per cent of tests in 7 days: level
JANUARY = {
    (0, 0): "green",
    (24, 3.99): "green",
    (25, 3.99): "orange",
    (24, 4): "orange",
    (49, 4): "orange",
    (50, 4): "red",
    (50, 3.99): "orange",
    (149, 3.99): "orange",
    (149, 4): "red",
    (150, 3.99): "red",
    (150, 0): "red",
    (499, 50): "red",
    (500, 0): "dark_red",
    (500, 50): "dark_red",
}
JUNE = {
    (49, 3.99): "green",
    (49, 4): "orange",
    (50, 0.99): "green",
    (50, 1): "orange",
    (74, 0.99): "green",
    (74, 1): "orange",
    (74, 4): "orange",
    (75, 0): "orange",
    (75, 3.99): "orange",
    (75, 4): "red",
    (199, 3.99): "orange",
    (199, 4): "red",
    (200, 0): "red",
    (499, 0): "red",
    (500, 0): "dark_red",
}


def three_counts(region_code, day, *, new, found, tested, **more):
    """Return counts of a day, of 7 and of 14 days before: `found` of the `new` cases fall into the last 7 days.

    Cases found within 7 days cannot exceed those of 14; where a boundary asks for it, an earlier correction made room.
    """
    people = {"population": PEOPLE} | more
    return [
        count(region_code, day - timedelta(days=14), 1000, tested_total=0, **people),
        count(region_code, day - timedelta(days=7), 1000 + new - found, tested_total=50, **people),
        count(region_code, day, 1000 + new, tested_total=50 + tested, **people),
    ]


def levels(engine, day):
    found = situation(engine, scheme=ECDC, on=day, known_at=LATER)
    return {area.region_code: area.level for area in found.areas}


@pytest.mark.parametrize(("day", "expected"), [(date(2021, 6, 13), JANUARY), (date(2021, 6, 14), JUNE)], ids=["January", "June"])
def test_every_branch_of_both_editions_at_its_boundary(duckdb_engine, day, expected):
    where = {case: f"area{number:02}" for number, case in enumerate(expected)}
    counted = []
    for (rate, per_cent), code in where.items():
        counted += three_counts(code, day, new=rate, found=round(per_cent * TESTS / 100), tested=TESTS)
    found = levels(duckdb_engine(facts(counted)), day)
    assert {case: found[where[case]] for case in expected} == expected


def test_few_tests_are_grey_whatever_the_rate(duckdb_engine):
    day = date(2021, 3, 1)
    counted = three_counts("enough", day, new=600, found=1, tested=300) + three_counts("fewer", day, new=600, found=1, tested=299)
    assert levels(duckdb_engine(facts(counted)), day) == {"enough": "dark_red", "fewer": "grey"}


@pytest.mark.parametrize("lacking", ["population", "tested_total"])
def test_without_population_or_tests_there_is_no_level(duckdb_engine, lacking):
    day = date(2021, 3, 1)
    counted = [row | {lacking: None} for row in three_counts("x", day, new=100, found=1, tested=TESTS)]
    assert levels(duckdb_engine(facts(counted)), day) == {"x": None}


def test_without_a_count_of_14_days_before_there_is_no_level(duckdb_engine):
    day = date(2021, 3, 1)
    counted = three_counts("x", day, new=100, found=1, tested=TESTS)[1:]
    assert levels(duckdb_engine(facts(counted)), day) == {"x": None}


def test_a_total_that_fell_counts_as_no_new_case(duckdb_engine):
    day = date(2021, 3, 1)
    assert levels(duckdb_engine(facts(three_counts("x", day, new=-5, found=-5, tested=TESTS))), day) == {"x": "green"}


@pytest.mark.parametrize("edition", ECDC.wordings, ids=lambda wording: str(wording.since))
def test_every_rate_and_positivity_lies_in_exactly_one_band(edition):
    bands = edition.parameters["bands"].value
    edges = {"rate": set(), "positivity": set()}
    for band in bands:
        for name, values in edges.items():
            values |= {limit for limit in band[name] if limit is not None}
    for rate in edges["rate"] | {edge + 0.5 for edge in edges["rate"]}:
        for positivity in edges["positivity"] | {edge + 0.005 for edge in edges["positivity"]}:
            held = [b for b in bands if _holds(b["rate"], rate) and _holds(b["positivity"], positivity)]
            assert len(held) == 1, (rate, positivity, held)


def _holds(limits, value):
    low, high = limits
    return low <= value and (high is None or value < high)


def test_days_are_those_of_the_scheme_s_own_clocks(duckdb_engine):
    assert ECDC.utc_offset == timedelta(hours=1)
    assert moment("2021-06-13", ECDC) < end_of(date(2021, 6, 13), hours=1) <= moment("2021-06-14 00:00", ECDC)
