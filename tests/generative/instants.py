"""Instants that fall on one another on purpose: midnights, the known time, first days, exactly an hour, exactly N days."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from oracle.life import midnight

TICK: Final = timedelta(microseconds=1)
TIMES_OF_DAY: Final = (
    timedelta(),
    timedelta(),
    TICK,
    timedelta(hours=8),
    timedelta(hours=8),
    timedelta(hours=12, minutes=30),
    timedelta(days=1) - TICK,
    timedelta(hours=16),
)
"""Local: 00:00 twice as often, an instant after it, morning, midday, the last instant of the day, and 16:00, when UTC's day ends."""

LANDMARKS: Final = (
    date(2020, 1, 23),
    date(2020, 2, 2),
    date(2020, 2, 11),
    date(2020, 2, 17),
    date(2020, 2, 20),
    date(2020, 2, 29),
    date(2020, 3, 10),
)
"""Days on which a listing or a policy begins or ends."""

LENGTHS: Final = (
    timedelta(),
    timedelta(minutes=59, seconds=59, microseconds=999_999),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(days=1),
    timedelta(days=7),
    timedelta(days=14),
)


@dataclass
class Calendar:
    """A few instants of one person's life, drawn from again and again, so that facts meet at the same instant."""

    random: Random
    known_at: datetime
    moments: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Choose the moments."""
        first = date(2020, 1, 18) + timedelta(days=self.random.randrange(70))
        self.moments = [self._near(first) for _ in range(self.random.randint(2, 6))]

    def _near(self, first: date) -> datetime:
        if self.random.random() < 0.15:
            return midnight(self.random.choice(LANDMARKS)) + self.random.choice((-TICK, timedelta(), TICK, timedelta(hours=9)))
        day = first + timedelta(days=self.random.choice((0, 0, 1, 2, 3, 7, 8, 13, 14, 15, 28)))
        return midnight(day) + self.random.choice(TIMES_OF_DAY)

    def moment(self) -> datetime:
        """Return one of the moments, or an instant a little or whole days beside one."""
        shift = self.random.choice((timedelta(),) * 5 + (TICK, -TICK, timedelta(hours=1), timedelta(days=1), timedelta(days=14)))
        return self.random.choice(self.moments) + shift

    def later(self, since: datetime) -> datetime | None:
        """Return an instant at or after another, or None: it goes on."""
        after = [moment for moment in self.moments if moment >= since]
        drawn = self.random.random()
        if drawn < 0.25:
            return None
        return self.random.choice(after) if after and drawn < 0.5 else since + self.random.choice(LENGTHS)

    def known(self, since: datetime) -> datetime:
        """Return when a fact became known: mostly soon after it was so, often on the edge of what was known."""
        drawn = self.random.random()
        if drawn < 0.12:
            return self.known_at + self.random.choice((-TICK, timedelta(), TICK))
        return since + self.random.choice((timedelta(), timedelta(hours=1), timedelta(days=1), timedelta(days=5)))
