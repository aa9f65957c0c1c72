"""Chains beside the truth: of an invented world, which knows who infected whom, and of the cases of Taiwan that name their infector."""

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import polars as pl

from bench.contact_truth import person_ids_of, world_in_lake
from bench.taiwan import FOLDER, taiwan_chains
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.trace.chain.chaining import Chaining, Chains
from fangxian.trace.chain.scheme import chain_scheme
from fangxian.trace.scheme import trace_scheme
from fangxian.trace.tracing import diagnosed

SCHEME: Final = "cn-2020"
SEED: Final = 11
"""Not the world on which the weight of an unknown source was chosen, which is that of seed 7."""

BINS: Final = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True, kw_only=True)
class ChainFigures:
    """How chains compare with what is known.

    Of `cases` the truth names the infector of `named`; of those it is a case at all for `infector_is_case`, a candidate for
    `among_candidates`, and the likeliest candidate for `likeliest`. The forest has `links`, of which the truth can judge `judged` and calls
    `right`. `calibration`: from, until, how many candidates, their mean share, and how many of them in fact infected.
    """

    data: str
    cases: int
    named: int
    infector_is_case: int
    among_candidates: int
    likeliest: int
    links: int
    judged: int
    right: int
    pairs: int
    interval_days: float | None
    interval_sd: float | None
    true_pairs: int
    true_interval_days: float | None
    generations: list[dict[str, Any]] = field(default_factory=list)
    calibration: list[tuple[float, float, int, float, float]] = field(default_factory=list)


def measure_chain_truth(scratch: Path, *, people: int) -> list[ChainFigures]:
    """Measure in a world of so many people, and on the cases of Taiwan where that data set is there."""
    found = [_world(scratch, people=people)]
    return [*found, *([_taiwan()] if FOLDER.is_dir() else [])]


def _world(scratch: Path, *, people: int) -> ChainFigures:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        lake, holder, manifest = world_in_lake(Path(folder), people=people, seed=SEED)
        last = date.fromisoformat(manifest["start"]) + timedelta(days=manifest["days"])
        known_at = datetime(last.year, last.month, last.day, tzinfo=UTC).replace(tzinfo=None)
        with DuckDBEngine(lake) as engine:
            chaining = Chaining(chain_scheme(SCHEME), trace_scheme(SCHEME), known_at=known_at)
            chains = chaining.chain(engine, diagnosed(engine, known_at=known_at))
        numbered = person_ids_of(Path(folder) / "world" / "truth", holder).select("person", "person_id")
        infections = pl.read_parquet(Path(folder) / "world" / "truth" / "infections.parquet")
    true = infections.join(numbered, on="person")
    infectors = numbered.rename({"person": "infector", "person_id": "true_person_id"})
    true = true.join(infectors, on="infector").select("person_id", "true_person_id")
    return figures_of(f"world of {people:,}, seed {SEED}", chains, true, every_case_known=True)


def _taiwan() -> ChainFigures:
    chains, true = taiwan_chains()
    return figures_of("Taiwan", chains, true, every_case_known=False)


def figures_of(data: str, chains: Chains, true: pl.DataFrame, *, every_case_known: bool) -> ChainFigures:
    """Compare chains with who truly infected whom: `true` has person_id and true_person_id, of all cases that have one or of some."""
    cases = chains.cases.select("person_id", "infector_person_id", "onset_on")
    known = cases.join(true, on="person_id")
    is_case = known.join(cases.select(true_person_id="person_id"), on="true_person_id")
    candidates = chains.candidates.join(true, on="person_id", how="left" if every_case_known else "inner")
    candidates = candidates.with_columns(hit=(pl.col("infector_person_id") == pl.col("true_person_id")).fill_null(False))
    top = candidates.sort("share", "infector_number", descending=[True, False]).unique("person_id", keep="first", maintain_order=True)
    links = cases.filter(pl.col("infector_person_id").is_not_null())
    judged = links if every_case_known else links.join(true, on="person_id", how="semi")
    right = judged.join(true, left_on=["person_id", "infector_person_id"], right_on=["person_id", "true_person_id"], how="semi")
    onsets = cases.select(true_person_id="person_id", source_onset_on="onset_on")
    intervals = known.join(onsets, on="true_person_id").filter(pl.col("onset_on").is_not_null() & pl.col("source_onset_on").is_not_null())
    days = (intervals["onset_on"] - intervals["source_onset_on"]).dt.total_days()
    mean = days.mean()
    interval = chains.serial_interval
    return ChainFigures(
        data=data,
        cases=cases.height,
        named=known.height,
        infector_is_case=is_case.height,
        among_candidates=int(candidates["hit"].sum()),
        likeliest=int(top["hit"].sum()),
        links=links.height,
        judged=judged.height,
        right=right.height,
        pairs=interval.pairs,
        interval_days=interval.mean_days,
        interval_sd=interval.sd_days,
        true_pairs=days.len(),
        true_interval_days=float(mean) if isinstance(mean, float) else None,
        generations=chains.reproduction.to_dicts(),
        calibration=_calibration(candidates) if every_case_known else [],
    )


def _calibration(candidates: pl.DataFrame) -> list[tuple[float, float, int, float, float]]:
    found = []
    for low, high in pairwise(BINS):
        within = candidates.filter((pl.col("share") > low if low == 0 else pl.col("share") >= low) & (pl.col("share") < high))
        if within.height:
            found.append((low, high, within.height, float(within["share"].mean()), float(within["hit"].mean())))
    return found
