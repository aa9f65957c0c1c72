"""A record that its source says again: what was known last stands, in whichever order the files come, and the past stays as it was."""

import subprocess
import sys
import threading
from datetime import datetime

import pytest

from fangxian.engine.compaction import compact
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.writers import in_turn
from fangxian.facts import AreaCases, AreaWithdrawal, Fact, LabTest, RegionStay, Withdrawal
from fangxian.facts.known import Known, instant
from fangxian.policy.policy import policy
from fangxian.sources.crosschecks import lake_flags

from .conftest import ANN, BO, CAI, Door, check_in, check_ins, csv

ROAMING = ("记录编号", "证件号码", "到访地代码", "到达时间", "离开时间", "上报时间")
OPEN = ("M1", ANN, "420100", "2020-02-01 08:00:00", "", "2020-02-02 08:00:00")
ENDED = ("M1", ANN, "420100", "2020-02-01 08:00:00", "2020-02-05 08:00:00", "2020-02-06 08:00:00")
OF_BO = ("M1", BO, "420100", "2020-02-01 08:00:00", "", "2020-02-07 08:00:00")
LATER = datetime(2020, 12, 31)

stay, ended, of_bo, again = ("open", OPEN), ("ended", ENDED), ("bo", OF_BO), ("again", (*OPEN[:5], "2020-02-09 08:00:00"))


def bring(door: Door, *versions: tuple[str, tuple[str, ...]]) -> list[dict]:
    """Bring each version of a stay in a file of its own, in this order; return the receipts."""
    return [door.bring("operator-roaming", csv(ROAMING, [row]), name=f"{name}.csv").receipt for name, row in versions]


def standing(door: Door, fact_type: type[Fact], *columns: str, known_at: datetime = LATER) -> list[tuple]:
    """Return the facts of a type that stand, as known at an instant."""
    with DuckDBEngine(door.lake) as engine:
        rows = engine.rows(Known(instant(known_at), policy("hangzhou").utc_offset).facts(fact_type)).to_pylist()
    return sorted({tuple(row[name] for name in columns) for row in rows}, key=str)


def ends(door: Door, known_at: datetime = LATER) -> list[datetime | None]:
    return [until_at for (until_at,) in standing(door, RegionStay, "until_at", known_at=known_at)]


def flags(receipt: dict) -> dict[str, int]:
    return {flag["check"]: flag["times"] for flag in receipt["flags"] if flag["check"] in ("corrected", "tied")}


THE_END = datetime(2020, 2, 5)


@pytest.mark.parametrize("order", [(stay, ended), (ended, stay)], ids=["in order", "out of order"])
def test_a_stay_that_comes_again_with_its_end_has_ended_and_was_open_as_known_then(door: Door, order):
    first, second = bring(door, *order)
    assert ends(door) == [THE_END]
    assert ends(door, datetime(2020, 2, 5, 23, 59, 59)) == [None]
    assert ends(door, datetime(2020, 2, 6)) == [THE_END]
    assert (flags(first), flags(second)) == ({}, {"corrected": 1})
    assert second["facts"] == {"region_stay": 1, "withdrawal": 1}
    assert [str(flag.check) for flag in lake_flags(door.lake) if flag.check != "late"] == ["corrected"]


@pytest.mark.parametrize("order", [(stay, of_bo), (of_bo, stay)], ids=["in order", "out of order"])
def test_a_record_that_comes_again_about_the_right_person_frees_the_wrong_one(door: Door, order):
    bring(door, *order)
    (wrong, right) = (person for (person,) in door.rows(RegionStay, "person_id", order="known_at"))
    assert standing(door, RegionStay, "person_id") == [(right,)]
    assert standing(door, RegionStay, "person_id", known_at=datetime(2020, 2, 3)) == [(wrong,)]
    assert door.rows(Withdrawal, "person_id, fact_type, reason") == [(wrong, "region_stay", "corrected")]


@pytest.mark.parametrize("order", [(stay, ended, again), (again, ended, stay), (stay, again, ended), (ended, again, stay)])
@pytest.mark.parametrize("merged_after", [None, 1, 2, 3])
def test_a_source_may_return_to_what_it_said_first_and_compaction_at_any_time_changes_nothing(door: Door, order, merged_after):
    for number, version in enumerate(order, start=1):
        bring(door, version)
        if number == merged_after:
            compact(door.lake)
    assert ends(door, datetime(2020, 2, 3)) == [None]
    assert ends(door, datetime(2020, 2, 7)) == [THE_END]
    assert ends(door) == [None]


def test_three_versions_about_three_people_leave_one(door: Door):
    of_cai = ("cai", ("M1", CAI, *OF_BO[2:5], "2020-02-10 08:00:00"))
    bring(door, of_bo, of_cai, stay)
    assert door.refused() == []
    (last,) = standing(door, RegionStay, "known_at")
    assert last == (datetime(2020, 2, 10),)


def test_the_same_content_again_changes_nothing(door: Door):
    _, receipt = bring(door, stay, again)
    assert flags(receipt) == {}
    assert door.rows(Withdrawal) == []
    assert ends(door) == [None]


def test_two_contents_of_one_known_time_both_stand_and_are_flagged(door: Door):
    _, receipt = bring(door, ended, ("tied", (*OPEN[:5], ENDED[5])))
    assert ends(door) == [None, THE_END]
    assert flags(receipt) == {"tied": 1}
    assert "later time of report" in next(flag.en for flag in lake_flags(door.lake) if flag.check == "tied")


def test_a_third_and_later_content_ends_a_tie(door: Door):
    bring(door, ended, ("tied", (*OPEN[:5], ENDED[5])))
    assert [flag.times for flag in lake_flags(door.lake) if flag.check == "tied"] == [1]
    bring(door, again)
    assert ends(door) == [None]
    assert [flag for flag in lake_flags(door.lake) if flag.check == "tied"] == []


def test_a_tie_is_told_after_compaction_and_ends_with_a_withdrawal(door: Door):
    bring(door, ended, ("tied", (*OPEN[:5], ENDED[5])))
    compact(door.lake)
    assert [flag.times for flag in lake_flags(door.lake) if flag.check == "tied"] == [1]
    columns = ("撤回编号", "证件号码", "事实类型", "事实编号", "撤回时间", "原因", "上报时间")
    row = ("1", ANN, "region_stay", "operator-roaming:M1", "2020-02-07 08:00:00", "数据有误", "2020-02-07 08:00:00")
    door.bring("withdrawal", csv(columns, [row]), name="withdrawal.csv")
    assert [flag for flag in lake_flags(door.lake) if flag.check == "tied"] == []


def test_rows_of_one_file_reported_at_different_times_correct_one_another(door: Door):
    receipt = door.bring("operator-roaming", csv(ROAMING, [ENDED, OPEN])).receipt
    assert (receipt["refused"], flags(receipt)) == ({}, {"corrected": 1})
    assert ends(door) == [THE_END]
    assert ends(door, datetime(2020, 2, 3)) == [None]


def test_rows_of_one_file_with_one_number_about_two_people_are_refused(door: Door):
    assert door.bring("operator-roaming", csv(ROAMING, [OPEN, OF_BO])).receipt["refused"] == {"contradiction": 2}


def test_another_source_with_the_same_record_number_is_not_corrected(door: Door):
    door.bring("daily-check-in", check_ins(check_in("M1")))
    door.bring("operator-roaming", csv(ROAMING, [OPEN]), name="other.csv")
    assert door.rows(Withdrawal) == []


def test_an_area_s_counts_that_are_said_again_are_corrected_too(door: Door):
    columns = ("通报编号", "地区代码", "统计日期", "累计确诊", "上报时间")
    for count, day in (("5", "10"), ("4", "11")):
        door.bring("area-bulletin", csv(columns, [("TB1", "330100", "2020-02-10", count, f"2020-02-{day} 23:00:00")]), name=f"{day}.csv")
    assert standing(door, AreaCases, "confirmed_total") == [(4,)]
    assert door.rows(AreaWithdrawal, "region_code, reason") == [("330100", "corrected")]


def test_a_correction_and_a_named_withdrawal_of_one_file_both_go_in(door: Door):
    columns = ("标本编号", "证件号码", "采样时间", "检测方法", "结果", "机构编号", "报告时间", "更正标本编号")
    first = [(number, ANN, "2020-02-10 09:00:00", "核酸", "阳性", "", "2020-02-10 15:00:00", "") for number in ("1", "2")]
    door.bring("laboratory", csv(columns, first), name="1.csv")
    second = [("2", *first[1][1:4], "阴性", "", "2020-02-11 15:00:00", ""), ("3", *first[1][1:4], "阴性", "", "2020-02-11 15:00:00", "1")]
    receipt = door.bring("laboratory", csv(columns, second), name="2.csv").receipt
    assert receipt["facts"] == {"lab_test": 2, "withdrawal": 2}
    assert standing(door, LabTest, "outcome") == [("negative",)]


def test_a_plain_withdrawal_still_takes_back_what_is_said_again_later(door: Door):
    bring(door, stay)
    columns = ("撤回编号", "证件号码", "事实类型", "事实编号", "撤回时间", "原因", "上报时间")
    row = ("1", ANN, "region_stay", "operator-roaming:M1", "2020-02-03 08:00:00", "数据有误", "2020-02-03 08:00:00")
    door.bring("withdrawal", csv(columns, [row]), name="withdrawal.csv")
    bring(door, ended)
    assert ends(door) == []


def test_two_deliveries_at_one_time_see_each_other_s_contents(door: Door):
    with in_turn(door.lake):
        threads = [threading.Thread(target=bring, args=(door, version)) for version in (stay, ended)]
        for thread in threads:
            thread.start()
        threads[0].join(1)
        assert door.lake.delivery_ids() == []
    for thread in threads:
        thread.join()
    assert ends(door) == [THE_END]


def test_a_correction_that_is_killed_before_it_joins_corrects_nothing_and_the_next_run_does(door: Door):
    bring(door, stay)
    path = door.write(csv(ROAMING, [ENDED]), "ended.csv")
    command = "from fangxian.cli.app import main; main()"
    kill = "import os, signal; from fangxian.engine import lake; lake.join = lambda part, place: os.kill(os.getpid(), signal.SIGKILL); "
    arguments = ["ingest", "operator-roaming", str(path), "--lake", str(door.lake.path)]
    assert subprocess.run([sys.executable, "-c", kill + command, *arguments], capture_output=True).returncode < 0
    assert (ends(door), door.rows(Withdrawal)) == ([None], [])
    assert subprocess.run([sys.executable, "-c", command, *arguments], capture_output=True).returncode == 0
    assert ends(Door(door.folder)) == [THE_END]
