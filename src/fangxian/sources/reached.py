"""Whom an agency's file names, and how they are reached: read apart from its facts, and never into the lake."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from fangxian.errors import FangxianError
from fangxian.sources import spelling
from fangxian.sources.identity import KeyHolder
from fangxian.sources.naming import name_people
from fangxian.sources.people import Person
from fangxian.sources.plan import Plan
from fangxian.sources.reading import read
from fangxian.sources.source import Source

HEADINGS: Final = {
    "full_name": ("姓名", "旅客姓名"),
    "phone": ("手机号", "联系电话", "手机号码"),
    "address": ("住址", "详细地址", "现住址"),
}
"""What agencies call the columns that say who somebody is and how they are reached; a file has some of them or none."""

_AT_ONCE: Final = 50_000


def named_people(source: Source, path: Path, key_holder: KeyHolder) -> Iterator[pa.Table]:
    """Yield whom a file names, so many at a time, each once: person_id, full_name, phone, address (null where it says none).

    Rows whose id number is missing or wrong name nobody; `ingest` of the same file refuses them with the reason. Raises FangxianError for
    a file that cannot be read, and for a source that is not about people.
    """
    person = _person(source)
    wanted = tuple(heading for headings in HEADINGS.values() for heading in headings)
    plan = Plan(replace(source, unread=(), noted=(*source.noted, *(each for each in wanted if each not in source.columns()))))
    with tempfile.TemporaryDirectory(prefix="fangxian-names-") as scratch, duckdb.connect() as door:
        door.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET temp_directory = ''")
        read(door, plan.source, path, scratch=Path(scratch))
        name_people(door, plan.people() or "", key_holder)
        said = ", ".join(
            f"max(coalesce({', '.join(spelling.name(heading) for heading in headings)})) AS {column}"
            for column, headings in HEADINGS.items()
        )
        query = (
            f"SELECT {person.joined}.person_id, {said} FROM cell JOIN person AS {person.joined} "
            f"ON {person.joined}.document = {person.document} AND {person.joined}.number = cell.{person.text} "
            f"WHERE {person.joined}.fault IS NULL GROUP BY 1"
        )
        for batch in door.execute(f"SELECT * FROM ({query}) WHERE coalesce(full_name, phone, address) IS NOT NULL").to_arrow_reader(
            _AT_ONCE
        ):
            yield pa.Table.from_batches([batch])


def _person(source: Source) -> Person:
    for declared in source.facts:
        cell = declared.cells.get("person_id")
        if isinstance(cell, Person):
            return cell
    raise FangxianError(f"{source.name} is not about people.", next_step="Name a source whose file names them: `fangxian sources`.")
