"""Reading consultations: one, a person's own, those that a doctor has in hand, and the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from fangxian.facts import Text
from fangxian.store.store import Store, Transaction
from fangxian.work.consultation import Consultation, ConsultationState
from fangxian.work.permissions import Principal, visible_where
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action

_COLUMNS: Final = "person_id, consultation_id, region_code, asked_at, due_at, state, doctor, last_doctor, by_operator, closed_at"
_NONE: Final = Text("没有这次咨询，请重新打开列表。", "There is no such consultation; open the list again.")
MOST: Final = 100


@dataclass(frozen=True, repr=False)
class SealedWord:
    """Something that was said, sealed; None once the person deleted their data."""

    said_by: str
    said_at: datetime
    words: bytes | None


@dataclass(frozen=True)
class Queue:
    """How many wait whom a doctor may take, and how many of them are late."""

    waiting: int
    late: int


def read(store: Store, person_id: str, consultation_id: UUID) -> Consultation:
    """Return one consultation. Raises RefusedError where there is none."""
    with store.pool.connection() as connection:
        found = select(connection, sql.SQL("person_id = %s AND consultation_id = %s"), [UUID(person_id), consultation_id])
    if not found:
        raise RefusedError(_NONE)
    return found[0]


def consultations_of(connection: psycopg.Connection[Any], person_id: str) -> tuple[Consultation, ...]:
    """Return a person's consultations, newest first."""
    return select(connection, sql.SQL("person_id = %s"), [UUID(person_id)], order="asked_at DESC, consultation_id")


def place_in_queue(connection: psycopg.Connection[Any], consultation: Consultation) -> int:
    """Return which place one that waits has among those of its county: 1 is the next."""
    row = connection.execute(
        "SELECT count(*) FROM work.consultation WHERE state = 'waiting' AND region_code = %s AND (due_at, consultation_id) < (%s, %s)",
        [consultation.region_code, consultation.due_at, consultation.consultation_id],
    ).fetchone()
    return 1 + (row[0] if row else 0)


def queue_of(connection: psycopg.Connection[Any], by: Principal, *, at: datetime) -> Queue:
    """Return how many wait whom a doctor may take."""
    query = sql.SQL("SELECT count(*), count(*) FILTER (WHERE due_at <= {}) FROM work.consultation WHERE state = 'waiting' AND {}").format(
        sql.Literal(at), visible_where(by, Action.TAKE_CONSULTATION)
    )
    row = connection.execute(query).fetchone()
    return Queue(*row) if row else Queue(0, 0)


def in_hand(connection: psycopg.Connection[Any], doctor: str) -> tuple[Consultation, ...]:
    """Return what a doctor has in hand, the most urgent first."""
    return select(connection, sql.SQL("doctor = %s"), [doctor])


def next_for(connection: psycopg.Connection[Any], by: Principal, *, most: int) -> tuple[Consultation, ...]:
    """Return the next that a doctor may take: first those they had before, then by deadline."""
    where = sql.SQL("state = 'waiting' AND {}").format(visible_where(by, Action.TAKE_CONSULTATION))
    order = "last_doctor IS NOT DISTINCT FROM %s DESC, due_at, consultation_id"
    return select(connection, where, [by.subject], order=order, most=most)


def words_in(transaction: Transaction, consultation: Consultation) -> list[SealedWord]:
    """Return what was said in a consultation, in its order; the transaction's event is the look."""
    rows = transaction.connection.execute(
        "SELECT said_by, said_at, words FROM work.consultation_word WHERE person_id = %s AND consultation_id = %s ORDER BY number",
        [UUID(consultation.person_id), consultation.consultation_id],
    ).fetchall()
    return [SealedWord(*row) for row in rows]


def select(
    connection: psycopg.Connection[Any],
    where: sql.Composable,
    parameters: Sequence[Any],
    *,
    order: str = "due_at, consultation_id",
    most: int = MOST,
) -> tuple[Consultation, ...]:
    """Return the consultations on which a condition holds."""
    query = sql.SQL("SELECT {} FROM work.consultation WHERE {} ORDER BY {} LIMIT {}").format(
        sql.SQL(_COLUMNS), where, sql.SQL(order), sql.Literal(most)
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, parameters).fetchall()
    return tuple(Consultation(**row | {"person_id": row["person_id"].hex, "state": ConsultationState(row["state"])}) for row in rows)
