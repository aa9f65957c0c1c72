"""One day on the page: its codes, its reasons and the counties by level, as the templates show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fangxian.area.scheme import scheme
from fangxian.code.rule import rule
from fangxian.facts import Text
from fangxian.policy.colour import Colour
from fangxian.web.figures.page import PageFigures

PUBLISHED_GREEN: Final = ("2020-02-17", 0.947)
"""The share of green codes that Zhejiang published for a day (methods: 94.7 % on 17 February 2020)."""


@dataclass(frozen=True)
class LevelOfDay:
    """The counties that have one level on a day: name, region code; `level` is "none" for those without data."""

    level: str
    title: Text | None
    counties: list[tuple[str, str]]


@dataclass(frozen=True)
class CodesOfDay:
    """The codes on a day: people by colour from the gravest to green, each with its change since the day before, and reasons."""

    enrolled: int
    people: dict[str, int]
    change: dict[str, int | None]
    reasons: list[tuple[Text, str, int]]

    @property
    def not_enrolled(self) -> int:
        """How many of the people whom a rule colours have not enrolled: red and yellow count them, the green share does not."""
        return sum(self.people.values()) - self.enrolled

    @property
    def green_share(self) -> float:
        """The share of the enrolled who are green, 0 to 1."""
        return self.people[Colour.GREEN] / self.enrolled if self.enrolled else 0.0


@dataclass(frozen=True)
class Day:
    """A day of the page; `codes` is None before the policy began."""

    day: str
    levels: list[LevelOfDay]
    computed: int
    of: int
    codes: CodesOfDay | None


def days(figures: PageFigures) -> list[str]:
    """Return the days that the page can show, in order: those of the map and those of the codes."""
    return sorted({*figures.county_map.days, *figures.code_counts.days})


def day_of(figures: PageFigures, day: str) -> Day:
    """Return one of `days(figures)`."""
    found = figures.county_map
    of_day = found.levels.get(day, {})
    by_level: dict[str, list[tuple[str, str]]] = {}
    for code, about in found.counties.items():
        by_level.setdefault(of_day[code]["level"] if code in of_day else "none", []).append((about["name"], code))
    titles = scheme(found.scheme).levels
    levels = [LevelOfDay(level, titles.get(level), by_level.get(level, [])) for level in (*reversed(list(titles)), "none")]
    return Day(day, levels, found.computed(day), len(found.counties), _codes(figures, day))


def _codes(figures: PageFigures, day: str) -> CodesOfDay | None:
    counts = figures.code_counts
    if day not in counts.days:
        return None
    n = counts.days.index(day)
    shown = [colour for colour in reversed(Colour) if colour != Colour.ORANGE or any(counts.by_colour[colour])]
    people = {str(colour): counts.by_colour[colour][n] for colour in shown}
    before = {str(colour): people[colour] - counts.by_colour[colour][n - 1] if n else None for colour in shown}
    reasons = [(rule(row["rule"]).title, row["colour"], row["people"][n]) for row in counts.by_rule if row["people"][n]]
    return CodesOfDay(counts.enrolled[n], people, before, sorted(reasons, key=lambda row: (-list(Colour).index(Colour(row[1])), -row[2])))
