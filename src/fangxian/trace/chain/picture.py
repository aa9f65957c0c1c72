"""A picture of the chains: days across, trees down. It names nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from xml.etree import ElementTree

import polars as pl

from fangxian.facts import Text
from fangxian.trace.chain.chaining import Chains
from fangxian.trace.chain.layout import Drawn, Layout, layout
from fangxian.trace.telling import SETTING

# The eight colours of Okabe and Ito (Color Universal Design, 2008), told apart without red or green; dashes say the same once more.
LINES: Final[Mapping[str, tuple[str, str]]] = {
    "household": ("#0072b2", ""),
    "workplace": ("#e69f00", "7 3"),
    "train": ("#009e73", "2 3"),
    "aircraft": ("#56b4e9", "2 3"),
    "coach": ("#cc79a7", "2 3"),
    "ship": ("#cc79a7", "7 3 2 3"),
    "venue": ("#d55e00", "10 4"),
    "care": ("#000000", "4 2"),
    "other": ("#555555", "4 2"),
}
BY_HAND: Final = ("#000000", "")
GENERATIONS: Final = ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725")
"""The colours of generations, from dark to light (viridis); the last is for all further ones."""

LABEL: Final = Text("传播链", "Chains of infection")
ROOM: Final = 36
TOP: Final = 92
RADIUS: Final = 5
SPOT: Final = 11


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """How days and rows become points."""

    first: date
    day: float
    row: float
    top: float

    def x(self, on: date) -> float:
        return ROOM + (on - self.first).days * self.day

    def y(self, row: int) -> float:
        return self.top + row * self.row


def svg(chains: Chains, *, language: str) -> str:
    """Return the picture as SVG, in one language."""
    cases = drawn_cases(chains)
    shown = layout([Drawn(number=row["number"], infector=row["infector_number"], on=row["on"]) for row in cases])
    days = [row["on"] for row in cases] or [chains.known_at.date()]
    first, last = min(days) - timedelta(days=1), max(days) + timedelta(days=2)
    span = (last - first).days
    scale = _Scale(first=first, day=max(12.0, min(40.0, 1080 / span)), row=18.0 if len(cases) > 60 else 24.0, top=TOP)
    strip = max((len(numbers) for numbers in shown.alone.values()), default=0)
    bottom = scale.y(shown.height) + (strip * SPOT + 30 if strip else 0)
    width = max(720.0, scale.x(last) + ROOM)
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width:.0f} {bottom + ROOM:.0f}",
            "role": "img",
            "font-family": "sans-serif",
        }
        | {"width": f"{width:.0f}", "height": f"{bottom + ROOM:.0f}", "lang": "zh-Hans" if language == "zh" else "en"},
    )
    _said(root, chains, language)
    ElementTree.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    _legend(root, cases, language)
    _days(root, scale, last, bottom)
    _links(root, cases, shown, scale, language)
    _spots(root, cases, shown, scale, bottom, language)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def drawn_cases(chains: Chains) -> list[dict[str, Any]]:
    """Return what is drawn of each case: no id of a person among it."""
    offset = chains.scheme.utc_offset
    links = chains.links().select("person_id", "infector_number", "setting", "origin")
    told = chains.cases.join(links, on="person_id", how="left").sort("number").with_columns(on=(pl.col("day_at") + offset).dt.date())
    names = ["number", "on", "basis", "status", "generation", "infector_number", "setting", "origin", "share", "unknown_share"]
    return told.select(names).to_dicts()


def _told(case: Mapping[str, Any], language: str) -> str:
    """Return what a pointer over a case says."""
    number, on, generation = case["number"], case["on"], case["generation"]
    if case["infector_number"] is None:
        return Text(f"病例 {number} · {on} · 来源不明", f"Case {number} · {on} · source unknown").in_language(language)
    setting = SETTING.get(case["setting"] or "")
    where = setting.in_language(language) if setting else Text("人工认定", "by hand").in_language(language)
    infector, share = case["infector_number"], f"{case['share']:.0%}"
    zh = f"病例 {number} · {on} · 第 {generation} 代 · 最可能由病例 {infector} 传染（{where}，{share}）"
    en = f"Case {number} · {on} · generation {generation} · most likely infected by case {infector} ({where}, {share})"
    return Text(zh, en).in_language(language)


def _said(root: ElementTree.Element, chains: Chains, language: str) -> None:
    """Say in words what the picture shows, for who cannot see it."""
    links, cases = chains.links().height, chains.cases.height
    trees = chains.cases.filter((pl.col("generation") == 0) & (pl.col("infected") > 0)).height
    generations = 1 + int(chains.cases["generation"].max() or 0) if cases else 0  # type: ignore[arg-type]  # numbers
    ElementTree.SubElement(root, "title").text = LABEL.in_language(language)
    ElementTree.SubElement(root, "desc").text = Text(
        f"{cases} 例病例，{links} 条最可能的传播关系，{trees} 棵树，最多 {generations} 代。横轴为发病（或采样、诊断）日。",
        f"{cases} cases, {links} likeliest links, {trees} trees, {generations} generations at most. Across: onset, sample or diagnosis.",
    ).in_language(language)


def _text(parent: ElementTree.Element, x: float, y: float, words: str, **more: str) -> None:
    given = {"x": f"{x:.1f}", "y": f"{y:.1f}", "font-size": "12", "fill": "#222222"} | {
        name.replace("_", "-"): value for name, value in more.items()
    }
    ElementTree.SubElement(parent, "text", given).text = words


def _legend(root: ElementTree.Element, cases: Sequence[Mapping[str, Any]], language: str) -> None:
    """Draw what lines and spots mean: only the settings that occur."""
    group = ElementTree.SubElement(root, "g")
    _text(group, ROOM, 20, LABEL.in_language(language), font_size="16", font_weight="bold")
    met = [name for name in LINES if any(case["setting"] == name and case["origin"] != "added" for case in cases)]
    lines = [(SETTING[name].in_language(language), *LINES[name]) for name in met]
    if any(case["origin"] == "added" for case in cases):
        lines.append((Text("人工认定", "added by hand").in_language(language), *BY_HAND))
    x = float(ROOM)
    for words, colour, dashes in lines:
        ElementTree.SubElement(
            group, "line", {"x1": f"{x:.0f}", "x2": f"{x + 34:.0f}", "y1": "38", "y2": "38"} | _stroke(colour, dashes, 2.5)
        )
        _text(group, x + 40, 42, words)
        x += 64 + 13 * len(words) if language == "zh" else 64 + 7 * len(words)
    x = float(ROOM)
    for place, colour in enumerate(GENERATIONS):
        last = "+" if place == len(GENERATIONS) - 1 else ""
        words = Text(f"第 {place}{last} 代", f"generation {place}{last}").in_language(language)
        _spot(group, x + 6, 58, colour, hollow=False)
        _text(group, x + 16, 62, words)
        x += 74 if language == "zh" else 114
    _spot(group, x + 6, 58, "#3b528b", hollow=True)
    _text(group, x + 16, 62, Text("发病日不详", "onset unknown").in_language(language))


def _stroke(colour: str, dashes: str, width: float) -> dict[str, str]:
    return {"stroke": colour, "stroke-width": f"{width:.1f}", "fill": "none"} | ({"stroke-dasharray": dashes} if dashes else {})


def _spot(parent: ElementTree.Element, x: float, y: float, colour: str, *, hollow: bool) -> ElementTree.Element:
    fill, edge = ("#ffffff", colour) if hollow else (colour, "#222222")
    given = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": str(RADIUS), "fill": fill, "stroke": edge, "stroke-width": "2" if hollow else "0.8"}
    return ElementTree.SubElement(parent, "circle", given)


def _days(root: ElementTree.Element, scale: _Scale, last: date, bottom: float) -> None:
    """Draw a line for each Monday, and its date."""
    group = ElementTree.SubElement(root, "g")
    on = scale.first + timedelta(days=-scale.first.weekday() % 7)
    while on <= last:
        x = f"{scale.x(on):.1f}"
        ElementTree.SubElement(
            group, "line", {"x1": x, "x2": x, "y1": f"{TOP - 12:.0f}", "y2": f"{bottom:.0f}"} | _stroke("#dddddd", "", 1)
        )
        _text(group, scale.x(on), bottom + 16, f"{on:%Y-%m-%d}", text_anchor="middle", font_size="11")
        on += timedelta(days=7)


def _links(root: ElementTree.Element, cases: Sequence[Mapping[str, Any]], shown: Layout, scale: _Scale, language: str) -> None:
    """Draw a line from each infector down to the row of each they infected, and along it; thicker where it is surer."""
    group = ElementTree.SubElement(root, "g")
    on = {case["number"]: case["on"] for case in cases}
    for case in cases:
        if case["infector_number"] is None:
            continue
        x, y = scale.x(on[case["infector_number"]]), scale.y(shown.rows[case["infector_number"]])
        end_x, end_y = scale.x(case["on"]), scale.y(shown.rows[case["number"]])
        colour, dashes = BY_HAND if case["origin"] == "added" else LINES[case["setting"]]
        path = f"M{x:.1f} {y:.1f}V{end_y:.1f}H{end_x:.1f}"
        line = ElementTree.SubElement(group, "path", {"d": path} | _stroke(colour, dashes, 1.0 + 2.0 * case["share"]))
        ElementTree.SubElement(line, "title").text = _told(case, language)


def _spots(
    root: ElementTree.Element, cases: Sequence[Mapping[str, Any]], shown: Layout, scale: _Scale, bottom: float, language: str
) -> None:
    """Draw every case: linked ones in their row with their number, the others stacked on their day in a strip below."""
    group = ElementTree.SubElement(root, "g")
    heights = {number: place for numbers in shown.alone.values() for place, number in enumerate(numbers)}
    for case in cases:
        linked = case["number"] in shown.rows
        y = scale.y(shown.rows[case["number"]]) if linked else bottom - SPOT * (heights[case["number"]] + 1)
        colour = GENERATIONS[min(case["generation"], len(GENERATIONS) - 1)] if linked else "#888888"
        spot = _spot(group, scale.x(case["on"]), y, colour, hollow=case["basis"] != "onset")
        ElementTree.SubElement(spot, "title").text = _told(case, language)
        if linked:
            _text(group, scale.x(case["on"]) + 7, y - 4, str(case["number"]), font_size="10")
    if shown.alone:
        words = Text("来源不明、也未见传染他人的病例", "cases of unknown source that infected nobody known").in_language(language)
        highest = max(len(numbers) for numbers in shown.alone.values())
        _text(group, ROOM, bottom - SPOT * highest - 14, words, font_size="11", fill="#555555")
