"""Tracing beside the truth of an invented world: whom infectious people really met in their window, and whom tracing names."""

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import polars as pl
import pyarrow as pa

from bench.companion_truth import CompanionFigures, measure_companions
from fangxian.engine.compaction import compact
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import ingest
from fangxian.sources.id_numbers import KINDS
from fangxian.sources.identity import KeyFile
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import Traced, Tracing, diagnosed
from fangxian.world.generate import WorldOptions, make_world

SCHEME: Final = "cn-2020"
SAME_SETTING: Final = {"school": "workplace"}
"""What the world calls by a name of its own."""

PAIR: Final = ["case_person_id", "person_id", "setting"]


@dataclass(frozen=True, kw_only=True)
class TruthFigures:
    """One setting: how many pairs really met, and how many of them tracing names; how many it names as close, and how many of them met.

    `elsewhere` are pairs that met here and are named in another setting alone.
    """

    people: int
    cases: int
    setting: str
    met: int
    named_close: int
    named_general: int
    elsewhere: int
    said_close: int
    said_close_met: int
    companions: CompanionFigures | None = None


def measure_truth(scratch: Path, *, people: int) -> list[TruthFigures]:
    """Make a world, bring its files in, trace all its cases at its end, and compare with whom they met."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        lake, holder, manifest = world_in_lake(Path(folder), people=people, seed=7)
        last = date.fromisoformat(manifest["start"]) + timedelta(days=manifest["days"])
        known_at = datetime(last.year, last.month, last.day, tzinfo=UTC).replace(tzinfo=None)
        with DuckDBEngine(lake) as engine:
            tracing = Tracing(trace_scheme(SCHEME), known_at=known_at)
            traced = tracing.trace(engine, diagnosed(engine, known_at=known_at))
        numbered = person_ids_of(Path(folder) / "world" / "truth", holder)
        truth = _met_in_window(Path(folder) / "world" / "truth", traced, numbered)
        rows = _compared(truth, traced, people=people)
        met = truth.select("case_person_id", "person_id")
        companions = measure_companions(lake, Path(folder), numbered, met, known_at=known_at)
        return [replace(row, companions=companions) for row in rows]


def world_in_lake(folder: Path, *, people: int, seed: int) -> tuple[Lake, KeyFile, dict[str, Any]]:
    """Make a world in `folder`/world and bring its files into a compacted lake in `folder`/lake; return that, its key and the manifest."""
    world, lake = folder / "world", Lake.create(folder / "lake")
    make_world(world, WorldOptions(people=people, seed=seed))
    manifest: dict[str, Any] = orjson.loads((world / "MANIFEST.json").read_bytes())
    holder = KeyFile.of(lake)
    for file in manifest["files"]:
        received_at = datetime.fromisoformat(file["received_at"])
        ingest(lake, source_named(file["source"]), world / file["file"], received_at=received_at, key_holder=holder)
    compact(lake)
    return lake, holder, manifest


def person_ids_of(truth: Path, holder: KeyFile) -> pl.DataFrame:
    """Return a world's people with the person_id by which the lake knows each: the columns of its `people`, and person_id."""
    people = pl.read_parquet(truth / "people.parquet")
    said = people["id_type"].replace_strict(KINDS), people["id_number"]
    person_ids = pl.from_arrow(holder.person_ids(*(column.to_arrow().cast(pa.string()) for column in said)))
    return people.with_columns(pl.Series("person_id", person_ids))


def _met_in_window(truth: Path, traced: Traced, numbered: pl.DataFrame) -> pl.DataFrame:
    """Return who met a traced case while it could infect others, as the world knows: `PAIR`, once."""
    numbered = numbered.select("person", "person_id")
    contacts = pl.read_parquet(truth / "contacts.parquet")
    contacts = contacts.join(numbered.rename({"person_id": "case_person_id"}), on="person")
    contacts = contacts.join(numbered.rename({"person": "other"}), on="other")
    windows = pl.DataFrame(traced.cases).select("case_person_id", "from_at", "until_at").filter(pl.col("from_at") < pl.col("until_at"))
    ends_at = pl.col("begins_at") + pl.duration(minutes=pl.col("minutes"))
    met = contacts.join(windows, on="case_person_id").filter((pl.col("begins_at") < pl.col("until_at")) & (ends_at > pl.col("from_at")))
    return met.with_columns(pl.col("setting").replace(SAME_SETTING)).select(PAIR).unique()


def _compared(truth: pl.DataFrame, traced: Traced, *, people: int) -> list[TruthFigures]:
    named = pl.DataFrame(traced.contacts).select(*PAIR, "contact_class")
    close, general = (named.filter(pl.col("contact_class") == each).select(PAIR) for each in ("close", "general"))
    missed = truth.join(named, on=PAIR, how="anti")
    elsewhere = missed.join(named, on=PAIR[:2], how="semi")
    true_close = close.join(truth, on=PAIR, how="semi")

    def count(table: pl.DataFrame, setting: str) -> int:
        return table.filter(pl.col("setting") == setting).height

    return [
        TruthFigures(
            people=people,
            cases=traced.cases.num_rows,
            setting=setting,
            met=count(truth, setting),
            named_close=count(truth.join(close, on=PAIR, how="semi"), setting),
            named_general=count(truth.join(general, on=PAIR, how="semi"), setting),
            elsewhere=count(elsewhere, setting),
            said_close=count(close, setting),
            said_close_met=count(true_close, setting),
        )
        for setting in sorted({*truth["setting"], *close["setting"]})
    ]
