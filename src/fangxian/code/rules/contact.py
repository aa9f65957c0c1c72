"""Contact with a case: found by tracing, or said by the person."""

import ibis
import ibis.expr.types as ir

from fangxian.code.fever import abnormal_report
from fangxian.code.rule import Rule, causes, spans
from fangxian.facts import CheckIn, Exposure, HealthDeclaration, Text
from fangxian.facts.known import Known

close_contact = Rule(
    "close-contact",
    Text("密切接触者", "Close contact"),
    Text("经流调确认与病例有密切接触的人。", "A person whom tracing found to have been close to a case."),
)

declared_contact = Rule(
    "declared-contact",
    Text("自述接触病例", "Declared contact"),
    Text("本人申报 14 天内接触过病例的人。", "A person who declares contact with a case in the last 14 days."),
)


def _close(known: Known) -> ir.Table:
    """Return close exposures: person_id, from_at (first contact), counts_from (last contact), fact_id."""
    exposures = known.facts(Exposure)
    close = exposures.filter(exposures.contact_class == "close")
    return close.select("person_id", "from_at", "fact_id", counts_from=ibis.coalesce(close.until_at, close.from_at))


@close_contact.condition_until_check_ins
def contact_until_check_ins(known: Known) -> ir.Table:
    """From the first contact; check-ins count from the day after the last contact."""
    close = _close(known)
    return causes(close, from_at=close.from_at, counts_from=close.counts_from)


@close_contact.condition
def contact_for_days(known: Known, *, days: int) -> ir.Table:
    """From the first contact until the start of the `days`-th local day after the last contact."""
    close = _close(known)
    return spans(close, from_at=close.from_at, until_at=known.start_of_day_after(close.counts_from, days=days), because=["fact_id"])


@close_contact.condition
def contact_for_days_without_symptoms(known: Known, *, days: int, reported_fever_c: float) -> ir.Table:
    """From the first contact until the start of the `days`-th local day after the last contact, without symptoms.

    A symptom or fever that the person reports after the last contact and before the end puts the end off: the days count
    from the report.
    """
    close = _close(known)
    reports = (known.facts(HealthDeclaration), known.facts(CheckIn))
    symptoms = ibis.union(
        *(r.filter(abnormal_report(r, fever_line_c=reported_fever_c)).select("person_id", reported_at=r.from_at) for r in reports)
    )
    after = close.inner_join(symptoms, [close.person_id == symptoms.person_id, symptoms.reported_at > close.counts_from])
    points = ibis.union(close.mutate(point_at=close.counts_from), after.select(*close.columns, point_at=after.reported_at))
    in_order = ibis.window(group_by=[points[name] for name in close.columns], order_by=points.point_at)
    waits = points.mutate(next_at=points.point_at.lead().over(in_order), done_at=known.start_of_day_after(points.point_at, days=days))
    done = waits.filter(waits.next_at.isnull() | (waits.next_at >= waits.done_at))
    ended = done.group_by(*close.columns).agg(until_at=done.done_at.min())
    return spans(ended, from_at=ended.from_at, until_at=ended.until_at, because=["fact_id"])


@declared_contact.condition_until_check_ins
def declared_until_check_ins(known: Known) -> ir.Table:
    """From the declaration; check-ins count from the day after it."""
    declarations = known.facts(HealthDeclaration)
    declared = declarations.filter(declarations.contacted_case == "yes")
    return causes(declared, from_at=declared.from_at, counts_from=declared.from_at)
