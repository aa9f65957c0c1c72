"""Who travels where and when: the way home for Spring Festival, stays in Hubei, and short trips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from fangxian.world.draws import chosen, stream
from fangxian.world.geography import HOME_PROVINCES, HUBEI, WUHAN, Atlas
from fangxian.world.people import People
from fangxian.world.season import MINUTES_A_DAY, Season

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HOMEGOING_HOUSEHOLDS: Final = 0.11
IN_PROVINCE: Final = 0.4
"""Share of journeys, home or short, that stay inside the province."""

HUBEI_SOJOURNERS: Final = 0.006
"""Share of people who spent the new year in Hubei; there are at least twice as many as imported cases are wanted."""

SHORT_JOURNEYS_A_DAY: Final = 0.006
"""Short journeys a person and ordinary day. They are drawn by a few: half of the people never make one."""

NEVER_TRAVEL: Final = 0.5
SHORT_TO: Final = ("31", "32", "35", "44", "11", "34", "36", "33", "50", "51")


class Why(IntEnum):
    """Why a journey is made."""

    FESTIVAL = 0
    HUBEI = 1
    SHORT = 2


class Mode(IntEnum):
    """By what: the first three have co-passengers."""

    TRAIN = 0
    AIRCRAFT = 1
    COACH = 2
    PRIVATE_CAR = 3


@dataclass(frozen=True, kw_only=True)
class Journeys:
    """One entry a person's journey; those of a party (a household) go and return together.

    `leaves` and `returns` are days; a day before 0 or after the last lies outside the world and makes no trip.
    """

    person: Integers
    party: Integers
    why: Integers
    region: Integers
    mode: Integers
    leaves: Integers
    returns: Integers

    def kept(self, keep: npt.NDArray[np.bool_] | Integers) -> Journeys:
        """Return those journeys for which `keep` is true, or at these places."""
        return Journeys(**{name: column[keep] for name, column in vars(self).items()})

    def region_in(self, atlas: Atlas, province: str) -> npt.NDArray[np.bool_]:
        """Return which journeys lead to a province, given by its two digits."""
        return np.asarray(atlas.numbers[self.region] // 10_000 == int(province))

    def away(self, day: int) -> Integers:
        """Return the people who are away on a day; one who leaves or returns on it sleeps elsewhere or at home, in this order."""
        return self.person[(self.leaves <= day) & (self.returns > day)]


def plan_journeys(people: People, *, atlas: Atlas, season: Season, imported: int, seed: int) -> Journeys:
    """Return everyone's journeys; where two of a person overlap, the later one is not made."""
    random = stream(seed, "journeys")
    every = [
        _festival(random, people, atlas=atlas, season=season),
        _hubei(random, people, atlas=atlas, season=season, wanted=2 * imported),
        _short(random, people, atlas=atlas, season=season),
    ]
    party = 0
    columns: dict[str, list[Integers]] = {}
    for journeys in every:
        for name, column in vars(journeys).items():
            columns.setdefault(name, []).append(column + party if name == "party" else column)
        party += int(journeys.party.max(initial=-1)) + 1
    return _without_overlaps(Journeys(**{name: np.concatenate(parts) for name, parts in columns.items()}))


def _days(random: np.random.Generator, season: Season, count: int, levels: dict[date, float]) -> Integers:
    """Draw days by a curve of chances, given at dates and straight in between; 0 outside."""
    known = [on.toordinal() for on in levels]
    dates = np.arange(min(known), max(known) + 1)
    chance = np.interp(dates, known, list(levels.values()))
    return np.asarray(random.choice(dates, count, p=chance / chance.sum()) - season.start.toordinal(), dtype=np.int64)


def _regions(random: np.random.Generator, atlas: Atlas, count: int, provinces: dict[str, float]) -> Integers:
    """Draw counties: inside the province for a share, else in another province by its weight."""
    others = {province: weight for province, weight in provinces.items() if province != atlas.province}
    weight = np.array(list(others.values()), dtype=np.float64)
    which = random.choice(len(others), count, p=weight / weight.sum())
    region = random.choice(atlas.home, count, p=atlas.people_weight)
    outside = random.random(count) >= IN_PROVINCE
    for number, province in enumerate(others):
        there = outside & (which == number)
        region[there] = random.choice(atlas.starting_with(province), int(there.sum()))
    return region


def _modes(random: np.random.Generator, atlas: Atlas, region: Integers) -> Integers:
    inside = np.isin(region, atlas.home)
    draw = random.random(len(region))
    near, far = np.searchsorted([0.35, 0.35, 0.6], draw, side="right"), np.searchsorted([0.6, 0.75, 0.83], draw, side="right")
    return np.where(inside, near, far)


def _festival(random: np.random.Generator, people: People, *, atlas: Atlas, season: Season) -> Journeys:
    """Households that go home for Spring Festival and return in February or March, or not at all; Hubei lets nobody out."""
    households = len(people.members.starts) - 1
    parties = np.flatnonzero(random.random(households) < HOMEGOING_HOUSEHOLDS)
    count = len(parties)
    region = _regions(random, atlas, count, {province: float(weight) for province, weight in HOME_PROVINCES.items()})
    out = {date(2020, 1, 8): 1.0, date(2020, 1, 17): 3.0, date(2020, 1, 22): 5.0, date(2020, 1, 24): 1.0}
    back = {
        date(2020, 1, 28): 2.0,
        date(2020, 2, 2): 1.0,
        date(2020, 2, 9): 1.0,
        date(2020, 2, 17): 2.5,
        date(2020, 3, 8): 1.0,
        date(2020, 3, 28): 0.6,
    }
    leaves, returns = _days(random, season, count, out), _days(random, season, count, back)
    locked_in = np.isin(region, atlas.starting_with(HUBEI))
    returns = np.where(locked_in, season.day_of(date(2020, 3, 25)) + random.integers(0, 14, count), returns)
    mode = _modes(random, atlas, region)
    place, member = people.members.expand(parties)
    return Journeys(
        person=member,
        party=place,
        why=np.full(len(member), Why.FESTIVAL),
        region=region[place],
        mode=mode[place],
        leaves=leaves[place],
        returns=returns[place],
    )


def _hubei(random: np.random.Generator, people: People, *, atlas: Atlas, season: Season, wanted: int) -> Journeys:
    """Adults who traded or worked in Hubei, nearly all in Wuhan, since before the world began; most are back before the closing."""
    share = np.zeros(len(atlas.codes))
    share[atlas.home] = 0.7 * atlas.case_weight + 0.3 * atlas.people_weight
    residents = np.bincount(people.county, minlength=len(atlas.codes)).clip(1)
    weight = np.where((people.age >= 18) & (people.age < 62), (share / residents)[people.county], 0.0)
    person = chosen(random, weight, count=max(wanted, int(HUBEI_SOJOURNERS * len(people))))
    count = len(person)
    wuhan = random.random(count) < 0.85
    region = np.where(wuhan, random.choice(atlas.starting_with(WUHAN), count), random.choice(atlas.starting_with(HUBEI), count))
    back = {
        date(2020, 1, 9): 0.3,
        date(2020, 1, 16): 1.0,
        date(2020, 1, 21): 3.0,
        date(2020, 1, 23): 2.0,
        date(2020, 1, 25): 0.2,
        date(2020, 1, 30): 0.1,
    }
    returns = _days(random, season, count, back)
    held = random.random(count) < 0.12
    returns = np.where(held, season.day_of(date(2020, 3, 25)) + random.integers(0, 14, count), returns)
    return Journeys(
        person=person,
        party=np.arange(count),
        why=np.full(count, Why.HUBEI),
        region=region,
        mode=_modes(random, atlas, region),
        leaves=-random.integers(5, 60, count),
        returns=returns,
    )


def _short(random: np.random.Generator, people: People, *, atlas: Atlas, season: Season) -> Journeys:
    """Journeys of one to four days, most of them made by few people."""
    level = season.level("travel")
    count = int(SHORT_JOURNEYS_A_DAY * len(people) * level.sum())
    keen = random.gamma(0.2, 1.0, len(people)) * ((people.age >= 16) & (people.age < 75))
    keen[random.random(len(people)) < NEVER_TRAVEL] = 0.0
    person = random.choice(len(people), count, p=keen / keen.sum())
    region = _regions(random, atlas, count, dict.fromkeys(SHORT_TO, 1.0))
    leaves = random.choice(season.days, count, p=level / level.sum())
    return Journeys(
        person=person,
        party=np.arange(count),
        why=np.full(count, Why.SHORT),
        region=region,
        mode=_modes(random, atlas, region),
        leaves=leaves,
        returns=leaves + random.integers(1, 5, count),
    )


def _without_overlaps(journeys: Journeys) -> Journeys:
    """Drop every journey that begins before an earlier one of the same person is over, and those to one's own county."""
    order = np.lexsort((journeys.leaves, journeys.person))
    ordered = journeys.kept(order)
    # Shifting each person's days behind the last person's makes one running maximum serve all.
    shift = ordered.person * 4 * (MINUTES_A_DAY)
    over = np.maximum.accumulate(ordered.returns + shift)
    free = np.ones(len(order), dtype=np.bool_)
    free[1:] = (ordered.leaves + shift)[1:] > over[:-1]
    return ordered.kept(free & (ordered.returns > ordered.leaves))
