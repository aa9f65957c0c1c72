"""`fangxian demo`: made once, kept, and refused where something else lies."""

import json
from pathlib import Path

import pytest

from fangxian.engine.lake import Lake
from fangxian.store.journal import Journal
from fangxian.web.figures.examples import read_examples
from fangxian.web.figures.page import read_figures
from tests.browser.conftest import PEOPLE, Demonstration, demo


@pytest.fixture(scope="module")
def lake(demonstration: Demonstration) -> Lake:
    """Give the demonstration's lake."""
    return Lake.open(demonstration.folder / "lake")


def test_every_file_of_the_world_went_in(demonstration: Demonstration, lake: Lake):
    manifest = json.loads((demonstration.folder / "world" / "MANIFEST.json").read_text("utf-8"))
    came_in = {receipt["file_name"]: receipt["rows"]["read"] for receipt in lake.receipts() if "file_name" in receipt}
    sent = {Path(file["file"]).name: file["rows"] for file in manifest["files"] if file["rows"]}
    assert sent
    assert came_in == sent, demonstration.said


def test_the_figures_agree_with_each_other(lake: Lake):
    figures = read_figures(lake)
    counts = figures.code_counts
    assert counts.enrolled == sorted(counts.enrolled)
    assert 0 < counts.enrolled[-1] <= PEOPLE
    assert all(green <= enrolled for green, enrolled in zip(counts.by_colour["green"], counts.enrolled, strict=True))
    last = {colour: sum(row.get(colour, 0) for row in counts.by_region.values()) for colour in counts.by_colour}
    assert last == {colour: numbers[-1] for colour, numbers in counts.by_colour.items()}
    for n in range(len(counts.days)):
        most = {colour: max((r["people"][n] for r in counts.by_rule if r["colour"] == colour), default=0) for colour in ("red", "yellow")}
        assert most["red"] <= counts.by_colour["red"][n] <= sum(r["people"][n] for r in counts.by_rule if r["colour"] == "red")
        assert counts.by_colour["yellow"][n] <= sum(r["people"][n] for r in counts.by_rule if r["colour"] == "yellow")
    assert sum(row.rows for row in figures.refused) > 0
    assert figures.deliveries.total.quarantined > 0


def test_there_is_somebody_of_every_kind_to_look_at(lake: Lake):
    kinds = [example.kind for example in read_examples(lake)]
    assert kinds == ["red-contact", "yellow", "cleared", "withdrawn-then", "withdrawn-now", "green"]


def test_deciding_was_recorded(lake: Lake):
    entry = next(Journal(lake.path / "access.jsonl").entries())
    assert (entry["what"], entry["about"], entry["role"]) == ("decide", "hangzhou", "demonstration")


def test_a_second_run_makes_nothing_again(demonstration: Demonstration, lake: Lake):
    kept = [path for path in demonstration.folder.rglob("*") if path.is_file() and path.name != "access.jsonl"]
    before = {path: path.stat().st_mtime_ns for path in kept}
    again = demo(demonstration.folder, "--people", str(PEOPLE))
    assert again.returncode == 0
    after = {path: path.stat().st_mtime_ns for path in kept}
    assert after == before


def test_a_folder_with_another_province_is_refused_and_left_as_it_is(demonstration: Demonstration):
    refused = demo(demonstration.folder, "--people", "3000")
    assert refused.returncode == 2
    assert "made from seed 7" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_folder_with_something_else_is_refused(tmp_path: Path):
    (tmp_path / "world").mkdir()
    (tmp_path / "world" / "letter.txt").write_text("mine", "utf-8")
    refused = demo(tmp_path, "--people", "500")
    assert refused.returncode == 2
    assert "is not empty" in refused.stderr
    assert (tmp_path / "world" / "letter.txt").read_text("utf-8") == "mine"
