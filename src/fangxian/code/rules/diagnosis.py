"""Cases: confirmed and not discharged, suspected and not excluded."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fangxian.code.ending import first_ending
from fangxian.code.rule import Rule, spans
from fangxian.facts import Diagnosis, Text
from fangxian.facts.known import Known

confirmed_case = Rule(
    "confirmed-case",
    Text("确诊病例", "Confirmed case"),
    Text("确诊且尚未出院（及其后规定天数）的人。", "A person confirmed and not yet discharged, or not long enough ago."),
)

suspected_case = Rule(
    "suspected-case",
    Text("疑似病例", "Suspected case"),
    Text("疑似且尚未排除的人。", "A person suspected and not yet excluded."),
)

CONFIRMED = ("confirmed", "clinically_confirmed")


def courses(known: Known, *, begins: Sequence[str], ends: Sequence[str]) -> ir.Table:
    """Return each beginning with the first end that follows it: person_id, from_at, fact_id, ended_at."""
    steps = known.facts(Diagnosis)
    begun = steps.filter(steps.status.isin(begins)).select("person_id", "from_at", "fact_id")
    endings = steps.filter(steps.status.isin(ends)).select("person_id", ended_at=steps.from_at)
    return first_ending(begun, endings)


@confirmed_case.condition
def until_discharged(known: Known) -> ir.Table:
    """From the diagnosis until discharge, or until the diagnosis is excluded."""
    course = courses(known, begins=CONFIRMED, ends=("discharged", "excluded"))
    return spans(course, from_at=course.from_at, until_at=course.ended_at, because=["fact_id"])


@confirmed_case.condition
def until_days_after_discharge(known: Known, *, isolation_days: int) -> ir.Table:
    """From the diagnosis until the start of the local day `isolation_days` days after discharge."""
    course = courses(known, begins=CONFIRMED, ends=("discharged", "excluded"))
    ended = known.start_of_day_after(course.ended_at, days=isolation_days)
    return spans(course, from_at=course.from_at, until_at=ended, because=["fact_id"])


@suspected_case.condition
def until_excluded_or_confirmed(known: Known) -> ir.Table:
    """From the suspicion until it is excluded or confirmed (from then on the confirmation counts)."""
    course = courses(known, begins=("suspected",), ends=("excluded", *CONFIRMED))
    return spans(course, from_at=course.from_at, until_at=course.ended_at, because=["fact_id"])


@suspected_case.condition
def until_days_after_exclusion(known: Known, *, isolation_days: int) -> ir.Table:
    """From the suspicion until the start of the local day `isolation_days` days after its exclusion; at once when confirmed."""
    steps = known.facts(Diagnosis)
    excluded = courses(known, begins=("suspected",), ends=("excluded",)).rename(excluded_at="ended_at")
    confirmed = steps.filter(steps.status.isin(CONFIRMED)).select("person_id", ended_at=steps.from_at)
    course = first_ending(excluded, confirmed)
    ended = ibis.least(known.start_of_day_after(course.excluded_at, days=isolation_days), course.ended_at)
    return spans(course, from_at=course.from_at, until_at=ended, because=["fact_id"])
