"""What a reader reads stays there until it is gone: across compactions, newer answers and sweeps, in processes of their own."""

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from lakes import lake_with
from spec_tables import facts_from_text

from fangxian.engine.answers import newest_answer, write_answer
from fangxian.engine.compaction import compact
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.holding import Holder, remove_unheld
from fangxian.engine.lake import Lake
from fangxian.engine.opening import ENGINES, open_engine
from fangxian.engine.writers import writing
from fangxian.errors import FangxianError
from fangxian.facts import CheckIn

COUNTS = """
import sys
from pathlib import Path
from fangxian.engine.lake import Lake
from fangxian.engine.duckdb import DuckDBEngine
engine = DuckDBEngine(Lake.open(Path(sys.argv[1])))
engine.connection.execute("SET parquet_metadata_cache = false")
for line in sys.stdin:
    if line == "refresh\\n":
        engine.refresh()
    print(*engine.connection.execute("SELECT count(*), count(DISTINCT fact_id) FROM check_in").fetchone(), flush=True)
"""
"""A reader: for each line that it is sent it counts the check-ins that it sees."""

SPILL = """
import sys
from pathlib import Path
from fangxian.engine.lake import Lake
from fangxian.engine.duckdb import DuckDBEngine
engine = DuckDBEngine(Lake.open(Path(sys.argv[1])), memory="200MB", threads=2)
engine.connection.execute("CREATE TEMP TABLE big AS SELECT range AS n, hash(range) AS h FROM range(20_000_000) ORDER BY h")
for line in sys.stdin:
    print(engine.connection.execute("SELECT sum(n) FROM big").fetchone()[0], flush=True)
"""
"""A reader whose rows do not fit in its memory."""


class Reader:
    """A process that reads a lake and answers questions."""

    def __init__(self, program: str, lake: Lake) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, str(lake.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def asked(self, line: str = "") -> str:
        """Return its answer to a line."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        """End it, as a power cut would."""
        self.process.kill()
        self.process.communicate()


@contextmanager
def reader(program: str, lake: Lake) -> Iterator[Reader]:
    started = Reader(program, lake)
    try:
        yield started
    finally:
        started.kill()


def deliver(path: Path, number: int) -> Lake:
    """Bring one check-in in, as a delivery of its own."""
    text = f"fact_id | person_id | from_at\n p{number} | ann | 2020-02-{number:02} 08:00"
    return lake_with(path, {CheckIn: facts_from_text(CheckIn, text)}, delivery_id=f"spec-{number}")


def generations(lake: Lake) -> list[str]:
    return sorted(path.name for path in (lake.path / "compacted").iterdir())


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Give a lake of two check-ins, merged into generation 1."""
    for number in (1, 2):
        made = deliver(tmp_path / "lake", number)
    compact(made)
    return made


def test_a_reader_in_another_process_answers_across_a_compaction_and_what_it_held_goes_when_it_is_gone(lake: Lake):
    with reader(COUNTS, lake) as old:
        assert old.asked() == "2 2"
        deliver(lake.path, 3)
        compact(lake)
        assert old.asked() == "2 2"
        assert generations(lake) == ["1", "2"]
        with reader(COUNTS, lake) as new:
            assert new.asked() == "3 3"
        with writing(lake):
            assert old.asked() == "2 2"
    with writing(lake):
        assert generations(lake) == ["2"]


def test_a_compaction_removes_what_the_one_before_had_to_leave(lake: Lake):
    with reader(COUNTS, lake) as old:
        assert old.asked() == "2 2"
        compact(lake)
    assert generations(lake) == ["1", "2"]
    assert compact(lake).generation == 3
    assert generations(lake) == ["3"]


def test_a_reader_that_looks_again_lets_the_old_generation_go(lake: Lake):
    with reader(COUNTS, lake) as old:
        assert old.asked() == "2 2"
        deliver(lake.path, 3)
        compact(lake)
        assert old.asked("refresh") == "3 3"
        lake.sweep()
        assert generations(lake) == ["2"]
        assert old.asked() == "3 3"


def test_readers_that_open_and_look_again_while_the_lake_is_compacted_count_every_fact_once(lake: Lake):
    with reader(COUNTS, lake) as one, reader(COUNTS, lake) as two:
        until = time.monotonic() + 4
        while time.monotonic() < until:
            compacting = subprocess.Popen([sys.executable, "-c", COMPACT, str(lake.path)])
            try:
                while compacting.poll() is None:
                    assert one.asked("refresh") == two.asked("refresh") == "2 2"
            finally:
                compacting.kill()
            assert compacting.wait() == 0
    lake.sweep()
    assert len(generations(lake)) == 1


COMPACT = """
import sys
from pathlib import Path
from fangxian.engine.compaction import compact
from fangxian.engine.lake import Lake
for _ in range(8):
    compact(Lake.open(Path(sys.argv[1])), threads=1)
"""


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.spark] if name == "spark" else []) for name in ENGINES])
def test_every_engine_holds_what_it_reads_until_it_is_closed(name, lake: Lake, request):
    master = request.getfixturevalue("spark_master") if name == "spark" else None
    with open_engine(lake, name, master=master) as engine:
        compact(lake)
        assert engine.rows(CheckIn.table()).num_rows == 2
        assert generations(lake) == ["1", "2"]
    lake.sweep()
    assert generations(lake) == ["2"]


def test_closing_the_engine_of_one_person_lets_nothing_go(lake: Lake):
    with DuckDBEngine(lake) as engine:
        engine.only("0" * 32).close()
        compact(lake)
        assert engine.rows(CheckIn.table()).num_rows == 2


def test_a_lake_whose_generation_in_force_is_lost_is_told_and_not_read_as_empty(lake: Lake):
    (lake.path / "compacted" / "1").rename(lake.path / "elsewhere")
    with pytest.raises(FangxianError, match="has lost its files"):
        DuckDBEngine(lake)


def test_a_snapshot_stays_one_moment_while_the_lake_goes_on(lake: Lake):
    before = lake.snapshot()
    files = before.files(CheckIn)
    deliver(lake.path, 3)
    compact(lake)
    assert before.generation == 1
    assert [Path(file).parent.name for file in files] == ["1"]
    assert lake.snapshot().generation == 2


def test_rows_that_a_reader_put_on_disk_survive_the_sweep_of_a_writer(lake: Lake):
    with reader(SPILL, lake) as spilling:
        first = spilling.asked()
        assert list((lake.path / "staging").glob("*/duckdb_temp_storage*"))
        with writing(lake):
            pass
        assert spilling.asked() == first == str(20_000_000 * 19_999_999 // 2)
    with writing(lake):
        assert list((lake.path / "staging").iterdir()) == []


def test_of_an_answer_the_newest_stay_and_those_that_are_held(lake: Lake):
    def write(number: int) -> Path:
        content = orjson.dumps(number)
        return write_answer(lake, "numbers", lambda folder: (folder / "number.json").write_bytes(content), keep=2)

    holder = Holder()
    holder.hold(write(1))
    for number in (2, 3, 4):
        place = write(number)
    assert sorted(path.name for path in place.parent.iterdir()) == ["1", "3", "4"]
    holder.release()
    write(5)
    assert sorted(path.name for path in place.parent.iterdir()) == ["4", "5"]


def test_an_answer_that_is_being_read_stays_whole(lake: Lake):
    def write(text: str) -> None:
        write_answer(lake, "page", lambda folder: [(folder / name).write_text(text) for name in "ab"])

    write("old")
    with newest_answer(lake, "page") as folder:
        assert folder is not None
        write("new")
        assert {(folder / name).read_text() for name in "ab"} == {"old"}
    with newest_answer(lake, "page") as folder:
        assert folder is not None
        assert (folder / "a").read_text() == "new"
    with newest_answer(lake, "nothing") as folder:
        assert folder is None


def test_a_folder_that_is_removed_between_opening_and_locking_is_not_held(tmp_path: Path):
    folder, told = tmp_path / "folder", []
    folder.mkdir()

    def hold() -> None:
        try:
            Holder().hold(folder)
        except FileNotFoundError as error:
            told.append(error)

    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    waiting = threading.Thread(target=hold)
    waiting.start()
    time.sleep(0.3)  # By now it has opened the folder and waits for the lock.
    folder.rename(tmp_path / "elsewhere")
    folder.mkdir()
    os.close(descriptor)
    waiting.join()
    assert len(told) == 1


def test_what_is_gone_or_was_made_anew_in_its_place_is_not_held(tmp_path: Path):
    holder, folder = Holder(), tmp_path / "folder"
    with pytest.raises(FileNotFoundError):
        holder.hold(folder)
    folder.mkdir()
    holder.hold(folder)
    holder.hold(folder)
    assert not remove_unheld(folder, by_way_of=tmp_path)
    holder.release()
    assert remove_unheld(folder, by_way_of=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert remove_unheld(folder, by_way_of=tmp_path)
