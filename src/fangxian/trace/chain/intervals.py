"""Distributions of days between two onsets, by whole days: how likely each number of days is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from statistics import NormalDist
from typing import Final

import numpy as np
import pyarrow as pa

FIRST_DAY: Final = -20
LAST_DAY: Final = 40
"""What lies outside is taken to be impossible; the rest is made to sum to one."""

_STEPS: Final = 1_000
"""Into so many steps a day is cut where a distribution has no closed form."""

Cumulative = Callable[[float], float]


def by_days(distribution: str, *, mean: float, sd: float) -> pa.Table:
    """Return how likely each whole number of days is: `days` (int64) and `probability`, which sums to one.

    A day stands for the half days on both sides of it; what falls below half a day of a distribution without negative values is on day 0.

    >>> by_days("normal", mean=4.0, sd=1.0).num_rows
    61
    """
    cumulative = DISTRIBUTIONS[distribution](mean, sd)
    days = range(FIRST_DAY, LAST_DAY + 1)
    shares = np.array([cumulative(day + 0.5) - cumulative(day - 0.5) for day in days])
    return pa.table({"days": pa.array(days, pa.int64()), "probability": pa.array(shares / shares.sum(), pa.float64())})


def typical(intervals: pa.Table) -> float:
    """Return how likely an interval is on the mean that is drawn from the distribution itself: the sum of squares."""
    return float((intervals["probability"].to_numpy() ** 2).sum())


def _normal(mean: float, sd: float) -> Cumulative:
    return NormalDist(mean, sd).cdf


def _lognormal(mean: float, sd: float) -> Cumulative:
    variance = math.log(1 + (sd / mean) ** 2)
    of_logarithm = NormalDist(math.log(mean) - variance / 2, math.sqrt(variance))
    return lambda days: of_logarithm.cdf(math.log(days)) if days > 0 else 0.0


def _gamma(mean: float, sd: float) -> Cumulative:
    shape, scale = (mean / sd) ** 2, sd**2 / mean
    edges = np.linspace(0, LAST_DAY + 1, (LAST_DAY + 1) * _STEPS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    density = np.exp((shape - 1) * np.log(middles) - middles / scale - math.lgamma(shape) - shape * math.log(scale))
    below = np.concatenate([[0.0], np.cumsum(density) / _STEPS])
    return lambda days: float(np.interp(days, edges, below))


DISTRIBUTIONS: Final[Mapping[str, Callable[[float, float], Cumulative]]] = {"gamma": _gamma, "lognormal": _lognormal, "normal": _normal}
"""Each by its name in a chain.yaml: from mean and standard deviation in days to the share below a number of days."""
