"""Rows in and out of PostgreSQL as Arrow tables, by COPY: no loop over rows in Python either way."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import ibis
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from ibis.formats.pyarrow import PyArrowSchema
from numpy.typing import NDArray

_UUIDS: Final = "person_id"
"""The column that PostgreSQL keeps in 16 bytes and everybody else as 32 hexadecimal digits."""

_BYTES_AT_ONCE: Final = 1_000_000
_HEADER: Final = 19
"""Bytes in which PostgreSQL says that what follows is its binary format; two more end it."""


def copy_in(connection: psycopg.Connection[Any], table: str, rows: pa.Table) -> None:
    """Add rows to a table that has columns of the same names; lists are given as PostgreSQL writes arrays."""
    columns = ", ".join(f'"{name}"' for name in rows.column_names)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy:
        for batch in rows.to_batches(max_chunksize=100_000):
            text = pa.BufferOutputStream()
            pa_csv.write_csv(batch, text, pa_csv.WriteOptions(include_header=False))
            copy.write(text.getvalue())


def copy_out(connection: psycopg.Connection[Any], schema: ibis.Schema, source: str, parameters: Sequence[Any] = ()) -> pa.Table:
    """Return rows of the columns of `schema` from `source`: what stands behind FROM in a query."""
    found = copy_out_some(connection, schema, source, parameters, rows=sys.maxsize)
    return next(found, PyArrowSchema.from_ibis(schema).empty_table())


def copy_out_some(
    connection: psycopg.Connection[Any], schema: ibis.Schema, source: str, parameters: Sequence[Any] = (), *, rows: int
) -> Iterator[pa.Table]:
    """Yield what `copy_out` returns, so many rows at a time; until the last the connection is busy."""
    columns = ", ".join(f"replace(\"{name}\"::text, '-', '')" if name == _UUIDS else f'"{name}"' for name in schema.names)
    arrow = PyArrowSchema.from_ibis(schema)
    with connection.cursor() as cursor, cursor.copy(f"COPY (SELECT {columns} FROM {source}) TO STDOUT (FORMAT csv)", parameters) as copy:
        # libpq hands over whole rows, one at a time.
        lines = iter(copy)
        while True:
            text = pa.BufferOutputStream()
            for line in islice(lines, rows):
                text.write(line)
            if not text.tell():
                return
            yield _read(text.getvalue(), arrow)


def copy_out_records(
    connection: psycopg.Connection[Any], dtype: np.dtype[Any], query: str, parameters: Sequence[Any] = ()
) -> Iterator[NDArray[Any]]:
    """Yield the rows of a query some at a time, as records whose fields are its columns: each of one length, and never null.

    A field has the big-endian dtype in which PostgreSQL sends its column, such as ">i8" for a timestamp: microseconds since 2000.
    """
    names = dtype.names or ()
    sent = np.dtype([("fields", ">i2"), *(field for name in names for field in ((f"length of {name}", ">i4"), (name, dtype[name])))])
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)", parameters) as copy:
        waiting = bytearray(copy.read())
        del waiting[:_HEADER]
        for part in copy:
            waiting += part
            if len(waiting) >= _BYTES_AT_ONCE:
                yield _records(waiting, sent)
        yield _records(waiting, sent)


def _records(waiting: bytearray, sent: np.dtype[Any]) -> NDArray[Any]:
    """Take the whole rows from the beginning of what waits."""
    whole = len(waiting) - len(waiting) % sent.itemsize
    records = np.frombuffer(bytes(waiting[:whole]), sent)
    del waiting[:whole]
    # A column of another length, or a null, would shift all that follows: better nothing than somebody else's hits.
    if np.any(records["fields"] != len(sent.names or ()) // 2):
        raise ValueError("PostgreSQL sent rows of another form than was asked for.")
    return records


def _read(text: pa.Buffer, schema: pa.Schema) -> pa.Table:
    # As PostgreSQL writes it: an empty field is missing, a quoted one is an empty text; truths are t and f.
    truths = [field.name for field in schema if pa.types.is_boolean(field.type)]
    options = pa_csv.ConvertOptions(
        column_types={field.name: pa.string() if field.name in truths else field.type for field in schema},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        timestamp_parsers=[pa_csv.ISO8601],
    )
    table = pa_csv.read_csv(pa.BufferReader(text), pa_csv.ReadOptions(column_names=schema.names), convert_options=options)
    for name in truths:
        table = table.set_column(table.schema.get_field_index(name), name, pc.equal(table[name], "t"))
    return table.cast(schema)
