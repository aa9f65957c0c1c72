"""The files of a world: the contract's columns, encodings and words; the manifest; the same bytes for the same options."""

import hashlib
import re
from datetime import datetime
from pathlib import Path

import pytest

from fangxian.errors import FangxianError
from fangxian.sources.catalogue import all_sources
from fangxian.sources.cells import Word
from fangxian.world.agencies import AGENCIES, Form
from fangxian.world.dirt import DirtRates
from fangxian.world.generate import WorldOptions, make_world
from fangxian.world.season import Season
from tests.world.made_world import BY_SOURCE, headings

CONTRACT = Path(__file__).parents[2] / "docs" / "sources" / "README.md"
ROW = re.compile(r"^\| \[?([a-z-]+)\]?(?:\([^)]*\))? \| [^|]+ \| ([^|]+(?:`\|`)?[^|]*) \| ([^|]+) \|", re.MULTILINE)
EXTENSIONS = {"JSON lines": "jsonl", "CSV": "csv", "Excel": "xlsx"}


@pytest.fixture(scope="module")
def contract() -> dict[str, tuple[str, list[str]]]:
    return {
        name: (form.strip(), columns.split(", ")) for name, form, columns in ROW.findall(CONTRACT.read_text("utf-8")) if name != "source"
    }


@pytest.mark.parametrize("agency", AGENCIES, ids=lambda agency: agency.source)
def test_an_agency_writes_the_columns_and_the_form_that_the_contract_says(agency, contract):
    form, columns = contract[agency.source]
    assert headings(agency) == columns
    assert agency.extension == EXTENSIONS[form.split(",")[0]]
    if agency.extension == "csv":
        agreed = "gb18030" if "GB18030" in form else "utf-8-sig" if "BOM" in form else "utf-8"
        assert (agency.encoding, agency.delimiter) == (agreed, "|" if "|" in form else ",")


def test_a_world_hears_from_every_agency_of_the_contract_but_the_public_data_sets_and_what_people_judge(contract, world):
    sent = {entry["source"] for entry in world.manifest["files"]}
    assert contract.keys() - sent == {"city-cases", "infection-link", "wenzhou-county-cases"}
    assert sent == {agency.source for agency in AGENCIES}


def test_every_clean_word_is_one_that_the_source_knows(world):
    for source in all_sources():
        if source.name not in BY_SOURCE:
            continue
        known = {cell.column: cell.words for facts in source.facts for cell in facts.cells.values() if isinstance(cell, Word)}
        dirty = set(world.truth("dirt")["record"])
        written = {column.heading for column in BY_SOURCE[source.name].columns if column.form is Form.WORD}
        for row in world.rows(source.name):
            if next(iter(row.values())) in dirty:
                continue
            for heading in written & known.keys():
                assert all(word in known[heading] for word in (row[heading] or "").split("^") if word), (source.name, heading)


def test_the_manifest_lists_every_file_with_its_rows_in_the_order_in_which_they_came(world):
    files = world.manifest["files"]
    assert {entry["file"] for entry in files} == {f"files/{path.name}" for path in (world.path / "files").iterdir()}
    assert [entry["received_at"] for entry in files] == sorted(entry["received_at"] for entry in files)
    for entry in files:
        assert datetime.fromisoformat(entry["received_at"]).tzinfo is None
        assert sum(1 for _ in world.lines(entry)) == entry["rows"]
    assert sum(entry["rows"] for entry in files) == world.manifest["counts"]["rows"]


def test_every_file_can_be_read_in_its_declared_encoding_and_some_are_not_the_agreed_one(world):
    unusual = set()
    for entry in world.manifest["files"]:
        agency = BY_SOURCE[entry["source"]]
        if agency.extension != "xlsx":
            text = (world.path / entry["file"]).read_bytes().decode(entry["encoding"])
            assert "\ufffd" not in text
            assert text.endswith("\n")
            unusual |= {entry["source"]} if entry["encoding"] != agency.encoding else set()
    assert unusual == {"pharmacy", "area-cluster"}


def test_the_three_forms_of_dates_stand_mixed_in_one_file(world):
    forms = {re.sub(r"\d", "9", row["打卡时间"]) for row in world.rows("daily-check-in")}
    assert {"9999-99-99 99:99:99", "99999999999999"} <= forms
    assert any(form.startswith("9999/9/") for form in forms)


def digests(path: Path) -> dict[str, str]:
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(path.rglob("*")) if file.is_file()
    }


def test_the_same_options_make_the_same_bytes_and_another_seed_makes_others(world, tmp_path):
    make_world(tmp_path / "again", WorldOptions(people=2_000, seed=9))
    assert digests(world.path) == digests(tmp_path / "again")
    make_world(tmp_path / "other", WorldOptions(people=2_000, seed=10))
    different = digests(tmp_path / "other")
    assert all(different.get(f"truth/{name}.parquet") != digest for name, digest in digests(world.path / "truth").items())


def test_dirt_leaves_the_truth_alone(world, tmp_path):
    make_world(tmp_path / "clean", WorldOptions(people=2_000, seed=9, rates=DirtRates().times(0)))
    clean, dirty = digests(tmp_path / "clean" / "truth"), digests(world.path / "truth")
    assert {name for name in clean if clean[name] != dirty[name]} == {"dirt.parquet"}


def test_another_province_is_made_of_its_own_counties(tmp_path):
    make_world(tmp_path / "sichuan", WorldOptions(province="51", people=800, seed=2))
    bulletin = (tmp_path / "sichuan" / "files" / "area-bulletin-20200110.csv").read_text("utf-8")
    codes = {line.split(",")[1] for line in bulletin.splitlines()[1:] if line.count(",") > 8}
    assert sum(code.startswith("51") for code in codes) >= 178


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"province": "99"}, "There is no province '99'"),
        ({"province": "71"}, "no counties"),
        ({"people": 3}, "cannot be made"),
        ({"seed": -1}, "--seed cannot be -1"),
        ({"station_visits": -1}, "--station-visits cannot be -1"),
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(change, words, tmp_path):
    with pytest.raises(FangxianError, match=words):
        make_world(tmp_path / "world", WorldOptions(**{"people": 600, **change}))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("start", "days", "words"),
    [("2020-02-01", 60, "cannot begin"), ("2020-01-10", 20, "20 days"), ("2020-01-10", 400, "400 days")],
)
def test_days_that_the_story_does_not_cover_are_refused(start, days, words):
    with pytest.raises(FangxianError, match=words):
        Season(start=datetime.fromisoformat(start).date(), days=days)


def test_a_folder_that_holds_something_is_refused_and_kept(tmp_path):
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(FangxianError, match="is not empty"):
        make_world(tmp_path, WorldOptions(people=600))
    assert (tmp_path / "letter.txt").read_text() == "keep me"


def test_a_run_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fangxian.world.files.write_workbook", full)
    with pytest.raises(FangxianError, match="is full"):
        make_world(tmp_path / "world", WorldOptions(people=600))
    assert list(tmp_path.iterdir()) == []
