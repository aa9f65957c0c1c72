"""Everybody who is not green, in memory: when whose hits hold, as sorted arrays, and what changed since as a small dict.

Whoever has no hit is green, so four people in a hundred are enough. Hits are kept as intervals and not as one colour: what ends
or begins by time does so without anybody telling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fangxian.policy.colour import Colour

OPEN: Final = np.iinfo(np.int64).max
_RANK: Final = {colour: rank for rank, colour in enumerate(Colour)}
_COLOURS: Final = tuple(Colour)
_EPOCH: Final = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Span:
    """A hit of somebody: the colour, from when, until when (microseconds since 1970 in UTC; `OPEN` where it has no end)."""

    colour: Colour
    from_us: int
    until_us: int

    @classmethod
    def of(cls, colour: Colour, from_at: datetime, until_at: datetime | None) -> Span:
        """Return the span between two instants (UTC, without a zone), the second None while it is open."""
        return cls(colour, _microseconds(from_at), OPEN if until_at is None else _microseconds(until_at))


class SpansInMemory:
    """Colours of people at instants. One thread may apply changes while others ask."""

    def __init__(self, people: NDArray[np.uint64], spans: NDArray[np.int64], ranks: NDArray[np.uint8]) -> None:
        """Keep arrays sorted by person: `people` (n, 2), `spans` (n, 2), `ranks` (n,); a row a hit."""
        self._people, self._spans, self._ranks = people, spans, ranks
        self._high = np.ascontiguousarray(people[:, 0])
        self._changed: dict[bytes, tuple[Span, ...]] = {}

    @classmethod
    def of(cls, hits: pa.Table) -> SpansInMemory:
        """Return the hits of a table: person_id (32 hexadecimal digits), colour, from_at, until_at (null while open)."""
        people = np.frombuffer(bytes.fromhex("".join(hits["person_id"].to_pylist())), ">u8").reshape(-1, 2).astype(np.uint64)
        from_us = pc.cast(hits["from_at"].cast(pa.timestamp("us")), pa.int64()).to_numpy()
        until_us = pc.fill_null(pc.cast(hits["until_at"].cast(pa.timestamp("us")), pa.int64()), OPEN).to_numpy()
        ranks = pc.index_in(hits["colour"], pa.array([str(colour) for colour in _COLOURS])).to_numpy().astype(np.uint8)
        order = np.lexsort((people[:, 1], people[:, 0]))
        return cls(people[order], np.stack([from_us, until_us], axis=1)[order], ranks[order])

    def change(self, person_id: str, spans: Sequence[Span]) -> None:
        """Put a person's present hits in the place of those that were known; none make the person green."""
        self._changed[bytes.fromhex(person_id)] = tuple(spans)

    def colour_at(self, person_id: str, at: datetime) -> Colour:
        """Return a person's colour at an instant (UTC, without a zone): the worst of the hits that hold, green without any."""
        key, moment = bytes.fromhex(person_id), _microseconds(at)
        changed = self._changed.get(key)
        if changed is not None:
            return _COLOURS[max((_RANK[s.colour] for s in changed if s.from_us <= moment < s.until_us), default=0)]
        high, low = int.from_bytes(key[:8]), int.from_bytes(key[8:])
        start, end = np.searchsorted(self._high, np.uint64(high), "left"), np.searchsorted(self._high, np.uint64(high), "right")
        if start == end:
            return Colour.GREEN
        mine = slice(int(start), int(end))
        spans = self._spans[mine]
        holds = (self._people[mine, 1] == np.uint64(low)) & (spans[:, 0] <= moment) & (moment < spans[:, 1])
        return _COLOURS[int(self._ranks[mine][holds].max(initial=0))]

    @property
    def hits(self) -> int:
        """How many hits the arrays hold; changes are not counted."""
        return len(self._ranks)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
