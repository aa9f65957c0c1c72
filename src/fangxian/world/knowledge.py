"""What agencies come to know of a world: every table that they will send, from one life of its people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.bulletins import publish
from fangxian.world.check_ins import check_in
from fangxian.world.dirt import DirtRates
from fangxian.world.draws import stream
from fangxian.world.enrolment import declare, enrol, name_guardians
from fangxian.world.epidemic import NEVER, Epidemic
from fangxian.world.exposures import trace_exposures
from fangxian.world.fevers import Fevers, Health
from fangxian.world.gates import scan_gates
from fangxian.world.illness import Illness, record_illness
from fangxian.world.journeys import Journeys
from fangxian.world.life import Life
from fangxian.world.mistakes import one_count_falls, registered_twice
from fangxian.world.movement import checkpoints, roaming, stays_of, tickets
from fangxian.world.orders import confirm_declarations, decide_and_withdraw, list_for_control, order_measures
from fangxian.world.registers import register_residents, register_workers
from fangxian.world.season import MINUTES_A_DAY
from fangxian.world.vehicles import Trips

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """Each source's table by its name, and the journeys and trips that were made after all."""

    tables: dict[str, pl.DataFrame]
    journeys: Journeys
    trips: Trips
    cases: int
    silent: Integers
    """Places in the atlas of the counties that publish nothing."""


def learn(life: Life, *, rates: DirtRates, station_visits: int | None, seed: int) -> Knowledge:
    """Return what agencies know. Nobody sets out from isolation or a hospital, so some planned journeys are not made."""
    people, epidemic, atlas, season = life.people, life.epidemic, life.atlas, life.season
    fevers = Fevers.strike(people, season=season, spared=epidemic.infected_at < NEVER * MINUTES_A_DAY, seed=seed)
    illness = record_illness(people, epidemic=epidemic, fevers=fevers, disease=life.disease, atlas=atlas, season=season, seed=seed)
    kept_in = _kept_in(epidemic, illness)
    journeys, trips = _made(life.journeys, life.trips, kept_in)
    stays = stays_of(journeys, trips, season=season)
    roamed = roaming(journeys, stays, people=people, atlas=atlas, season=season, seed=seed)
    health, enrolled_at = Health.of(epidemic, fevers), enrol(people, atlas=atlas, season=season, seed=seed)
    declarations = declare(
        people,
        enrolled_at=enrolled_at,
        journeys=journeys,
        stays=stays,
        epidemic=epidemic,
        health=health,
        atlas=atlas,
        season=season,
        seed=seed,
    )
    exposures = trace_exposures(people, epidemic=epidemic, illness=illness, fevers=fevers, season=season, seed=seed)
    bulletins = publish(people, epidemic=epidemic, illness=illness, atlas=atlas, season=season, seed=seed)
    residents = register_residents(people, atlas=atlas, season=season, seed=seed)
    tables = {
        **illness.tables,
        **tickets(trips, atlas=atlas, season=season, seed=seed),
        **decide_and_withdraw(exposures, fevers=fevers, roaming=roamed, season=season, seed=seed),
        "area-bulletin": one_count_falls(bulletins.tables["area-bulletin"]),
        "area-cluster": bulletins.tables["area-cluster"],
        "operator-roaming": roamed,
        "checkpoint": checkpoints(trips, people=people, atlas=atlas, season=season, seed=seed),
        "community-register": registered_twice(residents, atlas=atlas, rate=rates.other_county, random=stream(seed, "registered twice")),
        "organisation": register_workers(people, life.work, atlas=atlas, season=season, seed=seed),
        "tracing": exposures,
        "isolation": order_measures(people, epidemic=epidemic, illness=illness, season=season, atlas=atlas, seed=seed),
        "control-list": list_for_control(
            people, illness=illness, exposures=exposures, roaming=roamed, journeys=journeys, season=season, atlas=atlas, seed=seed
        ),
        "health-declaration": declarations,
        "guardianship": name_guardians(people, enrolled_at=enrolled_at, season=season, seed=seed),
        "doctor-confirmation": confirm_declarations(declarations, season=season, seed=seed),
        "daily-check-in": check_in(
            people,
            enrolled_at=enrolled_at,
            declarations=declarations,
            journeys=journeys,
            epidemic=epidemic,
            health=health,
            in_hospital=(illness.confirmed_at, illness.discharged_at),
            atlas=atlas,
            season=season,
            seed=seed,
        ),
        "gate-scan": scan_gates(
            people,
            work=life.work,
            journeys=journeys,
            epidemic=epidemic,
            enrolled_at=enrolled_at,
            kept_in=kept_in,
            atlas=atlas,
            season=season,
            station_visits=station_visits,
            seed=seed,
        ),
    }
    cases = int((illness.confirmed_at < season.minutes).sum())
    return Knowledge(tables=tables, journeys=journeys, trips=trips, cases=cases, silent=bulletins.silent)


def _made(journeys: Journeys, trips: Trips, kept_in: tuple[Integers, Integers]) -> tuple[Journeys, Trips]:
    """Return the journeys on which people could set out, and their trips."""
    since, until = kept_in[0][journeys.person], kept_in[1][journeys.person]
    sets_out = ~((since <= journeys.leaves) & (journeys.leaves < until))
    return journeys.kept(sets_out), trips.kept(sets_out[trips.journey]).renumbered(sets_out)


def _kept_in(epidemic: Epidemic, illness: Illness) -> tuple[Integers, Integers]:
    """Return from which day to which each person may not go out: isolated, or in hospital."""
    taken_in, let_out = illness.confirmed_at // MINUTES_A_DAY, illness.discharged_at // MINUTES_A_DAY
    first = np.minimum(epidemic.isolated_from, np.minimum(epidemic.found, taken_in))
    ends = np.maximum(np.where(epidemic.isolated_from < NEVER, epidemic.isolated_until, 0), np.where(taken_in < NEVER, let_out, 0))
    return first, np.where(ends == 0, NEVER, ends)
