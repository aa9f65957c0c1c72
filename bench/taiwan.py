"""The first cases of Taiwan as facts and meetings: who was in touch with whom, and which of them name their infector.

The data (nordlinglab/COVID19TW-Viz, Scientific Data) are read where they lie, beside the project, and never copied.
"""

import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.facts import Diagnosis
from fangxian.trace.chain.chaining import Chaining, Chains
from fangxian.trace.chain.scheme import chain_scheme
from fangxian.trace.scheme import trace_scheme

FOLDER: Final = Path(os.environ.get("FANGXIAN_REAL_DATA", Path(__file__).parents[2] / "shared" / "data")) / "outbreak"
KNOWN_AT: Final = datetime(2020, 11, 30)
NEAR: Final = {
    "0": ("household", "household"),
    "1": ("household", "household"),
    "2": ("household", "household"),
    "3": ("household", "household"),
    "4": ("household", "household"),
    "6": ("household", "household"),
    "5": ("workplace", "same_premises"),
    "7": ("aircraft", "aboard"),
    "8": ("aircraft", "near_rows"),
    "9": ("household", "household"),
    "10": ("workplace", "same_premises"),
    "11": ("coach", "adjacent"),
    "14": ("workplace", "same_premises"),
    "15": ("workplace", "same_premises"),
    "16": ("workplace", "same_premises"),
    "17": ("ship", "aboard"),
}
"""What an interaction of the code book is to our rules: setting and nearness; all others are a venue. Who travels together is taken to live
together, and friends to be as near as colleagues."""

VENUE: Final = ("venue", "same_place")


def taiwan_chains() -> tuple[Chains, pl.DataFrame]:
    """Return the chains by `cn-2020`, and the infectors that the data name (person_id, true_person_id), whose direction is not used."""
    cases, edges = _read("individual.csv"), _read("edges.csv")
    facts = _diagnoses(cases)
    with tempfile.TemporaryDirectory() as folder, DuckDBEngine(_lake(Path(folder), facts)) as engine:
        chaining = Chaining(chain_scheme("cn-2020"), trace_scheme("cn-2020"), known_at=KNOWN_AT)
        chains = chaining.chain_met(engine, facts["person_id"].to_pylist(), _meetings(cases, edges))
    named = cases.select("id", true=pl.col("source_infected_case").str.extract(r"(\d+)")).drop_nulls()
    return chains, named.select(person_id=_person("id"), true_person_id=_person("true"))


def _read(name: str) -> pl.DataFrame:
    return pl.read_csv(FOLDER / name, infer_schema_length=0)


def _person(column: str) -> pl.Expr:
    return pl.col(column).str.zfill(32)


def _day(column: str) -> pl.Expr:
    return pl.col(column).str.to_date("%Y-%m-%d", strict=False)


def _diagnoses(cases: pl.DataFrame) -> pa.Table:
    found_at = _day("confirmed_date").cast(pl.Datetime("us")) + pl.duration(hours=4)
    told = cases.filter(_day("confirmed_date").is_not_null()).select(
        fact_id=pl.col("id").cast(pl.Int64),
        known_at=found_at,
        source=pl.lit("taiwan"),
        delivery_id=pl.lit("taiwan"),
        person_id=_person("id"),
        from_at=found_at,
        status=pl.lit("confirmed"),
        onset_on=_day("onset_of_symptom"),
        hospital_id=pl.lit(None, pl.String),
    )
    schema = PyArrowSchema.from_ibis(Diagnosis.schema())
    return told.select(schema.names).to_arrow().cast(schema)


def _lake(folder: Path, facts: pa.Table) -> Lake:
    lake = Lake.create(folder / "lake")
    with lake.delivery("taiwan") as delivery:
        pq.write_table(facts, delivery / f"{Diagnosis.name}.parquet")
        (delivery / "receipt.json").write_bytes(b'{"source": "taiwan", "delivery_id": "taiwan", "rows": 0, "refused": 0, "flags": []}')
    return lake


def _meetings(cases: pl.DataFrame, edges: pl.DataFrame) -> pa.Table:
    """Return every edge between two cases in both directions, for as long as the one could infect: the data tell no days of contact."""
    pairs = pl.concat(
        [
            edges.select("source", "target", "interaction"),
            edges.select("target", "source", "interaction").rename({"target": "source", "source": "target"}),
        ]
    )
    both = pairs.filter(
        pl.col("source").str.starts_with("I") & pl.col("target").str.starts_with("I") & (pl.col("source") != pl.col("target"))
    )
    both = both.with_columns(pl.col("source", "target").str.strip_prefix("I")).unique()
    since = pl.coalesce(_day("onset_of_symptom"), _day("confirmed_date")).cast(pl.Datetime("us"))
    times = cases.select(
        source="id", from_at=since - pl.duration(days=2), until_at=_day("confirmed_date").cast(pl.Datetime("us")) + pl.duration(hours=4)
    )
    met = both.join(times, on="source").filter(pl.col("from_at") < pl.col("until_at"))
    setting = pl.col("interaction").replace_strict({code: near[0] for code, near in NEAR.items()}, default=VENUE[0])
    nearness = pl.col("interaction").replace_strict({code: near[1] for code, near in NEAR.items()}, default=VENUE[1])
    number = pl.col("source").cast(pl.Int64)
    return met.select(
        case_fact_id=number,
        case_person_id=_person("source"),
        person_id=_person("target"),
        setting=setting,
        contact_class=pl.lit("close"),
        nearness=nearness,
        certainty=pl.lit("time_assumed"),
        from_at=pl.col("from_at"),
        until_at=pl.col("until_at"),
        case_because=number,
        because=pl.col("target").cast(pl.Int64),
    ).to_arrow()
