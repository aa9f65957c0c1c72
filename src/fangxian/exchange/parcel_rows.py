"""What a parcel says of one person, as rows on the way: no nulls, so that a missing text is empty."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import polars as pl

from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.work.parcels import Outcome

PERSON: Final = {
    "number": pl.Int32,
    "id_type": pl.String,
    "id_number": pl.String,
    "full_name": pl.String,
    "phone": pl.String,
    "address": pl.String,
    "area_code": pl.String,
    "because_type": pl.String,
    "because_id": pl.Int64,
}
"""A row of a parcel, in this order."""

OUTCOME: Final = {"number": pl.Int32, "outcome": pl.String, "visited_on": pl.Date}
"""A row of what came of one; the day is text on the way."""

MOST_ROWS: Final = 200
_AREA: Final = "^([0-9]{6}|[0-9]{9}|[0-9]{12})$"
_TYPES: Final = ("region_stay", "trip", "checkpoint_pass", "health_declaration")


def read_people(rows: list[Any], *, within: str) -> pl.DataFrame:
    """Return the rows of `PERSON` that can be taken by whoever answers for areas that begin with `within`; others are left out."""
    return _table(rows, PERSON).filter(
        pl.col("number") > 0,
        pl.col("id_number") != "",
        pl.col("area_code").str.contains(_AREA) & pl.col("area_code").str.starts_with(within),
        pl.col("because_type").is_in(_TYPES),
    )


def read_outcomes(rows: list[Any]) -> pl.DataFrame:
    """Return the rows of `OUTCOME` that can be taken; others are left out."""
    texts = _table(rows, OUTCOME | {"visited_on": pl.String})
    read = texts.with_columns(pl.col("visited_on").str.to_date("%Y-%m-%d", strict=False))
    return read.filter(pl.col("visited_on").is_not_null(), pl.col("outcome").is_in(list(map(str, Outcome))))


def parcel_named(body: Any) -> UUID:
    """Return the parcel that a message's body names. Raises RefusedMessageError where it names none."""
    named = body.get("parcel")
    if not isinstance(named, bytes) or len(named) != len(UUID(int=0).bytes):
        raise RefusedMessageError(Refusal.UNREADABLE)
    return UUID(bytes=named)


def _table(rows: list[Any], schema: dict[str, Any]) -> pl.DataFrame:
    """Return rows as a table. Raises RefusedMessageError where one is of another form: it was not written by this program."""
    wanted = [str if dtype == pl.String else int for dtype in schema.values()]
    if len(rows) > MOST_ROWS or not all(isinstance(row, list) and list(map(type, row)) == wanted for row in rows):
        raise RefusedMessageError(Refusal.UNREADABLE)
    try:
        return pl.DataFrame(rows, schema=schema, orient="row")
    except (OverflowError, TypeError, pl.exceptions.PolarsError):
        raise RefusedMessageError(Refusal.UNREADABLE) from None
