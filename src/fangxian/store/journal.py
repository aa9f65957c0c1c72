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
from typing import Any, BinaryIO, Final

import orjson

from fangxian.errors import FangxianError

BEGINNING: Final = "0" * 64
BLOCK: Final = 64 * 1024
"""Bytes that are read at once from the journal's end."""


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
            previous, number = self._end(file)
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
        for line in self._lines():
            yield orjson.loads(line)

    def verify(self) -> int:
        """Return how many entries there are. Raises FangxianError at the first that does not follow from the one before."""
        previous, number = BEGINNING, 0
        for number, line in enumerate(self._lines(), start=1):
            entry = _entry(line)
            if entry.get("previous") != previous or entry.get("number") != number - 1:
                raise FangxianError(
                    f"The journal {self.path} is broken at entry {number - 1}: it does not follow from the entry before it.",
                    next_step="Somebody changed it. Keep the file as it is and compare it with a backup.",
                )
            previous = hashlib.sha256(line).hexdigest()
        return number

    def _lines(self) -> Iterator[bytes]:
        if self.path.exists():
            with self.path.open("rb") as file:
                for line in file:
                    yield line.removesuffix(b"\n")

    def _end(self, file: BinaryIO) -> tuple[str, int]:
        """Return the hash of the last line and the number of the next; a torn last line (a power cut) is cut off.

        Raises FangxianError where the last line is no entry: what came after it could not be numbered.
        """
        start, end = _last_line(file)
        file.truncate(end)
        if end == 0:
            return BEGINNING, 0
        file.seek(start)
        line = file.read(end - start).removesuffix(b"\n")
        number = _entry(line).get("number")
        if not isinstance(number, int):
            raise FangxianError(
                f"The last line of the journal {self.path} is not an entry.",
                done="Nothing was read: no look without its entry.",
                next_step="Somebody changed it. Compare it with a backup, and put the journal right before the next look.",
            )
        return hashlib.sha256(line).hexdigest(), number + 1


def _last_line(file: BinaryIO) -> tuple[int, int]:
    """Return where the last whole line begins and ends; only the file's end is read, a block at a time."""
    start = file.seek(0, os.SEEK_END)
    tail = b""
    while start > 0 and tail.count(b"\n") < 2:
        step = min(BLOCK, start)
        start -= step
        file.seek(start)
        tail = file.read(step) + tail
    end = tail.rfind(b"\n") + 1
    return start + tail.rfind(b"\n", 0, max(end - 1, 0)) + 1, start + end


def _entry(line: bytes) -> dict[str, Any]:
    """Return a line's entry, or an empty one where the line is none."""
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return entry if isinstance(entry, dict) else {}
