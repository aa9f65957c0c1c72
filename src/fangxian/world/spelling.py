"""How agencies write times: three forms, mixed in one file; every form of every minute of a world is written once and looked up."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.season import MINUTES_A_DAY, Season

Integers = npt.NDArray[np.int64]

FORMS: Final = 3
DASHES, SLASHES, DIGITS = range(FORMS)

_INSTANT_FORMS: Final = ("%Y-%m-%d %H:%M:%S", "%Y/%-m/%-d %-H:%M", "%Y%m%d%H%M%S")
_DAY_FORMS: Final = ("%Y-%m-%d", "%Y/%-m/%-d", "%Y%m%d")
_DAYS_BEFORE: Final = 70
_DAYS_AFTER: Final = 40


def spelled_instants(minutes: Integers, form: Integers, *, season: Season) -> pl.Series:
    """Return instants (minutes since the world's first midnight) as text, each in its form; no later than 40 days after its end."""
    texts = _instant_texts(season)
    place = (minutes + _DAYS_BEFORE * MINUTES_A_DAY) * FORMS + form
    return texts.gather(place)


def spelled_days(days: Integers, form: Integers, *, season: Season) -> pl.Series:
    """Return days as text, each in its form; any day of the last decades."""
    known, place = np.unique(days, return_inverse=True)
    dates = pl.Series([season.date_of(int(day)) for day in known], dtype=pl.Date)
    texts = (
        pl.DataFrame([dates.dt.strftime(text).alias(text) for text in _DAY_FORMS]).to_numpy().ravel() if len(known) else np.empty(0, str)
    )
    return pl.Series(texts, dtype=pl.String).gather(place * FORMS + form)


@lru_cache(maxsize=2)
def _instant_texts(season: Season) -> pl.Series:
    """Return every minute's text in every form, one after another."""
    first = datetime.combine(season.start, datetime.min.time()) - timedelta(days=_DAYS_BEFORE)
    last = first + timedelta(days=_DAYS_BEFORE + season.days + _DAYS_AFTER)
    minutes = pl.datetime_range(first, last, "1m", closed="left", eager=True)
    texts = pl.DataFrame([minutes.dt.strftime(form).alias(form) for form in _INSTANT_FORMS])
    return pl.concat(
        [pl.DataFrame({"minute": np.arange(len(minutes)), "form": form, "text": texts[name]}) for form, name in enumerate(_INSTANT_FORMS)]
    ).sort("minute", "form")["text"]
