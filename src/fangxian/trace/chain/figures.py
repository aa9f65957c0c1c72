"""What chains say of the epidemic: the serial interval of its pairs, and how many each generation infected."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from fangxian.trace.cases import Basis

Z: Final = 1.96
"""The standard normal quantile of a two-sided interval of 95 percent."""

OBSERVED_DAYS: Final = 14
"""Whoever fell ill so many days ago has infected all whom they will; of later ones more may still be found."""


@dataclass(frozen=True, kw_only=True)
class SerialInterval:
    """Days from the onset of infectors to that of those they infected, over the likeliest links: all null where there are no such pairs.

    `low` and `high` bound the mean at 95 percent by the normal approximation, null for fewer than two pairs. Only pairs count in which
    both onsets are known. It says what the chains say, and they were weighed by a published interval: links by hand alone are free of it.
    """

    pairs: int
    by_hand: int
    mean_days: float | None
    sd_days: float | None
    median_days: float | None
    low: float | None
    high: float | None


def serial_interval(links: pl.DataFrame) -> SerialInterval:
    """Return the serial interval of links: rows with days, basis, infector_basis and origin."""
    onset = str(Basis.ONSET)
    pairs = links.filter((pl.col("basis") == onset) & (pl.col("infector_basis") == onset))
    days = pairs["days"].cast(pl.Float64)
    count = days.len()
    mean = days.mean() if count else None
    sd = days.std() if count > 1 else None
    half = Z * float(sd) / math.sqrt(count) if isinstance(sd, float) else None
    middle = float(mean) if isinstance(mean, float) else None
    return SerialInterval(
        pairs=count,
        by_hand=pairs.filter(pl.col("origin") == "added").height,
        mean_days=middle,
        sd_days=float(sd) if isinstance(sd, float) else None,
        median_days=float(days.median()) if count else None,  # type: ignore[arg-type]  # a median of numbers is one
        low=middle - half if middle is not None and half is not None else None,
        high=middle + half if middle is not None and half is not None else None,
    )


def reproduction(cases: pl.DataFrame, candidates: pl.DataFrame, *, known_at: datetime) -> pl.DataFrame:
    """Return how many each generation infected, one row a generation.

    Shape: generation, cases, observed (cases long enough ago), infected (whom those infected in the likeliest forest), r, r_low, r_high
    (at 95 percent, by Byar's approximation of a Poisson count), r_expected (by the shares of all candidates: those who have none in the
    forest count, too). r is null where nobody was long enough ago. `cases` has person_id, infector_person_id, generation and day_at.
    """
    seen = cases.with_columns(is_observed=pl.col("day_at") <= known_at - timedelta(days=OBSERVED_DAYS))
    direct = cases.group_by(pl.col("infector_person_id").alias("person_id")).agg(pl.len().alias("infected"))
    expected = candidates.group_by(pl.col("infector_person_id").alias("person_id")).agg(pl.col("share").sum().alias("expected"))
    counted = seen.join(direct, on="person_id", how="left").join(expected, on="person_id", how="left")
    counted = counted.with_columns(pl.col("infected").fill_null(0), pl.col("expected").fill_null(0.0))
    observed = pl.col("is_observed")
    summed = counted.group_by("generation").agg(
        cases=pl.len(),
        observed=observed.sum(),
        infected=pl.col("infected").filter(observed).sum(),
        expected=pl.col("expected").filter(observed).sum(),
    )
    of = pl.when(pl.col("observed") > 0).then(pl.col("observed"))
    return (
        summed.with_columns(
            r=pl.col("infected") / of,
            r_low=_byar_low(pl.col("infected")) / of,
            r_high=_byar_high(pl.col("infected")) / of,
            r_expected=pl.col("expected") / of,
        )
        .drop("expected")
        .sort("generation")
    )


def _byar_low(count: pl.Expr) -> pl.Expr:
    known = pl.when(count > 0).then(count)
    return (known * (1 - 1 / (9 * known) - Z / (3 * known.sqrt())) ** 3).fill_null(0.0)


def _byar_high(count: pl.Expr) -> pl.Expr:
    more = count + 1
    return more * (1 - 1 / (9 * more) + Z / (3 * more.sqrt())) ** 3
