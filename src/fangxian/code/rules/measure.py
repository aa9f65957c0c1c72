"""Medical measures: isolation and observation until they are lifted."""

import ibis
import ibis.expr.types as ir

from fangxian.code.ending import first_ending
from fangxian.code.rule import Rule, spans
from fangxian.facts import MedicalMeasure, Text
from fangxian.facts.known import Known

central_isolation = Rule(
    "central-isolation",
    Text("集中隔离", "Central isolation"),
    Text("处于集中隔离医学观察的人。", "A person in central isolation."),
)

home_observation = Rule(
    "home-observation",
    Text("居家观察", "Home observation"),
    Text("处于居家隔离医学观察的人。", "A person under observation at home."),
)


def _measures(known: Known, *, kind: str) -> ir.Table:
    """Return each measure of a kind with the first release that follows it: person_id, from_at, fact_id, ended_at."""
    steps = known.facts(MedicalMeasure)
    begun = steps.filter(steps.kind == kind).select("person_id", "from_at", "fact_id")
    releases = steps.filter(steps.kind == "released").select("person_id", ended_at=steps.from_at)
    return first_ending(begun, releases)


def _until_released(known: Known, *, kind: str) -> ir.Table:
    measure = _measures(known, kind=kind)
    return spans(measure, from_at=measure.from_at, until_at=measure.ended_at, because=["fact_id"])


def _until_released_or_days(known: Known, *, kind: str, days: int) -> ir.Table:
    measure = _measures(known, kind=kind)
    ended = ibis.least(measure.ended_at, known.start_of_day_after(measure.from_at, days=days))
    return spans(measure, from_at=measure.from_at, until_at=ended, because=["fact_id"])


@central_isolation.condition
def central_until_released(known: Known) -> ir.Table:
    """From the start of central isolation until it is lifted."""
    return _until_released(known, kind="central")


@central_isolation.condition
def central_until_released_or_days(known: Known, *, days: int) -> ir.Table:
    """From the start of central isolation until it is lifted, at the latest to the start of the `days`-th local day after."""
    return _until_released_or_days(known, kind="central", days=days)


@home_observation.condition
def home_until_released(known: Known) -> ir.Table:
    """From the start of home observation until it is lifted."""
    return _until_released(known, kind="home")
