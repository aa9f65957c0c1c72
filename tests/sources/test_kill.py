"""Killed at any moment and started again: nothing lost, nothing double, nothing half-written."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from fangxian.engine.lake import Lake
from fangxian.facts import CheckIn

from .conftest import ANN, BO, Door, check_in, check_ins

COMMAND = "from fangxian.cli.app import main; main()"
KILLS = 4


def fangxian(*arguments: object) -> list[str]:
    return [sys.executable, "-c", COMMAND, *(str(a) for a in arguments)]


def kill_at(command: list[str], moment: float) -> int:
    """Start a command, kill it after `moment` seconds, and return how it ended."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    return process.wait()


def facts(lake: Lake) -> list[tuple[object, ...]]:
    files = lake.files(CheckIn)
    return duckdb.sql(f"SELECT * EXCLUDE (delivery_id) FROM read_parquet({files}) ORDER BY ALL").fetchall() if files else []


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Write two files that take long enough for a kill to fall inside."""
    found = []
    for n in range(2):
        rows = [check_in(f"{n}-{k}", 证件号码=(ANN, BO)[k % 2], 体温="烧" if k % 50 == 0 else "36.5") for k in range(20_000)]
        found.append(tmp_path / f"{n}.csv")
        found[-1].write_text(check_ins(*rows), "utf-8")
    return found


def moments(command: list[str]) -> list[float]:
    """Run a command to its end, undisturbed, and return random moments within the time that it took."""
    started = time.perf_counter()
    assert subprocess.run(command, capture_output=True).returncode == 0
    took = time.perf_counter() - started
    chance = random.Random(11)
    # Importing takes the first part of a run; the later two thirds are where files are written.
    return [took * chance.uniform(0.3, 1.05) for _ in range(KILLS)]


def test_an_ingest_that_is_killed_is_finished_by_running_it_again(tmp_path: Path, files: list[Path]):
    door = Door(tmp_path / "undisturbed")
    ways = {
        name: ["ingest", "daily-check-in", *files, "--lake", tmp_path / name, "--received-at", "2020-03-01 10:00"] for name in ("a", "b")
    }
    key = ("--key", tmp_path / "undisturbed" / "lake.key" / "identity.key")
    assert door.lake.delivery_ids() == []
    when = moments(fangxian(*ways["a"], *key))
    undisturbed = Lake.open(tmp_path / "a")
    assert len(facts(undisturbed)) == 2 * 19_600
    ended = [kill_at(fangxian(*ways["b"], *key), moment) for moment in when]
    assert -signal.SIGKILL in ended
    part = facts(Lake.open(tmp_path / "b")) if (tmp_path / "b" / "lake.json").exists() else []
    assert set(part) <= set(facts(undisturbed))
    assert subprocess.run(fangxian(*ways["b"], *key), capture_output=True).returncode == 0
    disturbed = Lake.open(tmp_path / "b")
    assert facts(disturbed) == facts(undisturbed)
    assert disturbed.delivery_ids() == undisturbed.delivery_ids()
    assert list((disturbed.path / "staging").iterdir()) == []


def test_a_compaction_that_is_killed_leaves_the_lake_as_it_was(tmp_path: Path, files: list[Path]):
    lake = tmp_path / "a"
    assert subprocess.run(fangxian("ingest", "daily-check-in", *files, "--lake", lake), capture_output=True).returncode == 0
    before = facts(Lake.open(lake))
    compact = fangxian("compact", "--lake", lake)
    for moment in moments(compact):
        kill_at(compact, moment)
        assert facts(Lake.open(lake)) == before
    assert subprocess.run(compact, capture_output=True).returncode == 0
    assert facts(Lake.open(lake)) == before
    assert len(list((lake / "compacted").iterdir())) == 1
    assert list((lake / "staging").iterdir()) == []
