"""From which subject to which each file of a lake reaches: one person is looked for only in files that can hold that person.

The lake's files are sorted by subject and say in their footers what they begin and end with. An engine skips row groups by the
same footers, but goes through every one of them to do so: for one of 33 M people that is most of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb

_REACH: Final = """
    SELECT file_name, min(stats_min_value), max(stats_max_value), bool_and(stats_max_value IS NOT NULL)
    FROM parquet_metadata($files) WHERE path_in_schema = 'person_id' GROUP BY file_name
"""


class SubjectRanges:
    """What the footers of Parquet files of facts about people say; each footer is read once, since no file is ever changed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Begin knowing nothing; `connection` reads the footers."""
        self._connection = connection
        self._reach: dict[str, tuple[str, str] | None] = {}

    def holding(self, files: Sequence[str], person_id: str) -> list[str]:
        """Return those of `files` that can hold a person; a file that does not say how far it reaches can hold anybody."""
        self._learn([file for file in files if file not in self._reach])
        return [file for file in files if (reach := self._reach[file]) is None or reach[0] <= person_id <= reach[1]]

    def _learn(self, files: Sequence[str]) -> None:
        if not files:
            return
        self._reach.update(dict.fromkeys(files))
        for file, first, last, complete in self._connection.execute(_REACH, {"files": list(files)}).fetchall():
            self._reach[file] = (first, last) if complete else None
