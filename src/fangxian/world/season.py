"""The days of a world: weekends, the Spring Festival of 2020, the closing down after it, and the slow return.

Instants inside a world are whole minutes since its first local midnight; days are counted from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import yaml

from fangxian.errors import FangxianError

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MINUTES_A_DAY: Final = 1440
UTC_OFFSET: Final = timedelta(hours=8)
EARLIEST: Final = date(2019, 12, 20)
LATEST_START: Final = date(2020, 1, 15)
EARLIEST_END: Final = date(2020, 2, 17)
MOST_DAYS: Final = 120


@cache
def _levels() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("season.yaml").read_text("utf-8"))
    return loaded


@dataclass(frozen=True, kw_only=True)
class Season:
    """The first day and the number of days of a world. The world must see the days before Wuhan was closed."""

    start: date = date(2020, 1, 10)
    days: int = 60

    def __post_init__(self) -> None:
        """Refuse days that the story does not cover."""
        if not EARLIEST <= self.start <= LATEST_START:
            raise FangxianError(
                f"A world cannot begin on {self.start}.",
                known=f"It begins between {EARLIEST} and {LATEST_START}: before Wuhan was closed, from where the cases come.",
                next_step="Leave --start out, or give a day in between.",
            )
        fewest = (EARLIEST_END - self.start).days + 1
        if not fewest <= self.days <= MOST_DAYS:
            raise FangxianError(
                f"A world that begins on {self.start} cannot have {self.days} days.",
                known=f"It has {fewest} to {MOST_DAYS}: it lasts until health codes are in use, on {EARLIEST_END} at the earliest.",
                next_step="Change --days.",
            )

    @property
    def minutes(self) -> int:
        """The end of the last day, in minutes."""
        return self.days * MINUTES_A_DAY

    def instant(self, minute: int) -> datetime:
        """Return a minute of the world as a UTC instant without a zone; the province keeps China's time."""
        return datetime.combine(self.start, datetime.min.time()) + timedelta(minutes=minute) - UTC_OFFSET

    def date_of(self, day: int) -> date:
        """Return the date of a day."""
        return self.start + timedelta(days=day)

    def day_of(self, what: str | date) -> int:
        """Return the day of a date, or of an event by its name in season.yaml; it may lie outside the world."""
        on = _levels()[what] if isinstance(what, str) else what
        return int((on - self.start).days)

    def workdays(self) -> Flags:
        """Return for each day whether it is Monday to Friday."""
        return np.array([self.date_of(day).weekday() < 5 for day in range(self.days)])

    def level(self, activity: str) -> Floats:
        """Return an activity's level on each day: travel, work, venue or gate; 1.0 is an ordinary day."""
        known = _levels()[activity]
        dates = [day.toordinal() for day in known]
        level = np.interp([self.date_of(day).toordinal() for day in range(self.days)], dates, list(known.values()))
        weekend = float(_levels()["weekend"].get(activity, 1.0))
        return np.asarray(np.where(self.workdays(), level, level * weekend))
