"""The rule of companions beside the truth of an invented world: how many of those whom it names never met the case."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson
import polars as pl
import pyarrow.parquet as pq
import yaml
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.facts import CellPresence
from fangxian.policy.policy import PACKAGED
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import Tracing, diagnosed

SQUARE_PEOPLE: Final = 500
"""So many people at most live in a square of this world. In a city's square of 800 m live thousands, and so many more would be named."""

NIGHT: Final = (timedelta(hours=10), timedelta(hours=24))
DAY: Final = (timedelta(hours=1), timedelta(hours=9))
"""At home from 18 until 8 o'clock, at work or school from 9 until 17, in UTC from the day's midnight there; phones do not drift."""


@dataclass(frozen=True, kw_only=True)
class CompanionFigures:
    """So many people in a square, cases, pairs that the rule names, and of them those that met in the case's time."""

    square_people: int
    cases: int
    named: int
    named_met: int
    met: int


def measure_companions(lake: Lake, folder: Path, people: pl.DataFrame, met: pl.DataFrame, *, known_at: datetime) -> CompanionFigures:
    """Put everybody's phone where they live and work, name the companions of every case, and compare with whom it met.

    `people` has person_id, household, region_code and credit_code; `met` has case_person_id and person_id.
    """
    squares = _squares(people)
    _deliver(lake, _presence(squares, known_at.date()))
    with DuckDBEngine(lake) as engine:
        tracing = Tracing(trace_scheme(str(_in_force_then(folder))), known_at=known_at)
        traced = tracing.trace(engine, diagnosed(engine, known_at=known_at))
    named = pl.DataFrame(traced.contacts).select("case_person_id", "person_id").unique()
    return CompanionFigures(
        square_people=round(squares.group_by("home").len()["len"].mean() or 0),
        cases=traced.cases.num_rows,
        named=named.height,
        named_met=named.join(met.unique(), on=["case_person_id", "person_id"], how="semi").height,
        met=met.unique().height,
    )


def _squares(people: pl.DataFrame) -> pl.DataFrame:
    """Return in which square each lives (home) and works (work, null where nowhere)."""
    near = people.with_columns(prefecture=pl.col("region_code").str.slice(0, 4))
    many = near.with_columns(many=(pl.len().over("prefecture") / SQUARE_PEOPLE).ceil().cast(pl.Int64))
    home = many.with_columns(home=pl.format("{}-{}", "prefecture", pl.col("household") % pl.col("many")))
    works = home.filter(pl.col("credit_code").is_not_null()).group_by("credit_code").agg(work=pl.col("home").sort().first())
    return home.join(works, on="credit_code", how="left").select("person_id", "home", "work")


def _presence(squares: pl.DataFrame, last: date) -> pl.DataFrame:
    days = pl.DataFrame({"day": pl.datetime_range(last - timedelta(days=50), last, "1d", eager=True)})
    stays = [
        squares.filter(pl.col(place).is_not_null())
        .join(days, how="cross")
        .select("person_id", cell_id=place, from_at=pl.col("day") + span[0], until_at=pl.col("day") + span[1])
        for place, span in (("home", NIGHT), ("work", DAY))
    ]
    return pl.concat(stays).sort("person_id", "from_at").with_row_index("fact_id")


def _deliver(lake: Lake, presence: pl.DataFrame) -> None:
    schema = PyArrowSchema.from_ibis(CellPresence.schema())
    said = presence.with_columns(pl.lit("world").alias("source"), pl.lit("cells").alias("delivery_id"), known_at=pl.col("until_at"))
    with lake.delivery("cells") as folder:
        pq.write_table(said.select(schema.names).to_arrow().cast(schema), folder / f"{CellPresence.name}.parquet")
        receipt = {"source": "world", "delivery_id": "cells", "received_at": "2020-03-31T00:00:00", "refused": {}, "flags": []}
        (folder / "receipt.json").write_bytes(orjson.dumps(receipt | {"rows": {"read": said.height, "quarantined": 0}}))


def _in_force_then(folder: Path) -> Path:
    """Return the rule of 2021 as if it had been in force in the world's year."""
    scheme = yaml.safe_load((PACKAGED / "chengdu" / "trace.yaml").read_text("utf-8"))
    for name in ("window", "companion"):
        scheme[name] = {date(2020, 1, 1): next(iter(scheme[name].values()))}
    path = folder / "companion.yaml"
    path.write_text(yaml.safe_dump(scheme, allow_unicode=True), "utf-8")
    return path
