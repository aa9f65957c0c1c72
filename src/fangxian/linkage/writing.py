"""The file of links: whom each record is about, and why, without a name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

from fangxian.engine.lake import explaining_full_disk
from fangxian.errors import FangxianError
from fangxian.linkage.linking import reasons
from fangxian.sources import spelling

_FORMS: Final = {".csv": "FORMAT csv, HEADER", ".parquet": "FORMAT parquet, COMPRESSION zstd"}


def write_links(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the table `link` to a file: record, person_id, answer, weight (bits, one decimal), why_zh, why_en.

    Raises FangxianError for another ending than .csv and .parquet. What is there already is replaced when all is written.
    """
    form = _FORMS.get(path.suffix)
    if form is None:
        raise FangxianError("Links are written as .csv or .parquet.", done="Nothing was written.", next_step="Give --out such an ending.")
    part = path.with_name(f"{path.name}.part")
    with explaining_full_disk(path.parent):
        connection.execute(
            f"COPY (SELECT record, known_id AS person_id, answer, round(weight, 1) AS weight, {reasons('zh')} AS why_zh, "
            f"{reasons('en')} AS why_en FROM link ORDER BY record) TO {spelling.text(str(part))} ({form})"
        )
        part.replace(path)
