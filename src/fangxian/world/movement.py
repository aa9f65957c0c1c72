"""What carriers, operators and police know of people's movements: tickets, roaming phones, road checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.draws import stream
from fangxian.world.geography import Atlas
from fangxian.world.journeys import Journeys, Mode
from fangxian.world.people import People
from fangxian.world.records import numbered
from fangxian.world.season import MINUTES_A_DAY, Season
from fangxian.world.vehicles import LAYOUTS, Trips

Integers = npt.NDArray[np.int64]

PHONE_AGES: Final = (10, 85)
ROAMING_SHARE: Final = 0.93
"""Share of people of these ages whose phone the operators can name."""

PREFECTURE_ONLY: Final = 0.03
"""Share of roaming records that know the prefecture and not the county."""

CHECKPOINTS_SINCE: Final = date(2020, 1, 25)
CHECKPOINTS_A_COUNTY: Final = 6
REGISTERED: Final = {Mode.TRAIN: 0.25, Mode.AIRCRAFT: 0.25, Mode.COACH: 0.7, Mode.PRIVATE_CAR: 0.7}
"""Share of arrivals that a checkpoint registers, by how people come."""

LOCAL_PASSES_A_DAY: Final = 0.004
"""Chance a day that somebody is registered at a road nearby while first-level response lasts."""


@dataclass(frozen=True, kw_only=True)
class Stays:
    """One entry a journey: when the person was there in minutes, and whether the person is still there when the world ends."""

    since: Integers
    until: Integers
    still_there: npt.NDArray[np.bool_]


def stays_of(journeys: Journeys, trips: Trips, *, season: Season) -> Stays:
    """Return when each journey's stay began and ended, from the trips where they fall into the world."""
    since = journeys.leaves * MINUTES_A_DAY + 15 * 60
    until = journeys.returns * MINUTES_A_DAY + 9 * 60
    outbound = trips.leaves_at // MINUTES_A_DAY == journeys.leaves[trips.journey]
    since[trips.journey[outbound]] = trips.arrives_at[outbound]
    until[trips.journey[~outbound]] = trips.leaves_at[~outbound]
    return Stays(since=since, until=np.maximum(until, since + 30), still_there=until >= season.minutes)


def tickets(trips: Trips, *, atlas: Atlas, season: Season, seed: int) -> dict[str, pl.DataFrame]:
    """Return the tables of the railway and of the airlines: one row a trip, sent in the day after it."""
    random = stream(seed, "tickets")
    letters = pl.DataFrame({"mode": trips.mode, "seat": trips.seat}).with_columns(
        letter=pl.when(pl.col("mode") == Mode.AIRCRAFT)
        .then(pl.col("seat").replace_strict(dict(enumerate(LAYOUTS[Mode.AIRCRAFT].seats)), default=None, return_dtype=pl.String))
        .otherwise(pl.col("seat").replace_strict(dict(enumerate(LAYOUTS[Mode.TRAIN].seats)), default=None, return_dtype=pl.String))
    )["letter"]
    table = pl.DataFrame(
        {
            "person": trips.person,
            "mode": trips.mode,
            "at": trips.leaves_at,
            "travelled_on": trips.leaves_at // MINUTES_A_DAY,
            "arrives_at": trips.arrives_at,
            "known": trips.leaves_at + random.integers(60, 30 * 60, len(trips.person)),
            "origin": atlas.prefecture[trips.origin],
            "destination": atlas.prefecture[trips.destination],
            "carriage": trips.carriage,
            "seat": pl.Series(trips.row).cast(pl.String).str.zfill(2) + letters,
            "number": trips.numbers(),
        }
    ).with_columns(carriage=pl.col("carriage").cast(pl.String).str.zfill(2))
    return {
        "railway": numbered(table.filter(pl.col("mode") == Mode.TRAIN).drop("mode"), season=season),
        "aviation": numbered(table.filter(pl.col("mode") == Mode.AIRCRAFT).drop("mode", "carriage"), season=season),
    }


def roaming(journeys: Journeys, stays: Stays, *, people: People, atlas: Atlas, season: Season, seed: int) -> pl.DataFrame:
    """Return the operators' table: one row a stay, sent when it is over, or with an open end when the world ends.

    The column `journey` tells whoever cites a row which journey it is about.
    """
    random = stream(seed, "roaming")
    age = people.age[journeys.person]
    named = (age >= PHONE_AGES[0]) & (age <= PHONE_AGES[1]) & (random.random(len(age)) < ROAMING_SHARE)
    coarse = random.random(len(age)) < PREFECTURE_ONLY
    sent = np.where(
        stays.still_there, season.minutes - 1 - random.integers(0, 12 * 60, len(age)), stays.until + random.integers(60, 36 * 60, len(age))
    )
    table = pl.DataFrame(
        {
            "person": journeys.person,
            "journey": np.arange(len(age)),
            "region": np.where(coarse, atlas.prefecture[journeys.region], journeys.region),
            "at": stays.since,
            "left_at": pl.Series(stays.until).set(pl.Series(stays.still_there), None),
            "known": sent,
        }
    ).filter(pl.Series(named & (stays.since < season.minutes - MINUTES_A_DAY)))
    return numbered(table, season=season)


def checkpoints(trips: Trips, *, people: People, atlas: Atlas, season: Season, seed: int) -> pl.DataFrame:
    """Return the table of road checkpoints and station exits: arrivals in the province, and people who pass near home."""
    random = stream(seed, "checkpoints")
    first = max(0, season.day_of(CHECKPOINTS_SINCE))
    chance = np.array([REGISTERED[mode] for mode in Mode])[trips.mode]
    arrives = (
        np.isin(trips.destination, atlas.home)
        & (trips.arrives_at // MINUTES_A_DAY >= first)
        & (trips.arrives_at < season.minutes)
        & (random.random(len(trips.person)) < chance)
    )
    days = max(0, min(season.days, season.day_of(date(2020, 2, 25))) - first)
    count = random.poisson(LOCAL_PASSES_A_DAY * len(people) * days)
    local = random.integers(0, len(people), count)
    local_at = (first + random.integers(0, max(1, days), count)) * MINUTES_A_DAY + random.integers(6 * 60, 22 * 60, count)
    person = np.concatenate([trips.person[arrives], local])
    region = np.concatenate([trips.destination[arrives], people.county[local]])
    at = np.concatenate([trips.arrives_at[arrives], local_at])
    origin = pl.Series(np.concatenate([trips.origin[arrives], people.county[local]]))
    unasked = pl.Series(np.concatenate([np.zeros(int(arrives.sum()), dtype=np.bool_), random.random(count) < 0.6]))
    table = pl.DataFrame(
        {
            "person": person,
            "region": region,
            "origin": origin.set(unasked, None),
            "at": at,
            "known": at + random.integers(30, 12 * 60, len(at)),
            "checkpoint": atlas.numbers[region] * 100 + random.integers(1, CHECKPOINTS_A_COUNTY + 1, len(at)),
            "temperature": random.normal(36.3, 0.25, len(at)).round(1),
        }
    )
    return numbered(table, season=season)
