"""The quarantine's figures: how many rows each source sent that were not understood, why, and where to find a few of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.facts import Text
from fangxian.sources.catalogue import agency_of
from fangxian.sources.mended import show_quarantine
from fangxian.sources.refusal import REASON_TITLES, Reason

EXAMPLES: Final = 3
"""How many rows are named for each kind of refusal; the workbook names all."""


@dataclass(frozen=True)
class Refused:
    """Rows of one source refused for one reason in one column; `examples` are file names with row numbers, and no values."""

    source: str
    column: str
    reason: str
    remedy_zh: str
    remedy_en: str
    rows: int
    examples: list[tuple[str, int]]

    @property
    def agency(self) -> Text:
        """The agency's name."""
        return agency_of(self.source)

    @property
    def places(self) -> list[tuple[str, list[int]]]:
        """The examples by file: its name, and the rows in it."""
        return [(name, [row for _, row in rows]) for name, rows in groupby(self.examples, lambda place: place[0])]

    @property
    def title(self) -> Text:
        """The reason in words."""
        return REASON_TITLES[Reason(self.reason)]

    @property
    def remedy(self) -> Text:
        """What the agency can do; where the rows' remedies differ, that of the first."""
        return Text(self.remedy_zh, self.remedy_en)


def refused_rows(engine: DuckDBEngine) -> list[Refused]:
    """Count the open rows in quarantine, by source, the most frequent first; a row refused for two reasons counts under both."""
    if not show_quarantine(engine.connection, engine.lake):
        return []
    names = {receipt["delivery_id"]: receipt["file_name"] for receipt in engine.lake.receipts() if "file_name" in receipt}
    found = engine.connection.execute(
        f"""
        SELECT source, "column", reason, arg_min(remedy_zh, row_number), arg_min(remedy_en, row_number),
            count(DISTINCT (delivery_id, row_number)) AS n, min({{'delivery': delivery_id, 'row': row_number}}, {EXAMPLES})
        FROM quarantine WHERE NOT mended GROUP BY ALL ORDER BY source, n DESC, reason, "column"
        """
    ).fetchall()
    return [
        Refused(source, column, reason, zh, en, rows, [(names[place["delivery"]], place["row"]) for place in places])
        for source, column, reason, zh, en, rows, places in found
    ]
