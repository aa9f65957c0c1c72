"""Sending parcels page by page until they are acknowledged, and, for those that came, what came of their people.

A page is as large as a message may be. What failed waits, longer each time, and goes on where it stopped: a page that was taken though
its answer was lost is taken again there, and changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import polars as pl
import psycopg

from fangxian.errors import FangxianError
from fangxian.exchange.message import Kind
from fangxian.exchange.parcel_rows import MOST_ROWS, PERSON
from fangxian.exchange.parcel_taking import acknowledged
from fangxian.exchange.posting import send
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.exchange.sealing import key_of, seal_rows
from fangxian.exchange.taking import PURPOSE
from fangxian.services.living import Living
from fangxian.store.reaching import reaches_of
from fangxian.store.store import Event
from fangxian.work.roles import Role

PAGE: Final = 40
"""People of a page: with the longest names and addresses that were seen, a message of them stays under its limit."""

_LONGEST_ADDRESS: Final = 60
_DUE: Final = """
    SELECT parcel_id, agreed.region_code, pages_taken, people, merkle_root
    FROM work.parcel JOIN exchange.agreement AS agreed
        ON parcel.region_code LIKE regexp_replace(agreed.region_code, '(00)+$', '') || '%%'
        AND agreed.ended_at IS NULL AND agreed.from_at <= %(at)s AND agreed.until_at > %(at)s
    WHERE way = 'exchange' AND acknowledged_at IS NULL
        AND (tried_at IS NULL OR tried_at + interval '1 minute' * power(2, least(tries, 9) - 1) <= %(at)s)
    ORDER BY tried_at NULLS FIRST, parcel.region_code LIMIT 20
"""


def send_parcels(living: Living) -> int:
    """Send the parcels that wait and may be tried; return how many arrived whole. Raises the last error once all were tried."""
    with living.store.pool.connection() as connection:
        due = connection.execute(_DUE.encode(), {"at": living.clock()}).fetchall()
    arrived, failed = 0, None
    for parcel_id, region_code, pages_taken, people, root in due:
        try:
            _send(living, parcel_id, region_code, pages_taken, people, root)
            arrived += 1
        except FangxianError as error:
            failed = error
    if failed:
        raise failed
    return arrived


def _send(living: Living, parcel_id: UUID, region_code: str, pages_taken: int, people: int, root: bytes) -> None:
    rows, without = _rows(living, parcel_id, region_code, people, root)
    key = key_of(living, region_code)
    for page in range(pages_taken, -(-people // PAGE)):
        # By their numbers: what is known of somebody's papers may change between two tries, and a page stays what it was.
        part = seal_rows([row for row in rows if (row[0] - 1) // PAGE == page], key, parcel_id=parcel_id, page=page)
        body = {"parcel": parcel_id.bytes, "page": page, "sealed": part}
        answer = send(living, region_code, Kind.PARCEL, lambda _, body=body: body)  # type: ignore[misc]
        if answer.kind is not Kind.RECEIVED or answer.body.get("page") != page or answer.body.get("parcel") != parcel_id.bytes:
            raise RefusedMessageError(Refusal.FAILED)
        _progress(living, parcel_id, region_code, page + 1)
    event = _event("parcel_acknowledged", region_code, parcel_id, without_papers=without)
    with living.store.transaction(event, at=living.clock()) as transaction:
        acknowledged(transaction, parcel_id, by=region_code)


def _progress(living: Living, parcel_id: UUID, region_code: str, pages: int) -> None:
    event = _event("parcel_page_sent", region_code, parcel_id, page=pages)
    with living.store.transaction(event, at=living.clock()) as transaction:
        transaction.connection.execute(
            "UPDATE work.parcel SET pages_taken = %s, event_id = %s WHERE parcel_id = %s", [pages, event.event_id, parcel_id]
        )


def _rows(living: Living, parcel_id: UUID, region_code: str, people: int, root: bytes) -> tuple[list[list[Any]], int]:
    """Return the rows of a parcel, and of how many people no papers are kept: nobody there could know who they are.

    That it is tried is kept first, with the root of those who are looked at for it.
    """
    event = _event("parcel_tried", region_code, parcel_id, people=people, merkle_root=root.hex())
    with living.store.transaction(event, at=living.clock()) as transaction:
        papers = _papers(living, transaction.connection, parcel_id)
        reached = reaches_of(transaction, living.vault, papers["person_id"].to_list())
        transaction.connection.execute(
            "UPDATE work.parcel SET tried_at = %s, tries = tries + 1, without_papers = %s, event_id = %s WHERE parcel_id = %s",
            [transaction.at, people - papers.height, event.event_id, parcel_id],
        )
    schema = {"person_id": pl.String, "phone": pl.String, "address": pl.String}
    ways = [(each.person_id, each.phone or "", (each.address or "")[:_LONGEST_ADDRESS]) for each in reached.values()]
    told = papers.join(pl.DataFrame(ways, schema=schema, orient="row"), on="person_id", how="left").sort("number")
    rows = told.with_columns(pl.col("phone", "address").fill_null("")).select(list(PERSON)).rows()
    return list(map(list, rows)), people - papers.height


def _papers(living: Living, connection: psycopg.Connection[Any], parcel_id: UUID) -> pl.DataFrame:
    """Return the people of a parcel whose papers are kept, with kind, number and name; the vault is asked once for each class and month."""
    query = (
        "SELECT retention, period, array_agg(replace(person_id::text, '-', '') ORDER BY number), array_agg(number ORDER BY number), "
        "array_agg(id_type ORDER BY number), array_agg(id_number ORDER BY number), array_agg(full_name ORDER BY number), "
        "array_agg(area_code ORDER BY number), array_agg(because_type ORDER BY number), array_agg(because_id ORDER BY number) "
        "FROM work.arrival JOIN identities.identity USING (person_id) WHERE parcel_id = %s GROUP BY retention, period"
    )
    parts = []
    for retention, period, of, *columns in connection.execute(query, [parcel_id]).fetchall():
        number, id_type, id_number, full_name, area_code, because_type, because_id = columns
        where = {"person_ids": of, "retention": retention, "period": period}
        opened = {
            "id_number": living.vault.unseal_many(id_number, field="id_number", **where),
            "full_name": living.vault.unseal_many(full_name, field="full_name", **where),
        }
        told = {"area_code": area_code, "because_type": because_type, "because_id": because_id}
        parts.append(pl.DataFrame({"person_id": of, "number": number, "id_type": id_type, **opened, **told}))
    empty: dict[str, Any] = {"person_id": pl.String} | {name: dtype for name, dtype in PERSON.items() if name not in ("phone", "address")}
    return pl.concat(
        [pl.DataFrame(schema=empty), *(part.select(pl.col(name).cast(dtype) for name, dtype in empty.items()) for part in parts)]
    )


_CLOSED: Final = """
    SELECT region_code, parcel_id, array_agg(replace(person_id::text, '-', '') ORDER BY number), array_agg(number ORDER BY number),
        array_agg(outcome ORDER BY number), array_agg(closed_at ORDER BY number)
    FROM (
        SELECT came.region_code, came.parcel_id, came.person_id, came.number, closed.closed_at,
            CASE closed.state WHEN 'done' THEN 'found' ELSE 'moved_on' END AS outcome,
            row_number() OVER (PARTITION BY came.region_code, came.parcel_id ORDER BY came.number) AS place
        FROM exchange.parcel_person AS came JOIN LATERAL (
            SELECT state, closed_at FROM work.task WHERE task.person_id = came.person_id AND kind = 'visit_arrival'
                AND state IN ('done', 'passed_on') AND closed_at >= came.taken_at ORDER BY closed_at DESC LIMIT 1
        ) AS closed ON true
        WHERE told_at IS NULL
    ) AS each
    WHERE place <= %s
    GROUP BY region_code, parcel_id LIMIT 50
"""


def send_outcomes(living: Living) -> int:
    """Tell other regions what came of the people of their parcels whose tasks are closed; return of how many. Raises the last error."""
    with living.store.pool.connection() as connection:
        waiting = connection.execute(_CLOSED.encode(), [MOST_ROWS]).fetchall()
    told, failed = 0, None
    for region_code, parcel_id, people, numbers, outcomes, closed in waiting:
        try:
            _tell(living, region_code, parcel_id, people, _said(living, numbers, outcomes, closed))
            told += len(people)
        except FangxianError as error:
            failed = error
    if failed:
        raise failed
    return told


def _said(living: Living, numbers: list[int], outcomes: list[str], closed: list[datetime]) -> list[list[Any]]:
    days = [living.today(at).isoformat() for at in closed]
    return [list(row) for row in zip(numbers, outcomes, days, strict=True)]


def _tell(living: Living, region_code: str, parcel_id: UUID, people: list[str], rows: list[list[Any]]) -> None:
    answer = send(living, region_code, Kind.OUTCOMES, lambda _: {"parcel": parcel_id.bytes, "rows": rows})
    if answer.kind is not Kind.RECEIVED:
        raise RefusedMessageError(Refusal.FAILED)
    event = _event("parcel_outcomes_sent", region_code, parcel_id, people=len(people))
    with living.store.transaction(event, at=living.clock()) as transaction:
        transaction.connection.execute(
            "UPDATE exchange.parcel_person SET told_at = %s, event_id = %s "
            "WHERE region_code = %s AND parcel_id = %s AND person_id = ANY (%s::uuid[])",
            [transaction.at, event.event_id, region_code, parcel_id, [str(UUID(person)) for person in people]],
        )


def _event(action: str, region_code: str, parcel_id: UUID, **details: Any) -> Event:
    told = {"region": region_code, "parcel": str(parcel_id), **details}
    return Event(actor="system", role=Role.SYSTEM, purpose=PURPOSE, action=action, details=told)
