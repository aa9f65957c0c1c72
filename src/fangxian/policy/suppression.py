"""Small numbers: a count of people in an area, or for a reason, that could point at one of them is not shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEAST_SHOWN: Final = 5
"""Counts from 1 to one less than this are shown as "<5"; zero is shown."""


def hidden(counts: Mapping[str, int], *, total_is_shown: bool = True) -> frozenset[str]:
    """Return which counts to hide in one column: of areas, or of reasons.

    Where exactly one is small, it could be had from the total by subtraction, so the smallest other count goes with it.

    >>> sorted(hidden({"a": 3, "b": 9, "c": 40, "d": 0}))
    ['a', 'b']
    >>> sorted(hidden({"a": 3, "b": 2, "c": 40}))
    ['a', 'b']
    """
    small = {area for area, people in counts.items() if 0 < people < LEAST_SHOWN}
    others = {area: people for area, people in counts.items() if people >= LEAST_SHOWN}
    if total_is_shown and len(small) == 1 and others:
        small.add(min(others, key=lambda area: (others[area], area)))
    return frozenset(small)
