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
    """Let the county with most cases report one fewer than the day before, once, ten days after it passed ten cases."""
    most = bulletins.sort("confirmed", descending=True, maintain_order=True)["region"].head(1)
    days = bulletins.filter(pl.col("region").is_in(most) & (pl.col("confirmed") > 10)).sort("on").slice(10, 1)
    falls = (pl.col("record") == (days["record"].item() if days.height else -1)) & (pl.col("confirmed") > 1)
    before = bulletins.filter(pl.col("region").is_in(most) & (pl.col("on") == (days["on"].item() - 1 if days.height else -1)))
    reported = (before["confirmed"].item() if before.height else 1) - 1
    return bulletins.with_columns(
        confirmed=pl.when(falls).then(reported).otherwise(pl.col("confirmed")),
        local=pl.when(falls).then(pl.min_horizontal("local", pl.lit(reported))).otherwise(pl.col("local")),
        dirt=pl.when(falls).then(pl.lit(Dirt.FALLING_COUNT.value)),
    )
