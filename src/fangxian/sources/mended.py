"""Which rows in quarantine were mended: their record number came again from the same source, later, and went in."""

from __future__ import annotations

from typing import Final

import duckdb
import pyarrow as pa

from fangxian.engine.holding import Holder
from fangxian.engine.lake import Lake
from fangxian.engine.snapshot import Snapshot
from fangxian.sources import spelling
from fangxian.sources.catalogue import all_sources
from fangxian.sources.plan import fact_numbers
from fangxian.sources.source import Source

QUARANTINE: Final = "quarantine"


def show_quarantine(connection: duckdb.DuckDBPyConnection, lake: Lake) -> bool:
    """Make the view `quarantine` of all refused rows, with `mended`, on a connection; return whether there are any.

    A row of which no cell was kept has no number by which it could be known again, and stays open.
    """
    files = lake.quarantine_files()
    if not files:
        return False
    refused = f"read_parquet([{spelling.texts(tuple(files))}])"
    received = [(r["delivery_id"], r["received_at"]) for r in lake.receipts() if "received_at" in r]
    came = pa.table(list(zip(*received, strict=True)), names=["delivery_id", "received_at"])
    connection.register("came_in", came)
    connection.execute("CREATE OR REPLACE TEMP TABLE mended_row (delivery_id VARCHAR, row_number BIGINT)")
    here = {name for (name,) in connection.execute(f"SELECT DISTINCT source FROM {refused}").fetchall()}
    with Holder() as holder:
        snapshot = lake.held_snapshot(holder)
        for source in all_sources():
            if source.name in here:
                _find_mended(connection, snapshot, source, refused)
    connection.unregister("came_in")
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {QUARANTINE} AS SELECT *, (delivery_id, row_number) IN (FROM mended_row) AS mended FROM {refused}"
    )
    return True


def _find_mended(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, source: Source, refused: str) -> None:
    """Add to `mended_row` the refused rows of a source of which a fact came in a later delivery."""
    cells = {column: f"cells[{spelling.text(column)}]" for column in source.record}
    for fact_type, number in fact_numbers(source, cells):
        files = snapshot.files(fact_type)
        if files:
            connection.execute(
                f"""
                INSERT INTO mended_row
                SELECT DISTINCT delivery_id, row_number
                FROM (SELECT delivery_id, row_number, {number} AS fact_id FROM {refused} WHERE source = {spelling.text(source.name)}) AS row
                JOIN came_in USING (delivery_id)
                JOIN (
                    SELECT fact_id, delivery_id AS later, came_in.received_at AS later_at
                    FROM read_parquet([{spelling.texts(tuple(files))}]) JOIN came_in USING (delivery_id)
                    WHERE source = {spelling.text(source.name)}
                ) USING (fact_id)
                WHERE later <> delivery_id AND later_at >= received_at
                """
            )
