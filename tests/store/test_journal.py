"""The journal of access: every entry follows from the one before it, whatever happens to the file's end."""

import multiprocessing
from pathlib import Path

import orjson
import pytest

from fangxian.errors import FangxianError
from fangxian.store.journal import BLOCK, Access, Journal

ACCESS = Access(role="epidemiologist", purpose="test")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Give a journal that does not exist yet."""
    return Journal(tmp_path / "access.jsonl")


def record(journal: Journal, about: str) -> None:
    journal.record(ACCESS, what="explain", about=about)


@pytest.mark.parametrize("length", [1, BLOCK - 300, BLOCK, 3 * BLOCK + 17])
def test_the_chain_holds_whatever_the_length_of_the_last_line(journal: Journal, length: int):
    for about in ("short", "x" * length, "short again", "y" * length):
        record(journal, about)
    assert journal.verify() == 4
    assert [entry["number"] for entry in journal.entries()] == [0, 1, 2, 3]


def test_lines_that_end_at_every_place_of_a_block_are_chained(journal: Journal):
    record(journal, "")
    around = journal.path.stat().st_size
    for n in range(-20, 20):
        record(journal, "x" * (BLOCK - around + n))
    lengths = {len(line) + 1 for line in journal.path.read_bytes().splitlines()}
    assert {BLOCK - 1, BLOCK, BLOCK + 1} <= lengths
    assert journal.verify() == 41


@pytest.mark.parametrize("whole", [0, 1, 2])
@pytest.mark.parametrize("torn", [b"{", b'{"number": 7, "about": "' + b"x" * (2 * BLOCK)])
def test_a_torn_last_line_is_cut_off_and_the_chain_goes_on(journal: Journal, whole: int, torn: bytes):
    for n in range(whole):
        record(journal, str(n))
    before = journal.path.read_bytes() if whole else b""
    journal.path.write_bytes(before + torn)
    record(journal, "after")
    assert journal.path.read_bytes().startswith(before)
    assert journal.verify() == whole + 1


def test_a_changed_entry_is_found(journal: Journal):
    for about in ("a", "b", "c"):
        record(journal, about)
    journal.path.write_bytes(journal.path.read_bytes().replace(b'"about":"b"', b'"about":"z"'))
    with pytest.raises(FangxianError, match="broken at entry 2"):
        journal.verify()


def test_a_line_that_is_no_entry_is_found_and_nothing_is_written_after_it(journal: Journal):
    record(journal, "a")
    content = journal.path.read_bytes() + b"scribbled\n"
    journal.path.write_bytes(content)
    with pytest.raises(FangxianError, match="broken at entry 1"):
        journal.verify()
    with pytest.raises(FangxianError, match="is not an entry"):
        record(journal, "b")
    assert journal.path.read_bytes() == content


def test_only_the_end_of_a_long_journal_is_read(journal: Journal):
    for about in ("a", "b"):
        record(journal, about)
    first, second = journal.path.read_bytes().splitlines(keepends=True)
    # What stands before the end is no entry at all: whoever reads it would stumble.
    journal.path.write_bytes(first + b"scribbled" * BLOCK + b"\n" + second)
    record(journal, "c")
    assert orjson.loads(journal.path.read_bytes().splitlines()[-1])["number"] == 2


def _write(path: Path, who: int) -> None:
    for n in range(50):
        record(Journal(path), f"{who}-{n}")


def test_writers_at_one_time_make_one_chain(journal: Journal):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(journal.path, who)) for who in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert journal.verify() == 150
