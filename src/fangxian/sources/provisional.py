"""Rows that name nobody by a usable id number: they go in under a provisional id, and a finder is asked whose they are.

A provisional id is made of the source and its own record number, so the same record has the same one however often it comes.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.compaction import ROW_GROUP
from fangxian.errors import FangxianError
from fangxian.facts import SamePerson
from fangxian.sources import spelling
from fangxian.sources.identity import KeyHolder
from fangxian.sources.people import DocumentKind, Person
from fangxian.sources.plan import Plan
from fangxian.sources.source import Source

ID_TYPE: Final = "record"
"""The id type of provisional ids: no kind of document."""

HEADINGS: Final = {
    "name": ("姓名", "旅客姓名"),
    "id_number": ("证件号码",),
    "born_on": ("出生日期",),
    "sex": ("性别",),
    "phone": ("联系电话", "手机号"),
    "address": ("住址",),
    "region_code": ("居住地代码",),
}
"""Under which headings files say what a finder is given; a file may lack any of them."""


class Finder(Protocol):
    """Whoever looks for the people of rows without a usable id number."""

    def find(self, rows: pa.Table, *, source: str, delivery_id: str) -> pa.Table:
        """Return the facts of type SamePerson that are certain.

        Shape of `rows`: record, person_id (the provisional one), then the texts of HEADINGS, null where the file does not say.
        """


def findable(source: Source) -> Source:
    """Return a source that reads what a finder is given: such columns are read, and shown and kept nowhere.

    Raises FangxianError for a source of which a row names more than one person, or none.
    """
    cells = {cell for facts in source.facts for cell in facts.cells.values() if isinstance(cell, Person)}
    if len({cell.column for cell in cells}) != 1 or any(isinstance(cell, DocumentKind) for cell in cells):
        raise FangxianError(
            f"Rows of {source.name} cannot be linked: they do not name exactly one person each, or enrol that person.",
            done="Nothing went in.",
            next_step="Bring the file in without --link-with.",
        )
    personal = {heading for headings in HEADINGS.values() for heading in headings} | set(source.unread)
    new = sorted(personal - set(source.columns()))
    return replace(source, noted=(*source.noted, *new), unread=tuple(sorted({*source.unread, *new})))


def find_people(door: duckdb.DuckDBPyConnection, plan: Plan, key_holder: KeyHolder, finder: Finder, folder: Path) -> dict[str, int]:
    """Give the rows of the table `cell` that have a name and no usable id number a provisional person, and ask the finder.

    What it is certain of is written to the delivery's folder; returns how many facts that is, by type.
    """
    person = next(iter(plan.people_cells))
    number, columns = spelling.name(person.column), plan.source.columns()
    said = {name: [spelling.name(h) for h in headings if h in columns] for name, headings in HEADINGS.items()}
    texts = ", ".join(
        f"coalesce({', '.join(found)}, NULL) AS {name}" if found else f"NULL::VARCHAR AS {name}" for name, found in said.items()
    )
    door.execute(
        f"""
        CREATE TEMP TABLE unnamed AS
        SELECT cell.row_number, {plan.record()} AS record, {person.document} AS document, {texts} FROM cell
        LEFT JOIN person ON person.document = {person.document} AND person.number = cell.{number}
        WHERE person.person_id IS NULL;
        DELETE FROM unnamed WHERE record IS NULL OR name IS NULL
        """
    )
    rows = door.execute(
        "SELECT * EXCLUDE (row_number, document) FROM unnamed QUALIFY row_number() OVER (PARTITION BY record ORDER BY row_number DESC) = 1"
    ).to_arrow_table()
    called = pc.binary_join_element_wise(plan.source.name, rows["record"].combine_chunks(), "/")
    rows = rows.add_column(1, "person_id", key_holder.person_ids(pa.array([ID_TYPE] * len(called), pa.string()), called))
    _name(door, rows, number)
    delivery_id = door.execute("SELECT getvariable('delivery_id')").fetchone()
    found = finder.find(rows, source=plan.source.name, delivery_id=delivery_id[0] if delivery_id else "")
    return _write(found, folder)


def _name(door: duckdb.DuckDBPyConnection, rows: pa.Table, number: str) -> None:
    """Let the rows name their provisional people, by their record in the place of a number."""
    door.register("provisional", rows.select(["record", "person_id"]))
    door.execute(
        f"""
        INSERT INTO person (document, number, id_type, fault, person_id)
        SELECT DISTINCT document, 'record ' || record, '{ID_TYPE}', NULL, provisional.person_id
        FROM unnamed JOIN provisional USING (record);
        UPDATE cell SET {number} = 'record ' || unnamed.record FROM unnamed WHERE unnamed.row_number = cell.row_number;
        DROP TABLE unnamed
        """
    )
    door.unregister("provisional")


def _write(found: pa.Table, folder: Path) -> dict[str, int]:
    if not found.num_rows:
        return {}
    facts = found.select(list(SamePerson.columns)).cast(PyArrowSchema.from_ibis(SamePerson.schema())).sort_by("person_id")
    pq.write_table(facts, folder / f"{SamePerson.name}.parquet", compression="zstd", row_group_size=ROW_GROUP)
    return {SamePerson.name: facts.num_rows}
