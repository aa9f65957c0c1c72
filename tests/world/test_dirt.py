"""The dirt of a world: what the ledger says was done is what stands in the files, and quarantine catches exactly that."""

import re
from collections import Counter
from datetime import datetime
from functools import cache

import polars as pl
import pytest

from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.policy.regions import expect_region, known_codes
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import ingest
from fangxian.sources.identity import KeyFile
from fangxian.world.dirt import EXPECTED, Dirt, DirtRates
from fangxian.world.generate import WorldOptions, make_world
from tests.world.made_world import BY_SOURCE, MadeWorld
from tests.world.test_people import has_right_check


@pytest.fixture(scope="module")
def filthy(tmp_path_factory) -> MadeWorld:
    """A world six times as dirty as usual, so that every kind is there."""
    path = tmp_path_factory.mktemp("filthy") / "world"
    make_world(path, WorldOptions(people=1_500, seed=11, rates=DirtRates().times(6)))
    return MadeWorld(path)


@pytest.fixture(scope="module")
def cells(filthy) -> dict[tuple[str, int], dict | None]:
    return {(entry["file"].split("/")[1], row): line for entry in filthy.manifest["files"] for row, line in filthy.lines(entry)}


@pytest.fixture(scope="module")
def ledger(filthy) -> list[dict]:
    return filthy.truth("dirt").to_dicts()


def test_every_kind_of_dirt_is_there(ledger):
    assert {row["kind"] for row in ledger} == {kind.value for kind in Dirt}


def test_a_row_is_in_the_ledger_once(ledger):
    places = Counter((row["file"], row["row"]) for row in ledger)
    assert max(places.values()) == 1


def whole_resident_id(text: str | None) -> bool:
    return bool(text and re.fullmatch(r"[0-9]{17}[0-9X]", text)) and has_right_check(text)


EVER = frozenset(known_codes()["region_code"].to_pylist())


@cache
def names_county_in_force(code: str) -> bool:
    try:
        expect_region(code, datetime(2020, 2, 1).date())
    except FangxianError:
        return False
    return True


LOOKS = {
    Dirt.WRONG_CHECK: lambda cell: len(cell) == 18 and not whole_resident_id(cell),
    Dirt.SHORT_ID: lambda cell: len(cell) == 17,
    Dirt.MISSING_ID: lambda cell: not cell,
    Dirt.WIDE_DIGITS: lambda cell: any("０" <= letter <= "９" for letter in cell),
    Dirt.BLANKS_IN_ID: lambda cell: whole_resident_id(cell.replace(" ", "")) and " " in cell.strip(),
    Dirt.BLANKS_AROUND_WORD: lambda cell: cell != cell.strip(),
    Dirt.RUN_SPELLED: lambda cell: not re.fullmatch(r"[GDK][1-9]\d*|(MU|CA|3U|CZ)[1-9]\d*", cell),
    Dirt.UNKNOWN_WORD: lambda cell: cell in ("待定", "见备注", "？", "未知(系统)"),
    Dirt.UNKNOWN_REGION: lambda cell: cell not in EVER,
    Dirt.RENUMBERED_REGION: lambda cell: cell in EVER and not names_county_in_force(cell),
    Dirt.FUTURE: lambda cell: cell.startswith("2021"),
    Dirt.IMPOSSIBLE_DATE: lambda cell: cell in ("2020-02-30 10:00:00", "2020/13/05 9:10", "20200231103000", "昨天"),
    Dirt.IMPOSSIBLE_TEMPERATURE: lambda cell: float(cell) > 300,
}


@pytest.mark.parametrize("kind", LOOKS, ids=lambda kind: kind.value)
def test_a_cell_that_the_ledger_names_is_dirty_in_its_way_and_no_other_is(kind, filthy, ledger, cells):
    named = {(row["file"], row["row"]): row["column"] for row in ledger if row["kind"] == kind}
    assert named
    assert all(LOOKS[kind](cells[place][column]) for place, column in named.items())
    touched = {(row["file"], row["row"]) for row in ledger}
    column_of = {(row["source"], row["column"]) for row in ledger if row["kind"] == kind}
    for entry in filthy.manifest["files"]:
        for source, column in column_of:
            if source != entry["source"]:
                continue
            name = entry["file"].split("/")[1]
            clean = [line[column] for row, line in filthy.lines(entry) if line and line[column] and (name, row) not in touched]
            if kind in (Dirt.WRONG_CHECK, Dirt.SHORT_ID, Dirt.BLANKS_IN_ID, Dirt.WIDE_DIGITS):
                clean = [cell for cell in clean if re.fullmatch(r"\d{17}[\dX]", cell)]
            assert not any(LOOKS[kind](cell) for cell in clean if cell), (source, column)


def test_lines_that_were_cut_are_broken_and_no_others(ledger, cells):
    cut = {(row["file"], row["row"]) for row in ledger if row["kind"] == Dirt.TOO_FEW_COLUMNS}
    assert {place for place, line in cells.items() if line is None} == cut


def test_repeated_rows_are_exact_copies_and_contradictions_are_not(filthy, ledger, cells):
    copies: dict[tuple[str, str], list[dict]] = {}
    for (file, _), line in cells.items():
        if line:
            copies.setdefault((file, next(iter(line.values()))), []).append(line)
    repeated = {(row["file"], row["record"]) for row in ledger if row["kind"] in (Dirt.REPEATED, Dirt.CONTRADICTION)}
    assert {place for place, lines in copies.items() if len(lines) > 1} == repeated
    for row in ledger:
        if row["kind"] in (Dirt.REPEATED, Dirt.CONTRADICTION):
            lines = copies[row["file"], row["record"]]
            assert len(lines) == 2
            assert (lines[0] == lines[1]) == (row["kind"] == Dirt.REPEATED)


def test_rows_that_come_again_in_a_later_file_are_copies_of_earlier_ones(filthy, ledger, cells):
    again = [row for row in ledger if row["kind"] == Dirt.REPEATED_OVER_FILES]
    assert again
    for row in again:
        earlier = [
            line
            for (file, _), line in cells.items()
            if file != row["file"] and file.startswith(row["source"]) and line and next(iter(line.values())) == row["record"]
        ]
        assert cells[row["file"], row["row"]] in earlier


def test_a_correction_names_a_row_that_came_before_it(filthy, ledger):
    for source, column in (("laboratory", "更正标本编号"), ("disease-control", "订正报告编号")):
        rows = filthy.rows(source)
        corrections = {next(iter(row.values())): row[column] for row in rows if row[column]}
        said = {row["record"]: row["kind"] for row in ledger if row["source"] == source}
        assert {record for record, kind in said.items() if kind == Dirt.CORRECTION} == corrections.keys()
        assert {said.get(record) for record in corrections.values()} <= {Dirt.CORRECTED}


def test_one_cumulative_count_falls(filthy, ledger, cells):
    (falls,) = [row for row in ledger if row["kind"] == Dirt.FALLING_COUNT]
    fallen = cells[falls["file"], falls["row"]]
    others = [
        int(line["累计确诊"]) for line in cells.values() if line and line.get("地区代码") == fallen["地区代码"] and "累计确诊" in line
    ]
    assert int(fallen["累计确诊"]) < max(others)


def test_quarantine_catches_exactly_the_rows_that_the_ledger_expects_it_to(filthy, tmp_path):
    lake = Lake.create(tmp_path / "lake")
    key = KeyFile.of(lake)
    caught, repeated = [], 0
    for entry in filthy.manifest["files"]:
        received_at = datetime.fromisoformat(entry["received_at"])
        delivered = ingest(lake, source_named(entry["source"]), filthy.path / entry["file"], received_at=received_at, key_holder=key)
        repeated += delivered.receipt["rows"]["repeated"]
        quarantine = lake.path / "deliveries" / delivered.receipt["delivery_id"] / "quarantine.parquet"
        if quarantine.exists():
            file = entry["file"].split("/")[1]
            caught += [((file, row), reason) for row, reason in pl.read_parquet(quarantine)["row_number", "reason"].rows()]
    refusals = filthy.truth("dirt").filter(~pl.col("expected").is_in(["accepted", "repeated"]))
    expected = {(row["file"], row["row"]): row["expected"] for row in refusals.to_dicts()}
    assert {place for place, _ in caught} == expected.keys()
    assert set(expected.items()) <= set(caught)
    assert repeated == filthy.truth("dirt").filter(pl.col("expected") == "repeated").height


def test_every_kind_has_an_expected_end():
    assert EXPECTED.keys() <= set(Dirt)
    assert {kind.value for kind in Dirt if kind not in EXPECTED} == {
        "wide_digits", "blanks_in_id", "blanks_around_word", "run_spelled", "repeated_over_files", "late", "other_county",
        "falling_count", "corrected", "correction", "wrong_encoding",
    }  # fmt: skip


def test_rates_can_be_multiplied_and_not_beyond_every_row():
    assert sum(vars(DirtRates().times(0)).values()) == 0
    assert DirtRates().times(2).late == 2 * DirtRates().late
    for factor in (-1, 100):
        with pytest.raises(FangxianError, match="Dirt cannot be"):
            DirtRates().times(factor)


def test_agencies_name_a_column_for_every_cell_that_is_dirtied(filthy):
    named = filthy.truth("dirt").filter(pl.col("column").is_not_null())
    for source, column in named.select("source", "column").unique().rows():
        assert column in {written.heading for written in BY_SOURCE[source].columns}
