"""A lake's files at one moment: one look at `current.json`, so that no fact is counted twice or missed while it changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fangxian.facts import Fact


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
        name = fact_type.name
        found = [path for path in sorted(self.compacted.glob(f"{name}*.parquet")) if path.name.split(".")[0] == name]
        fresh = (self.path / "deliveries" / delivery / f"{name}.parquet" for delivery in self.deliveries if delivery not in self.absorbed)
        return [str(path) for path in (*found, *fresh) if path.exists()]
