"""Who lives in a world: households with plausible sizes and ages, spread over the province's counties."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from fangxian.world.draws import stream
from fangxian.world.geography import Atlas
from fangxian.world.groups import Groups

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

STREETS_A_COUNTY: Final = 12
GRIDS_A_STREET: Final = 40
GENERATION: Final = 26
"""Years between parents and children, on average."""


class Role(IntEnum):
    """What a person is in a household."""

    HEAD = 0
    SPOUSE = 1
    CHILD = 2
    GRANDPARENT = 3


_H, _S, _C, _G = Role.HEAD, Role.SPOUSE, Role.CHILD, Role.GRANDPARENT
COMPOSITIONS: Final[tuple[tuple[float, tuple[Role, ...]], ...]] = (
    (0.18, (_H,)),
    (0.20, (_H, _S)),
    (0.04, (_H, _C)),
    (0.04, (_H, _G)),
    (0.19, (_H, _S, _C)),
    (0.05, (_H, _S, _G)),
    (0.09, (_H, _S, _C, _C)),
    (0.07, (_H, _S, _C, _G)),
    (0.06, (_H, _S, _C, _G, _G)),
    (0.03, (_H, _S, _C, _C, _G)),
    (0.05, (_H, _S, _C, _C, _G, _G)),
)
"""Shares of households by who lives in them: 2.85 people on average, one in six a child, one in eight 65 or older."""


@dataclass(frozen=True, kw_only=True)
class People:
    """One entry a person, in order of household: a household's members stand together."""

    household: Integers
    role: Integers
    age: Integers
    male: Flags
    county: Integers
    """Place of the county of residence in the atlas."""
    street: Integers
    grid: Integers
    members: Groups
    """People by household."""

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self.household)

    @classmethod
    def settle(cls, count: int, *, atlas: Atlas, seed: int) -> Self:
        """Make `count` people; the last household may lack its last members."""
        random = stream(seed, "people")
        shares = np.array([share for share, _ in COMPOSITIONS])
        roles = np.full((len(COMPOSITIONS), 6), -1)
        for row, (_, members) in enumerate(COMPOSITIONS):
            roles[row, : len(members)] = members
        composition = random.choice(len(shares), count, p=shares / shares.sum())
        sizes = (roles >= 0).sum(axis=1)[composition]
        households = int(np.searchsorted(np.cumsum(sizes), count)) + 1
        composition, sizes = composition[:households], sizes[:households]
        household = np.repeat(np.arange(households), sizes)[:count]
        position = (np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes))[:count]
        role = roles[composition[household], position]
        home = random.choice(atlas.home, households, p=atlas.people_weight)
        # Counties one after another, so that neighbouring numbers of households are neighbours: relatives live near.
        home.sort()
        male = np.where(role == Role.SPOUSE, False, np.where(role == Role.HEAD, True, random.random(count) < 0.515))
        alone = sizes[household] == 1
        return cls(
            household=household,
            role=role,
            age=_ages(random, composition, household, role),
            male=np.where(alone, random.random(count) < 0.5, male),
            county=home[household],
            street=random.integers(1, STREETS_A_COUNTY + 1, households)[household],
            grid=random.integers(1, GRIDS_A_STREET + 1, households)[household],
            members=Groups.by(household, count=households),
        )


def _ages(random: np.random.Generator, composition: Integers, household: Integers, role: Integers) -> Integers:
    """Return ages that fit together: children a generation younger than the head, grandparents a generation older."""
    households = len(composition)
    has_child = np.array([Role.CHILD in members for _, members in COMPOSITIONS])[composition]
    has_elder = np.array([Role.GRANDPARENT in members for _, members in COMPOSITIONS])[composition]
    young = random.random(households) < np.where(composition == 0, 0.55, 0.35)
    childless = np.where(young, random.normal(28, 4, households), random.normal(60, 11, households))
    parents = random.normal(41, 8, households)
    head = np.where(has_child, parents, np.where(has_elder, random.normal(48, 8, households), childless)).clip(19, 92)
    age = head[household]
    spread = random.normal(0.0, 1.0, len(role))
    age = np.where(role == Role.SPOUSE, age - 2 + 2.5 * spread, age)
    age = np.where(role == Role.CHILD, age - GENERATION - 1 - 4 * np.abs(spread), age)
    age = np.where(role == Role.GRANDPARENT, age + GENERATION + 3 * spread, age)
    # Parents younger than a generation have babies.
    age = np.where(age < 0, random.integers(0, 3, len(role)), age)
    return np.asarray(age.clip(0, 101), dtype=np.int64)
