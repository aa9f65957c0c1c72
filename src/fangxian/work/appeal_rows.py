"""Reading appeals: one, a person's own, or those that somebody has to answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from fangxian.facts import Text
from fangxian.store.store import Event, Store, Transaction
from fangxian.work.appeal import ANSWERING, Appeal, AppealState, Ground
from fangxian.work.permissions import Principal, check, role_for, visible_where
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action

_COLUMNS: Final = "person_id, appeal_id, fact_type, fact_id, ground, owner, region_code, opened_at, due_at, state, closed_at"
MOST: Final = 500
"""How many appeals are listed at once, the most urgent first."""


def read(store: Store, person_id: str, appeal_id: UUID) -> Appeal:
    """Return one appeal. Raises RefusedError where there is none."""
    with store.pool.connection() as connection:
        found = select(connection, sql.SQL("person_id = %s AND appeal_id = %s"), [UUID(person_id), appeal_id])
    if not found:
        raise RefusedError(Text("没有这件申诉，请重新打开列表。", "There is no such appeal; open the list of appeals again."))
    return found[0]


def appeals_of(store: Store, by: Principal, *, person_id: str) -> tuple[Appeal, ...]:
    """Return a person's own appeals, oldest first."""
    check(by, Action.APPEAL, person_id=person_id)
    with store.pool.connection() as connection:
        return select(connection, sql.SQL("person_id = %s"), [UUID(person_id)], order="opened_at, appeal_id")


def appeals_to_answer(store: Store, by: Principal, *, at: datetime) -> tuple[Appeal, ...]:
    """Return the open appeals that somebody may answer, the most urgent first, at most `MOST`; the look is an event of its own."""
    role = role_for(by, *ANSWERING.values())
    waiting = sql.SQL(" OR ").join(
        sql.SQL("(state = {} AND {})").format(sql.Literal(str(state)), visible_where(by, action, organisation_id="owner"))
        for state, action in ANSWERING.items()
    )
    event = Event(actor=by.subject, role=role, purpose="appeals to answer", action="appeals listed")
    with store.transaction(event, at=at) as transaction:
        return select(transaction.connection, waiting, [])


def words_of(store: Store, by: Principal, *, person_id: str, appeal_id: UUID, at: datetime) -> tuple[bytes, bytes | None]:
    """Return the sealed words of an appeal, and of its answer, to the person or to whoever must answer; the look is an event.

    What was taken back is read by the person alone; raises RefusedError for others.
    """
    appeal = read(store, person_id, appeal_id)
    if appeal.state is AppealState.WITHDRAWN and person_id not in by.person_ids:
        raise RefusedError(Text("这件申诉已撤回。", "This appeal was taken back."))
    action = Action.APPEAL if person_id in by.person_ids else ANSWERING.get(appeal.state, Action.ANSWER_APPEAL_AT_OFFICE)
    role = check(by, action, organisation_id=appeal.owner, region_code=appeal.region_code, person_id=person_id)
    event = Event(actor=by.subject, role=role, purpose="appeal", action="appeal read", person_id=person_id)
    with store.transaction(event, at=at) as transaction:
        return sealed_words(transaction, person_id, appeal_id)


def sealed_words(transaction: Transaction, person_id: str, appeal_id: UUID) -> tuple[bytes, bytes | None]:
    """Return the sealed words of an appeal, and of its answer; the transaction's event is the look."""
    query = "SELECT words, answer FROM work.appeal WHERE person_id = %s AND appeal_id = %s"
    row = transaction.connection.execute(query, [UUID(person_id), appeal_id]).fetchone()
    assert row is not None  # noqa: S101  (whoever asks has read it, and its month has not ended)
    return row[0], row[1]


def select(
    connection: psycopg.Connection[Any], where: sql.Composable, parameters: Sequence[Any], *, order: str = "due_at, appeal_id"
) -> tuple[Appeal, ...]:
    """Return the appeals on which a condition holds, at most `MOST`."""
    query = sql.SQL("SELECT {} FROM work.appeal WHERE {} ORDER BY {} LIMIT {}").format(
        sql.SQL(_COLUMNS), where, sql.SQL(order), sql.Literal(MOST)
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, parameters).fetchall()
    return tuple(
        Appeal(**row | {"person_id": row["person_id"].hex, "ground": Ground(row["ground"]), "state": AppealState(row["state"])})
        for row in rows
    )
