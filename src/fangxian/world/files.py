"""Writing agencies' files: text lines in their encoding, JSON lines, workbooks; and what the manifest says of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from fangxian.engine.workbook import write_workbook
from fangxian.world.agencies import Agency, Form
from fangxian.world.dirt import EXPECTED, Dirt, DirtRates
from fangxian.world.draws import stream
from fangxian.world.rendering import Renderer
from fangxian.world.season import MINUTES_A_DAY
from fangxian.world.soiling import soil

MOST_ROWS: Final = {"xlsx": 200_000, "csv": 1_000_000, "jsonl": 1_000_000}
"""Rows of a file; a table with more is sent in several."""

LATE_DAYS: Final = (8, 20)

SENT_AS: Final = {"pharmacy": "gb18030", "area-cluster": "utf-8-sig"}
"""Sources that send another encoding than agreed."""

LINE_ENDS: Final = {"aviation": "\r\n"}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One file: what the manifest says of it, and the ledger of its dirt."""

    source: str
    file: str
    rows: int
    encoding: str
    received_at: datetime
    ledger: pl.DataFrame


@dataclass(frozen=True, kw_only=True)
class Post:
    """Writes the files of all agencies under one folder."""

    folder: Path
    renderer: Renderer
    rates: DirtRates
    unknown: list[str]
    renumbered: list[str]
    seed: int

    def send(self, table: pl.DataFrame, agency: Agency) -> Iterator[Sent]:
        """Write an agency's table, in order of sending, into as many files as it takes, none for no rows; yields each."""
        random = stream(self.seed, f"file {agency.source}")
        before: pl.DataFrame | None = None
        for number, (name, part) in enumerate(self._parts(self._late(table, random), agency)):
            if not part.height:
                continue
            rows = self.renderer.rows(part, agency, random=random)
            rows = soil(rows, agency, rates=self.rates, unknown=self.unknown, renumbered=self.renumbered, random=random)
            if before is not None:
                rows = pl.concat([rows, before])
            before = self._again(rows, random)
            yield self._written(rows, agency, name, part, first=number == 0)

    def _late(self, table: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
        """Let some rows be sent days later than they were due, if the world lasts that long."""
        known = table["known"].to_numpy()
        later = known + random.integers(LATE_DAYS[0], LATE_DAYS[1], table.height) * MINUTES_A_DAY
        free = table["dirt"].is_null().to_numpy() if "dirt" in table.columns else np.ones(table.height, dtype=np.bool_)
        late = free & (random.random(table.height) < self.rates.late) & (later < self.renderer.season.minutes)
        kind = pl.Series(late).replace_strict({True: Dirt.LATE.value, False: None}, return_dtype=pl.String)
        dirt = pl.coalesce("dirt", kind) if "dirt" in table.columns else kind
        moved = table.with_columns(known=pl.Series(np.where(late, later, known)), dirt=dirt)
        return moved.sort("known", maintain_order=True)

    def _parts(self, table: pl.DataFrame, agency: Agency) -> Iterator[tuple[str, pl.DataFrame]]:
        """Cut a table by period and by length."""
        season = self.renderer.season
        length = agency.days or season.days
        period = (table["known"] // (length * MINUTES_A_DAY)).clip(0, (season.days - 1) // length).to_numpy()
        for number in range(-(-season.days // length)):
            rows = table.filter(pl.Series(period == number))
            name = f"{agency.source}-{season.date_of(number * length):%Y%m%d}"
            most = MOST_ROWS[agency.extension]
            for start in range(0, rows.height, most):
                suffix = f"-{start // most + 1:02d}" if rows.height > most else ""
                yield f"{name}{suffix}.{agency.extension}", rows.slice(start, most)

    def _again(self, rows: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
        """Choose clean rows that the next file will hold once more."""
        clean = rows.filter(pl.col("_kind").is_null())
        some = clean.filter(pl.Series(random.random(clean.height) < self.rates.repeated_over_files))
        return some.with_columns(_kind=pl.lit(Dirt.REPEATED_OVER_FILES.value))

    def _written(self, rows: pl.DataFrame, agency: Agency, name: str, part: pl.DataFrame, *, first: bool) -> Sent:
        headings = [column.heading for column in agency.columns]
        encoding = SENT_AS.get(agency.source, agency.encoding)
        cut = rows["_kind"].eq_missing(Dirt.TOO_FEW_COLUMNS)
        path = self.folder / name
        if agency.extension == "xlsx":
            write_workbook(rows.select(headings), path)
        else:
            lines = _json_lines(rows, agency, cut) if agency.extension == "jsonl" else _delimited(rows, headings, agency.delimiter, cut)
            heading = [] if agency.extension == "jsonl" else [agency.delimiter.join(headings)]
            end = LINE_ENDS.get(agency.source, "\n")
            text = end.join([*heading, lines.str.join(end).item()]) + end
            path.write_bytes(text.encode(encoding))
        line = pl.Series(np.arange(rows.height) + (1 if agency.extension == "jsonl" else 2))
        ledger = rows.select(
            source=pl.lit(agency.source),
            file=pl.lit(name),
            row=line,
            record=pl.col(agency.record.heading),
            kind=pl.col("_kind"),
            column=pl.col("_column"),
            expected=pl.col("_kind").replace_strict(
                {kind.value: word for kind, word in EXPECTED.items()}, default="accepted", return_dtype=pl.String
            ),
        ).filter(pl.col("kind").is_not_null())
        if encoding != agency.encoding and first:
            whole = {
                "source": agency.source,
                "file": name,
                "row": 0,
                "record": None,
                "kind": Dirt.WRONG_ENCODING.value,
                "column": None,
                "expected": "accepted",
            }
            ledger = pl.concat([ledger, pl.DataFrame([whole], schema=ledger.schema)])
        last = int(part["known"].to_numpy().max())
        return Sent(
            source=agency.source,
            file=name,
            rows=rows.height,
            encoding="" if agency.extension == "xlsx" else encoding,
            received_at=self.renderer.season.instant(last + 60),
            ledger=ledger,
        )


def _delimited(rows: pl.DataFrame, headings: list[str], delimiter: str, cut: pl.Series) -> pl.Series:
    """Return the lines of a delimited file; cut ones lack their last two columns."""
    whole = pl.concat_str([pl.col(heading).fill_null("") for heading in headings], separator=delimiter)
    short = pl.concat_str([pl.col(heading).fill_null("") for heading in headings[:-2]], separator=delimiter)
    return rows.select(line=pl.when(cut).then(short).otherwise(whole))["line"]


def _json_lines(rows: pl.DataFrame, agency: Agency, cut: pl.Series) -> pl.Series:
    """Return the lines of a JSON file; cut ones end in the middle. No value holds a quote: words, names and numbers are ours."""
    members = []
    for place, column in enumerate(agency.columns):
        quote = "" if column.form in (Form.LIST, Form.TEMPERATURE) else '"'
        value = pl.concat_str(pl.lit(quote), pl.col(column.heading), pl.lit(quote)).fill_null("null")
        members += [pl.lit(("{" if place == 0 else ", ") + f'"{column.heading}": '), value]
    line = pl.concat_str(*members, pl.lit("}"))
    return rows.select(line=pl.when(cut).then(line.str.head(60)).otherwise(line))["line"]
