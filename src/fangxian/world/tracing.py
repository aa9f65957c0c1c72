"""What tracers find: for each new case the people it met since two days before its onset, less those nobody remembers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from fangxian.world.disease import SETTINGS
from fangxian.world.meetings import Contacts
from fangxian.world.season import MINUTES_A_DAY

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

TRACED: Final = {
    "household": 0.98,
    "workplace": 0.6,
    "school": 0.6,
    "train": 0.5,
    "aircraft": 0.7,
    "coach": 0.3,
    "venue": 0.08,
    "other": 0.5,
}
"""Share of contacts that are found, by setting. Strangers at venues are rarely found before gates keep a record."""

DAYS_BEFORE_ONSET: Final = 2


@dataclass(frozen=True, kw_only=True)
class Exposures:
    """One entry a case, a person it met and a setting: when first and last, and when the tracers wrote it down."""

    case: Integers
    other: Integers
    setting: Integers
    first_at: Integers
    last_at: Integers
    adjacent: Flags
    traced_on: Integers

    def __len__(self) -> int:
        """Return the number of exposures."""
        return len(self.case)

    @classmethod
    def joined(cls, parts: list[Exposures]) -> Self:
        """Put several together."""
        empty = np.empty(0, dtype=np.int64)
        columns: dict[str, Any] = {
            name: np.concatenate([empty, *(getattr(part, name) for part in parts)]) for name in cls.__dataclass_fields__
        }
        return cls(**{**columns, "adjacent": columns["adjacent"].astype(np.bool_)})


def trace(cases: Integers, *, contacts: Contacts, onset: Integers, day: int, random: np.random.Generator) -> Exposures:
    """Return the exposures that follow from the cases found on a day. A pair meets or is missed in a setting as a whole."""
    known = np.zeros(len(onset), dtype=np.bool_)
    known[cases] = True
    since = (onset[contacts.person] - DAYS_BEFORE_ONSET) * MINUTES_A_DAY
    relevant = np.flatnonzero(known[contacts.person] & (contacts.begins_at >= since))
    person, other, setting = contacts.person[relevant], contacts.other[relevant], contacts.setting[relevant]
    key, pair = np.unique((person * len(onset) + other) * len(SETTINGS) + setting, return_inverse=True)
    found = random.random(len(key)) < np.array([TRACED[name] for name in SETTINGS])[key % len(SETTINGS)]
    first = np.full(len(key), np.iinfo(np.int64).max)
    last = np.zeros(len(key), dtype=np.int64)
    adjacent = np.zeros(len(key), dtype=np.int64)
    np.minimum.at(first, pair, contacts.begins_at[relevant])
    np.maximum.at(last, pair, contacts.begins_at[relevant] + contacts.minutes[relevant])
    np.maximum.at(adjacent, pair, contacts.adjacent[relevant].astype(np.int64))
    key, first, last, adjacent = key[found], first[found], last[found], adjacent[found]
    return Exposures(
        case=key // len(SETTINGS) // len(onset),
        other=key // len(SETTINGS) % len(onset),
        setting=key % len(SETTINGS),
        first_at=first,
        last_at=last,
        adjacent=adjacent.astype(np.bool_),
        traced_on=np.full(len(key), day),
    )
