"""Making the demonstration's province: a world, its files brought in, its areas and people decided, its page's figures.

Every step that was finished before is kept: a second run finds the world, the deliveries and the figures and makes none again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from fangxian.area.record import SOURCE, record_levels
from fangxian.area.scheme import scheme
from fangxian.code.decide import decide
from fangxian.demo.examples import choose_examples
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.policy.policy import policy
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import ingest
from fangxian.sources.identity import KeyFile
from fangxian.store.journal import Access, Journal
from fangxian.web.figures.code_counts import end_of_day
from fangxian.web.figures.examples import write_examples
from fangxian.web.figures.page import figures_are_of, write_figures
from fangxian.world.generate import WorldOptions, make_world

PROVINCE: Final = "33"
POLICY: Final = "hangzhou"
MAP: Final = "zhejiang-five-colour"
READ_BY_RULES: Final = "cn-2020-02"
"""The area rule whose levels are recorded as facts: rules of the national policy read them."""

OPENS_ON: Final = date(2020, 2, 17)
"""The day that the page shows first: Zhejiang published its share of green codes for it."""

STEPS: Final = ("world", "ingest", "levels", "decide", "examples", "figures")
"""The steps, in order, as `progress` is told of them."""

MEMORY: Final = "2GB"
ACCESS: Final = Access(role="demonstration", purpose="fangxian demo")

Progress = Callable[[str, str, int, int], None]
"""`progress(step, part, done, of)`: which part of a step begins, how many parts are done, and of how many (0: not known)."""


@dataclass(frozen=True)
class Province:
    """A province that is ready to be shown; `made` says whether this run decided it, `refused` names files that did not go in."""

    lake: Lake
    at: datetime
    made: bool
    refused: tuple[str, ...]


def make_province(folder: Path, *, people: int, seed: int, progress: Progress = lambda step, part, done, of: None) -> Province:
    """Return the province in `folder`, made as far as it is not there already.

    Raises FangxianError for a folder that holds a province of other people or another seed.
    """
    manifest = _world(folder / "world", people, seed, progress)
    lake = Lake.create(folder / "lake")
    last_day = date.fromisoformat(manifest["start"]) + timedelta(days=manifest["days"] - 1)
    refused = _ingest(lake, folder / "world", manifest["files"], progress)
    at = end_of_day(policy(POLICY), last_day)
    if figures_are_of(lake, policy_name=POLICY, at=at, known_at=at):
        return Province(lake, at, made=False, refused=refused)
    with DuckDBEngine(lake, memory=MEMORY) as engine:
        _record_levels(engine, at, progress)
        _decide(engine, at, progress)
    return Province(lake, at, made=True, refused=refused)


def _world(path: Path, people: int, seed: int, progress: Progress) -> dict[str, Any]:
    """Return the manifest of the world at `path`, made if it is not there."""
    file = path / "MANIFEST.json"
    if not file.exists():
        options = WorldOptions(province=PROVINCE, people=people, seed=seed)
        make_world(path, options, progress=lambda part: progress("world", part, 0, 0))
    manifest: dict[str, Any] = orjson.loads(file.read_bytes())
    if (manifest["people"], manifest["seed"]) != (people, seed):
        raise FangxianError(
            f"{path.parent} holds a demonstration of {manifest['people']:,} people made from seed {manifest['seed']}.",
            done="Nothing was changed.",
            next_step="Name another folder with --dir, or remove this one.",
        )
    return manifest


def _ingest(lake: Lake, world: Path, files: list[dict[str, Any]], progress: Progress) -> tuple[str, ...]:
    """Bring the world's files in, in the order in which they came; return the names of those that could not be read at all."""
    refused = []
    holder = KeyFile.of(lake)
    for done, file in enumerate(files):
        progress("ingest", file["source"], done, len(files))
        try:
            ingest(
                lake,
                source_named(file["source"]),
                world / file["file"],
                received_at=datetime.fromisoformat(file["received_at"]),
                key_holder=holder,
                memory=MEMORY,
            )
        except FangxianError:
            refused.append(file["file"])
    return tuple(refused)


def _record_levels(engine: DuckDBEngine, at: datetime, progress: Progress) -> None:
    """Record the areas' levels at the end of each day, as known then, so that a past decision finds those of its time.

    Days up to the latest that was recorded are passed over: history is written forwards.
    """
    chosen = scheme(READ_BY_RULES)
    first, last = chosen.wordings[0].since, policy(POLICY).local(at).date()
    ends = [end_of_day(policy(POLICY), first + timedelta(days=n)) for n in range((last - first).days + 1)]
    receipts = [r for r in engine.lake.receipts() if r["source"] == SOURCE and r["scheme"] == chosen.name]
    recorded = max((receipt["known_at"] for receipt in receipts), default="")
    missing = [end for end in ends if end.isoformat() > recorded]
    for done, end in enumerate(missing):
        progress("levels", f"{policy(POLICY).local(end):%m-%d}", done, len(missing))
        record_levels(engine, scheme=chosen, known_at=end)


def _decide(engine: DuckDBEngine, at: datetime, progress: Progress) -> None:
    chosen = policy(POLICY)
    Journal(engine.lake.path / "access.jsonl").record(ACCESS, what="decide", about=chosen.name)
    decided = decide(engine, chosen, known_at=at, on_batch=lambda names: progress("decide", ", ".join(names), 0, 0))
    progress("examples", "", 0, 0)
    write_examples(engine.lake, choose_examples(engine, decided, at=at))
    # Last, because a run that finds the figures takes everything before them as done.
    write_figures(engine, decided, scheme_name=MAP, at=at, opens_on=OPENS_ON, on_part=lambda part: progress("figures", part, 0, 0))
