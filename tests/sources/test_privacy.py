"""What is kept of a person at the door: nothing that says who they are, in no file of the lake."""

from pathlib import Path

import duckdb
import pytest

from fangxian.sources.quarantine import MASK, export

from .conftest import ANN, Door, check_in, check_ins, csv

NAME, MOBILE = "王小明", "13912345678"
RAILWAY = ("订单编号", "证件号码", "姓名", "车次", "乘车日期", "上车地代码", "下车地代码", "席位")


def everything_in(folder: Path) -> str:
    """Return every value of every Parquet file of a lake, and every other file, as one text."""
    texts = [str(duckdb.sql(f"SELECT * FROM read_parquet('{p}')").fetchall()) for p in folder.rglob("*.parquet")]
    return "".join([*texts, *(p.read_bytes().decode("utf-8", "replace") for p in folder.rglob("*") if p.is_file())])


def ticket(**cells: str) -> tuple[str, ...]:
    right = {
        "订单编号": "TL1",
        "证件号码": ANN,
        "姓名": NAME,
        "车次": "G1",
        "乘车日期": "2020-02-11",
        "上车地代码": "330106",
        "下车地代码": "310101",
        "席位": "1A",
    }
    return tuple((right | cells).values())


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(ticket(), id="a good row"),
        pytest.param(ticket(乘车日期="?"), id="a bad day"),
        pytest.param(ticket(证件号码=ANN[:-1] + "0"), id="a wrong check character"),
        pytest.param(ticket(席位=MOBILE, 乘车日期="?"), id="a mobile number where a seat should be"),
        pytest.param(ticket(席位=f"旅客{ANN}", 乘车日期="?"), id="an id number where a seat should be"),
        pytest.param(("TL1", NAME, ANN, "G1", "2020-02-11", "330106", "310101", MOBILE), id="name and number in each other's columns"),
        pytest.param(("TL1", "G1", ANN, NAME, "2020-02-11", "330106", "310101", "1A"), id="columns that have slipped"),
        pytest.param(("TL1", ANN, NAME), id="a broken line"),
    ],
)
def test_no_number_name_or_phone_is_kept_whatever_became_of_the_row(door: Door, row: tuple[str, ...]):
    door.bring("railway", csv(RAILWAY, [row]).encode("gb18030"))
    export(door.lake, door.folder / "refused.xlsx")
    found = everything_in(door.lake.path) + str(
        duckdb.sql(f"SELECT * FROM read_parquet({door.lake.quarantine_files()})").fetchall() if door.lake.quarantine_files() else ""
    )
    assert [secret for secret in (ANN, ANN[:-1], NAME, MOBILE) if secret in found] == []


def test_a_cell_that_looks_like_an_id_is_masked_and_the_others_are_shown(door: Door):
    door.bring("railway", csv(RAILWAY, [ticket(席位=f"旅客{ANN}", 乘车日期="?")]))
    ((cells,),) = door.refused("cells")
    assert (cells["席位"], cells["车次"], cells["订单编号"]) == (MASK, "G1", "TL1")
    assert "证件号码" not in cells


def test_record_numbers_and_times_do_not_look_like_ids(door: Door):
    number, time = "20200211083000000123", "20200211083000"
    door.bring("daily-check-in", check_ins(check_in(number, 打卡时间=time, 体温="烧")))
    ((cells,),) = door.refused("cells")
    assert (cells["打卡流水号"], cells["打卡时间"], cells["体温"]) == (number, time, "烧")


def test_nothing_but_the_delivery_is_left_in_the_lake(door: Door):
    door.bring("daily-check-in", check_ins(check_in("1"), check_in("2", 体温="烧")).encode("gb18030"))
    (delivery,) = (door.lake.path / "deliveries").iterdir()
    assert sorted(p.name for p in delivery.iterdir()) == ["check_in.parquet", "quarantine.parquet", "receipt.json"]
    assert list((door.lake.path / "staging").iterdir()) == []
