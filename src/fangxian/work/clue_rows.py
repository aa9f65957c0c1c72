"""Reading clues: one, those that somebody has to answer, those folded into one, and the one of a receipt."""

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
from fangxian.store.store import Event, Store, Transaction
from fangxian.work.clue import WITH, Clue, ClueState, Finding
from fangxian.work.permissions import Principal, check, role_for, visible_where
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action

COLUMNS: Final = (
    "clue_id, channel, kind, region_code, street_code, happened_on, received_at, due_at, owner, state, folded_into, likeness, doubtful, "
    "finding, closed_at"
)
MOST: Final = 300
"""How many clues are listed at once, the most urgent first."""

_NONE: Final = Text("没有这条线索，请重新打开列表。", "There is no such clue; open the list again.")


@dataclass(frozen=True)
class Sealed:
    """What is sealed of a clue, for whoever may open it."""

    place: bytes
    words: bytes
    reporter: bytes | None
    answer: bytes | None


@dataclass(frozen=True)
class Waiting:
    """A clue that waits, how many were folded into it, and how many of these somebody should compare."""

    clue: Clue
    folded: int
    doubtful: int


def read(store: Store, clue_id: UUID) -> Clue:
    """Return one clue. Raises RefusedError where there is none."""
    with store.pool.connection() as connection:
        found = select(connection, sql.SQL("clue_id = %s"), [clue_id])
    if not found:
        raise RefusedError(_NONE)
    return found[0]


def clues_to_answer(store: Store, by: Principal, *, at: datetime) -> tuple[Waiting, ...]:
    """Return the clues that somebody may answer and that wait, the most urgent first, at most `MOST`; the look is an event."""
    role = role_for(by, Action.ANSWER_CLUE)
    where = sql.SQL("state = ANY ({}::text[]) AND {}").format(
        sql.Literal([str(state) for state in WITH]), visible_where(by, Action.ANSWER_CLUE, organisation_id="owner")
    )
    event = Event(actor=by.subject, role=role, purpose="clues", action="clues listed")
    with store.transaction(event, at=at) as transaction:
        found = select(transaction.connection, where, [])
        folded = _folded_into(transaction.connection, [clue.clue_id for clue in found])
    return tuple(Waiting(clue, *folded.get(clue.clue_id, (0, 0))) for clue in found)


def open_clue(store: Store, by: Principal, clue_id: UUID, *, at: datetime) -> tuple[Clue, Sealed, list[tuple[Clue, Sealed]]]:
    """Return a clue with what is sealed of it, and the same of those folded into it, for whoever may answer it; the look is an event."""
    clue = read(store, clue_id)
    role = check(by, Action.ANSWER_CLUE, region_code=clue.region_code, organisation_id=clue.owner)
    event = Event(actor=by.subject, role=role, purpose="clues", action="clue read", details={"clue_id": str(clue_id)})
    with store.transaction(event, at=at) as transaction:
        said = sealed_of(transaction, clue_id)
        folded = select(transaction.connection, sql.SQL("folded_into = %s"), [clue_id], order="doubtful DESC, received_at, clue_id")
        return clue, said, [(each, sealed_of(transaction, each.clue_id)) for each in folded]


def sealed_of(transaction: Transaction, clue_id: UUID) -> Sealed:
    """Return what is sealed of a clue but who reported it; the transaction's event is the look."""
    row = transaction.connection.execute("SELECT place, words, NULL, answer FROM work.clue WHERE clue_id = %s", [clue_id]).fetchone()
    if row is None:
        raise RefusedError(_NONE)
    return Sealed(*row)


def of_receipt(store: Store, receipt_hash: bytes) -> tuple[Clue, Clue, bytes | None] | None:
    """Return the clue of a receipt, the one that it is answered with (itself, or what it was folded into), and the sealed answer."""
    with store.pool.connection() as connection:
        found = select(connection, sql.SQL("receipt_hash = %s"), [receipt_hash])
        if not found:
            return None
        heads = select(connection, sql.SQL("clue_id = %s"), [found[0].folded_into]) if found[0].folded_into else found
        head = heads[0] if heads else found[0]
        row = connection.execute("SELECT answer FROM work.clue WHERE clue_id = %s", [head.clue_id]).fetchone()
    return found[0], head, row[0] if row else None


def select(
    connection: psycopg.Connection[Any], where: sql.Composable, parameters: Sequence[Any], *, order: str = "due_at, clue_id"
) -> tuple[Clue, ...]:
    """Return the clues on which a condition holds, at most `MOST`."""
    query = sql.SQL("SELECT {} FROM work.clue WHERE {} ORDER BY {} LIMIT {}").format(
        sql.SQL(COLUMNS), where, sql.SQL(order), sql.Literal(MOST)
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, parameters).fetchall()
    return tuple(
        Clue(**row | {"state": ClueState(row["state"]), "finding": Finding(row["finding"]) if row["finding"] else None}) for row in rows
    )


def _folded_into(connection: psycopg.Connection[Any], heads: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    rows = connection.execute(
        "SELECT folded_into, count(*), count(*) FILTER (WHERE doubtful) FROM work.clue WHERE folded_into = ANY (%s) AND state = 'folded' "
        "GROUP BY 1",
        [list(heads)],
    ).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}
