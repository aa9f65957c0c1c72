"""Making clean rows dirty: each kind of dirt, done to rows chosen by chance, and written down in a ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.agencies import Agency, Form
from fangxian.world.dirt import Dirt, DirtRates

Integers = npt.NDArray[np.int64]
Edit = Callable[[pl.Series, np.random.Generator], pl.Series]

ID: Final = "证件号码"
_WIDE: Final = {str(digit): chr(0xFF10 + digit) for digit in range(10)}
_UNKNOWN_WORDS: Final = ("待定", "见备注", "？", "未知(系统)")
_IMPOSSIBLE: Final = ("2020-02-30 10:00:00", "2020/13/05 9:10", "20200231103000", "昨天")
_ANOTHER_TIME: Final = "2020-01-01 00:01:00"
_FUTURE: Final = ("2021-02-11 08:30:00", "2021/3/1 8:30", "20210211083000")


def _wrong_check(ids: pl.Series, random: np.random.Generator) -> pl.Series:
    """Mistype the check character: one that no right number ends on."""
    return ids.str.slice(0, 17) + ids.str.slice(17).replace_strict({**{str(d): str((d + 1) % 10) for d in range(10)}, "X": "0"})


def _short(ids: pl.Series, random: np.random.Generator) -> pl.Series:
    return ids.str.slice(0, 9) + ids.str.slice(10)


def _nothing(values: pl.Series, random: np.random.Generator) -> pl.Series:
    return pl.Series([None], dtype=pl.String).extend_constant(None, len(values) - 1)


def _wide(ids: pl.Series, random: np.random.Generator) -> pl.Series:
    return ids.str.replace_many(_WIDE)


def _blanks(ids: pl.Series, random: np.random.Generator) -> pl.Series:
    return " " + ids.str.slice(0, 6) + " " + ids.str.slice(6, 8) + " " + ids.str.slice(14)


def _around(words: pl.Series, random: np.random.Generator) -> pl.Series:
    return " " + words + "\u3000"


def _spelled(numbers: pl.Series, random: np.random.Generator) -> pl.Series:
    """Write G1831 as g 1831, and MU5123 as MU05123."""
    flight = numbers.str.contains(r"^[A-Z0-9][A-Z]\d")
    padded = numbers.str.replace(r"^(..)", "${1}0")
    apart = numbers.str.to_lowercase().str.replace(r"^([a-z0-9])", "${1} ")
    return padded.zip_with(flight & pl.Series(random.random(len(numbers)) < 0.5), apart)


def _drawn(texts: tuple[str, ...]) -> Edit:
    return lambda values, random: pl.Series(texts).gather(random.integers(0, len(texts), len(values)))


def _no_point(temperatures: pl.Series, random: np.random.Generator) -> pl.Series:
    return temperatures.str.replace(".", "", literal=True)


EDITS: Final[dict[Dirt, tuple[tuple[Form, ...], Edit]]] = {
    Dirt.WRONG_CHECK: ((Form.ID_NUMBER,), _wrong_check),
    Dirt.SHORT_ID: ((Form.ID_NUMBER,), _short),
    Dirt.MISSING_ID: ((Form.ID_NUMBER,), _nothing),
    Dirt.WIDE_DIGITS: ((Form.ID_NUMBER,), _wide),
    Dirt.BLANKS_IN_ID: ((Form.ID_NUMBER,), _blanks),
    Dirt.BLANKS_AROUND_WORD: ((Form.WORD,), _around),
    Dirt.UNKNOWN_WORD: ((Form.WORD,), _drawn(_UNKNOWN_WORDS)),
    Dirt.FUTURE: ((Form.INSTANT,), _drawn(_FUTURE)),
    Dirt.IMPOSSIBLE_DATE: ((Form.INSTANT,), _drawn(_IMPOSSIBLE)),
    Dirt.IMPOSSIBLE_TEMPERATURE: ((Form.TEMPERATURE,), _no_point),
    Dirt.RUN_SPELLED: ((Form.TEXT,), _spelled),
}
"""Kinds of dirt that change one cell: in a column of which form, and how. Regions are in `soil`: they need the province."""


def column_for(agency: Agency, kind: Dirt) -> str | None:
    """Return the heading of the column that a kind of dirt befalls in an agency's file; None where it has no such column."""
    forms = EDITS[kind][0] if kind in EDITS else (Form.REGION,)
    for column in agency.columns[1:]:
        if kind is Dirt.RUN_SPELLED and column.field != "number":
            continue
        if kind is Dirt.FUTURE and column.future:
            continue
        if column.form in forms and column.heading not in ("代办人证件号码",):
            return column.heading
    return None


def soil(
    rows: pl.DataFrame, agency: Agency, *, rates: DirtRates, unknown: list[str], renumbered: list[str], random: np.random.Generator
) -> pl.DataFrame:
    """Return the rows with dirt, in the order of the file, beside what was done: `_kind`, `_column`.

    `rows` are texts by heading, with `_dirt` naming what befell a row before it was written. `unknown` and `renumbered` are
    region codes that never were, and that are not in force. Rows that already have a kind are left alone.
    """
    count = rows.height
    edits = {**{kind: edit for kind, (_, edit) in EDITS.items()}, Dirt.UNKNOWN_REGION: _drawn(tuple(unknown))}
    if renumbered:
        edits[Dirt.RENUMBERED_REGION] = _drawn(tuple(renumbered))
    possible = [kind for kind in edits if column_for(agency, kind)] + [Dirt.REPEATED]
    possible += [Dirt.CONTRADICTION] if _told_of_once(agency) else []
    possible += [Dirt.TOO_FEW_COLUMNS] if agency.extension != "xlsx" else []
    bounds = np.cumsum([rates.of(kind) for kind in possible])
    drawn = np.searchsorted(bounds, random.random(count), side="right")
    free = rows["_dirt"].is_null().to_numpy()
    done = np.full(count, -1)
    headings: list[str | None] = [column_for(agency, kind) if kind in edits else None for kind in possible]
    columns_of = {heading: rows[heading] for heading in rows.columns if not heading.startswith("_")}
    resident = (columns_of["证件类型"] == "居民身份证").to_numpy() if "证件类型" in columns_of else np.ones(count, dtype=np.bool_)
    for number, (kind, heading) in enumerate(zip(possible, headings, strict=True)):
        fits = (drawn == number) & free
        if heading is not None:
            fits &= columns_of[heading].is_not_null().to_numpy()
            fits &= resident if heading == ID else True
        place = np.flatnonzero(fits)
        if not len(place):
            continue
        done[place] = number
        if heading is not None:
            edited = edits[kind](columns_of[heading].gather(place), random)
            columns_of[heading] = columns_of[heading].scatter(place, edited)
    which = pl.Series(done).set(pl.Series(done < 0), None)
    marked = pl.DataFrame(columns_of).with_columns(
        _kind=pl.coalesce(pl.Series([kind.value for kind in possible]).gather(which), rows["_dirt"]),
        _column=pl.Series(headings, dtype=pl.String).gather(which),
    )
    return _with_copies(marked, agency, random)


def _told_of_once(agency: Agency) -> str | None:
    """Return the heading of an instant that a row tells of, if there is one: of two for one record, reported at one time, one is wrong."""
    instants = (column.heading for column in agency.columns if column.form is Form.INSTANT and not column.future)
    return next((heading for heading in instants if heading not in ("上报时间", "报告时间")), None)


def _with_copies(rows: pl.DataFrame, agency: Agency, random: np.random.Generator) -> pl.DataFrame:
    """Put a second copy of repeated rows, and an altered one of contradicted rows, somewhere after the first."""
    rows = rows.with_columns(_order=pl.Series(np.arange(rows.height, dtype=np.float64)))
    again = rows.filter(pl.col("_kind").is_in([Dirt.REPEATED, Dirt.CONTRADICTION]))
    if not again.height:
        return rows.drop("_order")
    later = pl.Series(random.random(again.height) * 500 + 0.5)
    again = again.with_columns(_order=(pl.col("_order") + later).clip(upper_bound=rows.height))
    if instant := _told_of_once(agency):
        altered = pl.when(pl.col("_kind") == Dirt.CONTRADICTION).then(pl.lit(_ANOTHER_TIME)).otherwise(pl.col(instant))
        again = again.with_columns(altered.alias(instant))
    # The first of two equal rows is as good as any other; of two that differ, neither is.
    first = pl.when(pl.col("_kind") == Dirt.REPEATED).then(None).otherwise(pl.col("_kind")).alias("_kind")
    return pl.concat([rows.with_columns(first), again]).sort("_order", maintain_order=True).drop("_order")
