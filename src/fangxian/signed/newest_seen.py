"""What a gate keeps between two runs: the newest numbers of its files, so that an older file cannot be put in their place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from fangxian.errors import FangxianError
from fangxian.signed.files import write_file


@dataclass
class NewestSeen:
    """A small file beside the trust list; missing, it stands for a gate that has seen nothing."""

    path: Path
    trust: int = 0
    changes: int = 0

    @classmethod
    def beside(cls, trust_file: Path) -> NewestSeen:
        """Return what the gate that holds a trust list has seen."""
        path = trust_file.with_name(trust_file.name + ".seen")
        if not path.exists():
            return cls(path)
        try:
            stated = orjson.loads(path.read_bytes())
            return cls(path, trust=int(stated["trust"]), changes=int(stated["changes"]))
        except (ValueError, KeyError, TypeError):
            raise FangxianError(f"{path} cannot be read.", next_step="Fetch the newest files, then remove it.") from None

    def keep(self, *, trust: int, changes: int | None) -> None:
        """Remember the numbers of the files that were just read."""
        newest = {"trust": max(trust, self.trust), "changes": max(changes or 0, self.changes)}
        if newest != {"trust": self.trust, "changes": self.changes}:
            write_file(self.path, orjson.dumps(newest))
            self.trust, self.changes = newest["trust"], newest["changes"]
