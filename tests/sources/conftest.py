"""What tests of the sources share: a lake to bring files into, and ids of invented people."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fangxian.engine.lake import Lake
from fangxian.facts import Fact
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import Delivered, ingest
from fangxian.sources.identity import KeyFile

RECEIVED_AT = datetime(2020, 3, 1, 2, 0)
"""When files come in these tests: 10 in the morning of 1 March 2020 in China."""

ANN, BO, CAI = "360426199101010071", "11010519491231002X", "330106197505050057"
"""Valid resident ids of nobody: two are the standard's own examples."""


class Door:
    """A lake and the way into it: `bring` a source's file, then ask for `rows`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lake = Lake.create(folder / "lake")
        self.key = KeyFile.of(self.lake)

    def write(self, content: str | bytes, name: str = "file.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def bring(self, source: str, content: str | bytes | Path, *, name: str = "file.csv", received_at: datetime = RECEIVED_AT) -> Delivered:
        path = content if isinstance(content, Path) else self.write(content, name)
        return ingest(self.lake, source_named(source), path, received_at=received_at, key_holder=self.key, threads=1)

    def rows(self, fact_type: type[Fact], columns: str = "*", order: str = "from_at, fact_id") -> list[tuple[Any, ...]]:
        files = self.lake.files(fact_type)
        return duckdb.sql(f"SELECT {columns} FROM read_parquet({files}) ORDER BY {order}").fetchall() if files else []

    def refused(self, columns: str = 'row_number, "column", reason') -> list[tuple[Any, ...]]:
        files = self.lake.quarantine_files()
        return duckdb.sql(f'SELECT {columns} FROM read_parquet({files}) ORDER BY row_number, reason, "column"').fetchall() if files else []


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """Give an empty lake and the way into it."""
    return Door(tmp_path)


def csv(header: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Return rows as delimited text."""
    return "".join(delimiter.join(row) + "\n" for row in (header, *rows))


CHECK_IN = ("打卡流水号", "证件类型", "证件号码", "打卡时间", "体温", "症状", "上报时间")


def check_in(number: str, **cells: str) -> tuple[str, ...]:
    """Return a row of daily-check-in that is right in all cells but those given."""
    right = {
        "证件类型": "居民身份证",
        "证件号码": ANN,
        "打卡时间": "2020-02-11 08:30:00",
        "体温": "36.5",
        "症状": "无",
        "上报时间": "2020-02-11 09:00:00",
    }
    assert cells.keys() <= right.keys()
    return (number, *(right | cells).values())


def check_ins(*rows: Sequence[str]) -> str:
    """Return a file of daily-check-in."""
    return csv(CHECK_IN, rows)
