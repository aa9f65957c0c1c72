"""What the store knows of the one whom an appeal or a decision is about: a fact's source, the home's area, the colour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from fangxian.facts import Fact, PersonalDecision, PersonFact, Text, Withdrawal, all_fact_types
from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy
from fangxian.store.recording import Hit, hits_now
from fangxian.store.store import Transaction
from fangxian.work.refusals import RefusedError

DISPUTABLE: Final = frozenset(
    each.name for each in all_fact_types() if issubclass(each, PersonFact) and each not in (Withdrawal, PersonalDecision)
)
"""Types of facts that a person can dispute: a withdrawal is not itself withdrawn, and a decision only improves a colour."""

_STANDS: Final = """
    NOT EXISTS (
        SELECT FROM facts.withdrawal WHERE withdrawal.person_id = fact.person_id AND withdrawal.fact_type = {type}
            AND withdrawn_fact_id = fact.fact_id AND (reason <> 'corrected' OR fact.known_at < withdrawal.known_at)
    )"""


def standing(fact_type: type[Fact]) -> sql.Composable:
    """Return a query of the facts of a type that nobody took back, for a FROM clause."""
    return sql.SQL("(SELECT fact.* FROM {} AS fact WHERE {})").format(
        sql.Identifier("facts", fact_type.name), sql.SQL(_STANDS).format(type=sql.Literal(fact_type.name))
    )


def source_of(transaction: Transaction, person_id: str, fact_type: str, fact_id: int) -> str:
    """Return which source says a fact of a person that stands. Raises RefusedError where there is no such fact."""
    if fact_type in DISPUTABLE:
        query = sql.SQL("SELECT source FROM {table} AS fact WHERE person_id = %s AND fact_id = %s AND {stands} LIMIT 1").format(
            table=sql.Identifier("facts", fact_type), stands=sql.SQL(_STANDS).format(type=sql.Literal(fact_type))
        )
        if row := transaction.connection.execute(query, [UUID(person_id), fact_id]).fetchone():
            return str(row[0])
    raise RefusedError(
        Text(
            "没有这条有效的事实，请重新打开健康码页，从所列事实中选择。",
            "There is no such fact that stands; open the page of the code again and choose one of those that it names.",
        )
    )


def home_of(connection: psycopg.Connection[Any], person_id: str, policy: Policy) -> str:
    """Return the code of the region where a person lives as far as is known, otherwise the policy's own."""
    query = sql.SQL("SELECT region_code FROM facts.residence AS fact WHERE person_id = %s AND {} ORDER BY from_at DESC LIMIT 1").format(
        sql.SQL(_STANDS).format(type=sql.Literal("residence"))
    )
    row = connection.execute(query, [UUID(person_id)]).fetchone()
    return str(row[0]) if row else policy.region_code


def colour_now(transaction: Transaction, person_id: str, policy: Policy) -> Colour:
    """Return a person's colour under a policy at the transaction's instant, as its facts have it."""
    return colour_of(hits_now(transaction, policy, person_id), transaction.at)


def colour_of(hits: Iterable[Hit], at: datetime) -> Colour:
    """Return the colour at an instant: the worst of the hits that hold, green where none does."""
    holding = (Colour(hit.colour) for hit in hits if hit.from_at <= at and (hit.until_at is None or at < hit.until_at))
    return max(holding, key=list(Colour).index, default=Colour.GREEN)
