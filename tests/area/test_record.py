"""Levels recorded as facts: once, forwards, taken back when they no longer hold, read by the rules of the codes."""

from datetime import datetime, timedelta

import pyarrow.parquet as pq
import pytest
from lakes import lake_with
from spec_tables import instant

from area.counts import count, curve, day_of_2020, end_of, fact_table, facts, withdrawal
from fangxian.area.record import record_as_learned, record_levels
from fangxian.area.scheme import scheme
from fangxian.errors import FangxianError
from fangxian.facts import AreaCases, AreaLevel, AreaWithdrawal
from fangxian.facts.known import Known
from fangxian.facts.known import instant as literal

NATIONAL = scheme("cn-2020-02")
CHINA = timedelta(hours=8)


def standing(engine, known_at):
    rows = engine.rows(Known(literal(known_at), CHINA).facts(AreaLevel)).to_pylist()
    return sorted((row["region_code"], row["from_at"], row["until_at"], row["level"]) for row in rows)


def deliver(engine, rows, name):
    lake_with(engine.lake.path, {AreaCases: fact_table(AreaCases, rows)}, delivery_id=name)
    engine.refresh()


def test_recording_twice_changes_nothing(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-17", "0 0 3")))
    first = record_levels(engine, scheme=NATIONAL, known_at=instant("2020-02-20 09:00"))
    before = engine.lake.delivery_ids()
    again = record_levels(engine, scheme=NATIONAL, known_at=instant("2020-02-20 09:00"))
    later = record_levels(engine, scheme=NATIONAL, known_at=instant("2020-02-20 10:00"))
    assert (first.added, first.withdrawn) == (2, 0)
    assert (again.delivery_id, later.delivery_id) == (None, None), "the same levels, computed again, are the same facts"
    assert engine.lake.delivery_ids() == before


def test_the_same_content_is_the_same_delivery(duckdb_engine):
    rows = curve("330382", "02-17", "0 0 3")
    one, other = (duckdb_engine(facts(rows)) for _ in range(2))
    recorded = [record_levels(engine, scheme=NATIONAL, known_at=instant("2020-02-20 09:00")) for engine in (one, other)]
    assert recorded[0].delivery_id == recorded[1].delivery_id


def test_a_new_count_takes_back_the_level_that_ended_and_adds_what_holds(duckdb_engine):
    engine = duckdb_engine(facts(curve("330381", "02-17", "0 0 0 0") + curve("330382", "02-17", "0 0")))
    record_levels(engine, scheme=NATIONAL, known_at=instant("2020-02-19 09:00"))
    deliver(engine, [count("330382", day_of_2020("02-19"), 3, fact_id=99)], "next day")
    recorded = record_levels(engine, scheme=NATIONAL, known_at=instant("2020-02-20 09:00"))
    assert (recorded.added, recorded.withdrawn) == (2, 1), "the open low was replaced by one that ended, and medium began"
    assert standing(engine, instant("2020-02-20 09:00")) == [
        ("330381", instant("2020-02-18"), None, "low"),
        ("330382", instant("2020-02-18"), instant("2020-02-20"), "low"),
        ("330382", instant("2020-02-20"), None, "medium"),
    ]
    assert standing(engine, instant("2020-02-20 08:59")) == [
        ("330381", instant("2020-02-18"), None, "low"),
        ("330382", instant("2020-02-18"), None, "low"),
    ], "and the past stays as it was known"


def test_a_level_that_was_taken_back_and_comes_again_stands(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-17", "0")))
    hour = timedelta(hours=1)
    asked = instant("2020-02-18 08:00")
    record_levels(engine, scheme=NATIONAL, known_at=asked)
    deliver(engine, [count("330382", day_of_2020("02-17"), 5, fact_id=7, known_at=asked + hour)], "wrong")
    record_levels(engine, scheme=NATIONAL, known_at=asked + hour)
    taken_back = fact_table(AreaWithdrawal, [withdrawal(AreaCases, "330382", 7, known_at=asked + 2 * hour)])
    lake_with(engine.lake.path, {AreaWithdrawal: taken_back}, delivery_id="taken back")
    engine.refresh()
    record_levels(engine, scheme=NATIONAL, known_at=asked + 2 * hour)
    levels = [[level for *_, level in standing(engine, asked + n * hour)] for n in range(3)]
    assert levels == [["low"], ["medium"], ["low"]]


def test_history_is_recorded_forwards_only(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-17", "0 0")))
    record_levels(engine, scheme=NATIONAL, known_at=instant("2020-02-19 09:00"))
    record_levels(engine, scheme=NATIONAL, known_at=instant("2020-03-19 09:00"))  # the level has lapsed: one is taken back
    before = engine.lake.delivery_ids()
    with pytest.raises(FangxianError, match="forwards"):
        record_levels(engine, scheme=NATIONAL, known_at=instant("2020-03-19 08:59"))
    assert engine.lake.delivery_ids() == before


def test_schemes_do_not_take_back_each_other_s_levels(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-17", "0 0")))
    at = instant("2020-02-19 09:00")
    assert record_levels(engine, scheme=NATIONAL, known_at=at).added == 1
    assert record_levels(engine, scheme=scheme("zhejiang-five-colour"), known_at=at - timedelta(hours=1)).added == 1
    assert record_levels(engine, scheme=NATIONAL, known_at=at).delivery_id is None


def test_recorded_as_learned_each_day_finds_the_levels_of_its_time(duckdb_engine):
    rows = curve("330382", "02-17", "0 0 3 3")
    engine = duckdb_engine(facts([row | {"known_at": row["from_at"] + timedelta(hours=9)} for row in rows]))
    now = instant("2020-03-01 00:00")
    steps = list(record_as_learned(engine, scheme=NATIONAL, known_at=now))
    assert [step.known_at for step in steps] == [instant(f"2020-02-{day}") for day in (19, 20, 21, 22)] + [now]
    assert standing(engine, instant("2020-02-18 23:59")) == []
    assert standing(engine, instant("2020-02-20")) == [("330382", instant("2020-02-18"), None, "low")]
    assert standing(engine, instant("2020-02-21"))[-1] == ("330382", instant("2020-02-20"), None, "medium")
    assert standing(engine, now)[-1] == ("330382", instant("2020-02-20"), instant("2020-02-24"), "medium"), "it lapsed"
    assert [step.delivery_id for step in record_as_learned(engine, scheme=NATIONAL, known_at=now)] == [None], "taken up again"


def test_what_is_recorded_keeps_the_promises_of_its_fact_types(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-17", "0 0 3 3")))
    list(record_as_learned(engine, scheme=NATIONAL, known_at=datetime(2020, 3, 1)))
    for fact_type in (AreaLevel, AreaWithdrawal):
        assert engine.lake.files(fact_type)
        stored = pq.read_table(engine.lake.files(fact_type)[0])
        assert stored.column_names == list(fact_type.columns)
        assert engine.rows(fact_type.broken(fact_type.table())).num_rows == 0


def test_a_level_starts_at_the_end_of_the_day_that_it_was_counted_for(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-17", "3")))
    record_levels(engine, scheme=NATIONAL, known_at=instant("2020-02-18 09:00"))
    assert standing(engine, instant("2020-02-18 09:00")) == [("330382", end_of(day_of_2020("02-17")), None, "medium")]
