"""What streets and organisations keep about people whatever happens: who lives where, in which household; who works where."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.policy.regions import known_codes
from fangxian.world.draws import stream
from fangxian.world.geography import Atlas
from fangxian.world.people import People
from fangxian.world.records import nothing, numbered
from fangxian.world.season import MINUTES_A_DAY, Season
from fangxian.world.work import Work

Integers = npt.NDArray[np.int64]

REGISTERED: Final = 0.95
"""Share of people whom the street's register knows."""

LISTED_BY_ORGANISATION: Final = 0.9
ORGANISATION_PREMISES: Final = 9_000_000_000
"""Premises of organisations are numbered from here; places that anybody enters have shorter numbers."""


def register_residents(people: People, *, atlas: Atlas, season: Season, seed: int) -> pl.DataFrame:
    """Return the street's register, sent in the first weeks of February: residence down to the grid, household, since when."""
    random = stream(seed, "residents")
    person = np.flatnonzero(random.random(len(people)) < REGISTERED)
    county = people.county[person]
    code = pl.Series(atlas.numbers[county]).cast(pl.String)
    street = code + pl.Series(people.street[person]).cast(pl.String).str.zfill(3)
    return _sent(
        random,
        season,
        {
            "person": person,
            "region": county,
            "street": street,
            "grid": street + pl.Series(people.grid[person]).cast(pl.String).str.zfill(3),
            "household": people.household[person] + 1,
            "since": _since(random, county, atlas, season),
            "until": nothing(len(person)),
        },
    )


def register_workers(people: People, work: Work, *, atlas: Atlas, season: Season, seed: int) -> pl.DataFrame:
    """Return what organisations and schools report of their people when work is taken up again."""
    random = stream(seed, "workers")
    person = np.flatnonzero((work.organisation >= 0) & (random.random(len(people)) < LISTED_BY_ORGANISATION))
    organisation = work.organisation[person]
    return _sent(
        random,
        season,
        {
            "person": person,
            "credit_code": work.credit_code.gather(organisation),
            "premises": ORGANISATION_PREMISES + organisation,
            "region": work.county[organisation],
            "since": _since(random, work.county[organisation], atlas, season),
            "until": nothing(len(person)),
        },
    )


def _since(random: np.random.Generator, county: Integers, atlas: Atlas, season: Season) -> Integers:
    """Return days (negative) on which people moved in or joined: in the last ten years, and not before the county had its code.

    Registers were written anew when a county got its code, so an older date would name a region that was not there.
    """
    known = known_codes().select(["region_code", "since_year"]).to_pylist()
    years = {int(row["region_code"]): row["since_year"] or 0 for row in known}
    begun = np.array([years.get(int(code), 0) for code in atlas.numbers])
    earliest = (np.maximum(begun + 1, 2010) - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    first = (earliest - np.datetime64(season.start, "D")).astype(np.int64)[county]
    return np.asarray(first + (random.random(len(county)) * (-30 - first)).astype(np.int64), dtype=np.int64)


def _sent(random: np.random.Generator, season: Season, columns: dict[str, object]) -> pl.DataFrame:
    """Return a table whose rows are sent, county by county, in the three weeks after the first-level response."""
    table = pl.DataFrame(columns)
    first = min(season.day_of("response") + 8, season.days - 2)
    day = first + (table["region"].to_numpy() * 7 + random.integers(0, 3, table.height)) % max(1, min(21, season.days - first))
    known = day * MINUTES_A_DAY + random.integers(9 * 60, 18 * 60, table.height)
    return numbered(table.with_columns(known=pl.Series(known.astype(np.int64))), season=season)
