"""One person's facts out of the store, as the tables that explanations are made from."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import psycopg

from fangxian.code.explain import facts_explained
from fangxian.code.presence import PLACES
from fangxian.engine.person_tables import PersonTables
from fangxian.facts import AreaFact, Fact, all_fact_types
from fangxian.policy.policy import Policy
from fangxian.store.copying import copy_out

_WHERE_THE_PERSON_WAS: Final = " UNION ".join(f"SELECT {region} FROM facts.{name} WHERE person_id = %s" for name, region in PLACES.items())


def person_tables(connection: psycopg.Connection[Any], person_id: str, policy: Policy, *, also: str = "") -> PersonTables:
    """Return the facts that an explanation under a policy needs, as the connection's transaction sees them; close what is returned.

    They are the person's, and those of the areas in which the person was. `also` names one more type of fact to read. The look is
    recorded by whoever opened the transaction: with its event.
    """
    needed = facts_explained(policy) | {also}
    return PersonTables.of(
        {each: copy_out(connection, each.schema(), *_rows(each, person_id)) for each in all_fact_types() if each.name in needed}, person_id
    )


def _rows(fact_type: type[Fact], person_id: str) -> tuple[str, list[Any]]:
    """Return what stands behind FROM for the facts of a type that concern a person, and its parameters."""
    if issubclass(fact_type, AreaFact):
        return f"facts.{fact_type.name} WHERE region_code IN ({_WHERE_THE_PERSON_WAS})", [UUID(person_id)] * len(PLACES)
    return f"facts.{fact_type.name} WHERE person_id = %s", [UUID(person_id)]
