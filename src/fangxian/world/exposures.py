"""What tracers write down: contacts of cases, some of their households, and households of people who were only suspected."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from fangxian.world.disease import SETTINGS
from fangxian.world.draws import stream
from fangxian.world.epidemic import Epidemic
from fangxian.world.fevers import Fevers
from fangxian.world.illness import Illness
from fangxian.world.people import People
from fangxian.world.records import numbered
from fangxian.world.season import MINUTES_A_DAY, Season

SETTING_WORDS: Final = {
    "household": "家庭",
    "workplace": "工作",
    "school": "场所",
    "train": "火车",
    "aircraft": "飞机",
    "coach": "客车",
    "venue": "场所",
    "other": "其他",
}
SECONDARY: Final = 0.1
"""Share of contacts outside the household whose own household is named as secondary contacts."""


def trace_exposures(people: People, *, epidemic: Epidemic, illness: Illness, fevers: Fevers, season: Season, seed: int) -> pl.DataFrame:
    """Return the tracers' table: contacts of cases, some of their households, and households of fevers that were suspected."""
    random = stream(seed, "exposures")
    exposed = epidemic.exposures
    setting = np.array([SETTING_WORDS[name] for name in SETTINGS])[exposed.setting]
    near = np.isin(setting, ["家庭", "工作", "其他", "客车"]) | exposed.adjacent | (random.random(len(exposed)) < 0.5)
    contacts = pl.DataFrame(
        {
            "person": exposed.other,
            "case": exposed.case,
            "contact_class": np.where(near, "密切", "一般"),
            "setting": setting,
            "first_at": exposed.first_at,
            "last_at": exposed.last_at,
        }
    )
    outside = np.flatnonzero(near & (setting != "家庭") & (random.random(len(exposed)) < SECONDARY))
    place, member = people.members.expand(people.household[exposed.other[outside]])
    other = member != exposed.other[outside][place]
    named = outside[place[other]]
    household = pl.DataFrame(
        {
            "person": member[other],
            "case": exposed.case[named],
            "contact_class": np.full(len(named), "次密"),
            "setting": np.full(len(named), "家庭"),
            "first_at": exposed.last_at[named] + 60,
            "last_at": np.maximum(exposed.last_at[named] + 120, exposed.traced_on[named] * MINUTES_A_DAY),
        }
    )
    suspect, day = fevers.person[fevers.suspected], fevers.day[fevers.suspected]
    place, member = people.members.expand(people.household[suspect])
    other = member != suspect[place]
    of_suspects = pl.DataFrame(
        {
            "person": member[other],
            "case": suspect[place[other]],
            "contact_class": np.full(int(other.sum()), "密切"),
            "setting": np.full(int(other.sum()), "家庭"),
            "first_at": day[place[other]] * MINUTES_A_DAY + 7 * 60,
            "last_at": (day[place[other]] + 1) * MINUTES_A_DAY + 8 * 60,
        }
    )
    table = pl.concat([contacts, household, of_suspects])
    case = table["case"].to_numpy()
    reported = np.where(illness.confirmed_at[case] < season.minutes, illness.confirmed_at[case], table["last_at"].to_numpy() + 90)
    table = table.with_columns(
        case_record=pl.Series(illness.report[case]),
        known=np.maximum(reported, table["last_at"].to_numpy()) + random.integers(4 * 60, 30 * 60, table.height),
    )
    return numbered(table.filter(pl.col("case_record") >= 0), season=season)
