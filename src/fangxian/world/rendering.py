"""Turning a table of numbers into the texts that an agency writes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.agencies import RECORD_DIGITS, Agency, Form, Written
from fangxian.world.geography import Atlas
from fangxian.world.identity import ID_TYPES, NATIONALITIES, Papers
from fangxian.world.season import Season
from fangxian.world.spelling import FORMS, spelled_days, spelled_instants

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """What the texts of every file are looked up in."""

    papers: Papers
    atlas: Atlas
    season: Season

    def rows(self, table: pl.DataFrame, agency: Agency, *, random: np.random.Generator) -> pl.DataFrame:
        """Return the texts of a table's rows by heading, with `_dirt` as it stands in the table; times in a form for each row."""
        form = random.integers(0, FORMS, table.height)
        texts = {column.heading: self._texts(table[column.field], column, form) for column in agency.columns}
        dirt = (
            table["dirt"] if "dirt" in table.columns else pl.Series([None], dtype=pl.String).extend_constant(None, max(0, table.height - 1))
        )
        return pl.DataFrame(texts).with_columns(_dirt=dirt.head(table.height))

    def _texts(self, values: pl.Series, column: Written, form: Integers) -> pl.Series:
        match column.form:
            case Form.NUMBER:
                return column.prefix + values.cast(pl.String).str.zfill(RECORD_DIGITS)
            case Form.ID_TYPE:
                return pl.Series(ID_TYPES).gather(self.papers.id_type[values.to_numpy()])
            case Form.ID_NUMBER:
                return self.papers.id_number.gather(values)
            case Form.NAME:
                return self.papers.name.gather(values)
            case Form.PHONE:
                return self.papers.phone.gather(values)
            case Form.NATIONALITY:
                return pl.Series(NATIONALITIES).gather(self.papers.nationality[values.to_numpy()])
            case Form.REGION:
                return pl.Series(self.atlas.numbers).cast(pl.String).gather(values)
            case Form.INSTANT | Form.DAY:
                spelled = spelled_instants if column.form is Form.INSTANT else spelled_days
                texts = spelled(values.fill_null(0).to_numpy(), form, season=self.season)
                return texts.set(values.is_null(), None) if values.null_count() else texts
            case _:
                return values.cast(pl.String)
