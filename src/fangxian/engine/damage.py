"""Damaged files of a lake: found when an engine could not go on, and told as an error that names the file and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import duckdb

from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError

_ENGINES: Final = ("duckdb", "_duckdb", "polars", "pyarrow", "pyspark", "py4j")

_REMEDIES: Final = {
    "deliveries": "Restore it from a backup; or remove its folder, and ingest the source's file again.",
    "compacted": "Restore the lake from a backup.",
    "answers": "Remove its folder, and run `fangxian decide` again.",
}


def damage(error: Exception, lakes: Iterable[Path]) -> FangxianError | None:
    """Return the error to show where `error` is an engine's and one of these lakes has a damaged file, else None.

    The files are read through: engines do not always name the one that they stumbled over, and what they say may quote facts.
    """
    if type(error).__module__.split(".")[0] not in _ENGINES:
        return None
    return next((_told(path) for lake in lakes for path in _files(lake) if not _is_whole(path)), None)


def _files(lake: Path) -> Iterator[Path]:
    """Yield the Parquet files that a lake's commands read: facts and refused rows first, then answers."""
    opened = Lake.open(lake)
    generation = str(opened.current()["generation"])
    for folder in (opened.path / "compacted" / generation, opened.path / "deliveries", opened.path / "answers"):
        yield from sorted(folder.rglob("*.parquet"))


def _is_whole(path: Path) -> bool:
    try:
        with duckdb.connect() as connection:
            connection.execute("SELECT count(COLUMNS(*)) FROM read_parquet($path)", {"path": str(path)}).fetchall()
    except duckdb.Error:
        return False
    return True


def _told(path: Path) -> FangxianError:
    return FangxianError(
        f"{path} is damaged: it is not what the lake writes.",
        done="Nothing was changed.",
        next_step=next(remedy for folder, remedy in _REMEDIES.items() if folder in path.parts),
    )
