"""Zhejiang's five colours: each number at its boundary, and the map that was published."""

from datetime import date

import pytest

from area.counts import LATER, cluster, count, curve, day_of_2020, facts
from fangxian.area.published import misses, published_cases, published_levels
from fangxian.area.scheme import scheme
from fangxian.area.situation import situation

FIVE_COLOUR = scheme("zhejiang-five-colour")


COUNTIES = [r.region_code for r in FIVE_COLOUR.regions(date(2020, 2, 9)) or ()]


def level_on(engine, day, region_code="330382"):
    found = situation(engine, scheme=FIVE_COLOUR, on=day_of_2020(day), known_at=LATER)
    return next(area.level for area in found.areas if area.region_code == region_code)


def levels_on(engine, day):
    found = situation(engine, scheme=FIVE_COLOUR, on=day_of_2020(day), known_at=LATER)
    return {area.region_code: area.level for area in found.with_level}


def test_cumulative_cases_give_the_colour(duckdb_engine):
    expected = {0: "green", 1: "blue", 9: "blue", 10: "yellow", 19: "yellow", 20: "orange"}
    expected |= {49: "orange", 50: "orange", 99: "orange", 100: "red", 170: "red"}
    counted = [count(code, day_of_2020("02-09"), total) for code, total in zip(COUNTIES, expected, strict=False)]
    found = levels_on(duckdb_engine(facts(counted)), "02-09")
    assert {row["confirmed_total"]: found[row["region_code"]] for row in counted} == expected


def test_local_cases_and_clusters_add_points(duckdb_engine):
    expected = {  # confirmed, of which local, clusters
        (10, 10, 1): "yellow",  # 35 + 10 + 5
        (10, 10, 2): "orange",  # 35 + 10 + 10: on the boundary
        (10, 9, 2): "yellow",  # 35 + 9 + 10
        (10, None, 2): "orange",  # an unknown share counts as all local
        (10, 10, 3): "orange",  # more than two clusters count as two
        (9, 9, 2): "blue",  # 10 + 10 + 10
        (50, 50, 2): "red",  # 60 + 10 + 10: on the boundary
        (50, 49, 2): "orange",
        (99, 0, 2): "orange",
        (0, 0, 1): "green",  # never a case: green whatever else is said
    }
    where = dict(zip(expected, COUNTIES, strict=False))
    counted = [count(where[case], day_of_2020("02-09"), case[0], local_total=case[1]) for case in expected]
    clusters = [cluster(where[case], "02-05") for case in expected for _ in range(case[2])]
    found = levels_on(duckdb_engine(facts(counted, clusters)), "02-09")
    assert {case: found[where[case]] for case in expected} == expected


def test_quiet_days_step_down(duckdb_engine):
    # confirmed, days without a new case
    expected = {(9, 2): "blue", (9, 3): "blue", (9, 6): "blue", (9, 7): "green"}
    expected |= {(19, 3): "yellow", (19, 6): "yellow", (19, 7): "green"}
    expected |= {(49, 2): "orange", (49, 3): "yellow", (49, 6): "yellow", (49, 7): "blue", (49, 11): "blue", (49, 12): "green"}
    expected |= {(170, 2): "red", (170, 3): "orange", (170, 6): "orange", (170, 7): "yellow", (170, 11): "yellow", (170, 12): "green"}
    where = dict(zip(expected, COUNTIES, strict=False))
    counted = [row for (n, quiet), code in where.items() for row in curve(code, f"02-{28 - quiet}", f"{n} " * (quiet + 1))]
    found = levels_on(duckdb_engine(facts(counted)), "02-28")
    assert {case: found[where[case]] for case in expected} == expected


def test_a_new_case_cancels_the_steps_down_on_the_same_day(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-12", "49 49 49 49 49 49 49 49 50")))
    assert [level_on(engine, day) for day in ("02-18", "02-19", "02-20")] == ["yellow", "blue", "orange"]


def test_a_cluster_cancels_the_steps_down_until_it_is_14_days_old(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-12", " ".join(["49"] * 18)), [cluster("330382", "02-15")]))
    assert [level_on(engine, day) for day in ("02-14", "02-15", "02-28", "02-29")] == ["orange", "orange", "orange", "green"]


def test_the_first_map_does_not_step_down(duckdb_engine):
    engine = duckdb_engine(facts(curve("330326", "02-06", "30 30 30 30 30 30 30")))
    assert [level_on(engine, day, "330326") for day in ("02-09", "02-11", "02-12")] == ["orange", "orange", "yellow"]


def test_count_bands_give_27_of_29_published_colours_of_9_february(duckdb_engine):
    """The counts were published between 4 and 17 February; the test takes each for the count of the 9th, as the calibration did."""
    counted = [count(p.region_code, date(2020, 2, 9), p.confirmed_total) for p in published_cases()]
    assert len(counted) == 29
    found = situation(duckdb_engine(facts(counted)), scheme=FIVE_COLOUR, on=date(2020, 2, 9), known_at=LATER)
    assert len(found.with_level) == 29
    assert {(m.name, m.computed, m.published) for m in misses(found)} == {
        ("文成县", "yellow", "blue"),  # the count is of 17 February
        ("慈溪市", "yellow", "orange"),  # the count is of 4 February
    }


@pytest.mark.parametrize("share", [0, 1])
def test_neither_local_share_nor_one_cluster_changes_those_27(duckdb_engine, share):
    counted = [count(p.region_code, date(2020, 2, 9), p.confirmed_total, local_total=share * p.confirmed_total) for p in published_cases()]
    clusters = [cluster(p.region_code, "02-05") for p in published_cases()]
    found = situation(duckdb_engine(facts(counted, clusters)), scheme=FIVE_COLOUR, on=date(2020, 2, 9), known_at=LATER)
    assert {m.name for m in misses(found)} == {"文成县", "慈溪市"}


MISSES_IN_WENZHOU = {
    "02-09": {("文成县", "yellow", "blue"), ("泰顺县", "yellow", "orange")},
    "02-12": {("泰顺县", "yellow", "orange")},
    "02-18": set(),
    "02-24": {("泰顺县", "blue", "green"), ("乐清市", "yellow", "blue")},
    "02-27": {("乐清市", "yellow", "green")},  # computed from the count of the 26th, the last that there is
}


@pytest.mark.parametrize("day", MISSES_IN_WENZHOU)
def test_real_counts_of_wenzhou_give_the_published_colours_but_for_named_misses(wenzhou, day):
    found = situation(wenzhou, scheme=FIVE_COLOUR, on=day_of_2020(day), known_at=LATER)
    assert (len(found.areas), len(found.with_level), len(found.grey)) == (90, 12, 78)
    assert {(m.name, m.computed, m.published) for m in misses(found)} == MISSES_IN_WENZHOU[day]


def test_the_ladder_of_february_is_climbed_down_in_wenzhou(wenzhou):
    yueqing, pingyang, lucheng = "330382", "330326", "330302"
    assert [level_on(wenzhou, day, yueqing) for day in ("02-09", "02-12", "02-17", "02-18")] == ["red", "red", "red", "orange"]
    assert [level_on(wenzhou, day, pingyang) for day in ("02-09", "02-12", "02-18")] == ["orange", "yellow", "green"]
    assert [level_on(wenzhou, day, lucheng) for day in ("02-09", "02-12", "02-24")] == ["orange", "orange", "blue"]


def test_haishu_is_one_level_too_low_on_24_february(duckdb_engine):
    """49 cases since 4 February at the latest: seven quiet days give blue where yellow was published."""
    engine = duckdb_engine(facts(curve("330203", "02-13", "49 " * 12)))
    assert level_on(engine, "02-24", "330203") == "blue"
    published = {p.region_code: p.level for p in published_levels() if p.counted_on == date(2020, 2, 24)}
    assert published["330203"] == "yellow"


@pytest.mark.parametrize(
    ("day", "red", "orange", "yellow", "blue", "green"),
    [(date(2020, 2, 9), 1, 12, 12, 53, 12), (date(2020, 2, 24), 0, 0, 2, 6, 82), (date(2020, 2, 27), 0, 0, 0, 2, 88)],
)
def test_the_compiled_colours_add_up_to_the_published_counts(day, red, orange, yellow, blue, green):
    levels = [p.level for p in published_levels() if p.counted_on == day]
    found = tuple(levels.count(colour) for colour in ("red", "orange", "yellow", "blue", "green"))
    assert found == (red, orange, yellow, blue, green)


def test_on_12_february_37_counties_were_lowered_and_no_other_changed():
    on_9 = {p.region_code: p.level for p in published_levels() if p.counted_on == date(2020, 2, 9)}
    on_12 = {p.region_code: p.level for p in published_levels() if p.counted_on == date(2020, 2, 12)}
    not_blue = {code: level for code, level in on_9.items() if level != "blue"}
    assert {code for code, level in not_blue.items() if on_12[code] != level} == {"330326"}
    counts = [list(on_12.values()).count(colour) for colour in ("red", "orange", "yellow")]
    assert counts == [1, 11, 13], "as published; which 17 stayed blue is known for Hangzhou only"
