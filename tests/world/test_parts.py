"""The small parts that worlds are built from."""

import fastexcel
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from fangxian.cli.app import build
from fangxian.engine.workbook import write_workbook
from fangxian.errors import FangxianError
from fangxian.world.draws import chosen, mixed, stream
from fangxian.world.groups import Groups, rank_within
from fangxian.world.season import Season
from fangxian.world.spelling import spelled_days, spelled_instants

groups = st.lists(st.integers(-2, 6), min_size=1, max_size=40)


@given(groups)
def test_members_of_a_group_are_those_with_its_number(numbers):
    grouped = Groups.by(np.array(numbers), count=7)
    wanted = np.array([3, -1, 0, 3])
    place, member = grouped.expand(wanted)
    expected = [(i, m) for i, group in enumerate(wanted) for m, number in enumerate(numbers) if group >= 0 and number == group]
    assert list(zip(place.tolist(), member.tolist(), strict=True)) == expected


@given(groups)
def test_members_with_the_same_key_are_one_group_in_order_of_key(keys):
    grouped = Groups.same(np.array(keys))
    found = [grouped.order[a:b].tolist() for a, b in zip(grouped.starts[:-1], grouped.starts[1:], strict=True)]
    assert found == [[m for m, key in enumerate(keys) if key == wanted] for wanted in sorted({key for key in keys if key >= 0})]


@given(groups)
def test_ranks_count_up_inside_each_group(numbers):
    ranks = rank_within(np.array(numbers)).tolist()
    assert ranks == [numbers[:place].count(number) for place, number in enumerate(numbers)]


def test_mixing_is_a_bijection_and_streams_depend_on_their_name():
    assert len(set(mixed(np.arange(100_000, dtype=np.uint64)).tolist())) == 100_000
    first, same, other = (stream(1, name).random() for name in ("a", "a", "b"))
    assert first == same != other


def test_drawing_without_repetition_prefers_weight_and_never_takes_what_has_none():
    weight = np.array([0.0, 1.0, 1.0, 50.0, 0.0])
    drawn = [tuple(chosen(stream(seed, "draw"), weight, count=2)) for seed in range(200)]
    assert all(len(set(places)) == 2 and not {0, 4} & set(places) for places in drawn)
    assert sum(3 in places for places in drawn) > 190
    assert chosen(stream(1, "draw"), weight, count=9).tolist() == [1, 2, 3]
    assert chosen(stream(1, "draw"), weight, count=0).tolist() == []


def test_times_are_written_in_three_forms():
    season = Season()
    instants = spelled_instants(np.array([510, 510, 510, -1]), np.array([0, 1, 2, 1]), season=season)
    assert instants.to_list() == ["2020-01-10 08:30:00", "2020/1/10 8:30", "20200110083000", "2020/1/9 23:59"]
    days = spelled_days(np.array([0, 0, 0, -400]), np.array([0, 1, 2, 0]), season=season)
    assert days.to_list() == ["2020-01-10", "2020/1/10", "20200110", "2018-12-06"]


def test_activity_falls_at_the_closing_and_weekends_differ():
    season = Season()
    travel, work = season.level("travel"), season.level("work")
    assert travel[10] > 10 * travel[25]
    assert work[3] > 2 * work[2], "the fourth day is a Monday, the third a Sunday"


def test_a_workbook_says_what_it_was_given_and_is_the_same_twice(tmp_path):
    rows = pl.DataFrame({"编号": ["1", "<&>", " 二 "], "值": [None, 'say "so"', "x"]})
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(rows, tmp_path / name)
    read = fastexcel.read_excel(tmp_path / "one.xlsx").load_sheet(0, dtypes="string").to_polars()
    assert read.equals(rows)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_sheet_that_is_too_long_is_refused(tmp_path):
    with pytest.raises(ValueError, match="a sheet holds"):
        write_workbook(pl.DataFrame({"a": pl.repeat("x", 1_048_576, eager=True)}), tmp_path / "long.xlsx")


def test_the_command_makes_a_world_and_tells_what_it_made(tmp_path):
    made = CliRunner().invoke(build(), ["world", str(tmp_path / "w"), "--people", "600", "--days", "45", "--seed", "3", "-l", "en"])
    assert made.exit_code == 0, made.output
    assert "600 people" in made.output
    assert (tmp_path / "w" / "MANIFEST.json").exists()


def test_the_command_makes_a_benchmark_lake(tmp_path):
    made = CliRunner().invoke(build(), ["world", str(tmp_path / "lake"), "--benchmark", "--people", "500", "--facts", "6000", "-l", "en"])
    assert made.exit_code == 0, made.output
    assert "bytes a fact" in made.output
    assert (tmp_path / "lake" / "lake.json").exists()


def test_the_command_refuses_a_province_that_does_not_exist_with_exit_code_two(tmp_path):
    made = CliRunner().invoke(build(), ["world", str(tmp_path / "w"), "--province", "99"])
    assert isinstance(made.exception, FangxianError)
    assert made.exception.exit_code == 2
