"""A page that holds the picture of the chains, and the links as a table for who cannot see it. It names nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from jinja2 import Environment

from fangxian.facts import Text
from fangxian.trace.chain.chaining import Chains
from fangxian.trace.chain.picture import LABEL, drawn_cases, svg
from fangxian.trace.telling import SETTING

HEADINGS: Final = (
    Text("病例", "case"),
    Text("日期", "day"),
    Text("代", "generation"),
    Text("最可能的传染者", "likeliest infector"),
    Text("场景", "setting"),
    Text("把握", "share"),
    Text("来源不明的把握", "share of an unknown source"),
)
_PAGE: Final = Environment(autoescape=True).from_string(
    """<!doctype html>
<html lang="{{ lang }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<style>
body { font: 16px/1.5 sans-serif; margin: 1rem; }
div { overflow-x: auto; }
td, th { padding: .2rem .8rem; text-align: left; border-bottom: 1px solid #ccc; }
</style>
</head>
<body>
<h1>{{ title }}</h1>
<div tabindex="0">{{ picture | safe }}</div>
<div tabindex="0"><table>
<tr>{% for words in headings %}<th scope="col">{{ words }}</th>{% endfor %}</tr>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table></div>
</body>
</html>
"""
)


def page(chains: Chains, *, language: str) -> str:
    """Return the page in one language."""
    return _PAGE.render(
        lang="zh-Hans" if language == "zh" else "en",
        title=LABEL.in_language(language),
        picture=svg(chains, language=language),  # made by ElementTree, which escapes
        headings=[words.in_language(language) for words in HEADINGS],
        rows=[list(_cells(case, language)) for case in drawn_cases(chains)],
    )


def _cells(case: Mapping[str, Any], language: str) -> Iterator[str]:
    setting = SETTING.get(case["setting"] or "")
    yield from (str(case["number"]), str(case["on"]), str(case["generation"]))
    yield "–" if case["infector_number"] is None else str(case["infector_number"])
    yield setting.in_language(language) if setting else "–"
    yield "–" if case["share"] is None else f"{case['share']:.0%}"
    yield f"{case['unknown_share']:.0%}"
