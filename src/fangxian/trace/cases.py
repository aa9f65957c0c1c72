"""Cases, and the time in which each could infect others: from some days before onset, or before the sample, until isolation."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.facts import Diagnosis, LabTest, MedicalMeasure
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known

SAMPLE_COUNTS_DAYS: Final = 14
"""A positive sample from longer before the diagnosis is of another episode."""


class Basis(StrEnum):
    """What a case's time of infecting others is counted from, the surest first."""

    ONSET = "onset"
    SAMPLE = "sample"
    DIAGNOSIS = "diagnosis"


def cases(known: Known, *, days_before: int, statuses: Sequence[str], days_after: int | None) -> ir.Table:
    """Return every case once, with the time in which it could infect others.

    Shape: case_fact_id (the first diagnosis with one of `statuses`), case_person_id, found_at, basis, from_at, until_at. The time
    begins `days_before` local days before the day of onset; of those without symptoms, or whose onset nobody knows, before the day
    of the first positive sample, or else of the diagnosis. It ends with isolation, with the diagnosis where none is known, and
    at the latest `days_after` days after its day of reckoning where that is given. A suspicion that was excluded is no case.
    """
    diagnoses = known.facts(Diagnosis)
    first = _first_diagnosis(diagnoses, statuses)
    onset = diagnoses.filter(diagnoses.onset_on.notnull()).group_by("person_id").agg(onset_on=lambda t: t.onset_on.min())
    tests = known.facts(LabTest).filter(lambda t: t.outcome == "positive")
    sampled = tests.inner_join(first, tests.person_id == first.case_person_id).filter(
        lambda t: (t.from_at <= t.found_at) & (t.from_at > t.found_at - ibis.interval(days=SAMPLE_COUNTS_DAYS))
    )
    sample = sampled.group_by("case_person_id").agg(sampled_at=sampled.from_at.min())
    reckoned = first.left_join(onset, first.case_person_id == onset.person_id).drop("person_id")
    reckoned = reckoned.left_join(sample, "case_person_id").drop("case_person_id_right")
    day_of_onset = reckoned.onset_on.cast(INSTANT) - known.offset
    reckoned = reckoned.mutate(
        basis=ibis.cases(
            (reckoned.onset_on.notnull(), str(Basis.ONSET)), (reckoned.sampled_at.notnull(), str(Basis.SAMPLE)), else_=str(Basis.DIAGNOSIS)
        ),
        day_at=ibis.coalesce(day_of_onset, known.start_of_day(ibis.coalesce(reckoned.sampled_at, reckoned.found_at))),
    )
    timed = reckoned.mutate(from_at=reckoned.day_at - ibis.interval(days=days_before))
    isolated = _isolated(known, timed)
    ended = timed.left_join(isolated, "case_person_id").drop("case_person_id_right")
    until_at = ibis.ifelse(ended.isolated_at < ended.found_at, ended.isolated_at, ended.found_at)
    until_at = ibis.coalesce(until_at, ended.found_at)
    if days_after is not None:
        latest = ended.day_at + ibis.interval(days=days_after + 1)
        until_at = ibis.ifelse(latest < until_at, latest, until_at)
    return ended.select(
        "case_fact_id",
        "case_person_id",
        "found_at",
        "basis",
        from_at=ended.from_at.cast(INSTANT),
        until_at=ibis.ifelse(until_at > ended.from_at, until_at, ended.from_at).cast(INSTANT),
    )


def _isolated(known: Known, cases: ir.Table) -> ir.Table:
    """Return since when each case was in central isolation, not before its time began: case_person_id, isolated_at."""
    measures = known.facts(MedicalMeasure)
    released = measures.filter(measures.kind == "released").select(released_person_id="person_id", released_at="from_at")
    central = measures.filter(measures.kind == "central").select("person_id", measure_at="from_at")
    apart = central.inner_join(cases, central.person_id == cases.case_person_id)
    still = apart.anti_join(
        released,
        [apart.person_id == released.released_person_id, released.released_at >= apart.measure_at, released.released_at <= apart.from_at],
    )
    since = ibis.ifelse(still.measure_at > still.from_at, still.measure_at, still.from_at)
    return still.group_by("case_person_id").agg(isolated_at=since.min())


def _first_diagnosis(diagnoses: ir.Table, statuses: Sequence[str]) -> ir.Table:
    """Return the first diagnosis of each person that makes a case: case_fact_id, case_person_id, found_at."""
    excluded = diagnoses.filter(diagnoses.status == "excluded").select(excluded_person_id="person_id", excluded_at="from_at")
    making = diagnoses.filter(diagnoses.status.isin(list(statuses)))
    standing = making.anti_join(
        excluded,
        [
            making.status == "suspected",
            making.person_id == excluded.excluded_person_id,
            making.from_at <= excluded.excluded_at,
        ],
    )
    in_order = ibis.window(group_by=standing.person_id, order_by=[standing.from_at, standing.fact_id])
    ranked = standing.mutate(place=ibis.row_number().over(in_order))
    return ranked.filter(ranked.place == 0).select(case_fact_id="fact_id", case_person_id="person_id", found_at="from_at")
