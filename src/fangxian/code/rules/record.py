"""The record of the person's own temperature: a code whose record has run out is not green. Absence is evaluated too."""

import ibis
import ibis.expr.types as ir

from fangxian.code.known import Known
from fangxian.code.rule import Rule, spans
from fangxian.facts import CheckIn, HealthDeclaration, TemperatureReading, Text

record_expired = Rule(
    "record-expired",
    Text("健康记录过期", "Health record expired"),
    Text("有效期内没有新的体温记录的人。", "A person without a new temperature record within its validity."),
)


@record_expired.condition
def no_record_for_days(known: Known, *, valid_days: int) -> ir.Table:
    """From the start of the local day `valid_days` + 1 days after a record until the next record; may begin in the future."""
    records = ibis.union(
        *(
            known.facts(fact_type).select("person_id", "from_at", "fact_id")
            for fact_type in (HealthDeclaration, CheckIn, TemperatureReading)
        )
    )
    following = records.from_at.lead().over(ibis.window(group_by=records.person_id, order_by=[records.from_at, records.fact_id]))
    gaps = records.mutate(next_at=following, expires_at=known.start_of_day_after(records.from_at, days=valid_days + 1))
    late = gaps.filter(gaps.next_at.isnull() | (gaps.next_at > gaps.expires_at))
    return spans(late, from_at=late.expires_at, until_at=late.next_at, because=["fact_id"])
