"""Where people go with a fever: clinics, and pharmacies that write down who buys."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.epidemic import Epidemic
from fangxian.world.fevers import Fevers
from fangxian.world.geography import Atlas
from fangxian.world.people import People
from fangxian.world.records import rows_about
from fangxian.world.season import MINUTES_A_DAY

Integers = npt.NDArray[np.int64]

PHARMACIES_A_COUNTY: Final = 20
BUY: Final = 0.5
"""Share of the ill who buy medicine."""

STOCK_UP: Final = 0.01
"""Share of people who buy some though they are well."""


def visit_clinics(
    case: Integers, *, suspected_at: Integers, hospital: Integers, fevers: Fevers, random: np.random.Generator
) -> pl.DataFrame:
    """Return visits to fever clinics: of cases just before they are suspected, and of ordinary fevers."""
    fever, day = fevers.person[fevers.seen], fevers.day[fevers.seen]
    fever_at = day * MINUTES_A_DAY + random.integers(8 * 60, 22 * 60, len(fever))
    visits = pl.concat(
        [
            rows_about(
                case, suspected_at - 90, delay=(10, 60), random=random, outcome=pl.Series(random.choice(["发热", "转诊"], len(case)))
            ),
            rows_about(
                fever,
                fever_at,
                delay=(60, 24 * 60),
                random=random,
                outcome=pl.Series(random.choice(["发热", "未发热", "转诊"], len(fever), p=[0.6, 0.35, 0.05])),
            ),
        ]
    )
    return visits.with_columns(hospital=hospital[visits["person"].to_numpy()])


def buy_medicine(people: People, *, epidemic: Epidemic, fevers: Fevers, atlas: Atlas, random: np.random.Generator) -> pl.DataFrame:
    """Return what people with a fever bought; medicine is also bought by people who are well."""
    infected = epidemic.infected[~epidemic.asymptomatic[epidemic.infected]]
    ill = np.concatenate([infected, fevers.person])
    day = np.concatenate([epidemic.onset[infected], fevers.day])
    buys = random.random(len(ill)) < BUY
    ill, day = ill[buys], day[buys] + random.integers(0, 2, int(buys.sum()))
    careful = random.integers(0, len(people), int(STOCK_UP * len(people)))
    person = np.concatenate([ill, careful])
    last = int(day.max(initial=0)) + 1
    at = np.concatenate([day, random.integers(0, last, len(careful))]) * MINUTES_A_DAY + random.integers(8 * 60, 21 * 60, len(person))
    return rows_about(
        person,
        at,
        delay=(60, 30 * 60),
        random=random,
        pharmacy=pl.Series(atlas.numbers[people.county[person]] * 100 + person % PHARMACIES_A_COUNTY),
        medicine=pl.Series(random.choice(["退热", "止咳", "抗生素", "抗病毒"], len(person), p=[0.5, 0.3, 0.12, 0.08])),
    ).filter(pl.col("at") >= 0)
