"""The nation's rule of February 2020, each branch at its boundary."""

from area.counts import LATER, cluster, curve, day_of_2020, facts
from fangxian.area.scheme import scheme
from fangxian.area.situation import situation

NATIONAL = scheme("cn-2020-02")


def test_every_branch_at_its_boundary(duckdb_engine):
    expected = {  # confirmed, days without a new case, a cluster the day before
        (0, 0, False): "low",
        (1, 0, False): "medium",
        (1, 13, False): "medium",
        (1, 14, False): "low",
        (50, 0, True): "medium",  # at most 50: medium in spite of a cluster
        (50, 14, True): "low",
        (51, 0, False): "medium",  # more than 50 and no cluster
        (51, 13, False): "medium",
        (51, 14, False): "low",
        (51, 0, True): "high",
        (51, 13, True): "high",
        (51, 14, True): "high",  # high and low by the words; the graver counts
    }
    where = dict(zip(expected, [r.region_code for r in NATIONAL.regions(day_of_2020("02-28")) or ()], strict=False))
    counted = [row for (n, quiet, _), code in where.items() for row in curve(code, f"02-{28 - quiet}", f"{n} " * (quiet + 1))]
    clusters = [cluster(code, "02-27") for (_, _, clustered), code in where.items() if clustered]
    found = situation(duckdb_engine(facts(counted, clusters)), scheme=NATIONAL, on=day_of_2020("02-28"), known_at=LATER)
    levels = {area.region_code: area.level for area in found.with_level}
    assert {case: levels[where[case]] for case in expected} == expected


def test_a_cluster_counts_for_14_days(duckdb_engine):
    counted = curve("330381", "02-15", "51 52 53 54 55 56 57 58 59 60") + curve("330382", "02-15", "51 52 53 54 55 56 57 58 59 60")
    engine = duckdb_engine(facts(counted, [cluster("330381", "02-11"), cluster("330382", "02-10")]))
    found = situation(engine, scheme=NATIONAL, on=day_of_2020("02-24"), known_at=LATER)
    assert [area.level for area in found.with_level] == ["high", "medium"]


def test_wenzhou_on_26_february(wenzhou):
    found = situation(wenzhou, scheme=NATIONAL, on=day_of_2020("02-26"), known_at=LATER)
    low = {area.name for area in found.with_level if area.level == "low"}
    assert low == {"洞头区", "永嘉县", "平阳县", "苍南县"}, "14 days without a new case"
    assert (found.count("medium"), found.count("high")) == (8, 0), "no cluster is in the file, so none is high"


def test_a_city_without_counties_stands_for_itself(duckdb_engine):
    engine = duckdb_engine(facts(curve("441900", "02-17", "99") + curve("330300", "02-17", "500")))
    found = situation(engine, scheme=NATIONAL, on=day_of_2020("02-17"), known_at=LATER)
    assert [(area.name, area.level) for area in found.with_level] == [("东莞市", "medium")], "and 温州 is its counties"
