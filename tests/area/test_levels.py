"""Spans of levels: local midnights, gaps, lapses, open ends."""

from datetime import date, datetime, timedelta

import ibis
import pytest
from spec_tables import rows_as_text, tidied

from area.counts import LATER, count, curve, day_of_2020, end_of, facts
from fangxian.area.levels import area_levels, level_spans
from fangxian.area.rule import all_area_rules, area_rule
from fangxian.area.scheme import all_schemes, scheme
from fangxian.errors import FangxianError

NATIONAL = scheme("cn-2020-02")


def spans(engine, *, known_at=LATER, of=NATIONAL):
    return rows_as_text(area_levels(engine, scheme=of, known_at=known_at))


def test_a_level_starts_at_the_midnight_after_its_day_and_equal_ones_are_one_span(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-17", "0 0 3 3")))
    assert spans(engine, known_at=end_of(day_of_2020("02-20"))) == tidied("""
        region_code | from_at          | until_at         | level
        330382      | 2020-02-18 00:00 | 2020-02-20 00:00 | low
        330382      | 2020-02-20 00:00 |                  | medium
    """)


def test_a_level_lapses_three_days_after_the_last_count(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-17", "0")))
    lapses = end_of(day_of_2020("02-20"))
    assert spans(engine, known_at=lapses - timedelta(microseconds=1)) == tidied("""
        region_code | from_at          | until_at | level
        330382      | 2020-02-18 00:00 |          | low
    """)
    assert spans(engine, known_at=lapses) == tidied("""
        region_code | from_at          | until_at         | level
        330382      | 2020-02-18 00:00 | 2020-02-21 00:00 | low
    """)


def test_short_gaps_are_bridged_and_longer_ones_leave_the_area_grey(duckdb_engine):
    engine = duckdb_engine(facts(curve("330381", "02-17", "0 . . 0") + curve("330382", "02-17", "0 . . . 0")))
    assert spans(engine) == tidied("""
        region_code | from_at          | until_at         | level
        330381      | 2020-02-18 00:00 | 2020-02-24 00:00 | low
        330382      | 2020-02-18 00:00 | 2020-02-21 00:00 | low
        330382      | 2020-02-22 00:00 | 2020-02-25 00:00 | low
    """)


def test_a_count_that_does_not_suffice_ends_the_level_before_it(duckdb_engine):
    people = {"population": 100_000, "tested_total": 0}
    days = [date(2021, 3, 1) + timedelta(days=n) for n in (0, 7, 14, 16)]
    rows = [count("x", day, 10, **people | {"tested_total": 1000 * n}) for n, day in enumerate(days)]
    found = area_levels(duckdb_engine(facts(rows)), scheme=scheme("ecdc-2021"), known_at=LATER).to_pylist()
    assert [(row["level"], row["from_at"], row["until_at"]) for row in found] == [
        ("green", end_of(days[2], hours=1), end_of(days[3], hours=1)),
    ]


def test_a_count_published_before_its_day_has_ended_leaves_one_open_span(duckdb_engine):
    evening = end_of(day_of_2020("02-18")) - timedelta(hours=4)
    rows = [*curve("330382", "02-17", "0"), count("330382", day_of_2020("02-18"), 3, known_at=evening)]
    assert spans(duckdb_engine(facts(rows)), known_at=evening) == tidied("""
        region_code | from_at          | until_at         | level
        330382      | 2020-02-18 00:00 | 2020-02-19 00:00 | low
        330382      | 2020-02-19 00:00 |                  | medium
    """)


def test_a_late_correction_changes_levels_only_as_known_since_then(duckdb_engine):
    corrected = count("330382", day_of_2020("02-17"), 0, known_at=datetime(2020, 2, 19))
    engine = duckdb_engine(facts([*curve("330382", "02-17", "1"), corrected]))
    assert "medium" in spans(engine, known_at=datetime(2020, 2, 18, 23))
    assert "low" in spans(engine, known_at=datetime(2020, 2, 19))


def test_only_areas_of_the_scheme_have_levels(duckdb_engine):
    rows = [count(code, date(2020, 2, 17), 0) for code in ("330382", "510104", "330300", "330000")]
    engine = duckdb_engine(facts(rows))
    found = {s.name: set(area_levels(engine, scheme=s, known_at=LATER)["region_code"].to_pylist()) for s in all_schemes()}
    assert found == {"zhejiang-five-colour": {"330382"}, "cn-2020-02": {"330382", "510104"}, "ecdc-2021": set()}


@pytest.mark.parametrize("of", all_schemes(), ids=lambda of: of.name)
@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "pyspark"])
def test_every_scheme_compiles_for_every_engine(of, dialect):
    # Ibis reads Spark's options while it compiles; they exist once its backend has been looked at.
    assert ibis.pyspark.name == "pyspark"
    sql = str(ibis.to_sql(level_spans(of, known_at=LATER), dialect=dialect))
    assert "area_cases" in sql
    assert "area_withdrawal" in sql


@pytest.mark.parametrize("of", all_schemes(), ids=lambda of: of.name)
def test_every_scheme_gives_the_parameters_that_its_rule_takes_and_names_its_levels(of):
    for wording in of.wordings:
        assert area_rule(wording.rule).takes() == wording.parameters.keys()
    said = {level for w in of.wordings for p in w.parameters.values() for level in _levels_in(p.value)}
    assert said <= of.levels.keys()


def _levels_in(value):
    """Yield the levels that a parameter's value names."""
    for each in value if isinstance(value, list) else []:
        if isinstance(each, dict):
            yield from each.get("from", [])
            yield from [each["level"]] if "level" in each else []
        elif isinstance(each, list):
            yield from [part for part in each if isinstance(part, str)]


def test_a_rule_with_a_missing_parameter_is_refused_with_those_it_takes():
    rule = next(rule for rule in all_area_rules() if rule.name == "low-medium-high")
    with pytest.raises(FangxianError, match="many_cases"):
        rule.decide(None, cluster_days=14)


def test_an_unknown_scheme_is_refused_with_the_nearest():
    with pytest.raises(FangxianError, match="zhejiang-five-colour"):
        scheme("zhejiang-5-colour")


def test_a_file_that_is_no_scheme_is_refused_with_what_is_wrong(tmp_path):
    draft = tmp_path / "area.yaml"
    draft.write_text("scheme: x\n", encoding="utf-8")
    with pytest.raises(FangxianError, match="KeyError: 'title'"):
        scheme(str(draft))
