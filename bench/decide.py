"""Deciding everybody: the product beside a hand-written query for the same rules, at growing sizes, answers compared."""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

COLUMNS = "person_id, rule, colour, from_at, until_at, because"


@dataclass(frozen=True, kw_only=True)
class DecideFigures:
    """Medians of paired runs on one lake: seconds and peak memory of the product, seconds by hand, and what came out."""

    people: int
    facts: int
    hits: int
    seconds: float
    by_hand_seconds: float
    ratio: float
    peak_mb: float
    by_hand_peak_mb: float
    different_rows: int


def measure_decide(lake: Path, *, people: int, facts: int, scratch: Path, pairs: int) -> DecideFigures:
    """Run product and yardstick in turn `pairs` times after one warm-up of each, and compare their rows."""
    outs = {which: scratch / f"{which}-{facts}" for which in ("product", "by_hand")}
    runs: dict[str, list[dict[str, float]]] = {"product": [], "by_hand": []}
    for turn in range(pairs + 1):
        for which, out in outs.items():
            figure = _once(which, lake, out)
            if turn > 0:
                runs[which].append(figure)
    hits, different = _compare(outs["product"], outs["by_hand"])
    return DecideFigures(
        people=people,
        facts=facts,
        hits=hits,
        seconds=_median(runs["product"], "seconds"),
        by_hand_seconds=_median(runs["by_hand"], "seconds"),
        ratio=statistics.median(p["seconds"] / h["seconds"] for p, h in zip(runs["product"], runs["by_hand"], strict=True)),
        peak_mb=max(run["peak_mb"] for run in runs["product"]),
        by_hand_peak_mb=max(run["peak_mb"] for run in runs["by_hand"]),
        different_rows=different,
    )


def _once(which: str, lake: Path, out: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.once", which, str(lake), str(out)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(printed.splitlines()[-1])
    return figures


def _median(runs: list[dict[str, float]], name: str) -> float:
    return statistics.median(run[name] for run in runs)


def _compare(left: Path, right: Path) -> tuple[int, int]:
    """Return how many rows there are and how many stand on one side only."""
    a, b = (f"SELECT {COLUMNS} FROM read_parquet('{side}/*.parquet')" for side in (left, right))
    found = duckdb.execute(
        f"SELECT (SELECT count(*) FROM ({a})), (SELECT count(*) FROM ({a} EXCEPT {b})) + (SELECT count(*) FROM ({b} EXCEPT {a}))"
    ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])
