"""Ends in the lake: what became known before an instant leaves every file of a type of fact; receipts stay.

The lake's files hold months together, sorted by person, so that an end rewrites the files that hold any of it, and names each by its
SHA-256 as it was. A new generation takes the place of the old in one step; a delivery's file is replaced in one step, by an empty
one where nothing of it stays: a reader that knows its name still finds it. Interrupted, it is done again from the beginning.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Final
from uuid import uuid4

import duckdb

from fangxian.engine.compaction import ROW_GROUP, rows_of_group
from fangxian.engine.holding import remove_unheld
from fangxian.engine.lake import Lake, explaining_full_disk, join
from fangxian.engine.writers import writing
from fangxian.facts import Fact, fact_type

Ends = Mapping[type[Fact], datetime]
"""By type of fact, the instant (UTC) before which what became known ends."""

QUARANTINE: Final = "quarantine"
"""Rows that were refused, which end by the day on which their delivery was received."""

_OF_PEOPLE: Final = "hits-"
"""What the names of answers about people begin with: computed from what ends, they may be computed again from what is left."""


@dataclass(frozen=True, kw_only=True)
class EndingFile:
    """A file of the lake with rows whose time is over: where it lies, what it was, how many of its rows end."""

    of: str
    path: Path
    sha256: str
    rows: int


def ending_files(lake: Lake, before: Ends) -> list[EndingFile]:
    """Return every file, of the generation in force and of all deliveries, that holds something whose time is over.

    A delivery's refused rows end with the class that is kept the shortest, counted from when the delivery was received.
    """
    compacted = lake.path / "compacted" / str(lake.current()["generation"])
    deliveries = [lake.path / "deliveries" / each for each in lake.delivery_ids()]
    found = []
    with duckdb.connect(config={"threads": 1}) as connection:
        for fact_type, instant in before.items():
            name = fact_type.name
            paths = [*sorted(compacted.glob(f"{name}.*.parquet")), *(folder / f"{name}.parquet" for folder in deliveries)]
            found += [(name, path, _count(connection, path, "known_at < $before", {"before": instant})) for path in paths if path.exists()]
        for receipt in lake.receipts():
            path = lake.path / "deliveries" / receipt["delivery_id"] / f"{QUARANTINE}.parquet"
            if path.exists() and datetime.fromisoformat(receipt["received_at"]).replace(tzinfo=None) < max(before.values()):
                found.append((QUARANTINE, path, _count(connection, path, "true", {})))
    return [EndingFile(of=name, path=path, sha256=_sha256(path), rows=rows) for name, path, rows in found if rows]


def end_in_lake(lake: Lake, before: Ends) -> list[EndingFile]:
    """Take what ends out of the lake, and the answers about people that were computed from it; return the files as they were.

    Raises FangxianError while another command writes to the lake. A generation that a reader holds stays until it is let go.
    """
    with writing(lake, alone=True), explaining_full_disk(lake.path):
        ending = ending_files(lake, before)
        compacted = [each for each in ending if each.path.parent.parent.name == "compacted"]
        if compacted:
            _new_generation(lake, compacted, before)
        for each in ending:
            if each not in compacted:
                part = lake.path / "staging" / f"{uuid4().hex}.parquet"
                _rewrite(each, part, _kept(each, before))
                join_file(part, each.path)
        if ending:
            for answer in _answers_about_people(lake):
                remove_unheld(answer, by_way_of=lake.path / "staging")
        lake.sweep()
        return ending


def _new_generation(lake: Lake, ending: list[EndingFile], before: Ends) -> None:
    current, number = lake.current(), lake.next_generation()
    part = lake.path / "staging" / uuid4().hex
    part.mkdir()
    changed = {each.path: each for each in ending}
    for path in sorted((lake.path / "compacted" / str(current["generation"])).iterdir()):
        if each := changed.get(path):
            _rewrite(each, part / path.name, _kept(each, before))
        else:
            os.link(path, part / path.name)
    join(part, lake.path / "compacted" / str(number))
    lake.switch(number, list(current["absorbed"]))


def _kept(ending: EndingFile, before: Ends) -> str:
    """Return the condition of the rows that stay in a file."""
    instants = {fact_type.name: instant for fact_type, instant in before.items()}
    return "false" if ending.of == QUARANTINE else f"known_at >= TIMESTAMP '{instants[ending.of].isoformat(sep=' ')}'"


def _rewrite(ending: EndingFile, to: Path, kept: str) -> None:
    rows = ROW_GROUP if ending.of == QUARANTINE else rows_of_group(fact_type(ending.of))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_parquet($path) WHERE {kept}) TO '{str(to).replace(chr(39), chr(39) * 2)}' "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {rows})",
            {"path": str(ending.path)},
        )


def join_file(part: Path, place: Path) -> None:
    """Put a finished file in the place of another in one step, durably."""
    for path in (part, part.parent):
        _sync(path)
    part.replace(place)
    _sync(place.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _count(connection: duckdb.DuckDBPyConnection, path: Path, condition: str, given: Mapping[str, datetime]) -> int:
    row = connection.execute(f"SELECT count(*) FROM read_parquet($path) WHERE {condition}", {"path": str(path), **given}).fetchone()
    return int((row or (0,))[0])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _answers_about_people(lake: Lake) -> Iterator[Path]:
    for folder in (lake.path / "answers").glob(f"{_OF_PEOPLE}*"):
        yield from folder.iterdir()
