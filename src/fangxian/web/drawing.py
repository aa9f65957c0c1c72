"""What the browser draws from: the map's levels and the codes' lines, with their words, as small JSON."""

from __future__ import annotations

from typing import Any

from fangxian.web.day import PUBLISHED_GREEN, days
from fangxian.web.figures.page import PageFigures
from fangxian.web.words import Words


def map_drawing(figures: PageFigures, words: Words) -> dict[str, Any]:
    """Return the levels of every day by region code, and what a level is called and marked with."""
    found = figures.county_map
    return {
        "days": days(figures),
        "levels": {day: {code: level["level"] for code, level in of_day.items()} for day, of_day in found.levels.items()},
        "names": {code: county["name"] for code, county in found.counties.items()},
        "words": {level: words(f"level.{level}") for level in _LEVELS},
        "letters": {level: words(f"letter.{level}") for level in _LEVELS},
    }


_LEVELS = ("red", "orange", "yellow", "blue", "green", "none")


def codes_drawing(figures: PageFigures, words: Words) -> dict[str, Any]:
    """Return the lines of red and yellow codes and of the green share, and the published share."""
    counts = figures.code_counts
    green = [round(100 * n / of, 2) if of else None for n, of in zip(counts.by_colour["green"], counts.enrolled, strict=True)]
    day, share = PUBLISHED_GREEN
    return {
        "days": counts.days,
        "lines": [
            {"colour": colour, "name": words(f"colour.{colour}"), "people": counts.by_colour[colour]}
            for colour in ("red", "orange", "yellow")
            if any(counts.by_colour[colour]) or colour != "orange"
        ],
        "green_share": {"name": words("codes.green_share"), "percent": green},
        "published": {"day": day, "percent": round(100 * share, 1), "name": words("codes.published", share=f"{share:.1%}")},
    }
