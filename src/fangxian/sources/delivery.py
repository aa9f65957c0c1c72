"""A delivery: one file from one source, from the door to the lake, whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import duckdb
import ibis
import orjson

from fangxian.engine.compaction import ROW_GROUP, subject
from fangxian.engine.lake import Lake, explaining_full_disk
from fangxian.engine.writers import in_turn, writing
from fangxian.errors import FangxianError
from fangxian.facts import Fact, fact_type
from fangxian.facts.known import now
from fangxian.sources import quarantine, spelling
from fangxian.sources.corrections import WITHDRAWALS, correct, corrections_table, open_corrections
from fangxian.sources.crosschecks import delivery_flags
from fangxian.sources.identity import KeyHolder
from fangxian.sources.naming import name_people
from fangxian.sources.places import load_regions
from fangxian.sources.plan import Plan, facts_schema
from fangxian.sources.provisional import Finder, find_people, findable
from fangxian.sources.reading import Reading, cut, read
from fangxian.sources.source import Source

STEPS: Final = ("digest", "read", "identify", "understand", "check", "write", "commit")
"""The steps of a delivery, in order, as `progress` is told of them."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Delivered:
    """What became of a file: its receipt, and whether it was in the lake already."""

    receipt: dict[str, Any]
    already_there: bool


def ingest(
    lake: Lake,
    source: Source,
    path: Path,
    *,
    received_at: datetime | None = None,
    key_holder: KeyHolder,
    finder: Finder | None = None,
    progress: Progress = lambda step: None,
    memory: str = "3GB",
    threads: int | None = None,
) -> Delivered:
    """Bring one file of a source into a lake.

    The delivery is named by its content, so the same file again changes nothing, and a run that was killed is simply run
    again. Rows that cannot be understood go to quarantine; a file that cannot be read raises FangxianError and leaves
    nothing behind. With a `finder`, rows without a usable id number go in under provisional ids, and it says whose they are
    for certain. `received_at` is UTC, now if not given; it is the known time of rows that do not say when they were sent.
    """
    progress("digest")
    digest = _digest(path)
    delivery_id = f"{source.name}-{digest[:16]}"
    committed = lake.path / "deliveries" / delivery_id / "receipt.json"
    if committed.exists():
        return Delivered(orjson.loads(committed.read_bytes()), already_there=True)
    received_at = received_at or now()
    with (
        ExitStack() as turn,
        writing(lake),
        lake.delivery(delivery_id) as folder,
        _door(folder, received_at, delivery_id, memory, threads) as door,
    ):
        delivery = _Delivery(door, Plan(findable(source) if finder else source), path, folder, lake, turn)
        receipt = {
            "source": source.name,
            "delivery_id": delivery_id,
            "file_name": path.name,
            "sha256": digest,
            "bytes": path.stat().st_size,
            "received_at": received_at.isoformat(timespec="seconds"),
            **_deliver(delivery, key_holder, finder, progress),
        }
        progress("commit")
        (folder / "receipt.json").write_bytes(orjson.dumps(receipt, option=orjson.OPT_INDENT_2))
    return Delivered(receipt, already_there=False)


@dataclass(frozen=True)
class _Delivery:
    """A file on its way: the door that it passes, the folder that it is written to, and the lake that the folder will join.

    What `turn` holds is let go of when the folder has joined.
    """

    door: duckdb.DuckDBPyConnection
    plan: Plan
    path: Path
    folder: Path
    lake: Lake
    turn: ExitStack


def _deliver(delivery: _Delivery, key_holder: KeyHolder, finder: Finder | None, progress: Progress) -> dict[str, Any]:
    """Run a file through the door into its folder, and return what the receipt says of it."""
    door, plan, path, folder = delivery.door, delivery.plan, delivery.path, delivery.folder
    progress("read")
    reading = read(door, plan.source, path, scratch=folder)
    progress("identify")
    has_people = _identify(door, plan, key_holder)
    found = find_people(door, plan, key_holder, finder, folder) if finder else {}
    progress("understand")
    repeated = _understand(door, plan)
    _expect_whole(door, reading, path)
    progress("check")
    _refuse_broken_promises(door, plan)
    progress("write")
    facts = _write_facts(delivery)
    refused = quarantine.write_quarantine(door, plan, folder / "quarantine.parquet") if _any(door, "refused") else {}
    return {
        "form": reading.form,
        "encoding": reading.encoding,
        "rows": _rows(reading, sum(refused.values()), repeated),
        "refused": refused,
        "facts": {**facts, **found},
        "flags": [flag.as_dict() for flag in delivery_flags(door, plan.source, folder)],
        "key_mark": key_holder.mark() if has_people else None,
    }


@contextmanager
def _door(folder: Path, received_at: datetime, delivery_id: str, memory: str, threads: int | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database that a delivery passes through; what spills from memory is its owner's alone and goes before the commit."""
    # Id numbers may be in what spills. DuckDB encrypts it only with its httpfs extension loaded, and ends the query without.
    spill = folder / "spill"
    spill.mkdir(mode=0o700)
    try:
        with duckdb.connect(config={"temp_directory": str(spill), "memory_limit": memory}) as connection:
            connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
            if threads:
                connection.execute(f"SET threads = {threads}")
            for name, value in (("received_at", received_at), ("latest", received_at + timedelta(days=1)), ("delivery_id", delivery_id)):
                connection.execute(f"SET VARIABLE {name} = $value", {"value": value})
            load_regions(connection, until=received_at.date())
            quarantine.open_quarantine(connection)
            open_corrections(connection)
            yield connection
    except duckdb.OutOfMemoryException as error:
        raise FangxianError(
            f"The file needs more than {memory} of memory, or more disk than there is under {folder.parent} to spill to.",
            done="Nothing of the file went in.",
            next_step="Free some space, or deliver the file in parts.",
        ) from error
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _identify(door: duckdb.DuckDBPyConnection, plan: Plan, key_holder: KeyHolder) -> bool:
    """Make the table `person` of the file's distinct id numbers; return whether the source is about people."""
    people = plan.people()
    if people is None:
        return False
    name_people(door, people, key_holder)
    return True


def _understand(door: duckdb.DuckDBPyConnection, plan: Plan) -> int:
    """Make the table `parsed` and those of list items, refuse what has problems; return how many rows only repeat others."""
    for table, query in plan.items():
        door.execute(f"CREATE TEMP TABLE {table} AS {query}")
    door.execute(f"CREATE TEMP TABLE parsed AS {plan.parsed()}")
    quarantine.refuse_broken_lines(door)
    quarantine.refuse_problems(door, plan, "parsed")
    for table, query in plan.parsed_items():
        door.execute(f"CREATE TEMP TABLE {table} AS {query}")
        quarantine.refuse_problems(door, plan, table)
    door.execute("UPDATE parsed SET problems = -1 WHERE problems = 0 AND row_number IN (SELECT row_number FROM refused)")
    return quarantine.refuse_contradictions(door, plan)


def _expect_whole(door: duckdb.DuckDBPyConnection, reading: Reading, path: Path) -> None:
    """Refuse a file whose last cell is not understood and has no end of line behind it: the rest of it did not arrive."""
    if reading.open_cell and door.execute('SELECT 1 FROM refused WHERE row_number = ? AND "column" = ?', reading.open_cell).fetchone():
        raise cut(path, "a text file that ends with a whole line")


def _refuse_broken_promises(door: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Hold every fact against the promises of its type, and refuse the rows of those that break one."""
    for place, declared in enumerate(plan.source.facts):
        door.execute(f"CREATE TEMP VIEW facts_{place} AS {plan.facts(place)}")
        quarantine.refuse_broken_promises(door, declared.fact_type, _offenders(declared.fact_type.name, f"facts_{place}"))


@cache
def _offenders(name: str, facts: str) -> str:
    """Return the query of the rows of a table of facts that break a promise; compiling it takes longer than a small file."""
    broken = fact_type(name).broken(ibis.table(facts_schema(fact_type(name)), name=facts))
    return str(ibis.to_sql(broken.select("row_number", "promise_zh", "promise_en"), dialect="duckdb"))


def _write_facts(delivery: _Delivery) -> dict[str, int]:
    """Write each type's facts to Parquet, then what they correct, and return how many there are of each."""
    declared = delivery.plan.source.fact_types()
    said = [each for each in declared if each not in WITHDRAWALS]
    written = {each.name: _write(delivery, each) for each in said}
    # One delivery at a time from here to its joining: two that came at once would not see each other's contents.
    delivery.turn.enter_context(in_turn(delivery.lake))
    for each in said:
        correct(delivery.door, delivery.lake, each, delivery.folder / f"{each.name}.parquet")
    for withdrawal in WITHDRAWALS:
        if (rows := _write(delivery, withdrawal)) or withdrawal in declared:
            written[withdrawal.name] = rows
    return written


def _write(delivery: _Delivery, written_type: type[Fact]) -> int:
    """Write the facts of a type to Parquet, sorted by subject and time, and return how many there are."""
    facts = [place for place, declared in enumerate(delivery.plan.source.facts) if declared.fact_type is written_type]
    rows = [f"SELECT * EXCLUDE (row_number) FROM facts_{place}" for place in facts]
    rows += [f"FROM {corrections_table(written_type)}"] if written_type in WITHDRAWALS else []
    path = delivery.folder / f"{written_type.name}.parquet"
    copied = delivery.door.execute(
        f"COPY (FROM ({' UNION ALL BY NAME '.join(rows)}) ORDER BY {subject(written_type)}, from_at) TO {spelling.text(str(path))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    ).fetchone()
    if not copied or not copied[0]:
        path.unlink()
        return 0
    return int(copied[0])


def _rows(reading: Reading, refused: int, repeated: int) -> dict[str, int]:
    return {"read": reading.rows, "accepted": reading.rows - refused - repeated, "quarantined": refused, "repeated": repeated}


def _any(door: duckdb.DuckDBPyConnection, table: str) -> bool:
    return door.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; raises FangxianError where there is none, or nothing in it."""
    if not path.exists():
        raise FangxianError(f"There is no file {path}.", next_step="Check the name and the folder.")
    if path.is_dir():
        raise FangxianError(f"{path} is a folder.", next_step="Name the files in it.")
    if path.stat().st_size == 0:
        raise FangxianError(f"{path} is empty.", done="Nothing went in.", next_step="Ask the source to send it again.")
    with explaining_full_disk(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
