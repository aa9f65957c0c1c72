"""Compaction: all deliveries merged into one generation of files, sorted by whom they are about.

Facts sorted by person are what makes one person quick to read: the engine skips row groups by their smallest and largest
person. The old generation stays in force until the new one is complete and `Lake.switch` has named it, so a kill at any
moment leaves a good lake, and the next run sweeps what was left. An old generation that a reader holds stays until a later
writer finds that nobody holds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import duckdb

from fangxian.engine.lake import Lake, explaining_full_disk, join
from fangxian.engine.meeting_keys import MEETS, meeting_key
from fangxian.engine.snapshot import BY_MEETING
from fangxian.engine.writers import writing
from fangxian.facts import AreaWithdrawal, Fact, PersonFact, Withdrawal, all_fact_types
from fangxian.facts.withdrawal import CORRECTED

ROW_GROUP: Final = 122_880
"""Rows of a Parquet row group: what an engine can skip when it looks for one person."""

ROW_GROUPS_PER_FILE: Final = 160
"""Some 20 M rows a file, so that one person is looked for in one file's footer and not in that of 400 M facts."""

SMALL_ROW_GROUP: Final = 16_384
"""The same of facts that say where people meet: a thousand cases at once are looked for, and each of them, and each place where one
was for some hours, is in another row group."""

TELLING_OF_THE_DELIVERY: Final = ("known_at", "delivery_id")
"""Columns in which two reports of the same fact may differ."""


@dataclass(frozen=True)
class Compacted:
    """What a compaction did: the new generation, and by type of fact how many went in and how many came out."""

    generation: int
    read: dict[str, int]
    written: dict[str, int]


def rows_of_group(fact_type: type[Fact]) -> int:
    """Return how many rows of a type are one row group."""
    return SMALL_ROW_GROUP if issubclass(fact_type, PersonFact) and fact_type.meets_by else ROW_GROUP


def subject(fact_type: type[Fact]) -> str:
    """Return the column that says whom or what a fact is about, by which files are sorted."""
    return "person_id" if issubclass(fact_type, PersonFact) else "region_code"


def compact(
    lake: Lake, *, progress: Callable[[str], None] = lambda fact_type: None, memory: str = "3GB", threads: int | None = None
) -> Compacted:
    """Merge every delivery into a new generation and make it the one in force.

    Of a fact that several deliveries repeat (same subject, same `fact_id`, same content) the first report is kept, and the last
    if it was known later: what other content the source may have said in between, and may still send late, was corrected by it.
    Of a fact that was corrected every report is kept. So merging files changes nobody's colour. Memory is bounded: sorting
    spills into the lake's staging folder. Raises FangxianError while another command writes to the lake.
    """
    with writing(lake, alone=True), explaining_full_disk(lake.path):
        snapshot, generation = lake.snapshot(), lake.next_generation()
        part = lake.path / "staging" / uuid4().hex
        part.mkdir()
        config = {"temp_directory": str(lake.path / "staging" / "spill"), "memory_limit": memory}
        read, written = {}, {}
        with duckdb.connect(config={**config, **({"threads": str(threads)} if threads else {})}) as connection:
            # Spilled facts lie beside the lake's own, which are not encrypted; and DuckDB refuses to encrypt what it spills
            # unless its httpfs extension is loaded, so asking for that would end every compaction that outgrows its memory.
            connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
            # Order is made by the sort alone; keeping that of the input too would hold all of it in memory.
            connection.execute("SET preserve_insertion_order = false")
            for fact_type in all_fact_types():
                progress(fact_type.name)
                files = snapshot.files(fact_type)
                if files:
                    corrections = snapshot.files(Withdrawal if issubclass(fact_type, PersonFact) else AreaWithdrawal)
                    read[fact_type.name], written[fact_type.name] = _merge(connection, fact_type, files, corrections, part)
                    if issubclass(fact_type, PersonFact) and fact_type.meets_by:
                        _sort_by_meeting(connection, fact_type, part)
        join(part, lake.path / "compacted" / str(generation))
        lake.switch(generation, list(snapshot.deliveries))
        lake.sweep()
    return Compacted(generation, read, written)


def _merge(
    connection: duckdb.DuckDBPyConnection, fact_type: type[Fact], files: list[str], corrections: list[str], part: Path
) -> tuple[int, int]:
    """Merge one type's files into few, sorted and without needless repetition; return the rows read and written.

    Files are as `_write_sorted` names them.
    """
    columns = ", ".join(f'"{c}"' for c in fact_type.columns)
    who = subject(fact_type)
    content = ", ".join(f'"{c}"' for c in fact_type.columns if c not in TELLING_OF_THE_DELIVERY)
    facts = f"SELECT {columns} FROM read_parquet($files)"
    # Only a subject's repeated facts go through the window: a sort of everything, to find that nearly nothing is repeated,
    # costs more than the grouping of two columns.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {who}, fact_id FROM read_parquet($files) GROUP BY ALL HAVING count(*) > 1",
        {"files": files},
    )
    if corrections:
        connection.execute(
            f"DELETE FROM repeated WHERE ({who}, fact_id) IN (SELECT ({who}, withdrawn_fact_id) FROM read_parquet($corrections) "
            f"WHERE reason = '{CORRECTED}' AND fact_type = '{fact_type.name}')",
            {"corrections": corrections},
        )
    merged = f"""
        SELECT * FROM (
            {facts} WHERE ({who}, fact_id) NOT IN (SELECT ({who}, fact_id) FROM repeated)
            UNION ALL
            SELECT * FROM ({facts} WHERE ({who}, fact_id) IN (SELECT ({who}, fact_id) FROM repeated))
            QUALIFY row_number() OVER (PARTITION BY {content} ORDER BY known_at, delivery_id) = 1
                OR row_number() OVER (PARTITION BY {content} ORDER BY known_at DESC, delivery_id) = 1
        ) ORDER BY {who}, from_at, fact_id
    """
    written = _write_sorted(connection, merged, {"files": files}, part, fact_type.name, row_group=rows_of_group(fact_type))
    counted = connection.execute(
        "SELECT (SELECT count(*) FROM read_parquet($files)), (SELECT count(*) FROM read_parquet($written))",
        {"files": files, "written": written},
    ).fetchone()
    return counted or (0, 0)


def _sort_by_meeting(connection: duckdb.DuckDBPyConnection, fact_type: type[PersonFact], part: Path) -> None:
    """Write a type's merged facts a second time, sorted by where and when people meet; what names no place is nowhere to be met."""
    files = [str(path) for path in sorted(part.glob(f"{fact_type.name}.[0-9]*.parquet"))]
    _write_sorted(
        connection,
        f'SELECT *, {meeting_key(fact_type)} AS {MEETS} FROM read_parquet($files) WHERE "{fact_type.meets_by}" IS NOT NULL '
        f"ORDER BY {MEETS}, from_at, person_id, fact_id",
        {"files": files},
        part,
        f"{fact_type.name}.{BY_MEETING}",
        row_group=rows_of_group(fact_type),
    )


def _write_sorted(
    connection: duckdb.DuckDBPyConnection, query: str, given: dict[str, Any], folder: Path, name: str, *, row_group: int
) -> list[str]:
    """Write the rows of a sorted query to `<name>.<number>.parquet`, in the order of what they hold; return the files."""
    unnumbered = folder / name
    connection.execute(
        f"""
        COPY ({query}) TO '{str(unnumbered).replace("'", "''")}' (
            FORMAT parquet, COMPRESSION zstd, FILENAME_PATTERN '{{i}}',
            ROW_GROUP_SIZE {row_group}, ROW_GROUPS_PER_FILE {max(1, ROW_GROUPS_PER_FILE * ROW_GROUP // row_group)}
        )
        """,
        given,
    )
    written = [file.rename(folder / f"{name}.{int(file.stem):04}.parquet") for file in unnumbered.iterdir()]
    unnumbered.rmdir()
    return [str(file) for file in written]
