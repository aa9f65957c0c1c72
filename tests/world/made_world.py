"""Reading a world back: its manifest, its truth, and the rows of its files as a person would count them."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import fastexcel
import polars as pl

from fangxian.world.agencies import AGENCIES, Agency

BY_SOURCE = {agency.source: agency for agency in AGENCIES}


@dataclass(frozen=True)
class MadeWorld:
    """A world on disk."""

    path: Path

    @cached_property
    def manifest(self) -> dict:
        return json.loads((self.path / "MANIFEST.json").read_text("utf-8"))

    @cache  # noqa: B019  (one world lives as long as the session)
    def truth(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.path / "truth" / f"{name}.parquet")

    def entries(self, source: str) -> list[dict]:
        return [entry for entry in self.manifest["files"] if entry["source"] == source]

    def lines(self, entry: dict) -> Iterator[tuple[int, dict | None]]:
        """Yield each row's number in the file, as a person counts, and its cells; None for a broken line."""
        agency, path = BY_SOURCE[entry["source"]], self.path / entry["file"]
        if agency.extension == "xlsx":
            sheet = fastexcel.read_excel(path).load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_polars()
            header, *rows = sheet.rows()
            yield from ((number, dict(zip(header, row, strict=True))) for number, row in enumerate(rows, start=2))
            return
        text = path.read_bytes().decode(entry["encoding"])
        if agency.extension == "jsonl":
            for number, line in enumerate(text.splitlines(), start=1):
                try:
                    yield number, json.loads(line)
                except json.JSONDecodeError:
                    yield number, None
            return
        header, *rows = csv.reader(io.StringIO(text), delimiter=agency.delimiter)
        for number, row in enumerate(rows, start=2):
            yield number, dict(zip(header, row, strict=True)) if len(row) == len(header) else None

    @cache  # noqa: B019
    def rows(self, source: str) -> list[dict]:
        """Return the whole rows of all files of a source."""
        return [cells for entry in self.entries(source) for _, cells in self.lines(entry) if cells]


def headings(agency: Agency) -> list[str]:
    return [column.heading for column in agency.columns]
