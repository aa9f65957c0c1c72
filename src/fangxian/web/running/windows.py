"""How often somebody may ask: counted in this window of time and in the one before, which counts by how much of it is still within.

The library that did it before looks through all names for old ones again and again: at 1,700 new ones a second it soon does little
else. Here a window is forgotten as a whole.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600}


@dataclass(frozen=True)
class Allowance:
    """So many times in so many seconds."""

    times: int
    per_s: int

    @classmethod
    def of(cls, said: str) -> Self:
        """Return an allowance as rates.yaml writes it.

        >>> Allowance.of("20/hour")
        Allowance(times=20, per_s=3600)
        """
        times, _, unit = said.partition("/")
        return cls(int(times), _SECONDS[unit])


class Windows:
    """Counts names against one allowance."""

    def __init__(self, allowance: Allowance, *, clock: Callable[[], float] = time.time) -> None:
        """Begin with nobody counted; `clock` gives seconds."""
        self._allowance, self._clock = allowance, clock
        self._window, self._now, self._before = 0, Counter[str](), Counter[str]()

    def wait_s(self, name: str) -> int:
        """Return in how many seconds a name may be counted again; 0 where it may now."""
        elapsed, per_s, times = self._turn(), self._allowance.per_s, self._allowance.times
        before, now = self._before[name], self._now[name]
        if before * (1 - elapsed / per_s) + now < times:
            return 0
        until = per_s if now >= times else per_s * (1 - (times - now) / before)
        return math.floor(until - elapsed) + 1

    def count(self, name: str) -> None:
        """Count a name once."""
        self._turn()
        self._now[name] += 1

    def _turn(self) -> float:
        """Begin another window where it is time; return the seconds since this one began."""
        window, elapsed = divmod(self._clock(), self._allowance.per_s)
        if window != self._window:
            self._before = self._now if window == self._window + 1 else Counter()
            self._window, self._now = int(window), Counter()
        return elapsed
