"""Making a world: people, movements, the epidemic, what agencies know of it, and the files that they send."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import orjson
import polars as pl

from fangxian.engine.lake import explaining_full_disk
from fangxian.errors import FangxianError
from fangxian.policy.regions import known_codes
from fangxian.world.agencies import AGENCIES
from fangxian.world.dirt import DirtRates
from fangxian.world.files import Post, Sent
from fangxian.world.geography import Atlas
from fangxian.world.knowledge import learn
from fangxian.world.life import Life
from fangxian.world.rendering import Renderer
from fangxian.world.season import Season
from fangxian.world.truth import Truth

STEPS: Final = ("people", "journeys", "epidemic", "agencies")
"""The steps before the files, as `progress` is told of them; then comes each source by name."""

FEWEST_PEOPLE: Final = 500
MOST_PEOPLE: Final = 20_000_000
PUBLISHED_CASES: Final = 1205
"""Confirmed cases of Zhejiang by mid-March 2020: a world never aims at more."""

CASES_OF_A_SAMPLE: Final = 2.3
"""Times the square root of the number of people: how many cases a smaller world aims at, so that its map has colours."""

CONCENTRATION_OF_A_SAMPLE: Final = 1.5
"""In a world of fewer cases than published, counties' shares are raised to this power, so that the worst is still red."""

IMPORTED: Final = 0.4
"""Imported cases, as a share of the cases aimed at."""


@dataclass(frozen=True, kw_only=True)
class WorldOptions:
    """What a world follows from: the same options make the same bytes."""

    province: str = "33"
    people: int = 100_000
    seed: int = 7
    season: Season = field(default_factory=Season)
    cases: int | None = None
    """About how many cases by the middle of February; by the number of people if not given."""
    concentration: float | None = None
    """The power that counties' published shares of cases are raised to; 1.0 in a world of as many cases as published."""
    station_visits: int | None = None
    """Visits a day to the greatest station at the end; a fifth of the people if not given."""
    rates: DirtRates = field(default_factory=DirtRates)

    def __post_init__(self) -> None:
        """Refuse what cannot be made."""
        if not FEWEST_PEOPLE <= self.people <= MOST_PEOPLE:
            raise FangxianError(
                f"A world of {self.people:,} people cannot be made.",
                known=f"It has {FEWEST_PEOPLE:,} to {MOST_PEOPLE:,}.",
                next_step="Change --people; for more, write a benchmark lake with --benchmark.",
            )
        for name, value in (("seed", self.seed), ("cases", self.cases), ("station-visits", self.station_visits)):
            if value is not None and value < 0:
                raise FangxianError(
                    f"--{name} cannot be {value}.", known="It is 0 or more.", next_step=f"Change --{name}, or leave it out."
                )

    @property
    def aim(self) -> int:
        """About how many cases there should be."""
        return self.cases if self.cases is not None else min(PUBLISHED_CASES, int(CASES_OF_A_SAMPLE * self.people**0.5))

    @property
    def imported(self) -> int:
        """How many people come back from Hubei infected."""
        return max(1, int(IMPORTED * self.aim))

    def atlas(self) -> Atlas:
        """Return the regions of the world. Raises FangxianError for a province that does not exist."""
        by_size = 1.0 if self.aim >= PUBLISHED_CASES else CONCENTRATION_OF_A_SAMPLE
        power = self.concentration if self.concentration is not None else by_size
        return Atlas.of(self.province, on=self.season.start, seed=self.seed, concentration=power)


@dataclass(frozen=True, kw_only=True)
class World:
    """What was made: the manifest's entries, in the order in which the files should be read, and some counts for people."""

    path: Path
    files: list[dict[str, Any]]
    counts: dict[str, int]


def make_world(path: Path, options: WorldOptions, *, progress: Callable[[str], None] = lambda step: None) -> World:
    """Make a world in a new or empty folder: `files/`, `truth/` and `MANIFEST.json`; half a world is never left behind.

    `progress` is told each step as it begins. Raises FangxianError for a folder that holds something, and for a province
    that does not exist.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FangxianError(f"{path} is not empty.", done="Nothing was written.", next_step="Name a new or empty folder for the world.")
    atlas = options.atlas()
    part = path.absolute().with_name(f".{path.name}.{uuid4().hex}.part")
    with explaining_full_disk(path):
        try:
            (part / "files").mkdir(parents=True)
            world = _made(path, part, atlas, options, progress)
            if path.exists():
                path.rmdir()
            part.rename(path)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return world


def _made(path: Path, part: Path, atlas: Atlas, options: WorldOptions, progress: Callable[[str], None]) -> World:
    season, seed = options.season, options.seed
    life = Life.lived(options.people, atlas=atlas, season=season, imported=options.imported, seed=seed, progress=progress)
    progress("agencies")
    known = learn(life, rates=options.rates, station_visits=options.station_visits, seed=seed)
    truth = Truth(part / "truth", atlas=atlas, season=season)
    truth.people(life.people, papers=life.papers, work=life.work)
    truth.epidemic(life.epidemic)
    truth.movements(known.journeys, known.trips)
    unknown, renumbered = _wrong_codes(atlas)
    renderer = Renderer(papers=life.papers, atlas=atlas, season=season)
    post = Post(folder=part / "files", renderer=renderer, rates=options.rates, unknown=unknown, renumbered=renumbered, seed=seed)
    sent: list[Sent] = []
    for agency in AGENCIES:
        progress(agency.source)
        sent += post.send(known.tables.pop(agency.source), agency)
    truth.write("dirt", pl.concat([file.ledger for file in sent]))
    counts = {
        "people": len(life.people),
        "infected": len(life.epidemic.infected),
        "cases": known.cases,
        "rows": sum(file.rows for file in sent),
    }
    about = {
        "province": atlas.province,
        "people": options.people,
        "seed": seed,
        "start": season.start,
        "days": season.days,
        "counts": counts,
        "silent_regions": sorted(str(number) for number in atlas.numbers[known.silent]),
    }
    files = _manifest(sent)
    (part / "MANIFEST.json").write_bytes(orjson.dumps({**about, "files": files}, option=orjson.OPT_INDENT_2))
    return World(path=path, files=files, counts=counts)


def _wrong_codes(atlas: Atlas) -> tuple[list[str], list[str]]:
    """Return codes of the province that never were, and counties' codes that had ended before 2020 or began after it."""
    known = pl.from_arrow(known_codes())
    assert isinstance(known, pl.DataFrame)  # noqa: S101  (for the type checker; a table becomes a frame)
    own = known.filter(pl.col("region_code").str.starts_with(atlas.province) & ~pl.col("region_code").str.ends_with("00"))
    in_force = (pl.col("since_year").fill_null(0) <= 2020) & (pl.col("until_year").fill_null(9999) >= 2019)
    always_wrong = own.group_by("region_code").agg(stood=in_force.any()).filter(~pl.col("stood")).sort("region_code")["region_code"]
    taken = set(own["region_code"])
    never = [code for code in (f"{atlas.province}99{number:02d}" for number in range(81, 99)) if code not in taken]
    return never, always_wrong.to_list()


def _manifest(sent: list[Sent]) -> list[dict[str, Any]]:
    """Return the entries of the manifest in the order in which the files came."""
    order = sorted(range(len(sent)), key=lambda place: (sent[place].received_at, place))
    return [
        {
            "source": sent[place].source,
            "file": f"files/{sent[place].file}",
            "rows": sent[place].rows,
            "encoding": sent[place].encoding,
            "received_at": sent[place].received_at.isoformat(timespec="seconds"),
        }
        for place in order
    ]
