"""Tables of what agencies recorded: rows about people at instants, numbered in the order in which they were sent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.dirt import Dirt
from fangxian.world.season import Season

Integers = npt.NDArray[np.int64]


def rows_about(person: Integers, at: Integers, *, delay: tuple[int, int], random: np.random.Generator, **columns: object) -> pl.DataFrame:
    """Return rows about people at instants, each sent between the minutes of `delay` later."""
    known = at + random.integers(*delay, len(person))
    return pl.DataFrame({"person": person, "at": at, "known": known}).with_columns(**columns)  # type: ignore[arg-type]


def numbered(table: pl.DataFrame, *, season: Season) -> pl.DataFrame:
    """Keep what was sent before the world ended, in the order of sending, and number the records from 0."""
    sent = table.filter(pl.col("known") < season.minutes).sort("known", maintain_order=True)
    return sent.with_row_index("record").cast({"record": pl.Int64})


def nothing(rows: int, *, dtype: type[pl.DataType] = pl.Int64) -> pl.Series:
    """Return a column without a value."""
    return pl.Series([None] * min(1, rows), dtype=dtype).extend_constant(None, max(0, rows - 1))


def with_corrections(right: pl.DataFrame, wrong: pl.DataFrame, *, season: Season, random: np.random.Generator) -> pl.DataFrame:
    """Put wrong rows before the right ones that name them in `corrects`, and let the right ones come hours later.

    `wrong` has a number of its own for each row, and in `correction` the number of the right row.
    """
    later = pl.Series(random.integers(5 * 60, 40 * 60, wrong.height))
    named = wrong.select(
        record=pl.col("correction"), names=pl.col("record"), corrected=pl.min_horizontal(pl.col("known") + later, season.minutes - 1)
    )
    joined = right.join(named, on="record", how="left", maintain_order="left")
    joined = joined.with_columns(
        known=pl.coalesce("corrected", "known"),
        corrects=pl.col("names"),
        dirt=pl.when(pl.col("names").is_not_null()).then(pl.lit(Dirt.CORRECTION.value)),
    ).drop("names", "corrected")
    earlier = wrong.drop("correction").with_columns(dirt=pl.lit(Dirt.CORRECTED.value))
    return pl.concat([joined, earlier.select(joined.columns)]).sort("known", maintain_order=True)
