"""Case curves keep zero, missing, corrected and not yet known apart."""

from datetime import datetime, timedelta

import pytest

from area.counts import LATER, cluster, count, curve, day_of_2020, end_of, facts, withdrawal
from fangxian.area.clusters import with_clusters
from fangxian.area.curve import case_curve, with_rise
from fangxian.facts import AreaCases, AreaCluster
from fangxian.facts.known import Known, instant

CHINA = timedelta(hours=8)


def by_day(engine, expression, column):
    rows = engine.rows(expression).to_pylist()
    return {f"{row['reported_on']:%m-%d}": row[column] for row in sorted(rows, key=lambda row: row["reported_on"])}


@pytest.fixture
def curve_of(duckdb_engine):
    def curve_of(cases, *, withdrawals=(), known_at=LATER):
        engine = duckdb_engine(facts(cases, withdrawals=withdrawals))
        return lambda column: by_day(engine, case_curve(Known(instant(known_at), CHINA)), column)

    return curve_of


def test_new_cases_missing_days_and_corrections_are_told_apart(curve_of):
    found = curve_of(curve("330382", "02-01", "0 0 2 . . 5 4 4 4"))
    assert found("new_confirmed") == {"02-01": None, "02-02": 0, "02-03": 2, "02-06": 3, "02-07": -1, "02-08": 0, "02-09": 0}
    assert found("missing_days") == {"02-01": None, "02-02": 0, "02-03": 0, "02-06": 2, "02-07": 0, "02-08": 0, "02-09": 0}
    assert [day for day, fell in found("is_correction").items() if fell] == ["02-07"]


def test_days_without_a_new_case_count_from_the_last_rise_and_not_from_a_correction(curve_of):
    found = curve_of(curve("330382", "02-01", "0 0 2 . . 5 4 4 4"))
    assert found("days_without_new_case") == {
        "02-01": None,
        "02-02": None,
        "02-03": 0,
        "02-06": 0,
        "02-07": 1,
        "02-08": 2,
        "02-09": 3,
    }


def test_a_first_count_above_zero_is_taken_for_a_case_of_that_day(curve_of):
    assert curve_of(curve("330382", "02-01", "7 7"))("days_without_new_case") == {"02-01": 0, "02-02": 1}


def test_the_last_known_count_of_a_day_replaces_earlier_ones(curve_of):
    day = day_of_2020("02-05")
    earlier, later = count("330382", day, 8), count("330382", day, 6, known_at=end_of(day) + timedelta(hours=9))
    assert curve_of([earlier, later])("confirmed_total") == {"02-05": 6}
    assert curve_of([earlier, later], known_at=end_of(day) + timedelta(hours=8))("confirmed_total") == {"02-05": 8}


def test_a_withdrawn_count_leaves_a_missing_day_from_when_the_withdrawal_is_known(curve_of):
    cases, when = curve("330382", "02-01", "1 9 1"), datetime(2020, 2, 5)
    taken_back = [withdrawal(AreaCases, "330382", 2, known_at=when)]
    assert curve_of(cases, withdrawals=taken_back)("missing_days") == {"02-01": None, "02-03": 1}
    before = curve_of(cases, withdrawals=taken_back, known_at=when - timedelta(microseconds=1))
    assert before("new_confirmed") == {"02-01": None, "02-02": 8, "02-03": -8}


def test_a_withdrawal_of_another_area_or_type_takes_nothing_back(curve_of):
    others = [
        withdrawal(AreaCases, "330381", 2, known_at=datetime(2020, 2, 5)),
        withdrawal(AreaCluster, "330382", 2, known_at=datetime(2020, 2, 5)),
    ]
    assert curve_of(curve("330382", "02-01", "1 9"), withdrawals=others)("confirmed_total") == {"02-01": 1, "02-02": 9}


def test_a_rise_over_days_is_unknown_without_a_count_of_so_long_before(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-01", "1 2 . 4 5 6")))
    rises = with_rise(case_curve(Known(instant(LATER), CHINA)), column="confirmed_total", days=2, name="rise")
    assert by_day(engine, rises, "rise") == {"02-01": None, "02-02": None, "02-04": 2, "02-05": None, "02-06": 2}


def test_a_cluster_counts_on_its_day_and_the_thirteen_after_it(duckdb_engine):
    clusters = [cluster("330382", "02-02"), cluster("330382", "02-03"), cluster("330381", "02-03")]
    taken_back = [withdrawal(AreaCluster, "330382", 2, known_at=datetime(2020, 3, 1))]
    engine = duckdb_engine(facts(curve("330382", "02-01", " ".join(["1"] * 18)), clusters, taken_back))

    def active(known_at):
        known = Known(instant(known_at), CHINA)
        return by_day(engine, with_clusters(case_curve(known), known, days=14), "clusters")

    found = active(datetime(2020, 2, 29))
    assert [found[day] for day in ("02-01", "02-02", "02-03", "02-15", "02-16", "02-17")] == [0, 1, 2, 2, 1, 0]
    assert active(datetime(2020, 3, 1))["02-03"] == 1, "the second was taken back"


def test_a_cluster_just_after_local_midnight_is_of_the_new_day(duckdb_engine):
    at_midnight = cluster("330382", "02-02", from_at=end_of(day_of_2020("02-02")))
    engine = duckdb_engine(facts(curve("330382", "02-01", "1 1 1"), [at_midnight]))
    known = Known(instant(LATER), CHINA)
    assert by_day(engine, with_clusters(case_curve(known), known, days=14), "clusters") == {"02-01": 0, "02-02": 0, "02-03": 1}
