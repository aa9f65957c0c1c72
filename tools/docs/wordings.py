"""How the rule books show a wording's dates, numbers and evidence."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from fangxian.area.scheme import scheme
from fangxian.facts import Text
from fangxian.policy.policy import Evidence, Parameter
from fangxian.policy.regions import known_codes
from tools.docs.language import Language, table
from tools.docs.parameter_words import ENGLISH_NAMES, KEYS, PARAMETERS

EVIDENCE: Final = {
    Evidence.SOURCED: Text("有出处", "sourced"),
    Evidence.WEAK: Text("出处较弱", "weak source"),
    Evidence.DEFAULT: Text("本系统默认", "our default"),
}
WHAT_EVIDENCE_MEANS: Final = Text(
    "每条规则、每个数值都注明**依据**：*有出处*，即读过公布的文本；*出处较弱*，即只见到转载、问答等二手文本；"
    "*本系统默认*，即未见公布、由本系统选定，部署者应以当地规定替换。",
    "Each rule and each number says how well it is known. *Sourced*: we read the published text. *Weak source*: we found only a copy, "
    "a question-and-answer page or a translation. *Our default*: we found nothing published and chose it ourselves; whoever runs the "
    "system replaces it by the local rule.",
)


def dates(since: date, until: date | None, language: Language) -> str:
    """Return from when until when a wording is in force; the last day is the day before `until`."""
    if until is None:
        return language.say(f"{since} 起", f"since {since}")
    return language.say(f"{since} 起，{until} 前", f"from {since}, before {until}")


def parameters(found: Iterable[Parameter], language: Language, levels: Mapping[str, Text]) -> str:
    """Return a table of numbers with their evidence; empty where there are none. `levels` are the words of an area rule's levels."""
    rows = [
        (
            f"{language.of(PARAMETERS[p.name])} `{p.name}`",
            _scheme_link(p.value, language) if p.name == "scheme" else show(p.value, language, levels),
            language.of(EVIDENCE[p.evidence]),
            language.of(p.note) if p.note else "",
        )
        for p in found
    ]
    return table(language.say("参数|数值|依据|说明", "Parameter|Value|Evidence|Note").split("|"), rows) if rows else ""


def show(value: Any, language: Language, levels: Mapping[str, Text]) -> str:
    """Return a value in words: regions and levels by name, lists with separators, steps with arrows, nothing as a dash."""
    if isinstance(value, Mapping):
        return _entry(value, language, levels)
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return "<br>".join(show(item, language, levels) for item in value)
    if isinstance(value, list) and value and isinstance(value[0], list):
        return "<br>".join(f"{first} → {show(then, language, levels)}" for first, then in value)
    if isinstance(value, list):
        return language.say("、", ", ").join(show(item, language, levels) for item in value) or "—"
    if isinstance(value, str) and value in levels:
        return language.of(levels[value])
    return "—" if value is None else str(value)


def region_name(code: str, language: Language) -> str:
    """Return a region's code with the name it has, or last had; the whole country for 000000."""
    if code == "000000":
        return language.say("全国", "the whole country")
    return f"{language.say(_names()[code], ENGLISH_NAMES.get(code, _names()[code]))} {code}"


@cache
def _names() -> dict[str, str]:
    return {row["region_code"]: row["name"] for row in known_codes().to_pylist()}


def zone_name(zone: ZoneInfo, offset: timedelta) -> str:
    """Return a zone by its distance from UTC, with its place where it has one."""
    distance = f"UTC{offset / timedelta(hours=1):+g}"
    return distance if zone.key.startswith("Etc/") else f"{distance} ({zone.key})"


def _scheme_link(name: str, language: Language) -> str:
    return f"[{language.of(scheme(name).title)}](area-rules.{language}.md#{name})"


def _entry(value: Mapping[str, Any], language: Language, levels: Mapping[str, Text]) -> str:
    """Return one entry of a list: a listed area with its time, or names with values; two numbers are an interval."""
    if "region" not in value:
        words = (
            f"{language.of(KEYS[key])} {_interval(item, language, levels, percent=key == 'positivity')}" for key, item in value.items()
        )
        return language.say("，", ", ").join(words)
    since, until = value.get("since"), value.get("until")
    when = dates(since, until, language) if since else ""
    name = region_name(str(value["region"]), language)
    return f"{name}{language.say('，', ', ')}{when}" if when else name


def _interval(value: Any, language: Language, levels: Mapping[str, Text], *, percent: bool) -> str:
    """Return `[low, high)` in words, any other value as it is shown elsewhere."""
    if not isinstance(value, list) or isinstance(value[0], str):
        return show(value, language, levels)
    low, high = ((f"{100 * bound:g} %" if percent else bound) if bound else bound for bound in value)
    if high is None:
        return language.say(f"不低于 {low}", f"{low} and more") if low else language.say("不限", "any")
    return language.say(f"低于 {high}", f"below {high}") if not low else f"{low}–{high}"
