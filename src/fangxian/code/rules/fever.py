"""Fever and symptoms: reported by the person, measured at a gate, seen at a fever clinic."""

import ibis
import ibis.expr.types as ir

from fangxian.code.ending import first_ending
from fangxian.code.fever import abnormal_reading, abnormal_report
from fangxian.code.rule import Rule, causes, spans
from fangxian.code.rules.diagnosis import CONFIRMED
from fangxian.facts import CheckIn, Diagnosis, DoctorConfirmation, FeverClinicVisit, HealthDeclaration, TemperatureReading, Text
from fangxian.facts.known import Known

symptoms_reported = Rule(
    "symptoms-reported",
    Text("申报或打卡有症状", "Symptoms reported"),
    Text("申报或每日打卡时发热或有症状的人。", "A person who reports fever or symptoms in a declaration or check-in."),
)

fever_at_gate = Rule(
    "fever-at-gate",
    Text("现场测温异常", "Fever at a gate"),
    Text("门岗现场测温异常的人。", "A person whose temperature at a gate was abnormal."),
)

fever_patient = Rule(
    "fever-patient",
    Text("发热病例", "Fever patient"),
    Text("发热门诊登记为发热、尚未排除的人。", "A person registered with fever at a fever clinic and not yet excluded."),
)


@symptoms_reported.condition_until_check_ins
def symptoms_until_check_ins(known: Known, *, reported_fever_c: float) -> ir.Table:
    """From an abnormal declaration or check-in; check-ins count from the day after it."""
    reports = (known.facts(HealthDeclaration), known.facts(CheckIn))
    abnormal = (report.filter(abnormal_report(report, fever_line_c=reported_fever_c)) for report in reports)
    return ibis.union(*(causes(report, from_at=report.from_at, counts_from=report.from_at) for report in abnormal))


@fever_at_gate.condition
def fever_until_normal_reading(known: Known, *, fever_line_c: float, forehead_line_c: float, days: int) -> ir.Table:
    """From an abnormal reading until the next normal one on a later local day, at the latest `days` local days after."""
    readings = known.facts(TemperatureReading)
    bad = abnormal_reading(readings, fever_line_c=fever_line_c, forehead_line_c=forehead_line_c)
    fevers = readings.filter(bad).select("person_id", "from_at", "fact_id", next_day=known.start_of_day_after(readings.from_at, days=1))
    normal = readings.filter(~bad).select("person_id", ended_at=readings.from_at)
    course = first_ending(fevers, normal, not_before="next_day")
    until = ibis.least(course.ended_at, known.start_of_day_after(course.from_at, days=days))
    return spans(course, from_at=course.from_at, until_at=until, because=["fact_id"])


def excluded_fevers(known: Known) -> ir.Table:
    """Return each fever seen at a clinic with the first doctor's exclusion that follows it: person_id, from_at, fact_id, ended_at."""
    visits = known.facts(FeverClinicVisit)
    fevers = visits.filter(visits.outcome == "fever").select("person_id", "from_at", "fact_id")
    findings = known.facts(DoctorConfirmation)
    excluded = findings.filter(findings.finding.isin(("fever_excluded", "healthy"))).select("person_id", ended_at=findings.from_at)
    return first_ending(fevers, excluded)


@fever_patient.condition
def fever_until_days_after_exclusion(known: Known, *, isolation_days: int) -> ir.Table:
    """From the clinic visit until the start of the local day `isolation_days` days after a doctor excluded it.

    At once when the person is suspected or confirmed: a person is in one category, and nobody excludes a fever that has
    become a case.
    """
    steps = known.facts(Diagnosis)
    cases = steps.filter(steps.status.isin(("suspected", *CONFIRMED))).select("person_id", ended_at=steps.from_at)
    course = first_ending(excluded_fevers(known).rename(excluded_at="ended_at"), cases)
    until = ibis.least(known.start_of_day_after(course.excluded_at, days=isolation_days), course.ended_at)
    return spans(course, from_at=course.from_at, until_at=until, because=["fact_id"])
