"""The record of the person's own temperature: a code whose record has run out is not green. Absence is evaluated too."""

import ibis
import ibis.expr.types as ir

from fangxian.code.rule import Rule, spans
from fangxian.facts import CheckIn, HealthDeclaration, TemperatureReading, Text
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known

record_expired = Rule(
    "record-expired",
    Text("健康记录过期", "Health record expired"),
    Text("有效期内没有新的体温记录的人。", "A person without a new temperature record within its validity."),
)


@record_expired.condition
def no_record_for_days(known: Known, *, valid_days: int) -> ir.Table:
    """From the start of the local day `valid_days` + 1 days after a record until the next temperature; may begin in the future.

    A report without a temperature is no record, but a declaration starts a validity even without one: it is what the code
    is first given for.
    """
    records = ibis.union(
        _records(known.facts(HealthDeclaration)),
        *(reports.filter(reports.renews) for reports in (_records(known.facts(CheckIn)), _records(known.facts(TemperatureReading)))),
    )
    later = ibis.window(group_by=records.person_id, order_by=[records.from_at, records.fact_id], rows=(1, None))
    following = records.renews.ifelse(records.from_at, ibis.null(INSTANT)).min().over(later)
    gaps = records.mutate(next_at=following, expires_at=known.start_of_day_after(records.from_at, days=valid_days + 1))
    late = gaps.filter(gaps.next_at.isnull() | (gaps.next_at > gaps.expires_at))
    return spans(late, from_at=late.expires_at, until_at=late.next_at, because=["fact_id"])


def _records(reports: ir.Table) -> ir.Table:
    return reports.select("person_id", "from_at", "fact_id", renews=reports.temperature_c.notnull())
