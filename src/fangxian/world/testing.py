"""What laboratories report: verdicts on cases, on people under isolation, on fevers; and a few that they got wrong."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.disease import Disease
from fangxian.world.epidemic import NEVER, Epidemic
from fangxian.world.fevers import Fevers
from fangxian.world.records import rows_about, with_corrections
from fangxian.world.season import MINUTES_A_DAY, Season

Integers = npt.NDArray[np.int64]

CORRECTED: Final = 0.01
"""Share of verdicts that were reported wrongly at first."""

CONTACTS_TESTED: Final = 0.7
INVALID: Final = 0.004
ENGLISH: Final = 0.25
"""Share of verdicts that come in English."""


def take_tests(
    case: Integers,
    *,
    suspected_at: Integers,
    discharged_at: Integers,
    epidemic: Epidemic,
    fevers: Fevers,
    disease: Disease,
    random: np.random.Generator,
) -> pl.DataFrame:
    """Return tests: of cases when found and before discharge, of people under isolation, of fevers."""
    delay = (4 * 60, 14 * 60)
    missed = random.random(len(case)) >= disease.first_positive_test
    contact = np.flatnonzero((epidemic.isolated_from < NEVER) & (epidemic.found >= epidemic.isolated_until))
    contact = contact[random.random(len(contact)) < CONTACTS_TESTED]
    contact_at = epidemic.isolated_from[contact] * MINUTES_A_DAY + random.integers(10 * 60, 4 * MINUTES_A_DAY, len(contact))
    fever, day = fevers.person[fevers.seen], fevers.day[fevers.seen]
    tested = random.random(len(fever)) < np.where(fevers.suspected[fevers.seen], 1.0, 0.3)
    fever_at = (day[tested] + 1) * MINUTES_A_DAY + random.integers(10 * 60, 16 * 60, int(tested.sum()))
    parts = [
        rows_about(case[missed], suspected_at[missed] - 26 * 60, delay=delay, random=random, positive=pl.lit(False)),
        rows_about(case, suspected_at - 60, delay=(4 * 60, 6 * 60), random=random, positive=pl.lit(True)),
        *(rows_about(case, discharged_at - days * MINUTES_A_DAY, delay=delay, random=random, positive=pl.lit(False)) for days in (2, 1)),
        rows_about(contact, contact_at, delay=delay, random=random, positive=pl.lit(False)),
        rows_about(fever[tested], fever_at, delay=delay, random=random, positive=pl.lit(False)),
    ]
    tests = pl.concat(parts)
    invalid = random.random(tests.height) < INVALID
    english = random.random(tests.height) < ENGLISH
    method = random.choice(["核酸", "IgM", "IgG"], tests.height, p=[0.96, 0.03, 0.01])
    positive = tests["positive"].to_numpy()
    outcome = np.where(english, np.where(positive, "pos", "neg"), np.where(positive, "阳性", "阴性"))
    return tests.drop("positive").with_columns(
        method=pl.Series(method), outcome=pl.Series(np.where(invalid & ~positive, "无效", outcome)), corrects=pl.lit(None, dtype=pl.Int64)
    )


def correct_tests(tests: pl.DataFrame, *, season: Season, random: np.random.Generator) -> pl.DataFrame:
    """Let the laboratory have reported a few verdicts wrongly at first: an earlier row that the right one names."""
    some = tests.filter(pl.Series(random.random(tests.height) < CORRECTED) & pl.col("outcome").is_in(["阴性", "阳性"]))
    wrong = some.with_columns(
        correction=pl.col("record"),
        record=pl.Series(np.arange(some.height, dtype=np.int64)) + tests.height,
        outcome=pl.when(pl.col("outcome") == "阴性").then(pl.lit("阳性")).otherwise(pl.lit("阴性")),
    )
    return with_corrections(tests, wrong, season=season, random=random)
