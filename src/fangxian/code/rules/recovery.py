"""The time after: isolation is over, observation is not."""

import ibis
import ibis.expr.types as ir

from fangxian.code.rule import Rule, spans
from fangxian.code.rules.diagnosis import CONFIRMED, courses
from fangxian.code.rules.fever import excluded_fevers
from fangxian.facts import Text
from fangxian.facts.known import Known

recovered = Rule(
    "recovered",
    Text("康复观察", "Recovered, under observation"),
    Text(
        "出院或排除后隔离期满、仍在观察期的人。",
        "A person whose isolation after discharge or exclusion is over, and whose observation is not.",
    ),
)


@recovered.condition
def after_isolation(known: Known, *, isolation_days: int, observation_days: int) -> ir.Table:
    """From the end of the isolation that follows discharge, or exclusion of a case or a fever, for `observation_days` local days."""
    cases = courses(known, begins=(*CONFIRMED, "suspected"), ends=("discharged", "excluded"))
    fevers = excluded_fevers(known)
    over = ibis.union(*(course.filter(course.ended_at.notnull()).select("person_id", "fact_id", "ended_at") for course in (cases, fevers)))
    return spans(
        over,
        from_at=known.start_of_day_after(over.ended_at, days=isolation_days),
        until_at=known.start_of_day_after(over.ended_at, days=isolation_days + observation_days),
        because=["fact_id"],
    )
