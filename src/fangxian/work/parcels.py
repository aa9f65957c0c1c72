"""Parcels: people of one prefecture who were handed out together; sent, acknowledged, visited, late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import pyarrow as pa
from psycopg import sql
from psycopg.rows import class_row

from fangxian.facts import Text
from fangxian.store.copying import copy_in
from fangxian.store.store import Event, Store, Transaction
from fangxian.work.parameters import task_due_within
from fangxian.work.permissions import Principal, visible_where
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action
from fangxian.work.task import TaskKind


class Outcome(StrEnum):
    """What somebody who knocked says of one of the people."""

    FOUND = "found"
    NOT_THERE = "not_there"
    MOVED_ON = "moved_on"
    REFUSED = "refused"
    NEVER_CAME = "never_came"

    @property
    def words(self) -> Text:
        """The outcome for people."""
        return _OUTCOMES[self]


_OUTCOMES: Final = {
    Outcome.FOUND: Text("已见到本人", "met"),
    Outcome.NOT_THERE: Text("上门无人", "nobody there"),
    Outcome.MOVED_ON: Text("已去外地", "moved on"),
    Outcome.REFUSED: Text("拒绝配合", "refused"),
    Outcome.NEVER_CAME: Text("未曾来过", "never came"),
}


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One parcel and how far it is."""

    parcel_id: UUID
    search_id: UUID
    turn: int
    region_code: str
    way: str
    people: int
    merkle_root: bytes
    made_at: datetime
    sent_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far one prefecture is with the people of a search: how many were sent, acknowledged, visited, and are late."""

    region_code: str
    people: int
    sent: int
    acknowledged: int
    visited: int
    late: int


_COLUMNS: Final = "parcel_id, search_id, turn, region_code, way, people, merkle_root, made_at, sent_at, acknowledged_at, acknowledged_by"


def parcels(store: Store, *, way: str | None = None, unsent: bool = False) -> list[Parcel]:
    """Return parcels, the newest first: all, those of a way, those that nobody sent yet."""
    query = (
        f"SELECT {_COLUMNS} FROM work.parcel WHERE (%(way)s::text IS NULL OR way = %(way)s) AND (NOT %(unsent)s OR sent_at IS NULL) "
        "ORDER BY made_at DESC, region_code, parcel_id"
    )
    with store.pool.connection() as connection, connection.cursor(row_factory=class_row(Parcel)) as cursor:
        return cursor.execute(query.encode(), {"way": way, "unsent": unsent}).fetchall()


def parcel(store: Store, parcel_id: UUID) -> Parcel:
    """Return one parcel. Raises RefusedError where there is none of this id."""
    for each in parcels(store):
        if each.parcel_id == parcel_id:
            return each
    raise RefusedError(Text("没有这个分发包，请核对编号。", "There is no such parcel; check its id."))


def mark_sent(transaction: Transaction, parcel_id: UUID) -> None:
    """Keep that a parcel went out, at the transaction's instant; the first time counts."""
    transaction.connection.execute(
        "UPDATE work.parcel SET sent_at = coalesce(sent_at, %s), event_id = %s WHERE parcel_id = %s",
        [transaction.at, transaction.event.event_id, parcel_id],
    )


def acknowledge(store: Store, event: Event, parcel_id: UUID, *, by: str, at: datetime) -> None:
    """Keep who acknowledged a parcel that was sent; the first receipt counts. Raises RefusedError where it was not sent."""
    with store.transaction(event, at=at) as transaction:
        acknowledge_in(transaction, parcel_id, by=by)


def acknowledge_in(transaction: Transaction, parcel_id: UUID, *, by: str) -> None:
    """Do what `acknowledge` does in a transaction that writes something else too."""
    done = transaction.connection.execute(
        "UPDATE work.parcel SET acknowledged_at = coalesce(acknowledged_at, %s), acknowledged_by = coalesce(acknowledged_by, %s), "
        "event_id = %s WHERE parcel_id = %s AND sent_at IS NOT NULL",
        [transaction.at, by, transaction.event.event_id, parcel_id],
    )
    if not done.rowcount:
        raise RefusedError(Text("这个分发包尚未发出，不能回执。", "This parcel was not sent yet, so nobody can have received it."))


OUTCOMES: Final = pa.schema({"number": pa.int32(), "outcome": pa.string(), "visited_on": pa.date32()})
"""What came back, by the row of the parcel."""


def record_outcomes(transaction: Transaction, parcel_id: UUID, outcomes: pa.Table) -> int:
    """Keep what came back about people of a parcel (shape `OUTCOMES`), and return how many of it were new.

    What says the same as the latest of that person is kept once. A number that the parcel does not have is left out.
    """
    connection = transaction.connection
    connection.execute("CREATE TEMP TABLE came_back (number int, outcome varchar, visited_on date) ON COMMIT DROP")
    copy_in(connection, "came_back", outcomes.select(OUTCOMES.names).cast(OUTCOMES))
    given = {"parcel": parcel_id, "at": transaction.at, "event": transaction.event.event_id}
    kept = connection.execute(_RECORD, given).rowcount
    connection.execute("DROP TABLE came_back")
    return kept


_RECORD: Final = """
    WITH before AS (
        SELECT DISTINCT ON (person_id) person_id, outcome, visited_on FROM work.arrival_outcome
        WHERE parcel_id = %(parcel)s ORDER BY person_id, known_at DESC
    )
    INSERT INTO work.arrival_outcome (person_id, parcel_id, outcome, visited_on, known_at, event_id)
    SELECT DISTINCT ON (arrival.person_id) arrival.person_id, %(parcel)s, came_back.outcome, came_back.visited_on, %(at)s, %(event)s
    FROM came_back JOIN work.arrival ON arrival.parcel_id = %(parcel)s AND arrival.number = came_back.number
    LEFT JOIN before ON before.person_id = arrival.person_id
    WHERE (came_back.outcome, came_back.visited_on) IS DISTINCT FROM (before.outcome, before.visited_on)
    ORDER BY arrival.person_id, came_back.visited_on DESC
"""


def progress(store: Store, by: Principal, search_id: UUID, *, at: datetime) -> list[Progress]:
    """Return how far each prefecture that somebody may see is with the people of a search, the most people first.

    Visited are those about whom something came back, or whose task is done; late those who are not and should be by `at`.
    """
    query = sql.SQL(_PROGRESS).format(visible=visible_where(by, Action.SEE_SEARCHES))
    due = task_due_within(TaskKind.VISIT_ARRIVAL, at.date())
    with store.pool.connection() as connection, connection.cursor(row_factory=class_row(Progress)) as cursor:
        return cursor.execute(query, {"search": search_id, "at": at, "due": due}).fetchall()


# Nobody is sorted: only those who went out twice, or about whom something is known, are looked for among all.
_PROGRESS: Final = """
    WITH own AS (
        SELECT * FROM work.parcel WHERE search_id = %(search)s AND {visible}
    ), superseded AS (
        SELECT DISTINCT earlier.parcel_id, earlier.person_id
        FROM work.arrival AS later JOIN work.arrival AS earlier USING (person_id, search_id)
        WHERE search_id = %(search)s AND later.turn > 1 AND later.turn > earlier.turn AND later.parcel_id IS NOT NULL
    ), done AS (
        SELECT person_id FROM work.task WHERE kind = 'visit_arrival' AND state = 'done'
        UNION SELECT person_id FROM work.arrival_outcome JOIN own USING (parcel_id)
    ), visit AS (
        SELECT parcel_id, count(*) AS people FROM work.arrival JOIN done USING (person_id)
        WHERE search_id = %(search)s AND NOT EXISTS (
            SELECT FROM superseded WHERE (superseded.parcel_id, superseded.person_id) = (arrival.parcel_id, arrival.person_id)
        )
        GROUP BY parcel_id
    ), moved AS (
        SELECT parcel_id, count(*) AS people FROM superseded GROUP BY parcel_id
    ), counted AS (
        SELECT own.*, own.people - coalesce(moved.people, 0) AS here, coalesce(visit.people, 0) AS visited
        FROM own LEFT JOIN moved USING (parcel_id) LEFT JOIN visit USING (parcel_id)
    )
    SELECT region_code, sum(here)::bigint AS people, coalesce(sum(here) FILTER (WHERE sent_at IS NOT NULL), 0)::bigint AS sent,
        coalesce(sum(here) FILTER (WHERE acknowledged_at IS NOT NULL), 0)::bigint AS acknowledged, sum(visited)::bigint AS visited,
        coalesce(sum(here - visited) FILTER (WHERE made_at + %(due)s <= %(at)s), 0)::bigint AS late
    FROM counted GROUP BY region_code HAVING sum(here) > 0 ORDER BY people DESC, region_code
"""


@dataclass(frozen=True, kw_only=True)
class OutcomeCount:
    """How many people of a search a word came back about; the latest word of each counts."""

    outcome: str
    people: int


def outcomes(store: Store, by: Principal, search_id: UUID) -> Sequence[OutcomeCount]:
    """Return how many people each outcome came back about, in the prefectures that somebody may see."""
    query = sql.SQL(
        "SELECT outcome, count(*) AS people FROM (SELECT DISTINCT ON (came.person_id) came.outcome "
        "FROM work.arrival_outcome AS came JOIN work.parcel USING (parcel_id) WHERE search_id = %s AND {} "
        "ORDER BY came.person_id, came.known_at DESC) AS latest GROUP BY outcome ORDER BY people DESC, outcome"
    ).format(visible_where(by, Action.SEE_SEARCHES))
    with store.pool.connection() as connection, connection.cursor(row_factory=class_row(OutcomeCount)) as cursor:
        return cursor.execute(query, [search_id]).fetchall()
