"""Renaming: after the vault's key was rotated, people's ids and what is sealed for them follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg
import pyarrow as pa

from fangxian.errors import FangxianError
from fangxian.store.identities import named_by
from fangxian.store.reaching import FIELD
from fangxian.store.store import Store, Transaction
from fangxian.vault.vault import Vault

BATCH: Final = 10_000
RENAMING: Final = pa.schema({"person_id": pa.string(), "renamed_person_id": pa.string()})
_FIELDS: Final = ("full_name", "id_number", "phone")
_HEX: Final = "replace(person_id::text, '-', '')"


def renaming(vault: Vault, store: Store) -> Iterator[pa.RecordBatch]:
    """Yield, for everybody whose identity the store keeps, the id they have there and the one that the vault gives them now.

    The vault needs no more than the old id, so `vault.renamed` does the same for facts, and for people without an identity.
    """
    with store.pool.connection() as connection, connection.transaction():
        mark = _mark(connection)
        for rows in _batches(connection, f"SELECT {_HEX} FROM identities.identity"):
            people = pa.array([row[0] for row in rows], pa.string())
            yield pa.record_batch([people, vault.renamed(people, named_by=mark)], schema=RENAMING)


def rename_identities(transaction: Transaction, vault: Vault) -> int:
    """Rename everybody whose identity the store keeps, seal it for the new id, and return how many; all or none.

    How people are reached follows, also of those whose identity nobody keeps. Nothing leaves the vault unsealed. Raises FangxianError
    where a key was destroyed whose period was not ended in the store.
    """
    connection, event_id = transaction.connection, transaction.event.event_id
    connection.execute("LOCK TABLE identities.identity, identities.reach IN SHARE ROW EXCLUSIVE MODE")
    mark = _mark(connection)
    if mark == vault.mark():
        return 0
    renamed = 0
    for retention, period in connection.execute("SELECT DISTINCT retention, period FROM identities.identity").fetchall():
        kept = f"SELECT {_HEX}, full_name, id_number, phone FROM identities.identity WHERE retention = %s AND period = %s"
        for rows in _batches(connection, kept, [retention, period]):
            where = {"named_by": mark, "retention": retention, "period": period}
            connection.execute(_RENAME, {**_resealed(vault, rows, _FIELDS, **where), "event": event_id})
            renamed += len(rows)
    _rename_reaches(transaction, vault, mark)
    connection.execute(
        "INSERT INTO identities.named_by (number, mark, event_id) SELECT max(number) + 1, %s, %s FROM identities.named_by",
        [vault.mark(), event_id],
    )
    return renamed


def _rename_reaches(transaction: Transaction, vault: Vault, mark: str) -> None:
    connection = transaction.connection
    for retention, period, source in connection.execute("SELECT DISTINCT retention, period, source FROM identities.reach").fetchall():
        kept = f"SELECT {_HEX}, reach FROM identities.reach WHERE retention = %s AND period = %s AND source = %s"
        for rows in _batches(connection, kept, [retention, period, source]):
            resealed = _resealed(vault, rows, [FIELD], named_by=mark, retention=retention, period=period)
            connection.execute(_RENAME_REACH, {**resealed, "source": source, "event": transaction.event.event_id})


def _resealed(vault: Vault, rows: list[tuple[Any, ...]], fields: Sequence[str], **where: str) -> dict[str, list[Any]]:
    """Return the ids of rows, the new ids, and each column of sealed texts sealed for these."""
    people = [row[0] for row in rows]
    columns: dict[str, list[Any]] = {"people": people}
    columns["renamed"] = vault.renamed(pa.array(people, pa.string()), named_by=where["named_by"]).to_pylist()
    for place, field in enumerate(fields, start=1):
        having = [row for row in rows if row[place] is not None]
        sealed = vault.reseal([row[place] for row in having], person_ids=[row[0] for row in having], field=field, **where)
        by_person = dict(zip((row[0] for row in having), sealed, strict=True))
        columns[field] = [by_person.get(person) for person in people]
    return columns


def _batches(connection: psycopg.Connection[Any], query: str, parameters: list[str] | None = None) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a query as they stood when it began, a batch at a time."""
    with connection.cursor("in batches") as cursor:
        cursor.execute(query.encode(), parameters)
        while rows := cursor.fetchmany(BATCH):
            yield rows


def _mark(connection: psycopg.Connection[Any]) -> str:
    mark = named_by(connection)
    if mark is None:
        raise FangxianError("This store keeps nobody's identity yet.", done="Nobody was renamed.")
    return mark


_RENAME = """
    UPDATE identities.identity SET person_id = renamed.renamed, full_name = renamed.full_name, id_number = renamed.id_number,
                                   phone = renamed.phone, event_id = %(event)s
    FROM unnest(%(people)s::uuid[], %(renamed)s::uuid[], %(full_name)s::bytea[], %(id_number)s::bytea[], %(phone)s::bytea[])
         AS renamed (person_id, renamed, full_name, id_number, phone)
    WHERE identity.person_id = renamed.person_id
"""
_RENAME_REACH = """
    UPDATE identities.reach SET person_id = renamed.renamed, reach = renamed.reach, event_id = %(event)s
    FROM unnest(%(people)s::uuid[], %(renamed)s::uuid[], %(reach)s::bytea[]) AS renamed (person_id, renamed, reach)
    WHERE reach.person_id = renamed.person_id AND source = %(source)s
"""
