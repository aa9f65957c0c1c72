"""What all chunks of a benchmark world have in common: how often things happen, over which days, to people of which ids."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa

from fangxian.world.draws import mixed

SECOND: Final = 1_000_000
HOUR: Final = 3_600 * SECOND
DAY: Final = 24 * HOUR
LOCAL_MIDNIGHT: Final = -8 * HOUR
"""Asia/Shanghai's midnight against UTC's."""

OTHER_FACTS_PER_PERSON: Final = 2.49
"""Facts other than check-ins, on average; follows from `Shares` and is held by a test."""

KEY_AREAS: Final = ("420100", "420102", "420106", "420111", "420600", "420700", "421100", "421300")
"""Hubei prefectures and Wuhan districts: areas that every list of key areas of early 2020 named."""

RATES: Final = (1.0, 0.8, 0.3)
"""Share of days on which steady people, those who check in often, and the others check in."""

OFTEN: Final = 0.6
"""Share of those who often check in among the people who are not steady."""


@dataclass(frozen=True, kw_only=True)
class Shares:
    """How often things happen in a benchmark world, in shares of people unless a comment says otherwise."""

    key_area: float = 0.028
    other_stay: float = 0.06
    exposure: float = 0.004
    measure: float = 0.006
    diagnosis: float = 0.0003
    confirmed: float = 0.4  # of the diagnosed; the others are suspected and then excluded
    listed: float = 0.5  # of those with something to cite
    decision: float = 0.0002
    withdrawal: float = 0.02  # of exposures and key-area stays
    residence: float = 0.3
    fever: float = 0.0004  # of check-ins
    steady: float = 0.65  # check in every day; of the others, most miss one day in five and some nearly all


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What every chunk of one benchmark world has in common."""

    people: int
    check_in_days: int
    first_days: float
    last_day: date
    seed: int
    regions: tuple[str, ...]
    shares: Shares

    @classmethod
    def with_facts(cls, facts_per_person: float, *, people: int, last_day: date, seed: int, regions: tuple[str, ...]) -> Plan:
        """Plan a world whose check-ins bring the facts per person to the figure asked for.

        People start on one of the first days, evenly; the mean number of check-ins is then rate times mean length.
        """
        shares = Shares()
        rate = shares.steady * RATES[0] + (1 - shares.steady) * (OFTEN * RATES[1] + (1 - OFTEN) * RATES[2])
        length = (facts_per_person - OTHER_FACTS_PER_PERSON) / rate
        days = math.ceil(length / 0.75)
        return cls(
            people=people,
            check_in_days=days,
            first_days=2 * (days - length) + 1,
            last_day=last_day,
            seed=seed,
            regions=regions,
            shares=shares,
        )

    @property
    def end(self) -> int:
        """The end of the last local day, in microseconds since 1970 UTC."""
        return (self.last_day - date(1970, 1, 1)).days * DAY + DAY + LOCAL_MIDNIGHT


def person_ids(start: int, stop: int, *, people: int) -> pa.Array:
    """Return the ids of people number `start` to `stop`: 32 hexadecimal digits, ascending, spread evenly, all different."""
    number = np.arange(start, stop, dtype=np.uint64)
    stride = np.uint64(2**64 // people)
    high = number * stride + mixed(number) % stride
    words = np.stack([high, mixed(number + np.uint64(2**63))], axis=1).astype(">u8")
    digits = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), dtype="S2")
    text = digits[words.view(np.uint8)].tobytes()
    offsets = np.arange(0, 32 * (stop - start) + 1, 32, dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), stop - start, [None, pa.py_buffer(offsets), pa.py_buffer(text)])
