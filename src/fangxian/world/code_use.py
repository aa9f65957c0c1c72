"""What people do with their code: they enrol and declare, look after a child's or a parent's code, and check in every day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.draws import stream
from fangxian.world.epidemic import NEVER, Epidemic
from fangxian.world.geography import HUBEI, Atlas
from fangxian.world.illness import FEVER_DAYS, Fevers
from fangxian.world.journeys import Journeys, Why
from fangxian.world.movement import Stays
from fangxian.world.people import People
from fangxian.world.season import MINUTES_A_DAY, Season
from fangxian.world.spelling import spelled_days

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

VOLUNTEERS: Final = 0.22
"""Share of enrolled adults who check in every day though nobody asks them to: firms want it of those who return."""

MISSES: Final = (0.0, 0.08, 0.35)
"""Chance a day of a missed check-in: of the careful, of most of the others, of the careless."""

MISSES_SHARE: Final = (0.6, 0.3, 0.1)
CONCEAL: Final = 0.15
"""Share of those who were in Hubei who do not declare it."""

SYMPTOM_WORDS: Final = ("发热", "发热^咳嗽", "2", "咳嗽^乏力", "3^2")
DECLARED_DAYS: Final = 14


@dataclass(frozen=True, kw_only=True)
class CodeUse:
    """The tables of the health-code platform, and since when each person is enrolled."""

    tables: dict[str, pl.DataFrame]
    enrolled_at: Integers
    """Minute of enrolment; NEVER * 1440 for those who are not."""
    declaration: Integers
    """Record number of each person's declaration; -1 where there is none."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """Who is ill on which days, by the disease or an ordinary fever: one entry a spell."""

    person: Integers
    first: Integers
    last: Integers

    @classmethod
    def of(cls, epidemic: Epidemic, fevers: Fevers) -> Health:
        """Gather the spells: of the disease from onset to ten days after, or until a hospital takes the person in."""
        ill = epidemic.infected[~epidemic.asymptomatic[epidemic.infected]]
        return cls(
            person=np.concatenate([ill, fevers.person]),
            first=np.concatenate([epidemic.onset[ill], fevers.day]),
            last=np.concatenate([epidemic.onset[ill] + 10, fevers.day + FEVER_DAYS - 1]),
        )

    def symptomatic(self, person: Integers, day: Integers, *, people: int, days: int) -> Flags:
        """Return whether each person is ill on the day beside it."""
        length = np.maximum(0, np.minimum(self.last, days - 1) - np.maximum(self.first, 0) + 1)
        spell = np.repeat(np.arange(len(self.person)), length)
        inside = np.arange(len(spell)) - np.repeat(np.cumsum(length) - length, length)
        ill = self.person[spell] * days + np.maximum(self.first, 0)[spell] + inside
        return np.isin(person * days + day.clip(0, days - 1), np.unique(ill))


def use_codes(
    people: People,
    *,
    journeys: Journeys,
    stays: Stays,
    epidemic: Epidemic,
    health: Health,
    in_hospital: tuple[Integers, Integers],
    atlas: Atlas,
    season: Season,
    seed: int,
) -> CodeUse:
    """Let people enrol from the launch of the code on, first in the capital, and check in."""
    random = stream(seed, "code use")
    enrolled_at = _enrolment(random, people, atlas, season)
    enrolled = np.flatnonzero(enrolled_at < season.minutes)
    declarations = _declarations(random, enrolled, enrolled_at, people, journeys, stays, epidemic, health, atlas, season)
    declaration = np.full(len(people), -1, dtype=np.int64)
    declaration[declarations["person"].to_numpy()] = declarations["record"].to_numpy()
    return CodeUse(
        tables={
            "health-declaration": declarations,
            "guardianship": _guardians(random, people, enrolled, enrolled_at, season),
            "daily-check-in": _check_ins(random, people, enrolled_at, journeys, epidemic, health, in_hospital, declarations, atlas, season),
        },
        enrolled_at=enrolled_at,
        declaration=declaration,
    )


def _enrolment(random: np.random.Generator, people: People, atlas: Atlas, season: Season) -> Integers:
    """Return when people enrol: most within ten days, small children and the very old less often."""
    launch = season.day_of("code_launch")
    in_capital = atlas.prefecture[people.county] == atlas.prefecture[atlas.home[0]]
    day = launch + np.where(in_capital, 0, 5) + random.geometric(0.22, len(people)) - 1
    willing = np.select([people.age < 6, people.age < 12, people.age > 80], [0.4, 0.8, 0.7], 0.97)
    enrols = (random.random(len(people)) < willing) & (day < season.days)
    return np.where(enrols, day * MINUTES_A_DAY + random.integers(7 * 60, 22 * 60, len(people)), NEVER * MINUTES_A_DAY)


def _condition(random: np.random.Generator, ill: Flags) -> dict[str, pl.Series]:
    """Return temperature and symptoms of reports; a few say nothing about either."""
    count = len(ill)
    feverish = ill & (random.random(count) < 0.7)
    temperature = np.where(feverish, random.normal(38.0, 0.5, count).clip(37.3, 40.2), random.normal(36.4, 0.2, count).clip(35.6, 37.1))
    none = np.where(random.random(count) < 0.5, "无", "1")
    words = np.where(ill, np.array(SYMPTOM_WORDS)[random.integers(0, len(SYMPTOM_WORDS), count)], none)
    return {
        "temperature": pl.Series(temperature.round(1)).set(pl.Series(random.random(count) < 0.03), None),
        "symptoms": pl.Series(words).set(pl.Series(~ill & (random.random(count) < 0.05)), None),
    }


def _declarations(
    random: np.random.Generator,
    enrolled: Integers,
    enrolled_at: Integers,
    people: People,
    journeys: Journeys,
    stays: Stays,
    epidemic: Epidemic,
    health: Health,
    atlas: Atlas,
    season: Season,
) -> pl.DataFrame:
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
            **_condition(random, ill),
            "contacted": words,
        }
    )
    declared = _declared_stays(random, enrolled_at, journeys, stays, atlas, season)
    table = table.join(declared, on="person", how="left", maintain_order="left").filter(pl.col("known") < season.minutes)
    return (
        table.with_columns(pl.col("stays").fill_null("[]"))
        .sort("known", maintain_order=True)
        .with_row_index("record")
        .cast({"record": pl.Int64})
    )


def _declared_stays(
    random: np.random.Generator, enrolled_at: Integers, journeys: Journeys, stays: Stays, atlas: Atlas, season: Season
) -> pl.DataFrame:
    """Return for each person the places declared, those of the last fourteen days, as the JSON list of the form."""
    at = enrolled_at[journeys.person]
    recent = (stays.since < at) & (stays.until > at - DECLARED_DAYS * MINUTES_A_DAY) & (at < season.minutes)
    told = random.random(len(at)) >= np.where(journeys.why == Why.HUBEI, CONCEAL, 0.05)
    kept = np.flatnonzero(recent & told)
    order = kept[np.lexsort((stays.since[kept], journeys.person[kept]))]
    gone = stays.until[order] <= at[order]
    form = random.integers(0, 3, len(order))
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


def _guardians(random: np.random.Generator, people: People, enrolled: Integers, enrolled_at: Integers, season: Season) -> pl.DataFrame:
    """Return who shows a child's or an old parent's code: an adult of the household, where there is one."""
    needy = enrolled[(people.age[enrolled] < 14) | (people.age[enrolled] > 76)]
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
            "until": pl.Series([None], dtype=pl.Int64).extend_constant(None, len(person) - 1) if len(person) else [],
            "known": enrolled_at[person] + 5,
        }
    ).filter(pl.col("known") < season.minutes)
    return table.sort("known", maintain_order=True).with_row_index("record").cast({"record": pl.Int64})


def _check_ins(
    random: np.random.Generator,
    people: People,
    enrolled_at: Integers,
    journeys: Journeys,
    epidemic: Epidemic,
    health: Health,
    in_hospital: tuple[Integers, Integers],
    declarations: pl.DataFrame,
    atlas: Atlas,
    season: Season,
) -> pl.DataFrame:
    """Return check-ins: of those who must (contacts, returnees, the ill, the released) and of volunteers, less what is missed."""
    hubei = journeys.region_in(atlas, HUBEI) & (journeys.returns >= season.day_of("response") - 1)
    watched = (atlas.prefecture[journeys.region] == atlas.worst) & (journeys.returns >= season.day_of("watched"))
    asked = journeys.person[(hubei | watched) & (journeys.returns < season.days)]
    declared = declarations.filter(pl.col("contacted").is_in(["1", "是"]) | pl.col("symptoms").is_in(SYMPTOM_WORDS))["person"]
    must = np.unique(np.concatenate([epidemic.exposures.other, asked, declared.to_numpy(), np.flatnonzero(epidemic.found < season.days)]))
    adult = (people.age >= 17) & (people.age < 60)
    volunteers = np.flatnonzero(adult & (random.random(len(people)) < VOLUNTEERS))
    person = np.union1d(must, volunteers)
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
    table = pl.DataFrame({"person": who, "at": at, "known": at + random.integers(0, 10, len(who)), **_condition(random, ill)})
    table = table.filter(pl.col("known") < season.minutes)
    return table.sort("known", maintain_order=True).with_row_index("record").cast({"record": pl.Int64})
