"""Daily check-ins: of those who are asked to, of volunteers, and the days that people miss."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.condition import SYMPTOM_WORDS, condition
from fangxian.world.draws import stream
from fangxian.world.epidemic import Epidemic
from fangxian.world.fevers import Health
from fangxian.world.geography import HUBEI, Atlas
from fangxian.world.journeys import Journeys
from fangxian.world.people import People
from fangxian.world.records import numbered
from fangxian.world.season import MINUTES_A_DAY, Season

Integers = npt.NDArray[np.int64]

VOLUNTEERS: Final = 0.22
"""Share of enrolled adults who check in every day though nobody asks them to: firms want it of those who return."""

MISSES: Final = (0.0, 0.08, 0.35)
"""Chance a day of a missed check-in: of the careful, of most of the others, of the careless."""

MISSES_SHARE: Final = (0.6, 0.3, 0.1)


def check_in(
    people: People,
    *,
    enrolled_at: Integers,
    declarations: pl.DataFrame,
    journeys: Journeys,
    epidemic: Epidemic,
    health: Health,
    in_hospital: tuple[Integers, Integers],
    atlas: Atlas,
    season: Season,
    seed: int,
) -> pl.DataFrame:
    """Return check-ins from enrolment on; `in_hospital` are the minutes from and until which a person reports nothing."""
    random = stream(seed, "check-ins")
    asked = _asked(declarations, journeys=journeys, epidemic=epidemic, atlas=atlas, season=season)
    adult = (people.age >= 17) & (people.age < 60)
    volunteers = np.flatnonzero(adult & (random.random(len(people)) < VOLUNTEERS))
    person = np.union1d(asked, volunteers)
    person = person[enrolled_at[person] < season.minutes]
    miss = np.array(MISSES)[random.choice(len(MISSES), len(person), p=MISSES_SHARE)]
    first = enrolled_at[person] // MINUTES_A_DAY
    length = season.days - first
    place = np.repeat(np.arange(len(person)), length)
    day = first[place] + np.arange(len(place)) - np.repeat(np.cumsum(length) - length, length)
    done = random.random(len(place)) >= miss[place]
    place, day = place[done], day[done]
    who = person[place]
    taken_in, let_out = in_hospital[0][who] // MINUTES_A_DAY, in_hospital[1][who] // MINUTES_A_DAY
    free = (day < taken_in) | (day > let_out)
    who, day = who[free], day[free]
    # Most report in the morning; the enrolment itself comes first on its day.
    minute = np.where(
        random.random(len(who)) < 0.8, random.integers(6 * 60, 10 * 60, len(who)), random.integers(10 * 60, 23 * 60, len(who))
    )
    at = np.maximum(day * MINUTES_A_DAY + minute, enrolled_at[who] + 1)
    ill = health.symptomatic(who, day, people=len(people), days=season.days)
    table = pl.DataFrame({"person": who, "at": at, "known": at + random.integers(0, 10, len(who)), **condition(ill, random=random)})
    return numbered(table, season=season)


def _asked(declarations: pl.DataFrame, *, journeys: Journeys, epidemic: Epidemic, atlas: Atlas, season: Season) -> Integers:
    """Return who is asked to check in: contacts, cases, who came late from Hubei or the worst prefecture, who declares something."""
    hubei = journeys.region_in(atlas, HUBEI) & (journeys.returns >= season.day_of("response") - 1)
    watched = (atlas.prefecture[journeys.region] == atlas.worst) & (journeys.returns >= season.day_of("watched"))
    returned = journeys.person[(hubei | watched) & (journeys.returns < season.days)]
    declared = declarations.filter(pl.col("contacted").is_in(["1", "是"]) | pl.col("symptoms").is_in(SYMPTOM_WORDS))["person"]
    cases = np.flatnonzero(epidemic.found < season.days)
    return np.unique(np.concatenate([epidemic.exposures.other, returned, declared.to_numpy(), cases]))
