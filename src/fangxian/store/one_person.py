"""One person's facts out of the store, as the tables that explanations are made from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg

from fangxian.engine.person_tables import PersonTables
from fangxian.facts import AreaFact, Fact, all_fact_types
from fangxian.store.copying import copy_out


def person_tables(connection: psycopg.Connection[Any], person_id: str) -> PersonTables:
    """Return the person's facts, and those of areas, as the connection's transaction sees them; close what is returned.

    The look is recorded by whoever opened the transaction: with its event.
    """
    return PersonTables.of(
        {fact_type: copy_out(connection, fact_type.schema(), *_rows(fact_type, person_id)) for fact_type in all_fact_types()}, person_id
    )


def _rows(fact_type: type[Fact], person_id: str) -> tuple[str, list[Any]]:
    """Return what stands behind FROM for the facts of a type that concern a person, and its parameters."""
    if issubclass(fact_type, AreaFact):
        return f"facts.{fact_type.name}", []
    return f"facts.{fact_type.name} WHERE person_id = %s", [UUID(person_id)]
