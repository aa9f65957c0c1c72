"""Everybody who is not green, in memory: when whose hits hold, as sorted arrays, and what changed since as a small dict.

Whoever has no hit is green, so four people in a hundred are enough. Hits are kept as intervals and not as one colour: what ends
or begins by time does so without anybody telling. Instants are counted as PostgreSQL does, in microseconds since 2000.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fangxian.policy.colour import Colour

OPEN: Final = int(np.iinfo(np.int64).max)
"""The end of what has none; PostgreSQL's infinity."""

COLOURS: Final = tuple(Colour)
"""Colours by their rank, the worst last."""

HIT: Final = np.dtype([("person", ">u8", (2,)), ("rank", ">i2"), ("from_us", ">i8"), ("until_us", ">i8")])
"""A hit as it comes: the two halves of the person's id, the colour's rank, and the span."""

_RANK: Final = {colour: rank for rank, colour in enumerate(COLOURS)}
_EPOCH: Final = datetime(2000, 1, 1)


@dataclass(frozen=True)
class Span:
    """A hit of somebody: the colour, from when, until when (microseconds since 2000 in UTC; `OPEN` where it has no end)."""

    colour: Colour
    from_us: int
    until_us: int

    @classmethod
    def of(cls, colour: Colour, from_at: datetime, until_at: datetime | None) -> Span:
        """Return the span between two instants (UTC, without a zone), the second None while it is open."""
        return cls(colour, _microseconds(from_at), OPEN if until_at is None else _microseconds(until_at))


class SpansInMemory:
    """Colours of people at instants. One thread may apply changes while others ask."""

    def __init__(self, parts: Iterable[NDArray[Any]] = ()) -> None:
        """Keep hits that come in parts of the dtype `HIT`, in order of their people: 33 bytes a hit, and no more meanwhile."""
        fields: tuple[list[NDArray[Any]], ...] = ([], [], [], [], [])
        for part in parts:
            columns = (part["person"][:, 0], part["person"][:, 1], part["from_us"], part["until_us"], part["rank"])
            for field, column, dtype in zip(fields, columns, ("u8", "u8", "i8", "i8", "u1"), strict=True):
                field.append(column.astype(dtype))
        self._high, self._low, self._from, self._until, self._rank = (_joined(field) for field in fields)
        self._changed: dict[bytes, tuple[Span, ...]] = {}

    def change(self, person_id: str, spans: Sequence[Span]) -> None:
        """Put a person's present hits in the place of those that were known; none make the person green."""
        self._changed[bytes.fromhex(person_id)] = tuple(spans)

    def colour_at(self, person_id: str, at: datetime) -> Colour:
        """Return a person's colour at an instant (UTC, without a zone): the worst of the hits that hold, green without any."""
        key, moment = bytes.fromhex(person_id), _microseconds(at)
        changed = self._changed.get(key)
        if changed is not None:
            return COLOURS[max((_RANK[s.colour] for s in changed if s.from_us <= moment < s.until_us), default=0)]
        high, low = int.from_bytes(key[:8]), int.from_bytes(key[8:])
        place, worst = int(self._high.searchsorted(np.uint64(high))), 0
        while place < len(self._high) and self._high[place] == high:  # the few hits of one person
            if self._low[place] == low and self._from[place] <= moment < self._until[place]:
                worst = max(worst, int(self._rank[place]))
            place += 1
        return COLOURS[worst]

    @property
    def hits(self) -> int:
        """How many hits the arrays hold; changes are not counted."""
        return len(self._rank)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Return the parts as one array, and let go of them."""
    whole = np.concatenate(parts) if parts else np.empty(0, "u8")
    parts.clear()
    return whole


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
