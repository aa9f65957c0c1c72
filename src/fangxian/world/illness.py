"""What hospitals, laboratories and pharmacies know: cases from suspicion to discharge, and people with ordinary fevers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.dirt import Dirt
from fangxian.world.disease import Disease
from fangxian.world.draws import stream
from fangxian.world.epidemic import NEVER, Epidemic
from fangxian.world.geography import Atlas
from fangxian.world.people import People
from fangxian.world.season import MINUTES_A_DAY, Season

Integers = npt.NDArray[np.int64]

FEVERS_A_DAY: Final = 0.0004
"""Chance a day of a fever that is not the disease."""

FEVER_DAYS: Final = 4
HOSPITALS_A_COUNTY: Final = 3
PHARMACIES_A_COUNTY: Final = 20
CORRECTED_TESTS: Final = 0.01
CORRECTED_REPORTS: Final = 0.01


@dataclass(frozen=True, kw_only=True)
class Fevers:
    """Ordinary fevers: who, from which day, whether a fever clinic saw the person, whether it first suspected the disease."""

    person: Integers
    day: Integers
    seen: npt.NDArray[np.bool_]
    suspected: npt.NDArray[np.bool_]

    @classmethod
    def strike(cls, people: People, *, season: Season, spared: npt.NDArray[np.bool_], seed: int) -> Fevers:
        """Draw the fevers of a world; those with the disease itself are spared."""
        random = stream(seed, "fevers")
        count = random.poisson(FEVERS_A_DAY * len(people) * season.days)
        person = random.integers(0, len(people), count)
        person = person[~spared[person]]
        seen = random.random(len(person)) < 0.35
        return cls(
            person=person,
            day=random.integers(0, season.days, len(person)),
            seen=seen,
            suspected=seen & (random.random(len(person)) < 0.08),
        )


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
    reports = _reports(random, case, quiet, epidemic.onset[case], suspected_at, confirmed_at, discharged_at, fevers)
    reports = _finished(reports.with_columns(hospital=hospital[reports["person"].to_numpy()]), season)
    tests = _tests(random, people, case, suspected_at, discharged_at, epidemic, fevers, disease)
    laboratory = atlas.numbers[atlas.prefecture[people.county]] * 100 + 1
    tests = _finished(tests.with_columns(laboratory=laboratory[tests["person"].to_numpy()]), season)
    report, confirmed, discharged = (np.full(len(people), -1), *np.full((2, len(people)), NEVER * MINUTES_A_DAY))
    first = reports.filter(pl.col("corrects").is_null() & pl.col("status").is_in(["确诊", "无症状", "疑似"]))
    for status in ("疑似", "确诊", "无症状"):
        some = first.filter(pl.col("status") == status)
        report[some["person"].to_numpy()] = some["record"].to_numpy()
    confirmed[case], discharged[case] = confirmed_at, discharged_at
    return Illness(
        tables={
            "disease-control": _corrected_reports(random, reports, season),
            "laboratory": _corrected_tests(random, tests, season),
            "fever-clinic": _finished(_clinic(random, hospital, case[~quiet], suspected_at[~quiet], fevers), season),
            "pharmacy": _finished(_pharmacy(random, people, atlas, epidemic, fevers), season),
        },
        report=report,
        confirmed_at=confirmed,
        discharged_at=discharged,
    )


def _finished(table: pl.DataFrame, season: Season) -> pl.DataFrame:
    """Keep what was sent before the world ended, in order of sending, and number the records."""
    return (
        table.filter(pl.col("known") < season.minutes)
        .sort("known", maintain_order=True)
        .with_row_index("record")
        .cast({"record": pl.Int64})
    )


def _rows(random: np.random.Generator, person: Integers, at: Integers, *, delay: tuple[int, int], **columns: object) -> pl.DataFrame:
    """Return rows about people at instants, sent between the minutes of `delay` later."""
    known = at + random.integers(*delay, len(person))
    return pl.DataFrame({"person": person, "at": at, "known": known}).with_columns(**columns)  # type: ignore[arg-type]


def _reports(
    random: np.random.Generator,
    case: Integers,
    quiet: npt.NDArray[np.bool_],
    onset: Integers,
    suspected_at: Integers,
    confirmed_at: Integers,
    discharged_at: Integers,
    fevers: Fevers,
) -> pl.DataFrame:
    """Return the reports of a case's course: suspected, confirmed, discharged; and of fevers that were suspected, then excluded."""
    delay = (20, 12 * 60)
    fever, day = fevers.person[fevers.suspected], fevers.day[fevers.suspected]
    seen_at = (day + 1) * MINUTES_A_DAY + random.integers(9 * 60, 15 * 60, len(fever))
    excluded_at = seen_at + random.integers(18 * 60, 60 * 60, len(fever))
    ill = case[~quiet]
    parts = [
        _rows(random, ill, suspected_at[~quiet], delay=delay, status=pl.lit("疑似"), onset=pl.Series(onset[~quiet])),
        _rows(random, ill, confirmed_at[~quiet], delay=delay, status=pl.lit("确诊"), onset=pl.Series(onset[~quiet])),
        _rows(random, case[quiet], confirmed_at[quiet], delay=delay, status=pl.lit("无症状"), onset=pl.lit(None, dtype=pl.Int64)),
        _rows(random, case, discharged_at, delay=delay, status=pl.lit("出院"), onset=pl.lit(None, dtype=pl.Int64)),
        _rows(random, fever, seen_at, delay=delay, status=pl.lit("疑似"), onset=pl.Series(day)),
        _rows(random, fever, excluded_at, delay=delay, status=pl.lit("排除"), onset=pl.lit(None, dtype=pl.Int64)),
    ]
    # Who is found before falling ill is reported without an onset.
    onset_known = pl.when(pl.col("onset") <= pl.col("at") // MINUTES_A_DAY).then("onset")
    return pl.concat(parts).with_columns(corrects=pl.lit(None, dtype=pl.Int64), onset=onset_known)


def _tests(
    random: np.random.Generator,
    people: People,
    case: Integers,
    suspected_at: Integers,
    discharged_at: Integers,
    epidemic: Epidemic,
    fevers: Fevers,
    disease: Disease,
) -> pl.DataFrame:
    """Return tests: of cases when found and before discharge, of people under isolation, of fevers."""
    delay = (4 * 60, 14 * 60)
    missed = random.random(len(case)) >= disease.first_positive_test
    contact = np.flatnonzero((epidemic.isolated_from < NEVER) & (epidemic.found >= epidemic.isolated_until))
    contact = contact[random.random(len(contact)) < 0.7]
    contact_at = epidemic.isolated_from[contact] * MINUTES_A_DAY + random.integers(10 * 60, 4 * MINUTES_A_DAY, len(contact))
    fever, day = fevers.person[fevers.seen], fevers.day[fevers.seen]
    tested = random.random(len(fever)) < np.where(fevers.suspected[fevers.seen], 1.0, 0.3)
    fever_at = (day[tested] + 1) * MINUTES_A_DAY + random.integers(10 * 60, 16 * 60, int(tested.sum()))
    parts = [
        _rows(random, case[missed], suspected_at[missed] - 26 * 60, delay=delay, positive=pl.lit(False)),
        _rows(random, case, suspected_at - 60, delay=(4 * 60, 6 * 60), positive=pl.lit(True)),
        *(_rows(random, case, discharged_at - days * MINUTES_A_DAY, delay=delay, positive=pl.lit(False)) for days in (2, 1)),
        _rows(random, contact, contact_at, delay=delay, positive=pl.lit(False)),
        _rows(random, fever[tested], fever_at, delay=delay, positive=pl.lit(False)),
    ]
    tests = pl.concat(parts)
    invalid = random.random(tests.height) < 0.004
    english = random.random(tests.height) < 0.25
    method = random.choice(["核酸", "IgM", "IgG"], tests.height, p=[0.96, 0.03, 0.01])
    positive = tests["positive"].to_numpy()
    outcome = np.where(english, np.where(positive, "pos", "neg"), np.where(positive, "阳性", "阴性"))
    return tests.drop("positive").with_columns(
        method=pl.Series(method), outcome=pl.Series(np.where(invalid & ~positive, "无效", outcome)), corrects=pl.lit(None, dtype=pl.Int64)
    )


def _corrected_tests(random: np.random.Generator, tests: pl.DataFrame, season: Season) -> pl.DataFrame:
    """Let the laboratory have reported a few verdicts wrongly at first: an earlier row that the right one names."""
    some = tests.filter(pl.Series(random.random(tests.height) < CORRECTED_TESTS) & pl.col("outcome").is_in(["阴性", "阳性"]))
    wrong = some.with_columns(
        correction=pl.col("record"),
        record=pl.Series(np.arange(some.height, dtype=np.int64)) + tests.height,
        outcome=pl.when(pl.col("outcome") == "阴性").then(pl.lit("阳性")).otherwise(pl.lit("阴性")),
    )
    return _with_corrections(random, tests, wrong, season)


def _corrected_reports(random: np.random.Generator, reports: pl.DataFrame, season: Season) -> pl.DataFrame:
    """Let disease control have reported the onset of a few cases wrongly at first."""
    some = reports.filter(pl.Series(random.random(reports.height) < CORRECTED_REPORTS) & (pl.col("status") == "确诊"))
    wrong = some.with_columns(
        correction=pl.col("record"), record=pl.Series(np.arange(some.height, dtype=np.int64)) + reports.height, onset=pl.col("onset") - 3
    )
    return _with_corrections(random, reports, wrong, season)


def _with_corrections(random: np.random.Generator, right: pl.DataFrame, wrong: pl.DataFrame, season: Season) -> pl.DataFrame:
    """Put wrong rows before the right ones that name them, and let the right ones come hours later."""
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


def _clinic(random: np.random.Generator, hospital: Integers, case: Integers, suspected_at: Integers, fevers: Fevers) -> pl.DataFrame:
    """Return visits to fever clinics: of cases just before they are suspected, and of ordinary fevers."""
    fever, day = fevers.person[fevers.seen], fevers.day[fevers.seen]
    fever_at = day * MINUTES_A_DAY + random.integers(8 * 60, 22 * 60, len(fever))
    visits = pl.concat(
        [
            _rows(random, case, suspected_at - 90, delay=(10, 60), outcome=pl.Series(random.choice(["发热", "转诊"], len(case)))),
            _rows(
                random,
                fever,
                fever_at,
                delay=(60, 24 * 60),
                outcome=pl.Series(random.choice(["发热", "未发热", "转诊"], len(fever), p=[0.6, 0.35, 0.05])),
            ),
        ]
    )
    return visits.with_columns(hospital=hospital[visits["person"].to_numpy()])


def _pharmacy(random: np.random.Generator, people: People, atlas: Atlas, epidemic: Epidemic, fevers: Fevers) -> pl.DataFrame:
    """Return what people with a fever bought; medicine is also bought by people who are well."""
    infected = epidemic.infected[~epidemic.asymptomatic[epidemic.infected]]
    ill = np.concatenate([infected, fevers.person])
    day = np.concatenate([epidemic.onset[infected], fevers.day])
    buys = random.random(len(ill)) < 0.5
    ill, day = ill[buys], day[buys] + random.integers(0, 2, int(buys.sum()))
    careful = random.integers(0, len(people), len(people) // 100)
    person = np.concatenate([ill, careful])
    last = int(day.max(initial=0)) + 1
    at = np.concatenate([day, random.integers(0, last, len(careful))]) * MINUTES_A_DAY + random.integers(8 * 60, 21 * 60, len(person))
    return _rows(
        random,
        person,
        at,
        delay=(60, 30 * 60),
        pharmacy=pl.Series(atlas.numbers[people.county[person]] * 100 + person % PHARMACIES_A_COUNTY),
        medicine=pl.Series(random.choice(["退热", "止咳", "抗生素", "抗病毒"], len(person), p=[0.5, 0.3, 0.12, 0.08])),
    ).filter(pl.col("at") >= 0)
