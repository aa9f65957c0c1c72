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
    at the latest `days_after` days after its day of reckoning where that is given. A suspicion that was excluded is no case. An
    onset after the day of the diagnosis does not count: whoever was found before falling ill infected others before, too.
    """
    standing = standing_diagnoses(known)
    first = _first_diagnosis(standing, statuses)
    ill = standing.inner_join(first, standing.person_id == first.case_person_id)
    ill = ill.filter((ill.onset_on.cast(INSTANT) - known.offset <= ill.found_at).fill_null(False))
    onset = ill.group_by("person_id").agg(onset_on=ill.onset_on.min())
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
    timed = reckoned.mutate(from_at=reckoned.day_at - ibis.interval(days=days_before), until_at=reckoned.found_at)
    # Whoever was released and found later met people in between.
    ended = until_isolated(known, timed)
    until_at = ended.until_at
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


def until_isolated(known: Known, infectious: ir.Table, *, unless_released_by: str = "until_at") -> ir.Table:
    """Return the table with `until_at` brought forward to the central isolation of each row's `case_person_id`, never before `from_at`.

    Shape: that of `infectious`, which has case_fact_id, case_person_id, from_at and until_at. An isolation from which somebody was
    released by `unless_released_by`, one of its columns, is none.
    """
    measures = known.facts(MedicalMeasure)
    released = measures.filter(measures.kind == "released").select(released_person_id="person_id", released_at="from_at")
    central = measures.filter(measures.kind == "central").select("person_id", measure_at="from_at")
    apart = central.inner_join(infectious, central.person_id == infectious.case_person_id)
    lasting = apart.anti_join(
        released,
        [
            apart.person_id == released.released_person_id,
            released.released_at >= apart.measure_at,
            released.released_at <= apart[unless_released_by],
        ],
    )
    isolated = lasting.group_by("case_fact_id", "case_person_id").agg(isolated_at=lasting.measure_at.min())
    ended = infectious.left_join(isolated, ["case_fact_id", "case_person_id"]).drop("case_fact_id_right", "case_person_id_right")
    since = ibis.ifelse(ended.isolated_at > ended.from_at, ended.isolated_at, ended.from_at)
    earlier = ibis.ifelse((ended.isolated_at < ended.until_at).fill_null(False), since, ended.until_at)
    return ended.mutate(until_at=earlier).drop("isolated_at")


def standing_diagnoses(known: Known) -> ir.Table:
    """Return every diagnosis but suspicions that were excluded, and what excluded them."""
    diagnoses = known.facts(Diagnosis)
    excluded = diagnoses.filter(diagnoses.status == "excluded").select(excluded_person_id="person_id", excluded_at="from_at")
    others = diagnoses.filter(diagnoses.status != "excluded")
    return others.anti_join(
        excluded,
        [others.status == "suspected", others.person_id == excluded.excluded_person_id, others.from_at <= excluded.excluded_at],
    )


def _first_diagnosis(standing: ir.Table, statuses: Sequence[str]) -> ir.Table:
    """Return the first diagnosis of each person that makes a case: case_fact_id, case_person_id, found_at."""
    making = standing.filter(standing.status.isin(list(statuses)))
    in_order = ibis.window(group_by=making.person_id, order_by=[making.from_at, making.fact_id])
    ranked = making.mutate(place=ibis.row_number().over(in_order))
    return ranked.filter(ranked.place == 0).select(case_fact_id="fact_id", case_person_id="person_id", found_at="from_at")
