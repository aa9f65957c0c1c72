"""Random numbers by name: each part of a world draws from its own stream, so a change in one part leaves the others alone."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import numpy.typing as npt


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of one part of a world: the same seed and name give the same numbers."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, crc32(name.encode())])))


def chosen(random: np.random.Generator, weight: npt.NDArray[np.float64], *, count: int) -> npt.NDArray[np.int64]:
    """Return `count` different places of `weight`, drawn with chances in proportion; fewer where fewer have a weight.

    Source of the method: Efraimidis and Spirakis, Weighted random sampling with a reservoir, 2006.
    """
    possible = np.flatnonzero(weight > 0)
    keys = np.log(random.random(len(possible))) / weight[possible]
    count = min(count, len(possible))
    best = np.argpartition(-keys, count - 1)[:count] if count else np.empty(0, dtype=np.int64)
    return np.sort(possible[best])


def mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return the SplitMix64 finalizer of each number: a bijection of 64 bits that looks random.

    Source: Steele, Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
    """
    with np.errstate(over="ignore"):
        z = numbers + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))
