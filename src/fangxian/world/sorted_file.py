"""A Parquet file of facts that arrive sorted by person, cut into row groups of the size that the lake reads best."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP: Final = 122_880
"""Rows of a row group: DuckDB's own default, 60 of its vectors, so that one thread takes one group."""


class SortedFile:
    """Writes tables one after another into one Parquet file; only the last row group is smaller than `ROW_GROUP`.

    A file that was given no row is not made. Rows are kept in the order in which they come.
    """

    def __init__(self, path: Path) -> None:
        """Prepare to write to `path`; nothing is on disk until a row group is full."""
        self.path, self.rows = path, 0
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._writer: pq.ParquetWriter | None = None

    def write(self, table: pa.Table) -> None:
        """Add rows; every table has the columns and types of the first."""
        self._waiting.append(table)
        self._waiting_rows += table.num_rows
        self.rows += table.num_rows
        self._flush(self._waiting_rows - self._waiting_rows % ROW_GROUP)

    def _flush(self, rows: int) -> None:
        if not rows:
            return
        waiting = pa.concat_tables(self._waiting)
        if self._writer is None:
            # Numbers and instants hardly repeat: a dictionary of them costs time and room.
            repeats = [field.name for field in waiting.schema if field.type not in (pa.int64(), pa.timestamp("us"))]
            self._writer = pq.ParquetWriter(
                self.path, waiting.schema, compression="zstd", compression_level=1, store_schema=False, use_dictionary=repeats
            )
        self._writer.write_table(waiting.slice(0, rows), row_group_size=ROW_GROUP)
        self._waiting, self._waiting_rows = [waiting.slice(rows)], waiting.num_rows - rows

    def close(self) -> None:
        """Write what is waiting and finish the file."""
        self._flush(self._waiting_rows)
        if self._writer is not None:
            self._writer.close()

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Finish the file."""
        self.close()
