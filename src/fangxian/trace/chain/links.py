"""Links that were added or struck by hand: what was found last about two people holds, until it is withdrawn."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from fangxian.facts import Diagnosis, InfectionLink
from fangxian.facts.known import Known


def links(known: Known) -> ir.Table:
    """Return what was found last about each two people.

    Shape: link_fact_id, person_id (the infected one), infector_person_id, finding, grounds, found_at. Whom a link names as infector is
    told by any diagnosis of theirs, also one that was corrected or withdrawn since: a person stays who they are.
    """
    facts = known.facts(InfectionLink)
    diagnoses = Diagnosis.table()
    named = diagnoses.filter(diagnoses.known_at <= known.known_at).select(infector_person_id="person_id", diagnosis_id="fact_id").distinct()
    linked = facts.inner_join(named, facts.infector_fact_id == named.diagnosis_id)
    linked = linked.filter(linked.person_id != linked.infector_person_id)
    latest = ibis.window(
        group_by=[linked.person_id, linked.infector_person_id],
        order_by=[linked.from_at.desc(), linked.known_at.desc(), linked.fact_id.desc()],
    )
    ranked = linked.mutate(place=ibis.row_number().over(latest))
    return ranked.filter(ranked.place == 0).select(
        "person_id", "infector_person_id", "finding", "grounds", link_fact_id="fact_id", found_at="from_at"
    )
