"""`make bench`: measures everything and writes docs/bench.md.

    python -m bench.run [--scratch DIR] [--quick]

The full run needs about 15 GB of disk under the scratch folder and 25 minutes on two cores; `--quick` stops at 4 M facts.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

from bench.decide import DecideFigures, measure_decide
from bench.explain import ExplainFigures, measure_explain
from bench.ingest import IngestFigures, measure_ingest
from bench.spark import SparkFigures, measure_spark
from fangxian.policy.regions import regions
from fangxian.world.benchmark import write_benchmark

SIZES = ((330_000, 4_000_000), (3_300_000, 40_000_000), (33_000_000, 400_000_000))
"""People and facts of the growing lakes; the largest is a province."""

LARGE = 100_000_000
"""From this many facts on one pair of runs is measured, after one warm-up, not three."""

SPARK_FACTS = 4_000_000
"""Facts of the lake that Spark decides: two cores are no cluster, so a larger one only takes longer."""

PAGE = Path(__file__).parent.parent / "docs" / "bench.md"


def main() -> None:
    """Measure, print and write the page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--scratch", type=Path, help="where the worlds go; kept if given, else a temporary folder")
    asked.add_argument("--quick", action="store_true", help="the smallest size only, and the page is not written")
    options = asked.parse_args()
    scratch = options.scratch or Path(tempfile.mkdtemp(prefix="fangxian-bench-"))
    scratch.mkdir(parents=True, exist_ok=True)
    sizes = SIZES[:1] if options.quick else SIZES
    try:
        page = measure(scratch, sizes)
    finally:
        if options.scratch is None:
            shutil.rmtree(scratch, ignore_errors=True)
    print(page)
    if not options.quick:
        PAGE.write_text(page, "utf-8")


def measure(scratch: Path, sizes: tuple[tuple[int, int], ...]) -> str:
    """Return the page for these sizes, smallest first."""
    decided, lakes = [], {}
    for people, facts in sizes:
        lakes[facts] = lake_of(scratch, people, facts)
        say(f"decide {facts:,} facts")
        decided.append(measure_decide(lakes[facts], people=people, facts=facts, scratch=scratch, pairs=3 if facts < LARGE else 1))
        say(str(decided[-1]))
    people, facts = sizes[-1]
    say(f"explain one of {people:,}")
    explained = measure_explain(lakes[facts])
    say(str(explained))
    on_spark = min(SPARK_FACTS, facts)
    say(f"Spark, {on_spark:,} facts")
    spark = measure_spark(lakes[on_spark], facts=on_spark, scratch=scratch)
    say(str(spark))
    say("ingest")
    ingested = measure_ingest(scratch)
    return page_of(decided, explained, people, spark, ingested)


def lake_of(scratch: Path, people: int, facts: int) -> Path:
    """Return a benchmark lake of that size, made where it is not there already."""
    path = scratch / f"lake-{facts}"
    if not (path / "current.json").exists():
        shutil.rmtree(path, ignore_errors=True)
        say(f"making {facts:,} facts about {people:,} people")
        counties = [r for r in regions(date(2020, 2, 20)).to_pylist() if r["level"] == 3 and r["region_code"].startswith("33")]
        write_benchmark(path, people=people, facts=facts, seed=7, regions=tuple(r["region_code"] for r in counties))
    return path


def page_of(
    decided: list[DecideFigures],
    explained: ExplainFigures,
    people: int,
    spark: SparkFigures,
    ingested: list[IngestFigures],
) -> str:
    """Return the figures as a page of Markdown."""
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`. Medians of paired runs, each in a process of its own, product and yardstick in turn; trust the ratios.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory_gb():.0f} GB, Python {platform.python_version()}.",
        "",
        "## Deciding everybody under `hangzhou`",
        "",
        "The yardstick is one hand-written DuckDB query for the same ten rules (`bench/hangzhou.sql`); rows are compared one by one.",
        "The limit is 1.5 times the yardstick and 12 GB.",
        "",
        "| people | facts | hits | product, s | by hand, s | ratio | peak, GB | by hand, GB | rows that differ |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {f.people:,} | {f.facts:,} | {f.hits:,} | {f.seconds:.1f} | {f.by_hand_seconds:.1f} | {f.ratio:.2f} "
            f"| {f.peak_mb / 1024:.1f} | {f.by_hand_peak_mb / 1024:.1f} | {f.different_rows} |"
            for f in decided
        ),
        "",
        *growth(decided),
        "## Explaining one person",
        "",
        f"One of {people:,} from the lake, in a warm process; {explained.people_asked} people, half of them exposed to a case.",
        "The limit is 0.3 s.",
        "",
        "| first (compiles the rules), s | median, s | 95 %, s | worst, s |",
        "|---:|---:|---:|---:|",
        f"| {explained.first_s:.2f} | {explained.median_s:.3f} | {explained.p95_s:.3f} | {explained.worst_s:.3f} |",
        "",
        "## The same decide on a Spark cluster",
        "",
        "A master and two workers with one core each on the same machine, against DuckDB on the same lake; rows are compared one by one.",
        "",
        "| facts | Spark, s | DuckDB, s | hits | rows that differ |",
        "|---:|---:|---:|---:|---:|",
        f"| {spark.facts:,} | {spark.seconds:.1f} | {spark.duckdb_seconds:.1f} | {spark.hits:,} | {spark.different_rows} |",
        "",
        "## Ingest",
        "",
        "Messy rows of daily check-ins from a file to committed facts; beside it a clean-up by pandas that checks less.",
        "The limit is 15 s for 1 M rows.",
        "",
        "| file | rows | product, s | pandas, s | ratio | peak, GB | quarantined |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {f.file} | {f.rows:,} | {f.seconds:.1f} | {f.pandas_seconds:.1f} "
            f"| {f.seconds / f.pandas_seconds:.2f} | {f.peak_gb:.1f} | {f.quarantined:,} |"
            for f in ingested
        ),
        "",
    ]
    return "\n".join(lines)


def growth(decided: list[DecideFigures]) -> list[str]:
    """Return how the time grew beside how the facts grew."""
    steps = [
        f"{later.facts / earlier.facts:.0f} times the facts took {later.seconds / earlier.seconds:.1f} times as long"
        for earlier, later in pairwise(decided)
    ]
    return [f"Growth: {'; '.join(steps)}.", ""] if steps else []


def memory_gb() -> float:
    """Return the machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3


def say(what: str) -> None:
    """Show how far the run is."""
    print(f"bench: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
