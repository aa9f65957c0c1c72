"""The regions of China: read from the installed table, mended, and compared with the codes in force in early 2020."""

import csv
import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from fangxian.errors import FangxianError
from fangxian.policy.regions import expect_region, known_codes, later_codes, province, regions

REAL = Path(os.environ.get("FANGXIAN_REAL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
FEBRUARY = date(2020, 2, 9)

# Renamed or raised after 2019-10-31, the day of the list compared with, and before 2020: the list has the older codes.
CHANGED_IN_LATE_2019 = {
    "140726": "140703",
    "340225": "340281",
    "360105": "360113",
    "451023": "451082",
    "530422": "530481",
    "630122": "630106",
    "652923": "652902",
}
# In the list compared with, and not a region here: a city without counties under its own name.
NOT_A_COUNTY = {"620201"}
# Cities of the Xinjiang corps that stand since 2011 to 2019, and what is not in mainland statistics.
ABSENT_FROM_THE_LIST = {"659005", "659007", "659008", "659009", "659010", "710000", "810000", "820000"}


def codes(on: date, *, under: str, level: int) -> set[str]:
    return {r["region_code"] for r in regions(on).to_pylist() if r["region_code"].startswith(under) and r["level"] == level}


def test_zhejiang_has_the_90_counties_of_the_five_colour_map():
    counties = codes(FEBRUARY, under="33", level=3)
    assert len(counties) == 90
    assert {"330103", "330104", "330383"} <= counties, "下城, 江干 and 龙港 stood in February 2020"
    assert not {"330113", "330114", "330301"} & counties, "临平, 钱塘 and 市辖区 did not"
    assert len(codes(FEBRUARY, under="33", level=2)) == 11


def test_sichuan_has_183_counties_and_21_prefectures():
    assert len(codes(FEBRUARY, under="51", level=3)) == 183
    assert len(codes(FEBRUARY, under="51", level=2)) == 21


def test_hangzhou_has_13_counties_before_2021_and_13_after():
    assert len(codes(date(2021, 12, 31), under="3301", level=3)) == 13
    after = codes(date(2022, 1, 1), under="3301", level=3)
    assert {"330113", "330114"} <= after
    assert not {"330103", "330104"} & after


def test_no_code_stands_twice_and_every_parent_stands():
    for year in range(2015, 2025):
        standing = regions(date(year, 6, 1)).to_pylist()
        assert max(Counter(r["region_code"] for r in standing).values()) == 1
        all_codes = {r["region_code"] for r in standing}
        assert [r for r in standing if r["parent_code"] and r["parent_code"] not in all_codes] == []


def test_counties_of_a_municipality_lie_in_its_pseudo_prefecture():
    assert expect_region("110101", FEBRUARY).parent_code == "110100"
    assert expect_region("110100", FEBRUARY).parent_code == "110000"


def test_later_codes_name_codes_that_exist():
    known = set(known_codes()["region_code"].to_pylist())
    ended = {r["region_code"] for r in known_codes().to_pylist() if r["until_year"]}
    for row in later_codes().to_pylist():
        assert row["later_code"] in known, row
        assert row["region_code"] in ended, row
        assert abs(expect_region(row["later_code"], date(row["since_year"], 7, 1)).level - 3) <= 1


def test_every_code_of_zhejiang_and_sichuan_that_ended_since_2013_has_a_later_one():
    ended = {r["region_code"] for r in known_codes().to_pylist() if (r["until_year"] or 0) >= 2013}
    named = set(later_codes()["region_code"].to_pylist())
    assert {code for code in ended if code[:2] in ("33", "51")} - named == set()


def test_jianggan_was_divided_in_two():
    rows = [r for r in later_codes().to_pylist() if r["region_code"] == "330104"]
    assert {r["later_code"] for r in rows} == {"330102", "330114"}


def test_both_codes_are_accepted_in_the_year_of_a_change():
    for code in ("330103", "330105", "330113"):
        assert expect_region(code, date(2021, 3, 1)).region_code == code


def test_an_ended_code_is_refused_with_the_one_that_followed():
    with pytest.raises(FangxianError, match="330105") as refusal:
        expect_region("330103", date(2022, 1, 1))
    assert "330102 上城区" in refusal.value.known


def test_an_unknown_code_is_refused_with_codes_of_the_same_province():
    with pytest.raises(FangxianError) as refusal:
        expect_region("339999", FEBRUARY)
    assert "33" in refusal.value.known


def test_what_is_not_a_code_is_not_repeated():
    with pytest.raises(FangxianError) as refusal:
        expect_region("11010519491231002X", FEBRUARY)
    assert "11010519491231002X" not in str(refusal.value)


def test_a_province_answers_to_two_digits_or_six():
    assert province("33") == province("330000") == expect_region("330000", FEBRUARY)


@pytest.mark.parametrize("code", ["99", "", "3", "330100", "浙江"])
def test_a_province_that_does_not_exist_is_refused_with_those_that_do(code):
    with pytest.raises(FangxianError, match="33 浙江省"):
        province(code)


def test_the_codes_of_early_2020_agree_with_the_list_of_october_2019():
    path = REAL / "regions" / "regions_2019.csv"
    if not path.exists():
        pytest.skip(f"the list of 2019 is not here: {path}")
    with path.open(encoding="utf-8") as lines:
        listed = {row["code"]: row["name"] for row in csv.DictReader(lines)}
    # xxxx71 to xxxx79 are development zones: statistical codes, not administrative regions
    listed = {code: name for code, name in listed.items() if not (code[4] == "7" and code[5] != "0")}
    ours = {r["region_code"]: r["name"] for r in regions(FEBRUARY).to_pylist()}
    assert set(listed) - set(ours) == set(CHANGED_IN_LATE_2019) | NOT_A_COUNTY
    assert set(ours) - set(listed) == set(CHANGED_IN_LATE_2019.values()) | ABSENT_FROM_THE_LIST
    renamed = {code for code in ours if code in listed and ours[code] != listed[code]}
    assert all(code.endswith("9000") for code in renamed), "only 省直辖县级行政单位 is worded otherwise"
