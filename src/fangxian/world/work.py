"""Where people spend workdays: organisations with premises and teams, schools with classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.sources.credit_codes import ALPHABET, WEIGHTS
from fangxian.world.draws import stream
from fangxian.world.geography import Atlas
from fangxian.world.groups import Groups, rank_within
from fangxian.world.people import People

Integers = npt.NDArray[np.int64]

EMPLOYED: Final = 0.74
"""Share of people between 19 and 59 who have a workplace."""

COMMUTERS: Final = 0.12
"""Share of workers whose workplace is in another county of their prefecture."""

TEAM: Final = 9
CLASS: Final = 40
SCHOOL_AGES: Final = (4, 18)


@dataclass(frozen=True, kw_only=True)
class Work:
    """One entry a person (-1: none), then one entry an organisation; schools are organisations, classes are teams."""

    organisation: Integers
    team: Integers
    is_pupil: npt.NDArray[np.bool_]
    county: Integers
    """Place in the atlas of each organisation's county."""
    credit_code: pl.Series
    """Unified social credit code (GB 32100) of each organisation."""
    teams: Groups

    @classmethod
    def found(cls, people: People, *, atlas: Atlas, seed: int) -> Self:
        """Give workers and pupils an organisation. Sizes of organisations are heavy-tailed; a few have hundreds."""
        random = stream(seed, "work")
        count = len(people)
        is_pupil = (people.age >= SCHOOL_AGES[0]) & (people.age <= SCHOOL_AGES[1])
        works = (people.age > SCHOOL_AGES[1]) & (people.age < 60) & (random.random(count) < EMPLOYED)
        where = _commute(random, people.county, atlas)
        workers = np.flatnonzero(works)
        # By county, in random order inside it; the order is then cut into organisations.
        workers = workers[np.lexsort((random.random(len(workers)), where[workers]))]
        sizes = np.maximum(1, random.lognormal(2.2, 1.2, len(workers) + 1)).astype(np.int64)
        begins = np.zeros(len(workers) + 1, dtype=np.bool_)
        ends = np.cumsum(sizes)
        begins[ends[ends < len(workers)]] = True
        begins = begins[: len(workers)] | np.concatenate([[True], np.diff(where[workers]) != 0])[: len(workers)]
        organisation = np.full(count, -1, dtype=np.int64)
        organisation[workers] = np.cumsum(begins) - 1
        firms = int(begins.sum())
        pupils = np.flatnonzero(is_pupil)
        band = np.digitize(people.age[pupils], [7, 13, 16])
        _, school = np.unique(people.county[pupils] * 4 + band, return_inverse=True)
        organisation[pupils] = firms + school
        organisations = firms + int(school.max(initial=-1)) + 1
        county = np.zeros(organisations, dtype=np.int64)
        county[organisation[workers]] = where[workers]
        county[organisation[pupils]] = people.county[pupils]
        team = _teams(organisation, people.age, is_pupil)
        return cls(
            organisation=organisation,
            team=team,
            is_pupil=is_pupil,
            county=county,
            credit_code=_credit_codes(random, atlas.numbers[county]),
            teams=Groups.by(team),
        )


def _commute(random: np.random.Generator, home: Integers, atlas: Atlas) -> Integers:
    """Return the county of work: for most the county of residence, for some another of the same prefecture."""
    own = Groups.by(atlas.prefecture[atlas.home])
    prefecture = atlas.prefecture[home]
    first, after = own.starts[prefecture], own.starts[prefecture + 1]
    other = atlas.home[own.order[first + (random.random(len(home)) * (after - first)).astype(np.int64)]]
    return np.where(random.random(len(home)) < COMMUTERS, other, home)


def _teams(organisation: Integers, age: Integers, is_pupil: npt.NDArray[np.bool_]) -> Integers:
    """Return the team or class of each person, numbered over all organisations; -1 for those without one."""
    grade = np.where(is_pupil, organisation * 32 + age, organisation * 32)
    member = organisation >= 0
    inside = np.where(is_pupil[member], rank_within(grade[member]) // CLASS, rank_within(grade[member]) // TEAM)
    # Ranks follow the order of households; a team of neighbours is as good as any.
    _, number = np.unique(grade[member] * 2**20 + inside, return_inverse=True)
    team = np.full(len(organisation), -1, dtype=np.int64)
    team[member] = number
    return team


def _credit_codes(random: np.random.Generator, region: Integers) -> pl.Series:
    """Return unified social credit codes: 91, region, nine digits, check character; no two are the same."""
    serial = (np.arange(len(region)) * 7_368_787 + int(random.integers(0, 10**9))) % 10**9
    digits = (91 * 10**6 + region) * 10**9 + serial
    weighted = np.zeros(len(digits), dtype=np.int64)
    for place, weight in enumerate(WEIGHTS):
        weighted += digits // 10 ** (16 - place) % 10 * weight
    return pl.Series(digits).cast(pl.String) + pl.Series(list(ALPHABET)).gather((31 - weighted % 31) % 31)
