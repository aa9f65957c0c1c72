"""Trips: who sat in which train, aircraft or coach, in which seat, beside whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.draws import mixed, stream
from fangxian.world.geography import Atlas
from fangxian.world.groups import Groups, rank_within
from fangxian.world.journeys import Journeys, Mode
from fangxian.world.season import MINUTES_A_DAY, Season

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a vehicle is laid out, and how many of a world's people share one."""

    carriages: int
    rows: int
    seats: str
    load: int


LAYOUTS: Final = {
    Mode.TRAIN: Layout(carriages=8, rows=17, seats="ABCDF", load=60),
    Mode.AIRCRAFT: Layout(carriages=1, rows=30, seats="ABCDEF", load=30),
    Mode.COACH: Layout(carriages=1, rows=10, seats="ABCD", load=14),
    Mode.PRIVATE_CAR: Layout(carriages=1, rows=2, seats="AB", load=4),
}


@dataclass(frozen=True, kw_only=True)
class Trips:
    """One entry a person's trip, in order of journey, the way out before the way back. Regions are places in the atlas."""

    person: Integers
    journey: Integers
    mode: Integers
    run: Integers
    """Which vehicle on which day; -1 for a private car."""
    leaves_at: Integers
    arrives_at: Integers
    origin: Integers
    destination: Integers
    carriage: Integers
    row: Integers
    seat: Integers
    by_run: Groups

    def kept(self, keep: Flags) -> Trips:
        """Return those trips for which `keep` is true."""
        columns = {name: column[keep] for name, column in vars(self).items() if name != "by_run"}
        return Trips(**columns, by_run=Groups.same(columns["run"]))

    def renumbered(self, kept_journeys: Flags) -> Trips:
        """Return the same trips beside the journeys that were kept, which are numbered anew."""
        return replace(self, journey=(np.cumsum(kept_journeys) - 1)[self.journey])

    def numbers(self) -> pl.Series:
        """Return the number of the train or flight, the same on every day for the same slot of a route; null for others."""
        slot = self.run // MINUTES_A_DAY
        digits = pl.Series((mixed(slot.astype(np.uint64)) % np.uint64(8999)).astype(np.int64))
        table = pl.DataFrame({"mode": self.mode, "kind": slot % 4, "digits": digits})
        train = pl.col("kind").replace_strict({0: "G", 1: "G", 2: "D", 3: "K"}, return_dtype=pl.String) + (pl.col("digits") + 1).cast(
            pl.String
        )
        flight = pl.col("kind").replace_strict({0: "MU", 1: "CA", 2: "3U", 3: "CZ"}, return_dtype=pl.String) + (
            pl.col("digits") + 1000
        ).cast(pl.String)
        number = pl.when(pl.col("mode") == Mode.TRAIN).then(train).when(pl.col("mode") == Mode.AIRCRAFT).then(flight)
        return table.select(number=number)["number"]


def book_trips(journeys: Journeys, *, people_county: Integers, atlas: Atlas, season: Season, seed: int) -> Trips:
    """Put every way out and way back that falls into the world on a vehicle, with a seat; parties sit together."""
    out = np.flatnonzero((journeys.leaves >= 0) & (journeys.leaves < season.days))
    back = np.flatnonzero((journeys.returns >= 0) & (journeys.returns < season.days))
    journey = np.concatenate([out, back])
    inbound = np.repeat([False, True], [len(out), len(back)])
    order = np.lexsort((inbound, journey))
    journey, inbound = journey[order], inbound[order]
    there, home = journeys.region[journey], people_county[journeys.person[journey]]
    day = np.where(inbound, journeys.returns[journey], journeys.leaves[journey])
    origin, destination = np.where(inbound, there, home), np.where(inbound, home, there)
    mode = journeys.mode[journey]
    party = journeys.party[journey] * 2 + inbound
    slot = _slots(mode, origin, destination, day, party, atlas)
    random = stream(seed, "vehicles")
    # The vehicle of a slot has the same timetable every day; whoever boards further on boards later.
    timetable = (mixed(slot.astype(np.uint64)) % np.uint64(15 * 12)).astype(np.int64) * 5 + 6 * 60
    boarding = np.where(mode == Mode.TRAIN, atlas.prefecture[origin] % 7 * 10, 0)
    leaves_at = day * MINUTES_A_DAY + timetable + boarding
    run = np.where(mode == Mode.PRIVATE_CAR, -1, slot * MINUTES_A_DAY + day)
    position = _positions(random, run, party, mode)
    per_row = np.array([len(LAYOUTS[Mode(m)].seats) for m in Mode])[mode]
    per_carriage = per_row * np.array([LAYOUTS[Mode(m)].rows for m in Mode])[mode]
    return Trips(
        person=journeys.person[journey],
        journey=journey,
        mode=mode,
        run=run,
        leaves_at=leaves_at,
        arrives_at=leaves_at + _durations(mode, atlas.prefecture[origin], atlas.prefecture[destination], atlas),
        origin=origin,
        destination=destination,
        carriage=position // per_carriage + 1,
        row=position % per_carriage // per_row + 1,
        seat=position % per_row,
        by_run=Groups.same(run),
    )


def _slots(mode: Integers, origin: Integers, destination: Integers, day: Integers, party: Integers, atlas: Atlas) -> Integers:
    """Return which scheduled vehicle each party takes. Trains stop in many cities of two provinces; others join two cities."""
    province_from, province_to = atlas.numbers[origin] // 10_000, atlas.numbers[destination] // 10_000
    near, far = atlas.prefecture[origin], atlas.prefecture[destination]
    route = np.where(mode == Mode.TRAIN, province_from * 100 + province_to, 10_000 + near * 4096 + far) * 4 + mode
    _, group, size = np.unique(route * 1024 + day, return_inverse=True, return_counts=True)
    loads = np.array([LAYOUTS[Mode(m)].load for m in Mode])[mode]
    vehicles = -(-size[group] // loads)
    return np.asarray(route * 512 + (mixed(party.astype(np.uint64)) % vehicles.astype(np.uint64)).astype(np.int64))


def _positions(random: np.random.Generator, run: Integers, party: Integers, mode: Integers) -> Integers:
    """Return a seat position for each trip: parties side by side, with gaps of chance between parties; no seat is given twice."""
    order = np.lexsort((party, run))
    rank = rank_within(run[order])
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = np.diff(party[order]) != 0
    capacity = np.array([lay.carriages * lay.rows * len(lay.seats) for lay in LAYOUTS.values()])[mode[order]]
    _, group, aboard = np.unique(run[order], return_inverse=True, return_counts=True)
    parties = np.bincount(group, weights=begins)[group]
    gap = np.where(begins, random.random(len(order)) * (capacity - aboard[group]) / parties, 0).clip(0).astype(np.int64)
    total = np.cumsum(gap)
    first = np.searchsorted(run[order], run[order], side="left")
    before = np.where(first > 0, total[first - 1], 0)
    position = np.empty(len(order), dtype=np.int64)
    position[order] = (rank + total - before) % capacity
    return position


def _durations(mode: Integers, origin: Integers, destination: Integers, atlas: Atlas) -> Integers:
    """Return minutes on the way: by whether the two prefectures lie in one province, and the same for the same two."""
    pair = mixed((origin * 4096 + destination).astype(np.uint64)) % np.uint64(100)
    share = pair.astype(np.int64)
    near = atlas.numbers[origin] // 10_000 == atlas.numbers[destination] // 10_000
    shortest = np.where(near, np.array([40, 50, 60, 40])[mode], np.array([120, 80, 150, 150])[mode])
    longest = np.where(near, np.array([160, 90, 240, 240])[mode], np.array([480, 200, 720, 840])[mode])
    return np.asarray(shortest + (longest - shortest) * share // 100, dtype=np.int64)
