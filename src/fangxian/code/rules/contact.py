"""Contact with a case: found by tracing, or said by the person."""

import ibis
import ibis.expr.types as ir

from fangxian.code.check_in_runs import until_check_ins
from fangxian.code.known import Known
from fangxian.code.rule import Rule, spans
from fangxian.facts import Exposure, HealthDeclaration, Text

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


@close_contact.condition
def contact_until_check_ins(known: Known, *, check_ins: int, fever_line_c: float) -> ir.Table:
    """From the first contact until `check_ins` consecutive normal daily check-ins after the day of the last contact."""
    return until_check_ins(known, _close(known), check_ins=check_ins, fever_line_c=fever_line_c)


@close_contact.condition
def contact_for_days(known: Known, *, days: int) -> ir.Table:
    """From the first contact until the start of the `days`-th local day after the last contact."""
    close = _close(known)
    return spans(close, from_at=close.from_at, until_at=known.start_of_day_after(close.counts_from, days=days), because=["fact_id"])


@declared_contact.condition
def declared_until_check_ins(known: Known, *, check_ins: int, fever_line_c: float) -> ir.Table:
    """From the declaration until `check_ins` consecutive normal daily check-ins after its day."""
    declared = known.facts(HealthDeclaration)
    causes = declared.filter(declared.contacted_case == "yes").select("person_id", "from_at", "fact_id", counts_from=declared.from_at)
    return until_check_ins(known, causes, check_ins=check_ins, fever_line_c=fever_line_c)
