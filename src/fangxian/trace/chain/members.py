"""Members of chains: everybody who is a case by the definition of the day on which they were found."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known, instant
from fangxian.trace.cases import first_of_each, standing_diagnoses, with_day_of_reckoning
from fangxian.trace.chain.scheme import CASE_DEFINITION, ChainScheme


def members(scheme: ChainScheme, known: Known) -> ir.Table:
    """Return everybody whom some diagnosis made a case by the definition of its own day, with the first such diagnosis.

    Shape: person_id, case_fact_id, found_at, status, onset_on, sampled_at, basis, day_at (the start of the local day of onset, else of
    the sample, else of the diagnosis). A definition that ends takes nobody back; a diagnosis before the first definition is none.
    """
    standing = standing_diagnoses(known)
    counted = [
        standing.filter(
            standing.status.isin(list(wording.value("statuses"))),
            standing.from_at >= instant(scheme.starts(wording.since)),
            ibis.literal(True) if wording.until is None else standing.from_at < instant(scheme.starts(wording.until)),
        )
        for wording in scheme.of(CASE_DEFINITION)
    ]
    making = ibis.union(*counted) if len(counted) > 1 else counted[0]
    first = first_of_each(making).select(case_fact_id="fact_id", case_person_id="person_id", found_at="from_at", status="status")
    reckoned = with_day_of_reckoning(known, standing, first)
    return reckoned.select(
        "case_fact_id",
        "status",
        "onset_on",
        "basis",
        person_id=reckoned.case_person_id,
        found_at=reckoned.found_at.cast(INSTANT),
        sampled_at=reckoned.sampled_at.cast(INSTANT),
        day_at=reckoned.day_at.cast(INSTANT),
    )
