"""Who belongs together: members of numbered groups, found for many groups at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Groups:
    """Members in order of their group; group g's members are `order[starts[g]:starts[g + 1]]`."""

    order: Integers
    starts: Integers

    @classmethod
    def by(cls, group: Integers, *, count: int | None = None) -> Self:
        """Group members 0, 1, ... by the number of their group; a negative number is no group."""
        count = int(group.max(initial=-1)) + 1 if count is None else count
        order = np.argsort(group, kind="stable")
        order = order[np.searchsorted(group[order], 0) :]
        return cls(order, np.searchsorted(group[order], np.arange(count + 1)))

    @classmethod
    def same(cls, key: Integers) -> Self:
        """Group members by equal keys, in order of key; a negative key is no group."""
        known, group = np.unique(key, return_inverse=True)
        return cls.by(group - int((known < 0).sum()))

    def expand(self, wanted: Integers) -> tuple[Integers, Integers]:
        """Return every member of each wanted group, beside the place of the group in `wanted`; negative has no members."""
        valid = wanted >= 0
        begin = np.where(valid, self.starts[np.where(valid, wanted, 0)], 0)
        size = np.where(valid, self.starts[np.where(valid, wanted, 0) + 1] - begin, 0)
        place = np.repeat(np.arange(len(wanted)), size)
        inside = np.arange(len(place)) - np.repeat(np.cumsum(size) - size, size)
        return place, self.order[begin[place] + inside]


def rank_within(group: Integers) -> Integers:
    """Return each member's rank in its group, in the order in which members stand: 0, 1, ..."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    first = np.searchsorted(ordered, ordered, side="left")
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - first
    return rank
