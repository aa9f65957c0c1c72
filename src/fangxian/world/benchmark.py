"""Lakes of any size, straight to Parquet: what speed and memory are measured on.

A benchmark world has no story: people are independent, and each has the facts that a province's people had on average
in February 2020. `fangxian world --province` makes worlds that hang together.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson

from fangxian.engine.lake import Lake, explaining_full_disk
from fangxian.engine.writers import writing
from fangxian.errors import FangxianError
from fangxian.world.benchmark_facts import Chunk
from fangxian.world.benchmark_plan import Plan
from fangxian.world.sorted_file import SortedFile

LAST_DAY: Final = date(2020, 2, 20)
"""The day of Zhejiang's published 33 M codes, over 96 % of them green (methods.md 1.2)."""

PEOPLE_IN_A_CHUNK: Final = 100_000
CHUNKS_IN_A_FILE: Final = 20
BYTES_PER_FACT: Final = 28
"""Measured on 4 M facts (26), rounded up."""


@dataclass(frozen=True, kw_only=True)
class BenchmarkWorld:
    """What was written: how many facts of each type, about how many people, and an instant worth asking about."""

    people: int
    facts: dict[str, int]
    at: datetime
    bytes_on_disk: int


def write_benchmark(
    path: Path, *, people: int, facts: int, seed: int, regions: tuple[str, ...], advance: Callable[[int], None] = lambda _: None
) -> BenchmarkWorld:
    """Make `path` a compacted lake of about `facts` facts (to 1 %) about `people` people who live in `regions`.

    `advance` is called with the number of people finished since the last call. Raises FangxianError where the disk is
    too small, the figures make no sense, or `path` holds something already.
    """
    if people < 1 or facts < 4 * people:
        raise FangxianError(
            f"A benchmark world of {people:,} people cannot have {facts:,} facts.",
            known="Everyone has at least four: an enrolment, a declaration and some check-ins.",
            next_step="Ask for at least four times as many facts as people.",
        )
    _check_disk(path, facts)
    lake = Lake.create(path)
    if lake.current()["generation"] or lake.delivery_ids():
        raise FangxianError(f"{path} is a lake that holds facts already.", next_step="Name a new folder for the benchmark world.")
    plan = Plan.with_facts(facts / people, people=people, last_day=LAST_DAY, seed=seed, regions=regions)
    folder = path / "compacted" / "1"
    written: Counter[str] = Counter()
    size = PEOPLE_IN_A_CHUNK * CHUNKS_IN_A_FILE
    # Alone: another writer would sweep away a generation that is not in force yet.
    with writing(lake, alone=True), explaining_full_disk(path):
        folder.mkdir()
        pool = ThreadPoolExecutor(os.cpu_count())
        try:
            parts = [
                pool.submit(_write_part, plan, folder, number, start, min(people, start + size), advance)
                for number, start in enumerate(range(0, people, size), start=1)
            ]
            for part in parts:
                written.update(part.result())
        finally:
            # Where one part fails, or somebody presses Ctrl-C, those that have not begun never do.
            pool.shutdown(cancel_futures=True)
        world = BenchmarkWorld(
            people=people,
            facts=dict(sorted(written.items())),
            at=datetime.combine(LAST_DAY + timedelta(days=1), datetime.min.time(), UTC) - timedelta(hours=8),
            bytes_on_disk=sum(file.stat().st_size for file in folder.iterdir()),
        )
        (path / "benchmark.json").write_bytes(orjson.dumps(world, option=orjson.OPT_INDENT_2))
        lake.switch(1, [])
    return world


def _check_disk(path: Path, facts: int) -> None:
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    needed, free = facts * BYTES_PER_FACT, shutil.disk_usage(there).free
    if needed > free:
        raise FangxianError(
            f"A lake of {facts:,} facts needs about {needed / 1e9:,.1f} GB; the disk under {path} has {free / 1e9:.1f} GB free.",
            done="Nothing was written.",
            next_step="Free some space, name a folder on another disk, or ask for fewer facts.",
        )


def _write_part(plan: Plan, folder: Path, number: int, start: int, stop: int, advance: Callable[[int], None]) -> dict[str, int]:
    """Write the files that hold people number `start` to `stop`, one for each fact type."""
    with ExitStack() as open_files:
        files: dict[str, SortedFile] = {}
        for first in range(start, stop, PEOPLE_IN_A_CHUNK):
            last = min(stop, first + PEOPLE_IN_A_CHUNK)
            for fact_type, table in Chunk(plan, start=first, stop=last).tables():
                if fact_type.name not in files:
                    file = SortedFile(folder / f"{fact_type.name}.{number:04d}.parquet")
                    files[fact_type.name] = open_files.enter_context(file)
                files[fact_type.name].write(table)
            advance(last - first)
    return {name: file.rows for name, file in files.items()}
