"""Who has a fever when: ordinary fevers, and spells of illness of any cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from fangxian.world.draws import stream
from fangxian.world.epidemic import Epidemic
from fangxian.world.people import People
from fangxian.world.season import Season

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FEVERS_A_DAY: Final = 0.0004
"""Chance a day of a fever that is not the disease."""

FEVER_DAYS: Final = 4
ILL_DAYS: Final = 10
"""Days for which the disease itself is felt, from onset on."""

SEEN: Final = 0.35
"""Share of ordinary fevers that a fever clinic sees."""

SUSPECTED: Final = 0.25
"""Share of those that it suspects of the disease at first."""


@dataclass(frozen=True, kw_only=True)
class Fevers:
    """Ordinary fevers: who, from which day, whether a fever clinic saw the person, whether it first suspected the disease."""

    person: Integers
    day: Integers
    seen: Flags
    suspected: Flags

    @classmethod
    def strike(cls, people: People, *, season: Season, spared: Flags, seed: int) -> Fevers:
        """Draw the fevers of a world; those with the disease itself are spared."""
        random = stream(seed, "fevers")
        count = random.poisson(FEVERS_A_DAY * len(people) * season.days)
        person = random.integers(0, len(people), count)
        person = person[~spared[person]]
        seen = random.random(len(person)) < SEEN
        return cls(
            person=person,
            day=random.integers(0, season.days, len(person)),
            seen=seen,
            suspected=seen & (random.random(len(person)) < SUSPECTED),
        )


@dataclass(frozen=True, kw_only=True)
class Health:
    """Who is ill on which days, by the disease or an ordinary fever: one entry a spell."""

    person: Integers
    first: Integers
    last: Integers

    @classmethod
    def of(cls, epidemic: Epidemic, fevers: Fevers) -> Health:
        """Gather the spells: of ordinary fevers, and of the disease from onset on."""
        ill = epidemic.infected[~epidemic.asymptomatic[epidemic.infected]]
        return cls(
            person=np.concatenate([ill, fevers.person]),
            first=np.concatenate([epidemic.onset[ill], fevers.day]),
            last=np.concatenate([epidemic.onset[ill] + ILL_DAYS, fevers.day + FEVER_DAYS - 1]),
        )

    def symptomatic(self, person: Integers, day: Integers, *, people: int, days: int) -> Flags:
        """Return whether each person is ill on the day beside it."""
        length = np.maximum(0, np.minimum(self.last, days - 1) - np.maximum(self.first, 0) + 1)
        spell = np.repeat(np.arange(len(self.person)), length)
        inside = np.arange(len(spell)) - np.repeat(np.cumsum(length) - length, length)
        ill = self.person[spell] * days + np.maximum(self.first, 0)[spell] + inside
        return np.isin(person * days + day.clip(0, days - 1), np.unique(ill))
