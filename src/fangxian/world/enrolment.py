"""How people get their code: they enrol and declare, and look after a child's or an old parent's code."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.condition import condition
from fangxian.world.draws import stream
from fangxian.world.epidemic import NEVER, Epidemic
from fangxian.world.fevers import Health
from fangxian.world.geography import Atlas
from fangxian.world.journeys import Journeys, Why
from fangxian.world.movement import Stays
from fangxian.world.people import People
from fangxian.world.records import nothing, numbered
from fangxian.world.season import MINUTES_A_DAY, Season
from fangxian.world.spelling import FORMS, spelled_days

Integers = npt.NDArray[np.int64]

CONCEAL: Final = 0.15
"""Share of those who were in Hubei who do not declare it."""

FORGET: Final = 0.05
"""Share of other stays that are not declared."""

DECLARED_DAYS: Final = 14


def enrol(people: People, *, atlas: Atlas, season: Season, seed: int) -> Integers:
    """Return the minute at which each person enrols; NEVER * 1440 for those who do not, small children and the very old more often."""
    random = stream(seed, "enrolment")
    launch = season.day_of("code_launch")
    in_capital = atlas.prefecture[people.county] == atlas.prefecture[atlas.home[0]]
    day = launch + np.where(in_capital, 0, 5) + random.geometric(0.22, len(people)) - 1
    willing = np.select([people.age < 6, people.age < 12, people.age > 80], [0.4, 0.8, 0.7], 0.97)
    enrols = (random.random(len(people)) < willing) & (day < season.days)
    return np.where(enrols, day * MINUTES_A_DAY + random.integers(7 * 60, 22 * 60, len(people)), NEVER * MINUTES_A_DAY)


def declare(
    people: People,
    *,
    enrolled_at: Integers,
    journeys: Journeys,
    stays: Stays,
    epidemic: Epidemic,
    health: Health,
    atlas: Atlas,
    season: Season,
    seed: int,
) -> pl.DataFrame:
    """Return the declarations that people make when they enrol: how they are, where they were, whether they met a case."""
    random = stream(seed, "declarations")
    enrolled = np.flatnonzero(enrolled_at < season.minutes)
    at = enrolled_at[enrolled]
    ill = health.symptomatic(enrolled, at // MINUTES_A_DAY, people=len(people), days=season.days)
    knows = np.zeros(len(people), dtype=np.bool_)
    knows[epidemic.exposures.other[epidemic.exposures.traced_on >= season.day_of("code_launch") - 10]] = True
    draw = random.random(len(enrolled))
    contacted = np.select([knows[enrolled] & (draw < 0.6), draw < 0.002], [1, 3], 2)
    as_word = random.random(len(enrolled)) < 0.4
    words = np.where(as_word, np.array(["", "是", "否", "不确定"])[contacted], np.array(["", "1", "2", "3"])[contacted])
    table = pl.DataFrame(
        {
            "person": enrolled,
            "region": people.county[enrolled],
            "at": at,
            "known": at + random.integers(0, 20, len(at)),
            **condition(ill, random=random),
            "contacted": words,
        }
    )
    declared = _declared_stays(enrolled_at, journeys=journeys, stays=stays, atlas=atlas, season=season, random=random)
    table = table.join(declared, on="person", how="left", maintain_order="left")
    return numbered(table.with_columns(pl.col("stays").fill_null("[]")), season=season)


def _declared_stays(
    enrolled_at: Integers, *, journeys: Journeys, stays: Stays, atlas: Atlas, season: Season, random: np.random.Generator
) -> pl.DataFrame:
    """Return for each person the places declared, those of the last fourteen days, as the JSON list of the form."""
    at = enrolled_at[journeys.person]
    recent = (stays.since < at) & (stays.until > at - DECLARED_DAYS * MINUTES_A_DAY) & (at < season.minutes)
    told = random.random(len(at)) >= np.where(journeys.why == Why.HUBEI, CONCEAL, FORGET)
    kept = np.flatnonzero(recent & told)
    order = kept[np.lexsort((stays.since[kept], journeys.person[kept]))]
    gone = stays.until[order] <= at[order]
    form = random.integers(0, FORMS, len(order))
    entry = pl.format(
        '{"地区代码":"{}","到达日期":"{}","离开日期":{}}'.replace('{"', '{{"').replace("{}}", "{}}}"), "region", "first", "last"
    )
    table = pl.DataFrame(
        {
            "person": journeys.person[order],
            "region": pl.Series(atlas.numbers[journeys.region[order]]).cast(pl.String),
            "first": spelled_days(stays.since[order] // MINUTES_A_DAY, form, season=season),
            "last": ('"' + spelled_days(stays.until[order] // MINUTES_A_DAY, form, season=season) + '"').set(pl.Series(~gone), "null"),
        }
    ).with_columns(entry=entry)
    return table.group_by("person", maintain_order=True).agg(stays="[" + pl.col("entry").str.join(",") + "]")


def name_guardians(people: People, *, enrolled_at: Integers, season: Season, seed: int) -> pl.DataFrame:
    """Return who shows a child's or an old parent's code: an adult of the household, where there is one."""
    random = stream(seed, "guardians")
    needy = np.flatnonzero((enrolled_at < season.minutes) & ((people.age < 14) | (people.age > 76)))
    place, member = people.members.expand(people.household[needy])
    able = (people.age[member] >= 20) & (people.age[member] <= 70) & (member != needy[place])
    place, member = place[able], member[able]
    _, first = np.unique(place, return_index=True)
    person, guardian = needy[place[first]], member[first]
    child = people.age[person] < 14
    kept = random.random(len(person)) < np.where(child, 0.95, 0.5)
    person, guardian, child = person[kept], guardian[kept], child[kept]
    table = pl.DataFrame(
        {
            "person": person,
            "guardian": guardian,
            "relation": np.where(child, "父母", "子女"),
            "since": enrolled_at[person] // MINUTES_A_DAY,
            "until": nothing(len(person)),
            "known": enrolled_at[person] + 5,
        }
    )
    return numbered(table, season=season)
