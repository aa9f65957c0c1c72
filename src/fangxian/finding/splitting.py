"""People who were found, split by where they are: counted by prefecture, county, street or grid."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import polars as pl
import pyarrow as pa


class Level(StrEnum):
    """By what people are split."""

    PREFECTURE = "prefecture"
    COUNTY = "county"
    STREET = "street"
    GRID = "grid"


_DIGITS: Final = {Level.PREFECTURE: 4, Level.COUNTY: 6, Level.STREET: 9, Level.GRID: 12}


def split(people: pa.Table, level: Level) -> pl.DataFrame:
    """Return how many people are in each area of a level: area_code, people, and a column for each surety; the most first.

    A prefecture's code has its two zeros. Whoever is known less finely counts under the finest code that is known of them; whoever is
    nowhere known, under null.
    """
    found = pl.DataFrame(pl.from_arrow(people.select(["area_code", "surety"])))
    code = pl.col("area_code").str.slice(0, _DIGITS[level])
    area = pl.concat_str(code, pl.lit("00")) if level is Level.PREFECTURE else code
    sureties = ("several_sources", "one_record", "own_word")
    counted = found.group_by(area.alias("area_code")).agg(
        pl.len().alias("people"), *((pl.col("surety") == each).sum().alias(each) for each in sureties)
    )
    return counted.sort("people", "area_code", descending=[True, False], nulls_last=True)
