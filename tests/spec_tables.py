"""Text tables: facts written so that a person can read them, and results rendered the same way.

    fact_id | person_id | from_at          | symptoms
    --------+-----------+------------------+---------
    a1      | ann       | 2020-02-10 09:00 | cough

Times are local (Asia/Shanghai), and a bare day means its midnight; tables hold UTC. Fact ids and persons are symbols
(`spec_symbols`). An empty cell is null, or an empty string where the column may not be null. Lists are comma-separated.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import ibis.expr.datatypes as dt
import pyarrow as pa
from ibis.formats.pyarrow import PyArrowSchema
from spec_symbols import fact_id, fact_symbol, person_id, person_name

from fangxian.facts import Column, Fact

LOCAL: Final = ZoneInfo("Asia/Shanghai")

DEFAULTS: Final[dict[str, Any]] = {
    "source": "spec",
    "delivery_id": "spec",
    "symptoms": "",
    "contacted_case": "no",
    "stayed_in_key_area": False,
    "basis": "roaming",
    "method": "pcr",
    "site": "forehead",
    "mode": "train",
    "setting": "venue",
    "contact_class": "close",
    "scheme": "listed",
    "reason": "other",
    "id_type": "resident_id",
    "region_code": "330106",
    "from_region_code": "420100",
    "to_region_code": "330100",
    "hospital_id": "spec",
    "pharmacy_id": "spec",
    "medicine_class": "antipyretic",
    "place_id": "spec",
    "checkpoint_id": "spec",
    "doctor_id": "spec",
    "listed_by": "spec",
    "first_signer_id": "spec one",
    "second_signer_id": "spec two",
    "household_id": "spec",
    "organisation_id": "spec",
    "cases": 2,
}
"""What a column holds where a table leaves it out: words that no rule under test should hang on."""


def cells(text: str) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a text table, cells stripped. Raises ValueError for a row of the wrong width."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    header, *rows = (line for line in lines if set("".join(line)) - set("-+"))
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"this row has {len(row)} cells under {len(header)} columns: {' | '.join(row)}")
    return header, rows


def facts_from_text(fact_type: type[Fact], text: str) -> pa.Table:
    """Return the facts that a text table describes, in the stored schema of their type.

    A column that is left out has its default: `known_at` is `from_at`, a day is the local day of `from_at`, fact ids
    are `r1`, `r2`, ..., and the rest follow `DEFAULTS`. Raises ValueError for anything else that is missing or unknown.
    """
    header, rows = cells(text)
    if unknown := set(header) - set(fact_type.columns):
        raise ValueError(f"{fact_type.name} has no column {sorted(unknown)}; it has {list(fact_type.columns)}")
    found = [_fact(fact_type, dict(zip(header, row, strict=True)), number) for number, row in enumerate(rows, start=1)]
    return pa.Table.from_pylist(found, schema=PyArrowSchema.from_ibis(fact_type.schema()))


def rows_as_text(table: pa.Table, columns: Sequence[str] | None = None) -> str:
    """Return a result as a text table of `columns` (all by default), rows sorted: two equal results read the same."""
    names = list(columns or table.column_names)
    return _aligned(names, [[_written(row[name], name) for name in names] for row in table.select(names).to_pylist()])


def tidied(text: str) -> str:
    """Return a text table as `rows_as_text` would write it: what is expected, ready to compare with what came out."""
    header, rows = cells(text)
    return _aligned(header, rows)


def instant(text: str) -> datetime:
    """Return the UTC instant (without zone) of a local time: "2020-02-10", "2020-02-10 09:00" and finer."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).astimezone(UTC).replace(tzinfo=None)


def _aligned(header: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [header, *sorted(rows)]]
    return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:]]) + "\n"


def _fact(fact_type: type[Fact], given: dict[str, str], number: int) -> dict[str, Any]:
    fact = {name: _value(fact_type.columns[name], cell) for name, cell in given.items()}
    for name, column in fact_type.columns.items():
        if fact.get(name) is None and not column.optional:
            fact[name] = _default(fact_type, column, fact, number)
    return fact


def _default(fact_type: type[Fact], column: Column, fact: dict[str, Any], number: int) -> Any:
    if column.name in DEFAULTS and column.one_of and DEFAULTS[column.name] not in column.one_of:
        raise ValueError(f"{fact_type.name} needs {column.name}: one of {column.one_of}")
    if column.name in DEFAULTS:
        return DEFAULTS[column.name]
    if column.name == "fact_id":
        return fact_id(f"r{number}")
    if column.name == "known_at" and "from_at" in fact:
        return fact["from_at"]
    if column.dtype == "date" and "from_at" in fact:
        return fact["from_at"].replace(tzinfo=UTC).astimezone(LOCAL).date()
    raise ValueError(f"a table of {fact_type.name} needs the column {column.name}, in every row")


def _value(column: Column, cell: str) -> Any:
    """Return a cell as a value of its column; None where it is empty and that is no value."""
    dtype = ibis_dtype(column)
    if not cell:
        return "" if dtype.is_string() and not column.optional and not column.one_of else None
    if column.one_of and cell not in column.one_of:
        raise ValueError(f"{column.name} cannot be {cell!r}; it is one of {column.one_of}")
    return _reader(column.name, dtype)(cell)


def ibis_dtype(column: Column) -> dt.DataType:
    """Return the Ibis type that a column declares."""
    return dt.dtype(column.dtype)


def _reader(name: str, dtype: dt.DataType) -> Callable[[str], Any]:
    if name.endswith("fact_id"):
        return fact_id
    if name.endswith("person_id"):
        return person_id
    if dtype.is_timestamp():
        return instant
    if dtype.is_date():
        return date.fromisoformat
    if dtype.is_boolean():
        return {"true": True, "false": False}.__getitem__
    return {"int64": int, "float64": float}.get(str(dtype), str)


def _written(value: Any, name: str) -> str:
    """Return a value as its cell; the column's name says what ids stand for."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = value.replace(tzinfo=UTC).astimezone(LOCAL).replace(tzinfo=None)
        return local.isoformat(" ", "auto" if local.second or local.microsecond else "minutes")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_written(each, name) for each in value)
    if isinstance(value, int) and (name.endswith("fact_id") or name == "because"):
        return fact_symbol(value)
    return person_name(value) if name.endswith("person_id") else str(value)
