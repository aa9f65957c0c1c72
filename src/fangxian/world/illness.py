"""How cases run their course in the books of hospitals and disease control: suspected, confirmed or excluded, discharged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.care import buy_medicine, visit_clinics
from fangxian.world.disease import Disease
from fangxian.world.draws import stream
from fangxian.world.epidemic import NEVER, Epidemic
from fangxian.world.fevers import Fevers
from fangxian.world.geography import Atlas
from fangxian.world.people import People
from fangxian.world.records import numbered, rows_about, with_corrections
from fangxian.world.season import MINUTES_A_DAY, Season
from fangxian.world.testing import correct_tests, take_tests

Integers = npt.NDArray[np.int64]

HOSPITALS_A_COUNTY: Final = 3
CORRECTED: Final = 0.01
"""Share of confirmations whose onset was reported wrongly at first."""


@dataclass(frozen=True, kw_only=True)
class Illness:
    """The tables of four agencies, and which report confirmed whom."""

    tables: dict[str, pl.DataFrame]
    report: Integers
    """For each person the number of the report that confirmed (or, of ordinary fevers, suspected) the case; -1 for none."""
    confirmed_at: Integers
    """For each person the minute of confirmation; NEVER * 1440 where there is none."""
    discharged_at: Integers


def record_illness(
    people: People, *, epidemic: Epidemic, fevers: Fevers, disease: Disease, atlas: Atlas, season: Season, seed: int
) -> Illness:
    """Write down what hospitals, laboratories and pharmacies did. Whatever lies after the world's last day has not happened."""
    random = stream(seed, "illness")
    case = np.flatnonzero(epidemic.found < season.days)
    case = case[np.argsort(epidemic.found[case], kind="stable")]
    suspected_at = epidemic.found[case] * MINUTES_A_DAY + random.integers(8 * 60, 16 * 60, len(case))
    quiet = epidemic.asymptomatic[case]
    confirmed_at = suspected_at + np.where(quiet, 0, random.integers(5 * 60, 30 * 60, len(case)))
    stay = np.maximum(8.0, random.normal(disease.days_in_hospital, 4.0, len(case)))
    discharged_at = confirmed_at + (stay * MINUTES_A_DAY).astype(np.int64)
    hospital = atlas.numbers[people.county] * 100 + np.arange(len(people)) % HOSPITALS_A_COUNTY + 1
    reports = _reports(
        case,
        quiet=quiet,
        onset=epidemic.onset[case],
        suspected_at=suspected_at,
        confirmed_at=confirmed_at,
        discharged_at=discharged_at,
        fevers=fevers,
        random=random,
    )
    reports = numbered(reports.with_columns(hospital=hospital[reports["person"].to_numpy()]), season=season)
    tests = take_tests(
        case, suspected_at=suspected_at, discharged_at=discharged_at, epidemic=epidemic, fevers=fevers, disease=disease, random=random
    )
    laboratory = atlas.numbers[atlas.prefecture[people.county]] * 100 + 1
    tests = numbered(tests.with_columns(laboratory=laboratory[tests["person"].to_numpy()]), season=season)
    report, confirmed, discharged = (np.full(len(people), -1), *np.full((2, len(people)), NEVER * MINUTES_A_DAY))
    first = reports.filter(pl.col("corrects").is_null() & pl.col("status").is_in(["确诊", "无症状", "疑似"]))
    for status in ("疑似", "确诊", "无症状"):
        some = first.filter(pl.col("status") == status)
        report[some["person"].to_numpy()] = some["record"].to_numpy()
    confirmed[case], discharged[case] = confirmed_at, discharged_at
    visits = visit_clinics(case[~quiet], suspected_at=suspected_at[~quiet], hospital=hospital, fevers=fevers, random=random)
    bought = buy_medicine(people, epidemic=epidemic, fevers=fevers, atlas=atlas, random=random)
    return Illness(
        tables={
            "disease-control": _corrected(reports, season=season, random=random),
            "laboratory": correct_tests(tests, season=season, random=random),
            "fever-clinic": numbered(visits, season=season),
            "pharmacy": numbered(bought, season=season),
        },
        report=report,
        confirmed_at=confirmed,
        discharged_at=discharged,
    )


def _reports(
    case: Integers,
    *,
    quiet: npt.NDArray[np.bool_],
    onset: Integers,
    suspected_at: Integers,
    confirmed_at: Integers,
    discharged_at: Integers,
    fevers: Fevers,
    random: np.random.Generator,
) -> pl.DataFrame:
    """Return the reports of a case's course: suspected, confirmed, discharged; and of fevers that were suspected, then excluded."""
    delay = (20, 12 * 60)
    fever, day = fevers.person[fevers.suspected], fevers.day[fevers.suspected]
    seen_at = (day + 1) * MINUTES_A_DAY + random.integers(9 * 60, 15 * 60, len(fever))
    excluded_at = seen_at + random.integers(18 * 60, 60 * 60, len(fever))
    ill = case[~quiet]
    parts = [
        rows_about(ill, suspected_at[~quiet], delay=delay, random=random, status=pl.lit("疑似"), onset=pl.Series(onset[~quiet])),
        rows_about(ill, confirmed_at[~quiet], delay=delay, random=random, status=pl.lit("确诊"), onset=pl.Series(onset[~quiet])),
        rows_about(
            case[quiet], confirmed_at[quiet], delay=delay, random=random, status=pl.lit("无症状"), onset=pl.lit(None, dtype=pl.Int64)
        ),
        rows_about(case, discharged_at, delay=delay, random=random, status=pl.lit("出院"), onset=pl.lit(None, dtype=pl.Int64)),
        rows_about(fever, seen_at, delay=delay, random=random, status=pl.lit("疑似"), onset=pl.Series(day)),
        rows_about(fever, excluded_at, delay=delay, random=random, status=pl.lit("排除"), onset=pl.lit(None, dtype=pl.Int64)),
    ]
    # Who is found before falling ill is reported without an onset.
    onset_known = pl.when(pl.col("onset") <= pl.col("at") // MINUTES_A_DAY).then("onset")
    return pl.concat(parts).with_columns(corrects=pl.lit(None, dtype=pl.Int64), onset=onset_known)


def _corrected(reports: pl.DataFrame, *, season: Season, random: np.random.Generator) -> pl.DataFrame:
    """Let disease control have reported the onset of a few cases wrongly at first."""
    some = reports.filter(pl.Series(random.random(reports.height) < CORRECTED) & (pl.col("status") == "确诊"))
    wrong = some.with_columns(
        correction=pl.col("record"), record=pl.Series(np.arange(some.height, dtype=np.int64)) + reports.height, onset=pl.col("onset") - 3
    )
    return with_corrections(reports, wrong, season=season, random=random)
