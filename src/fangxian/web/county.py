"""One county on one day, as the templates show it: its level, what that was computed from, and the rule's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from fangxian.area.rule import INPUTS
from fangxian.area.scheme import AreaWording, scheme
from fangxian.facts import Text
from fangxian.policy.policy import Evidence, Parameter
from fangxian.policy.suppression import hidden
from fangxian.web.figures.page import PageFigures
from fangxian.web.words import Words

HIDDEN_TOO = "※"
"""Stands for a count that is not small and would give a small one away."""


@dataclass(frozen=True)
class County:
    """A county on a day; `level` is None where it could not be computed, and with it what follows."""

    region_code: str
    name: str
    prefecture: str
    day: str
    level: str | None
    title: Text | None
    since: str
    reported_on: str
    inputs: list[tuple[Text, str]]
    wording: AreaWording | None
    numbers: list[NumbersOf]


@dataclass(frozen=True)
class NumbersOf:
    """How many of a rule's numbers are known equally well, and what is noted of them."""

    evidence: Evidence
    count: int
    notes: list[Text]


def county_of(figures: PageFigures, region_code: str, day: str, words: Words) -> County | None:
    """Return a county of the map on a day, None for a code that is not on it."""
    found = figures.county_map
    about = found.counties.get(region_code)
    if about is None:
        return None
    placed = region_code, about["name"], about["prefecture"], day
    level = found.levels.get(day, {}).get(region_code)
    if level is None:
        return County(*placed, None, None, "", "", [], None, [])
    chosen = scheme(found.scheme)
    inputs = [(INPUTS[name], _value(name, value, found.scheme, words)) for name, value in level["inputs"].items()]
    wording = chosen.wording_on(date.fromisoformat(level["reported_on"]))
    numbers = _numbers([*wording.parameters.values(), chosen.stands_days]) if wording else []
    return County(*placed, level["level"], chosen.levels[level["level"]], level["since"], level["reported_on"], inputs, wording, numbers)


def _numbers(parameters: Iterable[Parameter]) -> list[NumbersOf]:
    """Return the numbers by how well they are known, the least known first: a published text may leave out its weights."""
    found = {evidence: [p for p in parameters if p.evidence is evidence] for evidence in reversed(Evidence)}
    return [NumbersOf(evidence, len(those), [p.note for p in those if p.note]) for evidence, those in found.items() if those]


def _value(name: str, value: Any, scheme_name: str, words: Words) -> str:
    """Return an input as people read it; what was not said is unknown, and is not zero."""
    if value is None:
        return words("county.never") if name == "days_without_new_case" else words("word.unknown")
    if isinstance(value, bool):
        return words("word.yes" if value else "word.no")
    if name.endswith("_share") or name == "positivity":
        return f"{value:.0%}"
    if name == "base_level":
        return words.of(scheme(scheme_name).levels[value])
    return f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else f"{value:,}"


@dataclass(frozen=True)
class CodesByCounty:
    """Codes by county of residence on the last day: for each county its name and the shown counts by colour."""

    colours: list[str]
    rows: list[tuple[str, str, list[str]]]


def codes_by_county(figures: PageFigures, words: Words) -> CodesByCounty:
    """Return the table of codes by county, those with most red first; small counts are not in it."""
    counted, names = figures.code_counts.by_region, figures.county_map.counties
    # Elsewhere in the country and unknown homes are one row each: their counts are of people too.
    gathered: dict[str, dict[str, int]] = {code: {} for code in (*names, "elsewhere", "unknown")}
    for code, colours in counted.items():
        place = gathered[code if code in names else "elsewhere" if code else "unknown"]
        for colour, people in colours.items():
            place[colour] = place.get(colour, 0) + people
    shown = [c for c in ("red", "orange", "yellow", "green") if c != "orange" or any(c in row for row in gathered.values())]
    secret = {colour: hidden({code: row.get(colour, 0) for code, row in gathered.items()}) for colour in shown}
    titles = {"elsewhere": words("codes.elsewhere"), "unknown": words("codes.home_unknown")}
    in_order = sorted(gathered, key=lambda code: (code in titles, *(-gathered[code].get(colour, 0) for colour in shown)))
    rows = [
        (code, titles.get(code) or names[code]["name"], [_shown(gathered[code].get(c, 0), code in secret[c]) for c in shown])
        for code in in_order
        if code in names or gathered[code]
    ]
    return CodesByCounty(shown, rows)


def _shown(people: int, is_hidden: bool) -> str:
    return f"{people:,}" if not is_hidden else "<5" if people < 5 else HIDDEN_TOO
