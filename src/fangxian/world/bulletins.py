"""What is published about areas: each county's counts day by day, and clusters of cases in one small setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.draws import stream
from fangxian.world.epidemic import IMPORT, Epidemic
from fangxian.world.geography import Atlas
from fangxian.world.illness import Illness
from fangxian.world.meetings import VENUE, WORKPLACE
from fangxian.world.people import People
from fangxian.world.records import numbered
from fangxian.world.season import MINUTES_A_DAY, Season

Integers = npt.NDArray[np.int64]

SILENT: Final = 3
"""Counties that send no bulletin at all: what the map shows grey."""

CLUSTER_DAYS: Final = 14
REPORTED_AFTER: Final = 3


@dataclass(frozen=True, kw_only=True)
class Bulletins:
    """The tables of the health commission and of disease control, and which counties are silent."""

    tables: dict[str, pl.DataFrame]
    silent: Integers
    """Places in the atlas."""


def publish(people: People, *, epidemic: Epidemic, illness: Illness, atlas: Atlas, season: Season, seed: int) -> Bulletins:
    """Count what is known at the end of each day, county by county, from four days before the response on; zero is a row."""
    random = stream(seed, "bulletins")
    first = max(0, season.day_of("response") - 4)
    days = np.arange(first, season.days)
    case = np.flatnonzero((illness.confirmed_at < season.minutes) & ~epidemic.asymptomatic)
    local = case[epidemic.infector[case] != IMPORT]
    place = np.full(len(atlas.codes), -1)
    place[atlas.home] = np.arange(len(atlas.home))

    def by_day(person: Integers, at: Integers) -> Integers:
        """Return cumulative counts, shape (counties, days)."""
        grid = np.zeros((len(atlas.home), season.days), dtype=np.int64)
        happened = at < season.minutes
        np.add.at(grid, (place[people.county[person[happened]]], (at[happened] // MINUTES_A_DAY).clip(0)), 1)
        return np.cumsum(grid, axis=1)[:, first:]

    reports, tests = illness.tables["disease-control"], illness.tables["laboratory"]
    confirmed = by_day(case, illness.confirmed_at[case])
    suspected, resolved = (reports.filter(pl.col("status").is_in(words)) for words in (["疑似"], ["确诊", "排除"]))
    open_suspicions = by_day(*_who_when(suspected)) - by_day(*_who_when(resolved))
    quietest = np.flatnonzero(confirmed[:, -1] <= 2)
    silent = random.choice(quietest, min(SILENT, len(quietest)), replace=False)
    county, day = np.meshgrid(np.arange(len(atlas.home)), np.arange(len(days)), indexing="ij")
    residents = np.bincount(place[people.county], minlength=len(atlas.home))
    table = pl.DataFrame(
        {
            "region": atlas.home[county.ravel()],
            "on": days[day.ravel()],
            "confirmed": confirmed.ravel(),
            "local": by_day(local, illness.confirmed_at[local]).ravel(),
            "suspected": open_suspicions.clip(0).ravel(),
            "cured": by_day(case, illness.discharged_at[case]).ravel(),
            "dead": np.zeros(county.size, dtype=np.int64),
            "population": residents[county.ravel()],
            "tested": by_day(*_who_when(tests)).ravel(),
            "known": (days[day.ravel()] + 1) * MINUTES_A_DAY + random.integers(8 * 60, 11 * 60, county.size),
        }
    ).filter(pl.Series(~np.isin(county.ravel(), silent)) & (pl.col("known") < season.minutes + MINUTES_A_DAY))
    table = table.sort("known", maintain_order=True).with_row_index("record").cast({"record": pl.Int64})
    clusters = _clusters(random, people, epidemic, illness, case, season)
    return Bulletins(tables={"area-bulletin": table, "area-cluster": clusters}, silent=atlas.home[silent])


def _who_when(table: pl.DataFrame) -> tuple[Integers, Integers]:
    return table["person"].to_numpy(), table["at"].to_numpy()


def _clusters(
    random: np.random.Generator, people: People, epidemic: Epidemic, illness: Illness, case: Integers, season: Season
) -> pl.DataFrame:
    """Return clusters: cases of one household, team or venue that were confirmed within fourteen days of one another."""
    by = epidemic.contact[case] >= 0
    contact = epidemic.contact[case[by]]
    setting = epidemic.contacts.setting[contact]
    groups = [("家庭", case, people.household[case])]
    for word, kind in (("工作", WORKPLACE), ("场所", VENUE)):
        here = setting == kind
        person, infector = case[by][here], epidemic.infector[case[by][here]]
        place = epidemic.contacts.place[contact[here]]
        groups.append((word, np.concatenate([person, infector]), np.concatenate([place, place])))
    parts = []
    for word, person, group in groups:
        at = illness.confirmed_at[person]
        table = pl.DataFrame({"person": person, "group": group, "at": at, "county": people.county[person]}).filter(
            pl.col("at") < season.minutes
        )
        table = table.unique(["person", "group"], maintain_order=True)
        table = table.sort("at", maintain_order=True)
        second = pl.col("at").sort().slice(1, 1).first().over("group")
        first = pl.col("at").min().over("group")
        # A cluster is reported some days after its second case, with the cases known by then.
        near = table.filter((second - first <= CLUSTER_DAYS * MINUTES_A_DAY) & (pl.col("at") <= second + REPORTED_AFTER * MINUTES_A_DAY))
        parts.append(
            near.group_by("group", maintain_order=True)
            .agg(region=pl.col("county").first(), at=pl.col("at").max(), cases=pl.len().cast(pl.Int64))
            .filter(pl.col("cases") >= 2)
            .with_columns(setting=pl.lit(word))
        )
    table = pl.concat(parts).drop("group")
    known = table["at"].to_numpy() + random.integers(6 * 60, 40 * 60, table.height)
    return numbered(table.with_columns(known=pl.Series(known)), season=season)
