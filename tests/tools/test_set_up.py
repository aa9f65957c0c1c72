"""The set-up speaks in sentences where the machine lacks something, and does nothing twice."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from fangxian.policy.regions import COUNTY, regions
from tools import machine, page_libraries
from tools.front_end import DRAWN_ON, coarse
from tools.set_up import digest, wanted

ROOT = Path(__file__).parents[2]


def program(folder: Path, name: str, script: str) -> None:
    """Put a shell script in a folder under a program's name."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def bare_path(tmp_path, monkeypatch) -> Path:
    """Give a folder that is the whole PATH, with only what the shell script itself needs."""
    for name in ("sh", "dirname", "cat"):
        (tmp_path / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("PYTHON", raising=False)
    return tmp_path


def set_up() -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "tools/set_up", "test"], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_python_that_is_too_old_is_named_with_what_to_install(bare_path):
    program(bare_path, "python3", '[ "$1" = --version ] && echo Python 3.9.2; exit 1')
    refused = set_up()
    assert refused.returncode == 2
    assert "needs Python 3.11 or newer; found: Python 3.9.2" in refused.stderr
    assert "sudo apt install" in refused.stderr


def test_a_machine_without_python_is_told_what_to_install(bare_path):
    refused = set_up()
    assert refused.returncode == 2
    assert "found: none" in refused.stderr


def test_a_newer_python_beside_an_old_one_is_found(bare_path):
    program(bare_path, "python3", "exit 1")
    program(bare_path, "python3.12", '[ "$1" = -c ] || echo "chosen: $*"')
    assert set_up().stdout == "chosen: -m tools.set_up test\n"


def test_what_the_machine_lacks_is_named_with_the_command_that_brings_it(bare_path, capsys):
    machine.say_what_is_missing()
    said = capsys.readouterr().out
    assert "Java 17" in said
    assert "Chromium" in said
    assert "sudo apt install openjdk-17-jre-headless chromium" in said


def test_a_java_that_is_too_old_for_spark_counts_as_missing(bare_path):
    program(bare_path, "java", """echo 'openjdk version "11.0.2" 2019-01-15' >&2""")
    assert not machine.has_java()
    program(bare_path, "java", """echo 'openjdk version "21.0.1" 2023-10-17' >&2""")
    assert machine.has_java()


def test_a_change_of_a_lock_asks_for_a_new_set_up_and_nothing_else_does():
    assert wanted("test") == wanted("test")
    assert wanted("test")["test"] != wanted("demo")["demo"]
    assert digest("requirements/demo.txt") != digest("requirements/test.txt")


def test_borders_that_neighbours_share_stay_shared_on_the_coarser_grid():
    west = coarse([[120.0, 30.0], [120.4003, 30.0], [120.4003, 30.4], [120.0, 30.0]])
    east = coarse([[120.4003, 30.4], [120.4003, 30.0], [120.8, 30.2], [120.4003, 30.4]])
    assert west[1:3] == east[1::-1]


@pytest.mark.skipif(not page_libraries.are_there(), reason="the page libraries are fetched by `make test`")
def test_every_county_shape_has_a_code_that_stood_on_the_day_of_the_map():
    shapes = json.loads((page_libraries.PLACE / "zhejiang_counties.geojson").read_bytes())["features"]
    found = {shape["properties"]["region_code"] for shape in shapes}
    standing = {r["region_code"] for r in regions(DRAWN_ON).to_pylist() if r["level"] == COUNTY and r["region_code"].startswith("33")}
    assert len(found) == len(shapes) == 89
    assert standing - found == {"330383"}, "龙港, split off in 2019, is the one county without a shape"
    assert found <= standing
