"""Export: a workbook with a sheet a source, from which an agency mends its rows."""

from datetime import timedelta

import fastexcel
import polars as pl
from xlsxwriter import Workbook

from fangxian.engine.compaction import compact
from fangxian.sources.quarantine import counts, export

from .conftest import ANN, RECEIVED_AT, Door, check_in, check_ins, csv


def sheets(path) -> dict[str, pl.DataFrame]:
    book = fastexcel.read_excel(path)
    return {name: book.load_sheet(name, dtypes="string").to_polars() for name in book.sheet_names}


def test_each_source_has_a_sheet_with_row_reason_remedy_and_its_own_columns(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1", 体温="烧"), check_in("2")), name="打卡.csv")
    door.bring("area-bulletin", csv(("通报编号", "地区代码", "统计日期", "累计确诊"), [("TB1", "999999", "2020-02-29", "1")]))
    assert export(door.lake, door.folder / "q.xlsx") == 2
    found = sheets(door.folder / "q.xlsx")
    assert sorted(found) == ["area-bulletin", "daily-check-in"]
    (row,) = found["daily-check-in"].to_dicts()
    assert (row["文件 file"], row["行号 row"], row["列 column"], row["体温"]) == ("打卡.csv", "2", "体温", "烧")
    assert {"原因", "reason", "处理办法", "remedy", "打卡流水号"} <= row.keys()


def test_one_source_can_be_exported_alone_and_nothing_makes_an_empty_workbook(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1", 体温="烧")))
    assert export(door.lake, door.folder / "q.xlsx", source="laboratory") == 0
    assert list(sheets(door.folder / "q.xlsx")) == ["quarantine"]


def test_a_cell_that_would_be_a_formula_stays_text(door: Door):
    door.bring("daily-check-in", check_ins(check_in("=1+1", 体温="烧")))
    export(door.lake, door.folder / "q.xlsx")
    assert sheets(door.folder / "q.xlsx")["daily-check-in"]["打卡流水号"].to_list() == ["=1+1"]


def test_a_mended_sheet_goes_in(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1", 体温="烧")))
    mended = door.folder / "mended.xlsx"
    pl.DataFrame([dict(zip(check_ins().strip().split(","), check_in("1"), strict=True))]).write_excel(mended)
    assert door.bring("daily-check-in", mended).receipt["rows"]["accepted"] == 1


def test_of_several_sheets_that_of_the_source_goes_in(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1", 体温="烧")))
    door.bring("area-bulletin", csv(("通报编号", "地区代码", "统计日期", "累计确诊"), [("TB1", "999999", "2020-02-29", "1")]))
    export(door.lake, door.folder / "q.xlsx")
    found = sheets(door.folder / "q.xlsx")
    mended = found["daily-check-in"].with_columns(pl.lit("36.5").alias("体温"), pl.lit(ANN).alias("证件号码"))
    with Workbook(door.folder / "mended.xlsx") as book:
        for name, sheet in {**found, "daily-check-in": mended}.items():
            sheet.write_excel(book, worksheet=name)
    rows = door.bring("daily-check-in", door.folder / "mended.xlsx").receipt["rows"]
    assert rows == {"read": 1, "accepted": 1, "quarantined": 0, "repeated": 0}
    assert counts(door.lake) == [("area-bulletin", "unknown_region", 1, 0), ("daily-check-in", "unreadable", 0, 1)]


def test_a_row_that_came_again_and_went_in_is_mended_and_no_longer_exported(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1", 体温="烧"), check_in("2", 体温="烧")), name="first.csv")
    door.bring("daily-check-in", check_ins(check_in("1"), check_in("2", 体温="热")), name="second.csv")
    for _ in range(2):
        assert counts(door.lake) == [("daily-check-in", "unreadable", 2, 1)]
        assert export(door.lake, door.folder / "q.xlsx") == 2
        compact(door.lake)


def test_a_refused_correction_of_what_is_in_the_lake_is_not_mended_by_what_it_corrects(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1")), name="first.csv", received_at=RECEIVED_AT - timedelta(hours=1))
    door.bring("daily-check-in", check_ins(check_in("1", 体温="烧", 上报时间="2020-02-12 09:00:00")), name="second.csv")
    assert counts(door.lake) == [("daily-check-in", "unreadable", 1, 0)]


def test_rows_are_counted_by_source_and_reason(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1", 体温="烧"), check_in("2", 体温="烧"), check_in("3", 打卡时间="")))
    assert counts(door.lake) == [("daily-check-in", "unreadable", 2, 0), ("daily-check-in", "missing", 1, 0)]
