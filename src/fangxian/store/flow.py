"""From the store to the lake: what was recorded online flows into deliveries, each fact exactly once.

A delivery holds the facts of the transactions from one number to another, and is named by both. Where it ended stands in its
own receipt, which joins the lake with it in one step: whoever dies before that step begins again at the same place, whoever
dies after it goes on behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg
import pyarrow.parquet as pq
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.compaction import ROW_GROUP, subject
from fangxian.engine.lake import Lake
from fangxian.engine.writers import writing
from fangxian.errors import FangxianError
from fangxian.facts import Fact, all_fact_types
from fangxian.store.copying import copy_out_some
from fangxian.store.store import Store

SOURCE: Final = "store"
"""The source that the receipts of these deliveries name."""


Receipts = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Flowed:
    """What a run brought to the lake: the delivery, and how many facts of each type are in it."""

    delivery_id: str
    facts: dict[str, int]


def flow(store: Store, lake: Lake, *, at: datetime) -> Flowed | None:
    """Bring to the lake what was recorded since the last time; return what that was, or None where there was nothing new."""
    with writing(lake), store.pool.connection() as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        store_id, until = _now(connection)
        receipts = lake.receipts()
        since = _ended_before(receipts, store_id)
        _expect_nothing_lost(connection, receipts, since, until)
        delivery_id = f"{SOURCE}-{store_id[:8]}-{since:020}-{until:020}"
        recorded = [each for each in all_fact_types() if _any(connection, _recorded(each, since, until))]
        if not recorded:
            return None
        with lake.delivery(delivery_id) as folder:
            counted = {each.name: _write(connection, each, _recorded(each, since, until), folder) for each in recorded}
            receipt = _receipt(delivery_id, store_id, until, counted, at)
            (folder / "receipt.json").write_bytes(orjson.dumps(receipt, option=orjson.OPT_INDENT_2))
        return Flowed(delivery_id, counted)


def _now(connection: psycopg.Connection[Any]) -> tuple[str, int]:
    """Return which store this is, and the transaction before which all have ended: nothing can come among them late."""
    row = connection.execute(
        "SELECT replace(store_id::text, '-', ''), pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM store.identity"
    ).fetchone()
    assert row is not None  # noqa: S101  (the migration puts one row there)
    return row[0], row[1]


def _ended_before(receipts: Receipts, store_id: str) -> int:
    """Return where the last delivery of this store in the lake ended."""
    ends = (receipt["until_transaction"] for receipt in receipts if receipt.get("store_id") == store_id)
    return max(ends, default=0)


def lost_deliveries(connection: psycopg.Connection[Any], receipts: Receipts) -> list[str]:
    """Return the deliveries that this store brought to the lake after the backup that it was restored from, oldest first.

    Those that were fed since are left out. `receipts` are all of the lake.
    """
    spans = connection.execute("SELECT backed_up_until::text::bigint, continues_from::text::bigint FROM store.restoration").fetchall()
    if not spans:
        return []
    store_id, _ = _now(connection)
    fed = {row[0] for row in connection.execute("SELECT delivery_id FROM store.fed_delivery").fetchall()}
    ours = sorted((r for r in receipts if r.get("store_id") == store_id), key=lambda receipt: receipt["until_transaction"])
    return [
        receipt["delivery_id"]
        for receipt in ours
        if any(whole_until < receipt["until_transaction"] <= continues_from for whole_until, continues_from in spans)
        and receipt["delivery_id"] not in fed
    ]


def _expect_nothing_lost(connection: psycopg.Connection[Any], receipts: Receipts, since: int, until: int) -> None:
    """Refuse to go on where the lake is ahead: of this store restored to an earlier moment, or of a server that counts anew."""
    if lost := lost_deliveries(connection, receipts):
        raise FangxianError(
            f"The lake has {len(lost)} deliveries of this store that were made after the backup it was restored from.",
            known="Their facts are in the lake and not here.",
            done="Nothing was brought to the lake.",
            next_step="Bring them back first: `fangxian store feed` with this lake.",
        )
    if since > until:
        raise FangxianError(
            "The lake is ahead of this store: it has facts of transactions that the database has not come to.",
            known="The database was restored in another way than by `fangxian store restore`.",
            done="Nothing was brought to the lake.",
            next_step="Restore it with `fangxian store restore`, or bring back a later snapshot of the whole server.",
        )


def _recorded(fact_type: type[Fact], since: int, until: int) -> str:
    """Return where the facts of a type stand that transactions recorded, but not those that came, or came back, from the lake itself."""
    return (
        f"facts.{fact_type.name} AS fact WHERE written_by >= '{since}'::xid8 AND written_by < '{until}'::xid8 "
        "AND NOT EXISTS (SELECT FROM store.fed_delivery WHERE fed_delivery.event_id = fact.event_id)"
    )


def _any(connection: psycopg.Connection[Any], recorded: str) -> bool:
    return connection.execute(f"SELECT FROM {recorded} LIMIT 1").rowcount > 0


def _write(connection: psycopg.Connection[Any], fact_type: type[Fact], recorded: str, folder: Path) -> int:
    """Write the facts of a type, some at a time: a first flow brings a whole store, and memory holds none."""
    schema, written = PyArrowSchema.from_ibis(fact_type.schema()), 0
    with pq.ParquetWriter(folder / f"{fact_type.name}.parquet", schema, compression="zstd") as file:
        ordered = f"{recorded} ORDER BY {subject(fact_type)}, from_at"
        for facts in copy_out_some(connection, fact_type.schema(), ordered, rows=ROW_GROUP):
            file.write_table(facts, row_group_size=ROW_GROUP)
            written += facts.num_rows
    return written


def _receipt(delivery_id: str, store_id: str, until: int, facts: dict[str, int], at: datetime) -> dict[str, Any]:
    rows = sum(facts.values())
    return {
        "source": SOURCE,
        "delivery_id": delivery_id,
        "store_id": store_id,
        "until_transaction": until,
        "received_at": at.isoformat(timespec="seconds"),
        "rows": {"read": rows, "accepted": rows, "quarantined": 0, "repeated": 0},
        "refused": {},
        "facts": facts,
        "flags": [],
    }
