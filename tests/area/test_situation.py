"""The situation on a day: all areas of the scheme, those without a level named, the published level beside it."""

import csv
import io
import re
from datetime import date, datetime

import orjson
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from area.counts import LATER, count, curve, day_of_2020, facts
from fangxian.area.published import published_levels
from fangxian.area.scheme import scheme
from fangxian.area.situation import newest_day, situation
from fangxian.area.telling import tell
from fangxian.cli.app import build
from fangxian.errors import FangxianError
from fangxian.policy.policy import PACKAGED
from fangxian.policy.regions import expect_region

FIVE_COLOUR = scheme("zhejiang-five-colour")


@pytest.fixture
def areas_command(duckdb_engine, monkeypatch):
    """Give a function that runs `fangxian areas` on a lake of counts and returns what it printed."""
    monkeypatch.setenv("COLUMNS", "200")

    def areas_command(cases, *arguments):
        lake = duckdb_engine(facts(cases)).lake.path if isinstance(cases, list) else cases
        result = CliRunner().invoke(build(), ["areas", "--lake", str(lake), *arguments])
        if result.exception:
            raise result.exception
        return result.stdout

    return areas_command


def test_counties_without_data_are_grey_and_counted(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-09", "0")))
    found = situation(engine, scheme=FIVE_COLOUR, on=day_of_2020("02-09"), known_at=LATER)
    assert (len(found.areas), len(found.with_level), len(found.grey)) == (90, 1, 89)
    assert found.with_level[0].level == "green", "zero is not missing"
    assert all(area.level is None and area.inputs == {} for area in found.grey)
    words = list(tell(found, language="zh", compare=False))
    assert words[0].startswith("90 个地区中可计算 1 个")
    assert "上城区" in words[1]
    assert "2020 年真实世界" not in " ".join(words)
    assert "2020 年真实世界" in " ".join(tell(found, language="zh", compare=True))
    assert "2020's real world" in " ".join(tell(found, language="en", compare=True))


def test_a_level_stands_for_three_days_and_says_of_which_day_it_is(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-10", "5")))
    days = {day: situation(engine, scheme=FIVE_COLOUR, on=day_of_2020(day), known_at=LATER).with_level for day in ("02-12", "02-13")}
    assert [area.reported_on for area in days["02-12"]] == [day_of_2020("02-10")]
    assert days["02-13"] == ()


def test_the_regions_are_those_of_the_day(duckdb_engine):
    engine = duckdb_engine(facts([]))
    names = {area.name for area in situation(engine, scheme=FIVE_COLOUR, on=day_of_2020("02-09"), known_at=LATER).areas}
    assert {"下城区", "江干区", "龙港市"} <= names


def test_what_was_not_known_yet_is_not_in_the_situation(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-09", "5")))
    found = situation(engine, scheme=FIVE_COLOUR, on=day_of_2020("02-09"), known_at=FIVE_COLOUR.instant(datetime(2020, 2, 9, 23)))
    assert found.with_level == ()


def test_the_newest_day_is_that_of_the_last_count_and_an_empty_lake_has_none(duckdb_engine):
    engine = duckdb_engine(facts(curve("330382", "02-09", "5 5 . 6")))
    assert newest_day(engine, scheme=FIVE_COLOUR, known_at=LATER) == day_of_2020("02-12")
    with pytest.raises(FangxianError, match="area-bulletin"):
        newest_day(duckdb_engine(facts([])), scheme=FIVE_COLOUR, known_at=LATER)


def test_a_day_before_the_first_map_is_refused(duckdb_engine):
    with pytest.raises(FangxianError, match="2020-02-09"):
        situation(duckdb_engine(facts([])), scheme=FIVE_COLOUR, on=day_of_2020("02-08"), known_at=LATER)


def test_the_command_names_the_misses_and_the_grey(wenzhou, areas_command):
    printed = areas_command(wenzhou.lake.path, "--on", "2020-02-24", "--compare-published")
    assert "90 个地区中可计算 12 个" in printed
    assert "无数据（灰）78 个：上城区、" in printed
    assert "与公布等级比较 12 个，相同 10 个" in printed
    assert "不同（计算 ≠ 公布）：泰顺县 较低风险（蓝） ≠ 低风险（绿）；乐清市 中风险（黄） ≠ 较低风险（蓝）" in printed


def test_the_command_speaks_english(wenzhou, areas_command):
    printed = areas_command(wenzhou.lake.path, "--on", "2020-02-09", "--compare-published", "--language", "en")
    assert "12 of 90 areas could be computed" in printed
    assert "10 of 12 compared are as published" in printed
    assert "Published levels are those of 2020's real world" in printed


def test_csv_and_json_hold_every_area_with_its_inputs(wenzhou, areas_command):
    rows = list(csv.DictReader(io.StringIO(areas_command(wenzhou.lake.path, "--on", "2020-02-09", "--format", "csv"))))
    document = orjson.loads(areas_command(wenzhou.lake.path, "--on", "2020-02-09", "--format", "json", "--compare-published"))
    assert len(rows) == len(document["areas"]) == document["areas_of_scheme"] == 90
    assert document["computed"] == 12
    assert document["counts"] == {"green": 0, "blue": 3, "yellow": 3, "orange": 5, "red": 1}
    yueqing = next(row for row in rows if row["region_code"] == "330382")
    assert (yueqing["level"], yueqing["confirmed_total"], yueqing["local_share"]) == ("red", "155", "")
    assert {area["published_level"] for area in document["areas"]} == {"green", "blue", "yellow", "orange", "red"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_narrow_screen_an_area_has_its_inputs_on_a_line_below(areas_command, monkeypatch, language):
    monkeypatch.setenv("COLUMNS", "80")
    counted = [count("330382", day_of_2020("02-09"), 5)]
    table = areas_command(counted, "--on", "2020-02-09", "--compare-published", "--language", language).split("\n\n")[0]
    assert "…" not in table
    assert {"zh": "累计确诊 5 · ", "en": "confirmed 5 · "}[language] in table
    assert {"zh": "较低风险（蓝） ≠ 公布 高风险（红）", "en": "relatively low risk (blue) ≠ published high risk (red)"}[language] in table
    assert max(cell_len(line) for line in table.splitlines()) <= 80


def test_writing_is_repeatable_and_as_known_then(areas_command, duckdb_engine):
    lake = duckdb_engine(facts(curve("330382", "02-09", "5 5 5"))).lake
    for _ in range(2):
        areas_command(lake.path, "--write", "--known-at", "2020-02-11")
    assert [name for name in lake.delivery_ids() if name.startswith("area-")] != []
    assert len(lake.delivery_ids()) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--on", "9 February"], "not a day"), (["--known-at", "noon"], "not a time"), (["--scheme", "hangzhou"], "no area scheme")],
)
def test_what_cannot_be_understood_is_refused(areas_command, arguments, said):
    with pytest.raises(FangxianError, match=said):
        areas_command([count("330382", day_of_2020("02-09"), 5)], *arguments)


def test_published_levels_and_counts_name_regions_of_their_day_and_their_source():
    for level in published_levels():
        assert expect_region(level.region_code, level.counted_on).name == level.name
        assert level.level in FIVE_COLOUR.levels
        assert level.how in ("named", "derived")
        assert level.source.startswith("http")
    keys = [(level.counted_on, level.region_code) for level in published_levels()]
    assert len(set(keys)) == len(keys)
    assert {level.counted_on for level in published_levels()} == {date(2020, 2, day) for day in (9, 12, 18, 24, 27)}


def test_the_page_on_areas_names_the_misses_that_the_tests_find():
    """The page's tables are checked, so that a change of a number cannot leave them behind."""
    from area.test_five_colour import MISSES_IN_WENZHOU

    page = (PACKAGED.parents[2] / "docs" / "areas.md").read_text("utf-8")
    rows = re.findall(r"^\| (02-\d\d) \| (\S+) \| (\S+) \| (\S+) \|", page, flags=re.MULTILINE)
    found = {(day, name, computed, published) for day, missed in MISSES_IN_WENZHOU.items() for name, computed, published in missed}
    assert set(rows) == found
