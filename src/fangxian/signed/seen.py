"""What one gate remembers of the last scans: which minutes it has seen, and by how much the last people's clocks were off."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from fangxian.signed.limits import LIMITS, Limits


class Seen:
    """One gate's short memory; it forgets a minute as soon as that minute is too old to pass anyway."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        """Start with no memory."""
        self._limits = limits
        self._minutes: OrderedDict[tuple[bytes, datetime], datetime] = OrderedDict()
        self._witnesses: deque[tuple[bytes, timedelta]] = deque(maxlen=limits.clock_witnesses)
        self._tried: list[tuple[bytes, datetime]] | None = None

    @contextmanager
    def unless_it_fails(self) -> Iterator[None]:
        """Remember what is seen within, and where that fails, take back those minutes and no others: they come again, and are no replay."""
        tried: list[tuple[bytes, datetime]] = []
        self._tried = tried
        try:
            yield
        except BaseException:
            for minute in tried:
                self._minutes.pop(minute, None)
            raise
        finally:
            self._tried = None

    def again(self, token_id: bytes, signed_at: datetime, *, at: datetime) -> bool:
        """Remember a minute; return whether this gate has seen it before."""
        lasts = self._limits.code_good_for + self._limits.allowed_clock_skew
        while self._minutes and next(iter(self._minutes.values())) < at - lasts:
            self._minutes.popitem(last=False)
        if (token_id, signed_at) in self._minutes:
            return True
        self._minutes[token_id, signed_at] = at
        if self._tried is not None:
            self._tried.append((token_id, signed_at))
        return False

    def clock_off_by(self, token_id: bytes, *, age: timedelta) -> timedelta | None:
        """Remember how old somebody's minute was; return by how much this gate's clock is off, if the last people show it.

        They show it when they are different people, all outside what passes, all by the same within what phones differ.
        """
        if not self._witnesses or self._witnesses[-1][0] != token_id:
            self._witnesses.append((token_id, age))
        ages = [age for _, age in self._witnesses]
        spread = self._limits.code_good_for + self._limits.allowed_clock_skew
        if len({token for token, _ in self._witnesses}) < self._limits.clock_witnesses or max(ages) - min(ages) > spread:
            return None
        all_outside = min(ages) > self._limits.code_good_for or max(ages) < -self._limits.allowed_clock_skew
        return sorted(ages)[len(ages) // 2] if all_outside else None
