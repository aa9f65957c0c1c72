"""What people report of themselves: temperature and symptoms, in the words of the forms."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Flags = npt.NDArray[np.bool_]

SYMPTOM_WORDS: Final = ("发热", "发热^咳嗽", "2", "咳嗽^乏力", "3^2")
"""Words and numbers of the national form that an ill person may report."""


def condition(ill: Flags, *, random: np.random.Generator) -> dict[str, pl.Series]:
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
