"""Scans at gates: one great station, premises on workdays, shops and markets; some people everywhere, some never."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.draws import stream
from fangxian.world.epidemic import Epidemic
from fangxian.world.geography import Atlas
from fangxian.world.journeys import Journeys
from fangxian.world.meetings import VENUE, VENUES_A_COUNTY
from fangxian.world.people import People
from fangxian.world.records import numbered
from fangxian.world.registers import ORGANISATION_PREMISES
from fangxian.world.season import MINUTES_A_DAY, Season
from fangxian.world.work import Work

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

STATION_SHARE: Final = 0.2
"""Visits a day of the greatest station at the season's height, as a share of people: 200,000 where a million live."""

NEVER_SCANNED: Final = 0.2
"""Share of people who pass no gate at all."""

VENUE_VISITS: Final = 0.6
"""Visits a person and day to shops and markets at level 1."""

STATION: Final = 999
"""Number of the great station among the places of its county."""

TEMPERATURE_TAKEN: Final = 0.7


def scan_gates(
    people: People,
    *,
    work: Work,
    journeys: Journeys,
    epidemic: Epidemic,
    enrolled_at: Integers,
    kept_in: tuple[Integers, Integers],
    atlas: Atlas,
    season: Season,
    station_visits: int | None,
    seed: int,
) -> pl.DataFrame:
    """Return the table of scans. Nobody is scanned before enrolling, while away, in hospital or under isolation.

    `kept_in` says from which day to which each person may not go out. `station_visits` is the number of visits a day to
    the great station on the days on which gates are busiest.
    """
    random = stream(seed, "gates")
    level = season.level("gate")
    height = max(float(level.max()), 1e-9)
    station = STATION_SHARE * len(people) if station_visits is None else station_visits
    keen = random.gamma(0.7, 1.0, len(people))
    keen[random.random(len(people)) < NEVER_SCANNED] = 0.0
    keen *= (people.age > 4) & (people.age < 85)
    chance = np.cumsum(keen / max(keen.sum(), 1e-9))
    enrolled_on = enrolled_at // MINUTES_A_DAY
    parts: list[pl.DataFrame] = []
    for day in range(max(0, season.day_of("code_launch")), season.days):
        free = (enrolled_on < day) & ~((kept_in[0] <= day) & (day < kept_in[1]))
        free[journeys.away(day)] = False
        # Visits of those who cannot come are dropped below; the great station has its number all the same.
        reach = max(float(keen[free].sum()) / max(float(keen.sum()), 1e-9), 0.05)
        for person, place, county, begins in (
            *_strolls(random, people, atlas, chance, visits=level[day] * VENUE_VISITS * len(people)),
            *_station(random, people, atlas, chance, visits=station * level[day] / height / reach),
            *_work(random, work, season, day),
            *_met(epidemic, atlas, day),
        ):
            kept = np.flatnonzero(free[person])
            parts.append(_scans(random, person[kept], place[kept], county[kept], day * MINUTES_A_DAY + begins[kept], people, epidemic))
    return numbered(pl.concat(parts), season=season)


Visits = tuple[Integers, Integers, Integers, Integers]


def _strolls(
    random: np.random.Generator, people: People, atlas: Atlas, chance: npt.NDArray[np.float64], *, visits: float
) -> Iterator[Visits]:
    """Yield visits to shops and markets of the own county; in each a few places have most of the visits."""
    count = random.poisson(visits)
    person = np.searchsorted(chance, random.random(count) * chance[-1]).clip(0, len(people) - 1)
    county = people.county[person]
    place = atlas.numbers[county] * 1000 + (VENUES_A_COUNTY * random.random(count) ** 2.5).astype(np.int64)
    yield person, place, county, random.integers(7 * 60, 21 * 60, count)


def _station(
    random: np.random.Generator, people: People, atlas: Atlas, chance: npt.NDArray[np.float64], *, visits: float
) -> Iterator[Visits]:
    """Yield visits to the one great station, in the province's first county, from everywhere; twice a day for many."""
    count = random.poisson(visits)
    person = np.searchsorted(chance, random.random(count) * chance[-1]).clip(0, len(people) - 1)
    county = np.full(count, atlas.home[0])
    morning = random.random(count) < 0.5
    begins = np.where(morning, random.normal(8 * 60, 60, count), random.normal(18 * 60, 80, count)).clip(5 * 60, 23 * 60)
    yield person, atlas.numbers[county] * 1000 + STATION, county, begins.astype(np.int64)


def _work(random: np.random.Generator, work: Work, season: Season, day: int) -> Iterator[Visits]:
    """Yield arrivals at work; a third of premises has a gate that scans."""
    has_gate = (work.organisation >= 0) & ~work.is_pupil & (work.organisation % 3 == 0)
    candidates = np.flatnonzero(has_gate)
    level = season.level("work")[day]
    person = candidates[random.random(len(candidates)) < level]
    organisation = work.organisation[person]
    yield (
        person,
        ORGANISATION_PREMISES + organisation,
        work.county[organisation],
        random.normal(8.5 * 60, 40, len(person)).clip(300, 1200).astype(np.int64),
    )


def _met(epidemic: Epidemic, atlas: Atlas, day: int) -> Iterator[Visits]:
    """Yield the visits at which infectious people met others at venues: both were scanned there."""
    contacts = epidemic.contacts
    here = np.flatnonzero((contacts.setting == VENUE) & (contacts.begins_at // MINUTES_A_DAY == day))
    county = contacts.place[here] // VENUES_A_COUNTY
    place = atlas.numbers[county] * 1000 + contacts.place[here] % VENUES_A_COUNTY
    for person in (contacts.person[here], contacts.other[here]):
        yield person, place, county, contacts.begins_at[here] % MINUTES_A_DAY


def _scans(
    random: np.random.Generator, person: Integers, place: Integers, county: Integers, at: Integers, people: People, epidemic: Epidemic
) -> pl.DataFrame:
    """Return scans with what the gate did: a few are refused, for exposed people more often; a few are let in as emergencies."""
    count = len(person)
    exposed = np.zeros(len(people), dtype=np.bool_)
    exposed[epidemic.exposures.other] = True
    draw = random.random(count)
    refused = draw < np.where(exposed[person], 0.2, 0.0005)
    emergency = ~refused & (draw > 0.9998)
    taken = random.random(count) < TEMPERATURE_TAKEN
    leaves = ~refused & (random.random(count) < 0.3)
    return pl.DataFrame(
        {
            "person": person,
            "place": place,
            "region": county,
            "at": at,
            "left_at": pl.Series(at + random.integers(5, 240, count)).set(pl.Series(~leaves), None),
            "outcome": np.select([refused, emergency], [1, 2], 0),
            "temperature": pl.Series(random.normal(36.2, 0.3, count).round(1)).set(pl.Series(~taken), None),
            "site": pl.Series(np.searchsorted([0.8, 0.9], random.random(count))).set(pl.Series(~taken), None),
            "known": at + random.integers(0, 5, count),
        }
    ).with_columns(
        outcome=pl.col("outcome").replace_strict({0: "放行", 1: "拒绝", 2: "紧急"}, return_dtype=pl.Enum(["放行", "拒绝", "紧急"])),
        site=pl.col("site").replace_strict({0: "额温", 1: "腋温", 2: "耳温"}, default=None, return_dtype=pl.Enum(["额温", "腋温", "耳温"])),
    )
