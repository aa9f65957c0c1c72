"""Journeys, vehicles and gates: one place at a time, one person a seat, festival and closing down, stations and stay-at-homes."""

from collections import Counter
from datetime import date

import numpy as np
import polars as pl
import pytest

from fangxian.world.generate import WorldOptions
from fangxian.world.life import Life


@pytest.fixture(scope="module")
def life() -> Life:
    options = WorldOptions(people=20_000, seed=3)
    return Life.lived(20_000, atlas=options.atlas(), season=options.season, imported=options.imported, seed=3)


def test_nobody_is_on_two_journeys_at_once(life):
    journeys = life.journeys
    order = np.lexsort((journeys.leaves, journeys.person))
    same = journeys.person[order][1:] == journeys.person[order][:-1]
    assert (journeys.leaves[order][1:][same] > journeys.returns[order][:-1][same]).all()
    assert (journeys.returns > journeys.leaves).all()


def test_no_seat_is_given_twice_and_every_seat_exists(life):
    trips = life.trips
    scheduled = trips.run >= 0
    seats = np.stack([trips.run, trips.carriage, trips.row, trips.seat], axis=1)[scheduled]
    assert len(np.unique(seats, axis=0)) == len(seats)
    assert trips.carriage.max() <= 8
    assert (trips.arrives_at > trips.leaves_at).all()


def test_a_household_that_goes_home_together_sits_together(life):
    trips, journeys = life.trips, life.journeys
    table = pl.DataFrame({"party": journeys.party[trips.journey], "day": trips.leaves_at // 1440, "run": trips.run, "row": trips.row})
    parties = table.filter(pl.col("run") >= 0).group_by("party", "day").agg(pl.col("run").n_unique(), pl.len().alias("people"))
    assert (parties["run"] == 1).all()
    assert (parties["people"] > 1).any()


def test_before_the_festival_everybody_travels_and_after_the_closing_few(life):
    day = life.trips.leaves_at // 1440
    eve = life.season.day_of(date(2020, 1, 24))
    before, after = ((day >= first) & (day < first + 7) for first in (eve - 7, eve + 7))
    assert before.sum() > 5 * after.sum()


def test_some_never_travel_and_few_travel_often(life):
    journeys = np.bincount(life.journeys.person, minlength=20_000)
    assert (journeys == 0).mean() > 0.5
    assert journeys.max() >= 6


def test_nobody_gets_out_of_hubei_while_it_is_closed_but_those_who_left_at_once(life):
    journeys, season = life.journeys, life.season
    in_hubei = journeys.region_in(life.atlas, "42")
    closed = (journeys.returns > season.day_of(date(2020, 1, 30))) & (journeys.returns < season.day_of(date(2020, 3, 25)))
    festival = journeys.why != 2
    assert not (in_hubei & closed & festival).any()
    assert (in_hubei & (journeys.returns < season.day_of(date(2020, 1, 24)))).sum() > 50


def test_the_great_station_has_the_visits_asked_for(world):
    rows = world.rows("gate-scan")
    visits = Counter(row["扫码时间"].replace("/", "-") for row in rows if row["场所编号"] == "CS330102999")
    last_day = sum(count for at, count in visits.items() if at.startswith(("2020-03-09", "2020-3-9", "20200309")))
    assert last_day == pytest.approx(400, rel=0.25)
    scans = Counter(row["证件号码"] for row in rows)
    assert len(scans) < 1_700
    assert max(scans.values()) > 50


def test_gates_scan_nobody_before_the_code_and_checkpoints_stand_from_the_response_on(world):
    for source, column, since in (("gate-scan", "扫码时间", "2020-02-11"), ("checkpoint", "通过时间", "2020-01-25")):
        dirty = set(world.truth("dirt").filter((pl.col("source") == source) & (pl.col("expected") != "accepted"))["record"])
        rows = [row for row in world.rows(source) if next(iter(row.values())) not in dirty]
        assert min(row[column] for row in rows if row[column][4] == "-") >= since


def test_trains_leave_at_the_same_time_every_day(life):
    trips = life.trips
    table = pl.DataFrame({"slot": trips.run // 1440, "number": trips.numbers(), "mode": trips.mode})
    numbers = table.filter(pl.col("mode") == 0).group_by("slot").agg(pl.col("number").n_unique())
    assert (numbers["number"] == 1).all()
    assert table.filter(pl.col("mode") >= 2)["number"].null_count() == (trips.mode >= 2).sum()
