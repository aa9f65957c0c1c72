"""`make bench`: measures what is asked for, keeps the figures, and writes docs/bench.md.

    python -m bench.run [--scratch DIR] [--only PART]... [--pairs N] [--quick]

Figures are kept in DIR/figures.json: parts can be measured one after the other, each on a quiet machine, and the page is put
together from the newest of each. The full run needs about 40 GB of disk under the scratch folder and an hour on two
cores; `--quick` stops at 4 M facts.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.alerts import AlertFigures, measure_alerts
from bench.area import AreaFigures, measure_area
from bench.contact_truth import TruthFigures, measure_truth
from bench.contacts import ContactsFigures, measure_contacts
from bench.decide import DecideFigures, measure_decide
from bench.declare import DeclareFigures, measure_declare
from bench.explain import ExplainFigures, measure_explain
from bench.gates import GatesFigures, measure_gates
from bench.ingest import IngestFigures, measure_ingest
from bench.page import Figures, page_of
from bench.serving import ServingFigures, measure_serving
from bench.spark import SparkFigures, measure_spark
from bench.tasks import TasksFigures, measure_tasks
from fangxian.policy.regions import regions
from fangxian.world.benchmark import write_benchmark

SIZES = ((330_000, 4_000_000), (3_300_000, 40_000_000), (33_000_000, 400_000_000))
"""People and facts of the growing lakes; the largest is a province."""

PAIRS = 3
"""Pairs of runs at all sizes but the largest, after one warm-up; `--pairs` says how many at the largest."""

VISITS = (2_270_000, 22_700_000, 227_000_000)
"""Visits of the growing lakes that are traced in: a province counted 227 M showings of codes by 8 April 2020."""

SPARK_SIZE = SIZES[0]
"""The lake that Spark decides: two cores are no cluster, so a larger one only takes longer."""

PAGE = Path(__file__).parent.parent / "docs" / "bench.md"


def main() -> None:
    """Measure, keep the figures, and print the page; write it where no part is missing."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--scratch", type=Path, help="where worlds and figures go; kept if given, else a temporary folder")
    asked.add_argument("--only", action="append", choices=sorted(PARTS), metavar="PART", help=f"{', '.join(PARTS)}; all by default")
    asked.add_argument("--pairs", type=int, default=1, help="pairs of runs at the largest size (1)")
    asked.add_argument("--quick", action="store_true", help="the smallest size only, and the page is not written")
    options = asked.parse_args()
    if options.pairs < 1:
        asked.error("--pairs takes a number from 1 on")
    scratch = options.scratch or Path(tempfile.mkdtemp(prefix="fangxian-bench-"))
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        sizes, file = (SIZES[:1], "quick.json") if options.quick else (SIZES, "figures.json")
        kept = measure(scratch, options.only or list(PARTS), sizes, options.pairs, file=scratch / file)
    finally:
        if options.scratch is None:
            shutil.rmtree(scratch, ignore_errors=True)
    page = page_of(kept)
    print(page)
    if options.quick:
        return
    if missing := [part for part in PARTS if part not in kept]:
        say(f"the page is not written: {', '.join(missing)} not measured yet")
    else:
        PAGE.write_text(page, "utf-8")


def measure(scratch: Path, parts: list[str], sizes: tuple[tuple[int, int], ...], pairs: int, *, file: Path) -> dict[str, Figures]:
    """Measure some parts and return their figures with those that `file` has of the others; it is brought up to date part by part."""
    kept: dict[str, Figures] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    for part in parts:
        say(part)
        where = machine()
        rows = [asdict(figures) for figures in PARTS[part](scratch, sizes, pairs)]
        kept[part] = {"on": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "machine": where, "people": sizes[-1][0], "rows": rows}
        file.write_text(json.dumps(kept, indent=2), "utf-8")
        say(str(rows))
    return kept


def decide_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[DecideFigures]:
    """Decide lakes of every size, smallest first."""
    found = []
    for people, facts in sizes:
        lake = lake_of(scratch, people, facts)
        say(f"decide {facts:,} facts")
        turns = pairs if (people, facts) == SIZES[-1] else PAIRS
        found.append(measure_decide(lake, people=people, facts=facts, scratch=scratch, pairs=turns))
    return found


def explain_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[ExplainFigures]:
    """Explain people of the largest lake."""
    return [measure_explain(lake_of(scratch, *sizes[-1]))]


def spark_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[SparkFigures]:
    """Decide the smallest lake on Spark."""
    return [measure_spark(lake_of(scratch, *SPARK_SIZE), facts=SPARK_SIZE[1], scratch=scratch)]


def ingest_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[IngestFigures]:
    """Bring a messy file in."""
    return measure_ingest(scratch)


def serving_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[ServingFigures]:
    """Answer for a gate from memory."""
    return measure_serving(scratch, people=sizes[-1][0])


def area_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[AreaFigures]:
    """Turn an area high risk: a million people, or as many hundredths of them as the sizes are of a province."""
    return [measure_area(scratch, people=max(10_000, 1_000_000 * sizes[-1][0] // SIZES[-1][0]))]


def declare_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[DeclareFigures]:
    """Declare in a store of five million people and 60 M facts, or as many hundredths as the sizes are of a province."""
    people = max(50_000, 5_000_000 * sizes[-1][0] // SIZES[-1][0])
    return measure_declare(scratch, people=people, facts=12 * people)


def gates_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[GatesFigures]:
    """Scan, bring batches and ask for credentials over HTTP: 10,000 people, whatever the sizes."""
    return measure_gates(scratch)


def contacts_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[ContactsFigures]:
    """Trace cases in lakes of every size, smallest first."""
    return measure_contacts(scratch, sizes=VISITS[: len(sizes)])


def truth_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[TruthFigures]:
    """Trace an invented world's cases and compare with whom they met; a small world where the sizes are."""
    return measure_truth(scratch, people=20_000 if len(sizes) == len(SIZES) else 5_000)


def tasks_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[TasksFigures]:
    """Look at one street among 3 M tasks, or as many hundredths as the sizes are of a province."""
    return measure_tasks(scratch, tasks=max(30_000, 3_000_000 * sizes[-1][0] // SIZES[-1][0]))


def alerts_part(scratch: Path, sizes: tuple[tuple[int, int], ...], pairs: int) -> list[AlertFigures]:
    """Look who was there at alerts, in a store of 2 M visits, whatever the sizes."""
    return measure_alerts(scratch, visits=2_000_000)


PARTS: dict[str, Callable[[Path, tuple[tuple[int, int], ...], int], list[Any]]] = {
    "decide": decide_part,
    "explain": explain_part,
    "spark": spark_part,
    "ingest": ingest_part,
    "serving": serving_part,
    "area": area_part,
    "declare": declare_part,
    "gates": gates_part,
    "contacts": contacts_part,
    "truth": truth_part,
    "tasks": tasks_part,
    "alerts": alerts_part,
}


def lake_of(scratch: Path, people: int, facts: int) -> Path:
    """Return a benchmark lake of that size, made where it is not there already."""
    path = scratch / f"lake-{facts}"
    if not (path / "current.json").exists():
        shutil.rmtree(path, ignore_errors=True)
        say(f"making {facts:,} facts about {people:,} people")
        counties = [r for r in regions(date(2020, 2, 20)).to_pylist() if r["level"] == 3 and r["region_code"].startswith("33")]
        write_benchmark(path, people=people, facts=facts, seed=7, regions=tuple(r["region_code"] for r in counties))
    return path


def machine() -> str:
    """Return what it is measured on, in words, and how many processes waited for its cores: a quiet machine has none."""
    return f"{os.cpu_count()} cores, {memory_gb():.0f} GB, Python {platform.python_version()}, load before {os.getloadavg()[0]:.1f}"


def memory_gb() -> float:
    """Return the machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3


def say(what: str) -> None:
    """Show how far the run is."""
    print(f"bench: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
