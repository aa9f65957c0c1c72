"""A lake's files at one moment: one look at `current.json`, so that no fact is counted twice or missed while it changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fangxian.facts import Fact, PersonFact

BY_MEETING: Final = "by_meeting"
"""What the files of a generation are called that hold facts a second time, sorted by where people meet."""


@dataclass(frozen=True)
class Snapshot:
    """Which files were a lake's at one moment: a generation, and the deliveries that it had not absorbed."""

    path: Path
    generation: int
    deliveries: tuple[str, ...]
    absorbed: frozenset[str]

    @property
    def compacted(self) -> Path:
        """The folder of the generation; there is none before the first compaction."""
        return self.path / "compacted" / str(self.generation)

    def files(self, fact_type: type[Fact]) -> list[str]:
        """Return the Parquet files that together hold every fact of a type, compacted ones first."""
        return self._with_fresh(fact_type, self._compacted(fact_type.name))

    def files_by_meeting(self, fact_type: type[PersonFact]) -> tuple[list[str], list[str]]:
        """Return the files that are sorted by where people meet, and those that hold all other facts of the type.

        A generation that was written before there were such files has none.
        """
        found = self._compacted(f"{fact_type.name}.{BY_MEETING}")
        others = self._with_fresh(fact_type, [] if found else self._compacted(fact_type.name))
        return [str(path) for path in found], others

    def _compacted(self, name: str) -> list[Path]:
        return sorted(self.compacted.glob(f"{name}.[0-9]*.parquet"))

    def _with_fresh(self, fact_type: type[Fact], found: list[Path]) -> list[str]:
        name = fact_type.name
        fresh = (self.path / "deliveries" / delivery / f"{name}.parquet" for delivery in self.deliveries if delivery not in self.absorbed)
        return [str(path) for path in (*found, *fresh) if path.exists()]
