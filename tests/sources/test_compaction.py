"""Compaction: one generation, sorted, needless repetition gone, and the same answer as before."""

from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from fangxian.engine.compaction import compact
from fangxian.engine.writers import writing
from fangxian.errors import FangxianError
from fangxian.facts import AreaCases, CheckIn

from .conftest import ANN, BO, RECEIVED_AT, Door, check_in, check_ins, csv


def bring_two_days(door: Door) -> None:
    door.bring("daily-check-in", check_ins(check_in("1"), check_in("2", 证件号码=BO)), name="1.csv")
    door.bring("daily-check-in", check_ins(check_in("3"), check_in("4", 证件号码=BO, 打卡时间="2020-02-01 08:00:00")), name="2.csv")


def test_all_deliveries_become_one_file_sorted_by_person_and_time(door: Door):
    bring_two_days(door)
    before = door.rows(CheckIn, order="fact_id")
    done = compact(door.lake)
    assert (done.generation, done.read["check_in"], done.written["check_in"]) == (1, 4, 4)
    (file,) = door.lake.files(CheckIn)
    table = pq.read_table(file)
    keys = list(zip(table["person_id"].to_pylist(), table["from_at"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    assert door.rows(CheckIn, order="fact_id") == before


def test_a_fact_that_came_often_is_kept_as_it_was_first_and_last_known(door: Door):
    row, days = check_in("1", 上报时间=""), (3, 0, 2)
    for number in days:
        door.bring("daily-check-in", check_ins(row, check_in(f"other {number}")), received_at=RECEIVED_AT + timedelta(days=number))
    assert len(door.rows(CheckIn)) == 6
    compact(door.lake)
    assert len(door.rows(CheckIn)) == 5
    known = door.rows(CheckIn, "known_at", "known_at")
    assert known[-2:] == [(RECEIVED_AT,), (RECEIVED_AT + timedelta(days=3),)]


def test_a_fact_that_came_twice_with_one_known_time_is_kept_once(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1")), name="1.csv")
    door.bring("daily-check-in", check_ins(check_in("1"), check_in("2")), name="2.csv")
    compact(door.lake)
    assert len(door.rows(CheckIn)) == 2


def test_one_number_with_two_contents_stays_two_facts_so_that_merging_changes_no_colour(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1", 体温="36.5")), name="1.csv")
    door.bring("daily-check-in", check_ins(check_in("1", 体温="39.5")), name="2.csv")
    compact(door.lake)
    assert sorted(door.rows(CheckIn, "temperature_c")) == [(36.5,), (39.5,)]


def test_two_people_with_one_record_number_are_two_facts(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1")), name="1.csv")
    door.bring("daily-check-in", check_ins(check_in("1", 证件号码=BO)), name="2.csv")
    compact(door.lake)
    assert len(door.rows(CheckIn)) == 2


def test_deliveries_that_come_later_are_merged_by_the_next_compaction(door: Door):
    bring_two_days(door)
    compact(door.lake)
    door.bring("daily-check-in", check_ins(check_in("5", 证件号码=BO)), name="3.csv")
    assert len(door.rows(CheckIn)) == 5
    assert compact(door.lake).generation == 2
    assert len(door.lake.files(CheckIn)) == 1
    assert len(door.rows(CheckIn)) == 5
    assert [p.name for p in (door.lake.path / "compacted").iterdir()] == ["2"]


def test_areas_are_sorted_by_region(door: Door):
    columns = ("通报编号", "地区代码", "统计日期", "累计确诊")
    rows = [(str(n), code, "2020-02-10", "1") for n, code in enumerate(("510100", "330100", "420100"))]
    door.bring("area-bulletin", csv(columns, rows))
    compact(door.lake)
    assert pq.read_table(door.lake.files(AreaCases)[0])["region_code"].to_pylist() == ["330100", "420100", "510100"]


def test_the_same_file_is_known_after_its_delivery_was_merged(door: Door):
    file = check_ins(check_in("1", 证件号码=ANN))
    door.bring("daily-check-in", file)
    compact(door.lake)
    assert door.bring("daily-check-in", file).already_there
    assert len(door.rows(CheckIn)) == 1


def test_an_empty_lake_can_be_compacted(door: Door):
    assert compact(door.lake).written == {}


def test_compaction_does_not_start_while_another_command_writes(door: Door):
    with writing(door.lake), pytest.raises(FangxianError, match="Another command"):
        compact(door.lake)


def test_two_deliveries_may_be_written_at_one_time_and_neither_sweeps_the_other(door: Door):
    with writing(door.lake), door.lake.delivery("other-1") as folder:
        door.bring("daily-check-in", check_ins(check_in("1")))
        assert folder.exists()
        (folder / "receipt.json").write_text("{}")
    assert len(door.lake.delivery_ids()) == 2
