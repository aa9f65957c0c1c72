"""Mistakes that are made before a row is written: a person registered in two counties, a count that is taken back."""

from __future__ import annotations

import numpy as np
import polars as pl

from fangxian.world.dirt import Dirt
from fangxian.world.geography import Atlas


def registered_twice(residents: pl.DataFrame, *, atlas: Atlas, rate: float, random: np.random.Generator) -> pl.DataFrame:
    """Let some people stand in the register of a second county as well, under a record number of its own."""
    some = residents.filter(pl.Series(random.random(residents.height) < rate))
    region = random.choice(atlas.home, some.height)
    street = pl.Series(atlas.numbers[region]).cast(pl.String) + "001"
    again = some.with_columns(
        record=pl.Series(np.arange(some.height, dtype=np.int64)) + residents.height,
        region=pl.Series(region),
        street=street,
        grid=street + "001",
        since=pl.max_horizontal("since", pl.lit(-400)),
        dirt=pl.lit(Dirt.OTHER_COUNTY.value),
    )
    both = pl.concat([residents.with_columns(dirt=pl.lit(None, dtype=pl.String)), again.select([*residents.columns, "dirt"])])
    return both.sort("known", maintain_order=True)


def one_count_falls(bulletins: pl.DataFrame) -> pl.DataFrame:
    """Let the county with most cases report one fewer than the day before, once, midway between its second case and the end."""
    most = bulletins.sort("confirmed", descending=True, maintain_order=True)["region"].first()
    known = bulletins.filter((pl.col("region") == most) & (pl.col("confirmed") > 1)).sort("on")
    if known.height < 2:
        return bulletins.with_columns(dirt=pl.lit(None, dtype=pl.String))
    day_before, day = known.slice(known.height // 2 - 1, 2).iter_rows(named=True)
    falls, reported = pl.col("record") == day["record"], day_before["confirmed"] - 1
    return bulletins.with_columns(
        confirmed=pl.when(falls).then(reported).otherwise(pl.col("confirmed")),
        local=pl.when(falls).then(pl.min_horizontal("local", pl.lit(reported))).otherwise(pl.col("local")),
        dirt=pl.when(falls).then(pl.lit(Dirt.FALLING_COUNT.value)),
    )
