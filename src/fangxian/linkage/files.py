"""The two files that are linked: a register of known people, and records that somebody has to be found for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import duckdb

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.sources.reading import read
from fangxian.sources.source import Cadence, Format, Source

SOURCE: Final = "linkage"
"""The source of what linkage says."""

NAME: Final = "姓名"
KIND: Final = "证件类型"
NUMBER: Final = "证件号码"
BORN: Final = "出生日期"
SEX: Final = "性别"
PHONE: Final = "联系电话"
ADDRESS: Final = "住址"
REGION: Final = "居住地代码"
RECORD: Final = "编号"
_MOBILE: Final = "手机号"
"""How some head the phone."""

PERSONAL: Final = (NAME, KIND, NUMBER, BORN, SEX, PHONE, ADDRESS, REGION)
"""The columns that linkage compares, as files head them; a file may lack any but what its own kind needs."""

REGISTER: Final = Source(
    name="linkage-register",
    agency=Text("登记册", "a register of known people"),
    format=Format.CSV,
    record=(NUMBER,),
    cadence=Cadence(every=timedelta(days=7)),
    facts=(),
    noted=(*PERSONAL, _MOBILE),
)
"""A register: one row a person, each with an id number."""

RECORDS: Final = Source(
    name="linkage-records",
    agency=Text("待关联记录", "records to be linked"),
    format=Format.CSV,
    record=(RECORD,),
    cadence=Cadence(every=timedelta(days=1)),
    facts=(),
    noted=(*PERSONAL, _MOBILE),
)
"""Records: each with a number of its own, and whatever it says of a person."""


@contextmanager
def work_space(*, memory: str = "6GB", threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a database in memory whose spilled parts are its owner's alone, and are gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="fangxian-linkage-") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": spill, "memory_limit": memory}
        if threads:
            config["threads"] = threads
        try:
            with duckdb.connect(config=config) as connection:
                connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET preserve_insertion_order = false")
                yield connection
        except duckdb.OutOfMemoryException as error:
            raise FangxianError(
                f"The linkage needs more than {memory} of memory, or more disk than there is to spill to.",
                done="Nothing was linked.",
                next_step="Free some space, or link the records in parts.",
            ) from error


def load(connection: duckdb.DuckDBPyConnection, source: Source, path: Path, *, table: str) -> int:
    """Read a file into a table of one cleaned text a column and `row_number`, and return how many of its lines were broken.

    Raises FangxianError for a file that cannot be read as a whole, or has two rows of one record number.
    """
    if not path.is_file():
        raise FangxianError(f"There is no file {path}.", next_step="Check the name and the folder.")
    with tempfile.TemporaryDirectory(prefix="fangxian-linkage-") as scratch:
        read(connection, source, path, scratch=Path(scratch))
    broken = connection.execute("SELECT count(*) FROM broken_line").fetchone()
    connection.execute(
        f"""
        DROP TABLE broken_line; ALTER TABLE cell RENAME TO {table};
        UPDATE {table} SET "{PHONE}" = "{_MOBILE}" WHERE "{PHONE}" IS NULL AND "{_MOBILE}" IS NOT NULL;
        ALTER TABLE {table} DROP COLUMN "{_MOBILE}"
        """
    )
    return broken[0] if broken else 0
