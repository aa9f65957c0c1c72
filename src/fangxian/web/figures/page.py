"""All figures of the page as one answer of the lake: written beside a decision, read when the page opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from fangxian.area.scheme import scheme
from fangxian.code.decide import Decided
from fangxian.engine.answers import newest_answer, write_answer
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.policy.policy import Policy, policy
from fangxian.web.figures.code_counts import CodeCounts, code_counts
from fangxian.web.figures.county_map import CountyMap, county_map
from fangxian.web.figures.deliveries import Deliveries, FromSource, deliveries
from fangxian.web.figures.refused import Refused, refused_rows

_ANSWER: Final = "page"
SHAPE: Final = 1
"""Of the answer; figures of another shape are computed again."""


@dataclass(frozen=True)
class About:
    """What the figures are of: a policy and a scheme, at an instant, as known at an instant (both UTC, ISO).

    `opens_on` is the day that a reader sees first.
    """

    shape: int
    policy: str
    scheme: str
    at: str
    known_at: str
    opens_on: str


@dataclass(frozen=True)
class PageFigures:
    """Everything that the page shows without looking at one person."""

    about: About
    county_map: CountyMap
    code_counts: CodeCounts
    refused: list[Refused]
    deliveries: Deliveries

    @property
    def policy(self) -> Policy:
        """The policy whose codes are counted."""
        return policy(self.about.policy)

    @property
    def at(self) -> datetime:
        """The instant of the last figures: UTC, without a zone."""
        return datetime.fromisoformat(self.about.at)

    @property
    def known_at(self) -> datetime:
        """When what the figures rest on was known: UTC, without a zone."""
        return datetime.fromisoformat(self.about.known_at)


def write_figures(
    engine: DuckDBEngine,
    decided: Decided,
    *,
    scheme_name: str,
    at: datetime,
    opens_on: date | None = None,
    on_part: Callable[[str], None] = lambda part: None,
) -> Path:
    """Compute the page's figures from a decision, as known when it was, and keep them as an answer of the lake.

    The page opens on the last day unless it is told another.
    """
    chosen = scheme(scheme_name)
    last_day = (at + chosen.utc_offset).date()
    first_seen = (opens_on or last_day).isoformat()
    parts: dict[str, Callable[[], Any]] = {
        "about": lambda: About(SHAPE, decided.policy.name, chosen.name, at.isoformat(), decided.known_at.isoformat(), first_seen),
        "county_map": lambda: county_map(engine, chosen, known_at=decided.known_at, last_day=last_day),
        "code_counts": lambda: code_counts(engine, decided, at=at),
        "refused": lambda: refused_rows(engine),
        "deliveries": lambda: deliveries(engine.lake),
    }

    def write(folder: Path) -> None:
        for name, compute in parts.items():
            on_part(name)
            (folder / f"{name}.json").write_bytes(orjson.dumps(compute()))

    return write_answer(engine.lake, _ANSWER, write)


def read_figures(lake: Lake) -> PageFigures:
    """Return the page's figures. Raises FangxianError where there are none, or of another shape."""
    try:
        with newest_answer(lake, _ANSWER) as folder:
            parts = {path.stem: orjson.loads(path.read_bytes()) for path in folder.glob("*.json")} if folder else {}
        about = About(**parts["about"])
    except (KeyError, TypeError, orjson.JSONDecodeError):
        about = About(0, "", "", "", "", "")
    if about.shape != SHAPE:
        raise FangxianError(
            f"{lake.path} has no figures for the page, or those of another version.",
            next_step="Run `fangxian demo` again: it computes them.",
        )
    sources = [FromSource(**found) for found in parts["deliveries"]["by_source"]]
    return PageFigures(
        about,
        CountyMap(**parts["county_map"]),
        CodeCounts(**parts["code_counts"]),
        [Refused(**found) for found in parts["refused"]],
        Deliveries(**{**parts["deliveries"], "by_source": sources}),
    )


def figures_are_of(lake: Lake, *, policy_name: str, at: datetime, known_at: datetime) -> bool:
    """Say whether the lake has figures of this shape for a policy and these instants."""
    try:
        about = read_figures(lake).about
    except FangxianError:
        return False
    return (about.policy, about.at, about.known_at) == (policy_name, at.isoformat(), known_at.isoformat())
