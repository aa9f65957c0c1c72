"""The real files of 2020 go in by the same door, and their known figures come out."""

import os
from collections import Counter
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from fangxian.facts import AreaCases, PublishedTrip
from fangxian.sources.crosschecks import Check, Flag

from .conftest import Door

RECEIVED_AT = datetime(2021, 1, 4)

REAL = Path(os.environ.get("FANGXIAN_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
DATA = REAL / "cases"
if not DATA.exists():
    pytest.skip("the real data of 2020 are not on this machine (FANGXIAN_REAL_DATA)", allow_module_level=True)


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Door:
    """Give a lake with both files."""
    door = Door(tmp_path_factory.mktemp("real"))
    door.bring("city-cases", DATA / "cn_city_daily.parquet", received_at=RECEIVED_AT)
    door.bring("wenzhou-county-cases", DATA / "wenzhou_county_daily.csv", received_at=RECEIVED_AT)
    return door


def flags(door: Door, check: Check) -> list[Flag]:
    return [Flag.of(flag) for receipt in door.lake.receipts() for flag in receipt["flags"] if flag["check"] == check]


def test_every_row_is_either_a_fact_or_in_quarantine(brought: Door):
    rows = {receipt["source"]: receipt["rows"] for receipt in brought.lake.receipts()}
    assert rows["city-cases"]["read"] == 170_477
    assert rows["wenzhou-county-cases"] == {"read": 462, "accepted": 396, "quarantined": 66, "repeated": 0}
    for counted in rows.values():
        assert counted["accepted"] + counted["quarantined"] == counted["read"]
    assert len(brought.rows(AreaCases)) == sum(counted["accepted"] for counted in rows.values())


def test_what_is_refused_of_the_real_files_is_no_region(brought: Door):
    assert {reason for _, _, reason in brought.refused()} == {"not_a_region"}
    files = [f for f in brought.lake.quarantine_files() if "city-cases" in f]
    names = duckdb.sql(f"SELECT DISTINCT cells['city'] FROM read_parquet({files})").fetchall()
    assert {"境外输入", "省十里丰监狱", "第七师", None} <= {name for (name,) in names}
    assert not {name for (name,) in names if name and name.endswith(("市", "州", "盟")) and not name.startswith("第")}


def test_sichuan_has_538_on_29_february_which_is_the_sum_of_its_21_prefectures(brought: Door):
    rows = brought.rows(AreaCases, "region_code, reported_on::VARCHAR, confirmed_total")
    on_day = {code: count for code, day, count in rows if day == "2020-02-29" and code.startswith("51")}
    assert on_day.pop("510000") == 538
    assert (len(on_day), sum(on_day.values())) == (21, 538)


def test_sichuan_has_one_day_on_which_confirmed_cases_fall(brought: Door):
    found = [f for f in flags(brought, Check.FALLING) if f.region_code.startswith("51") and "confirmed" in f.en]
    assert [(f.region_code, f.times, str(f.first_on)) for f in found] == [("510800", 1, "2020-01-30")]


def test_zhejiang_does_not_add_up(brought: Door):
    (flag,) = [f for f in flags(brought, Check.SUM) if f.region_code == "330000"]
    assert flag.times > 30


def test_the_areas_of_wenzhou_add_up_to_504_of_which_two_are_in_quarantine(brought: Door):
    rows = brought.rows(AreaCases, "source, region_code, reported_on::VARCHAR, confirmed_total")
    counties = [n for source, code, day, n in rows if source == "wenzhou-county-cases" and day == "2020-02-26" and code.startswith("3303")]
    files = [f for f in brought.lake.quarantine_files() if "wenzhou" in f]
    (apart,) = duckdb.sql(
        f"SELECT sum(cells['confirmedCount']::INT) FROM read_parquet({files}) WHERE cells['date'] = '2020-02-26'"
    ).fetchone()
    assert (len(counties), sum(counties), apart) == (12, 502, 2)
    assert sum(counties) + apart == 504


def test_hong_kong_published_31_runs_with_more_than_one_listing_once_their_numbers_are_written_alike(tmp_path: Path):
    door = Door(tmp_path)
    door.bring("hong-kong-trips", REAL / "same_trip" / "flights_trains_20200327.csv", received_at=RECEIVED_AT)
    listed = Counter(door.rows(PublishedTrip, "number, travelled_on"))
    assert sum(times > 1 for times in listed.values()) == 31
    assert {reason for _, _, reason in door.refused()} == {"missing", "unknown_word"}
