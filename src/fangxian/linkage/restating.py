"""Restating: what a record said is said again of the person whose it is, and, when that is taken back, of its provisional person.

A record came in under a provisional id. A standing fact `SamePerson` says whose it is; then every fact of the record is said again,
by the same source and under the same number, of that person. The former content is taken back as any correction is (see
`fangxian.sources.corrections`), so rules read a person's own facts and no others, and a past instant is decided as it was known.
When the fact `SamePerson` is withdrawn, the same way leads back. Nothing but facts is looked at: run again, it finds nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import orjson

from fangxian.engine.compaction import ROW_GROUP
from fangxian.engine.lake import Lake, explaining_full_disk
from fangxian.engine.snapshot import Snapshot
from fangxian.engine.writers import in_turn, writing
from fangxian.facts import Fact, PersonFact, SamePerson, Withdrawal, all_fact_types
from fangxian.facts.withdrawal import CORRECTED
from fangxian.linkage.files import SOURCE
from fangxian.sources import spelling
from fangxian.sources.corrections import correct, corrections_table, open_corrections

_NOT_MOVED: Final = (SamePerson, Withdrawal)
_WRONG_PERSON: Final = "wrong_person"
"""Taken back for being somebody else's: of the right one it may be said."""


@dataclass(frozen=True)
class Restated:
    """What was said again: the delivery, and how many facts of each type."""

    delivery_id: str
    facts: dict[str, int]


def restate(lake: Lake, *, at: datetime, anew: bool = True) -> Restated | None:
    """Say the facts of provisional people again of those whose they are at the instant `at` (UTC); None where nothing was to be moved.

    Without `anew` the lake's facts are looked at only where somebody decided something since the last time.
    """
    delivery_id = f"{SOURCE}-{at:%Y%m%dT%H%M%S%f}"
    with writing(lake), in_turn(lake), explaining_full_disk(lake.path), duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        connection.execute("SET VARIABLE delivery_id = $value", {"value": delivery_id})
        snapshot = lake.snapshot()
        decided = _whose(connection, snapshot)
        if decided is None or (not anew and decided == _decided_before(lake)):
            return None
        moving = {each: rows for each in all_fact_types() if (rows := _moving(connection, snapshot, each, at))}
        if not moving:
            return None
        with lake.delivery(delivery_id) as folder:
            facts = _write(connection, lake, moving, folder)
            (folder / "receipt.json").write_bytes(orjson.dumps(_receipt(delivery_id, decided, facts, at), option=orjson.OPT_INDENT_2))
    return Restated(delivery_id, facts)


def _whose(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> str | None:
    """Make the table `whose` (provisional_person_id, person_id): the person whose each record is, itself where it is nobody's.

    Returns a digest of it, None where nobody ever decided anything.
    """
    files = snapshot.files(SamePerson)
    if not files:
        return None
    connection.execute(
        f"""
        CREATE TEMP TABLE whose AS
        SELECT provisional_person_id,
            coalesce(arg_max(said.person_id, known_at) FILTER (WHERE NOT taken_back), provisional_person_id) AS person_id
        FROM (
            SELECT *, (person_id, fact_id) IN
                (SELECT (person_id, withdrawn_fact_id) FROM ({_withdrawn(snapshot, SamePerson)})) AS taken_back
            FROM {_read(files)}
        ) AS said GROUP BY provisional_person_id
        """
    )
    digest = connection.execute("SELECT md5(string_agg(provisional_person_id || person_id, ',' ORDER BY provisional_person_id)) FROM whose")
    return str((digest.fetchone() or ("",))[0])


def _decided_before(lake: Lake) -> str | None:
    """Return the digest of what was decided when facts were last said again."""
    ours = [receipt for receipt in lake.receipts() if receipt["source"] == SOURCE]
    return max(ours, key=lambda receipt: str(receipt["delivery_id"]))["decided"] if ours else None


def _moving(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, fact_type: type[Fact], at: datetime) -> int:
    """Make the table `moving_<type>` of the facts that are to be said again, and return how many there are."""
    files = snapshot.files(fact_type)
    if not issubclass(fact_type, PersonFact) or fact_type in _NOT_MOVED or not files:
        return 0
    told = {
        "known_at": f"greatest(TIMESTAMP '{at.isoformat()}', known_at + INTERVAL 1 MICROSECOND)",
        "delivery_id": "getvariable('delivery_id')",
        "person_id": "whose.person_id",
    }
    columns = ", ".join(f"{told.get(name, f'latest.{name}')} AS {name}" for name in fact_type.columns)
    # Numbers first, and they alone: of a lake without provisional people nothing else is read.
    connection.execute(
        f"""
        CREATE TEMP TABLE moving_{fact_type.name} AS
        WITH records AS MATERIALIZED (
            SELECT DISTINCT source, fact_id, person_id AS provisional_person_id FROM {_read(files)}
            WHERE person_id IN (SELECT provisional_person_id FROM whose)
        ), latest AS (
            SELECT * FROM {_read(files)} WHERE fact_id IN (SELECT fact_id FROM records)
            QUALIFY row_number() OVER (PARTITION BY source, fact_id ORDER BY known_at DESC) = 1
        )
        SELECT {columns} FROM latest JOIN records USING (source, fact_id) JOIN whose USING (provisional_person_id)
        WHERE latest.person_id <> whose.person_id AND (latest.person_id, latest.fact_id) NOT IN
            (SELECT (person_id, withdrawn_fact_id) FROM ({_withdrawn(snapshot, fact_type)}) WHERE reason <> '{_WRONG_PERSON}')
        """
    )
    counted = connection.execute(f"SELECT count(*) FROM moving_{fact_type.name}").fetchone()
    return int(counted[0]) if counted else 0


def _write(connection: duckdb.DuckDBPyConnection, lake: Lake, moving: dict[type[Fact], int], folder: Path) -> dict[str, int]:
    open_corrections(connection)
    for fact_type in moving:
        path = folder / f"{fact_type.name}.parquet"
        _copy(connection, f"moving_{fact_type.name}", path)
        correct(connection, lake, fact_type, path)
    _copy(connection, corrections_table(Withdrawal), folder / f"{Withdrawal.name}.parquet")
    taken_back = connection.execute(f"SELECT count(*) FROM {corrections_table(Withdrawal)}").fetchone()
    return {**{each.name: rows for each, rows in moving.items()}, Withdrawal.name: int(taken_back[0]) if taken_back else 0}


def _copy(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    connection.execute(
        f"COPY (FROM {table} ORDER BY person_id, from_at) TO {spelling.text(str(path))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    )


def _withdrawn(snapshot: Snapshot, fact_type: type[Fact]) -> str:
    """Return the query of what was taken back of a type for good: person_id, withdrawn_fact_id, reason."""
    files = snapshot.files(Withdrawal)
    if not files:
        return "SELECT NULL::VARCHAR AS person_id, NULL::BIGINT AS withdrawn_fact_id, NULL::VARCHAR AS reason WHERE false"
    return (
        f"SELECT person_id, withdrawn_fact_id, reason FROM {_read(files)} WHERE fact_type = '{fact_type.name}' AND reason <> '{CORRECTED}'"
    )


def _read(files: list[str]) -> str:
    return f"read_parquet([{spelling.texts(tuple(files))}], union_by_name = true)"


def _receipt(delivery_id: str, decided: str, facts: dict[str, int], at: datetime) -> dict[str, Any]:
    rows = sum(number for name, number in facts.items() if name != Withdrawal.name)
    return {
        "source": SOURCE,
        "delivery_id": delivery_id,
        "received_at": at.isoformat(timespec="seconds"),
        "decided": decided,
        "rows": {"read": rows, "accepted": rows, "quarantined": 0, "repeated": 0},
        "refused": {},
        "facts": facts,
        "flags": [],
    }
