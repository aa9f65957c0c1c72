"""From the lake to the store: the facts of agencies' deliveries, and the codes of everybody whom they concern.

A delivery's facts, its name and the list of those whom it concerns are one transaction, so that it is fed once, whoever dies.
The codes follow, some people at a time: a row of `code.pending` says that a code is not yet decided from all facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql

from fangxian.code.presence import PLACES
from fangxian.engine.compaction import subject
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.facts import AreaLevel, AreaWithdrawal, Fact, PersonFact, all_fact_types
from fangxian.store.copying import copy_in
from fangxian.store.flow import SOURCE, Receipts, lost_deliveries
from fangxian.store.renewals import lapsed_since
from fangxian.store.store import Event, Store

ROWS_AT_ONCE: Final = 1_000_000
"""Facts that are in memory while a delivery is fed."""


@dataclass(frozen=True)
class Fed:
    """One delivery that went into the store: how many facts, and how many people it concerns."""

    delivery_id: str
    facts: int
    people: int


def feed(store: Store, lake: Lake, event: Event, *, at: datetime) -> Iterator[Fed]:
    """Feed every delivery of the lake that the store does not have yet, oldest first, and yield each when it is committed.

    To a store that was restored from a backup come back the facts that it had brought to the lake after that backup.

    `event` says who feeds, for which purpose; each delivery is an event of its own. Raises FangxianError where every policy has lapsed.
    """
    if lapsed_since(store, at):
        raise FangxianError(
            "Every policy has lapsed: two people have not renewed one.",
            done="Nothing was fed.",
            next_step="Renew a policy, and feed again: nothing of the lake is lost by waiting.",
        )
    receipts = lake.receipts()
    for delivery_id in _missing(store, receipts):
        yield _feed_one(store, lake.path / "deliveries" / delivery_id, event, at=at)
    with store.pool.connection() as connection:
        lost = lost_deliveries(connection, receipts)
    for delivery_id in lost:
        yield _feed_one(store, lake.path / "deliveries" / delivery_id, event, at=at, comes_back=True)


def _missing(store: Store, receipts: Receipts) -> list[str]:
    with store.pool.connection() as connection:
        fed = {row[0] for row in connection.execute("SELECT delivery_id FROM store.fed_delivery").fetchall()}
    ours = [receipt for receipt in receipts if receipt["source"] != SOURCE]
    return [each["delivery_id"] for each in sorted(ours, key=lambda each: each["received_at"]) if each["delivery_id"] not in fed]


def _feed_one(store: Store, folder: Path, event: Event, *, at: datetime, comes_back: bool = False) -> Fed:
    named = Event(actor=event.actor, role=event.role, purpose=event.purpose, action=event.action, details={"delivery_id": folder.name})
    files = {fact_type: file for fact_type in all_fact_types() if (file := folder / f"{fact_type.name}.parquet").exists()}
    _make_partitions(store, list(files.values()))
    with store.transaction(named, at=at) as transaction:
        connection, event_id = transaction.connection, named.event_id
        connection.execute("SET LOCAL work_mem = '64MB'")
        connection.execute("CREATE TEMP TABLE concerned (person_id uuid) ON COMMIT DROP")
        facts = sum(_feed_file(connection, fact_type, file, event_id, comes_back=comes_back) for fact_type, file in files.items())
        connection.execute("ANALYZE concerned")
        # In order: two that feed wait for one another and never in a circle, and an index grows at one place. A row that stands
        # takes our name, so that a recording that would take it away waits for us, and sees what we bring.
        people = connection.execute(
            "INSERT INTO code.pending SELECT DISTINCT person_id, %s::uuid FROM concerned ORDER BY person_id "
            "ON CONFLICT (person_id) DO UPDATE SET event_id = excluded.event_id",
            [event_id],
        ).rowcount
        connection.execute("INSERT INTO store.fed_delivery (delivery_id, event_id) VALUES (%s, %s)", [folder.name, event_id])
    return Fed(folder.name, facts, people)


def _make_partitions(store: Store, files: Sequence[Path]) -> None:
    """Make the partitions of every month in which these facts became known."""
    if not files:
        return
    query = f"SELECT DISTINCT date_trunc('month', known_at)::DATE FROM read_parquet({[str(file) for file in files]}, union_by_name = true)"
    months = [row[0] for row in duckdb.execute(query).fetchall()]
    with store.pool.connection() as connection:
        for month in months:
            connection.execute("SELECT store.make_partitions(%s, %s)", [month, month])


def _feed_file(connection: psycopg.Connection[Any], fact_type: type[Fact], file: Path, event_id: object, *, comes_back: bool) -> int:
    """Add one type's facts, and those whom they concern; return how many facts there were.

    Of facts that come back some may be in the backup.
    """
    staged = sql.Identifier("staged")
    table = sql.Identifier("facts", fact_type.name)
    columns = sql.SQL(", ").join(map(sql.Identifier, fact_type.columns))
    connection.execute(sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(staged, columns, table))
    for batch in pq.ParquetFile(file).iter_batches(ROWS_AT_ONCE, columns=list(fact_type.columns)):
        copy_in(connection, "staged", pa.Table.from_batches([batch]))
    new = _not_kept(fact_type) if comes_back else sql.SQL("true")
    added = connection.execute(
        sql.SQL("INSERT INTO {} ({}, event_id) SELECT {}, {}::uuid FROM {} WHERE {}").format(
            table, columns, columns, sql.Literal(str(event_id)), staged, new
        )
    ).rowcount
    for query in _concerned(fact_type):
        connection.execute(query)
    connection.execute("DROP TABLE staged")
    return added


def _not_kept(fact_type: type[Fact]) -> sql.Composed:
    """Return the condition that a staged fact does not stand here yet."""
    same = sql.SQL(" AND ").join(
        sql.SQL("kept.{0} = staged.{0}").format(sql.Identifier(n)) for n in (subject(fact_type), "fact_id", "known_at")
    )
    return sql.SQL("NOT EXISTS (SELECT FROM {} AS kept WHERE {})").format(sql.Identifier("facts", fact_type.name), same)


def _concerned(fact_type: type[Fact]) -> list[str]:
    """Return the statements that add those whom the staged facts concern: their people, or who was in their areas."""
    if issubclass(fact_type, PersonFact):
        return ["INSERT INTO concerned SELECT person_id FROM staged"]
    if fact_type not in (AreaLevel, AreaWithdrawal):
        return []
    return [
        f"INSERT INTO concerned SELECT person_id FROM facts.{place} WHERE {region} IN (SELECT region_code FROM staged)"
        for place, region in PLACES.items()
    ]
