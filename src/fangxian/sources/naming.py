"""Naming the people of a file: distinct id numbers, verified, become person ids as sets."""

from __future__ import annotations

from typing import Final

import duckdb
import pyarrow as pa

from fangxian.sources.identity import KeyHolder

_PEOPLE_AT_ONCE: Final = 1_000_000


def name_people(connection: duckdb.DuckDBPyConnection, numbers: str, key_holder: KeyHolder) -> None:
    """Make the table `person` (document, number, id_type, fault, person_id) of a query of verified numbers (see `id_numbers`).

    `person_id` is null where there is a fault.
    """
    connection.execute(f"CREATE TABLE verified AS {numbers}")
    connection.execute("CREATE TEMP TABLE named (id_type VARCHAR, normalised VARCHAR, person_id VARCHAR)")
    # A cursor of its own: the batches are read while those before them are written.
    distinct = connection.cursor().execute("SELECT DISTINCT id_type, normalised FROM verified WHERE fault IS NULL")
    for batch in distinct.to_arrow_reader(_PEOPLE_AT_ONCE):
        ids = key_holder.person_ids(batch.column(0), batch.column(1))
        connection.register("batch", pa.table([batch.column(0), batch.column(1), ids], names=["id_type", "normalised", "person_id"]))
        connection.execute("INSERT INTO named FROM batch")
        connection.unregister("batch")
    connection.execute(
        "CREATE TEMP TABLE person AS SELECT document, number, id_type, fault, person_id FROM verified "
        "LEFT JOIN named USING (id_type, normalised); DROP TABLE verified; DROP TABLE named"
    )
