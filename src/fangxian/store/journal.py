"""The journal of access: who looked at what, for which purpose, in a chain that shows every later change.

One JSON object a line; each carries the SHA-256 of the line before it, so an entry cannot be changed or taken out of the
middle unseen. Whoever can write the file can still cut its end: keep the last hash somewhere else.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from fangxian.errors import FangxianError

BEGINNING: Final = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Access:
    """Under which role and for which purpose somebody looks."""

    role: str
    purpose: str

    def __post_init__(self) -> None:
        """Refuse an empty role or purpose."""
        if not self.role.strip() or not self.purpose.strip():
            raise FangxianError(
                "A look at people's data needs a role and a purpose.",
                done="Nothing was read.",
                next_step="Give --role and --purpose (or FANGXIAN_ROLE and FANGXIAN_PURPOSE): "
                'for example --role epidemiologist --purpose "case 12 of 2020-02-15".',
            )


@dataclass(frozen=True)
class Journal:
    """The journal kept in one file."""

    path: Path

    def record(self, access: Access, *, what: str, about: str = "", **details: Any) -> str:
        """Append an entry durably and return its hash. Call it before the look, not after: no look without its entry."""
        with self.path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            previous, number = self._end(file.fileno())
            entry = {
                "number": number,
                "at": datetime.now(UTC).isoformat(timespec="microseconds"),
                "role": access.role,
                "purpose": access.purpose,
                "what": what,
                "about": about,
                **details,
                "previous": previous,
            }
            line = orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return hashlib.sha256(line).hexdigest()

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield the entries in order, oldest first."""
        if self.path.exists():
            for line in self.path.read_bytes().splitlines():
                yield orjson.loads(line)

    def verify(self) -> int:
        """Return how many entries there are. Raises FangxianError at the first that does not follow from the one before."""
        previous = BEGINNING
        lines = self.path.read_bytes().splitlines() if self.path.exists() else []
        for number, line in enumerate(lines):
            entry = orjson.loads(line) if line.startswith(b"{") else {}
            if entry.get("previous") != previous or entry.get("number") != number:
                raise FangxianError(
                    f"The journal {self.path} is broken at entry {number}: it does not follow from the entry before it.",
                    next_step="Somebody changed it. Keep the file as it is and compare it with a backup.",
                )
            previous = hashlib.sha256(line).hexdigest()
        return len(lines)

    def _end(self, descriptor: int) -> tuple[str, int]:
        """Return the hash of the last line and the number of lines; a torn last line (a power cut) is cut off."""
        content = self.path.read_bytes()
        if content and not content.endswith(b"\n"):
            content = content[: content.rfind(b"\n") + 1]
            os.ftruncate(descriptor, len(content))
        lines = content.splitlines()
        return (hashlib.sha256(lines[-1]).hexdigest() if lines else BEGINNING), len(lines)
