"""The sealed register: everybody whom the store keeps, opened in memory for one comparison with records, and for nothing else."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from fangxian.linkage.files import KIND, NAME, NUMBER, PERSONAL, PHONE
from fangxian.sources.id_numbers import KINDS
from fangxian.store.identities import expect_named_by
from fangxian.store.store import Transaction
from fangxian.vault.vault import Vault

_WORDS: Final = {id_type: word for word, id_type in reversed(KINDS.items())}


def sealed_register(transaction: Transaction, vault: Vault) -> pa.Table:
    """Return the register that the store keeps as a finder takes it: a row a person, the columns of files, and `row_number`.

    The vault is asked once for each class and month. The transaction's event says who compares, for which purpose: nobody is looked
    at, for only ids leave the comparison. Raises FangxianError where the vault refuses.
    """
    expect_named_by(transaction, vault)
    parts = [
        _opened(vault, *row)
        for row in transaction.connection.execute(
            "SELECT retention, period, array_agg(replace(person_id::text, '-', '') ORDER BY person_id), "
            "array_agg(id_type ORDER BY person_id), array_agg(full_name ORDER BY person_id), "
            "array_agg(id_number ORDER BY person_id), array_agg(phone ORDER BY person_id) "
            "FROM identities.identity GROUP BY retention, period ORDER BY retention, period"
        ).fetchall()
    ]
    rows = pa.concat_tables(parts) if parts else _SCHEMA.empty_table()
    return rows.append_column("row_number", pa.array(range(rows.num_rows), pa.int64()))


_SCHEMA: Final = pa.schema([(column, pa.string()) for column in PERSONAL])


def _opened(
    vault: Vault,
    retention: str,
    period: str,
    people: list[str],
    id_types: list[str],
    names: list[bytes],
    numbers: list[bytes],
    phones: list[bytes | None],
) -> pa.Table:
    def opened(sealed: list[bytes], of: list[str], field: str) -> list[str]:
        return vault.unseal_many(sealed, person_ids=of, retention=retention, period=period, field=field)

    having = [person for person, phone in zip(people, phones, strict=True) if phone is not None]
    said = dict(zip(having, opened([phone for phone in phones if phone is not None], having, "phone"), strict=True))
    told = {
        NAME: opened(names, people, "full_name"),
        NUMBER: opened(numbers, people, "id_number"),
        KIND: [_WORDS.get(id_type, id_type) for id_type in id_types],
        PHONE: [said.get(person) for person in people],
    }
    return pa.table([pa.array(told.get(c, [None] * len(people)), pa.string()) for c in PERSONAL], schema=_SCHEMA)
