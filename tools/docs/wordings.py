"""How the rule books show a wording's dates, numbers and evidence."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from fangxian.facts import Text
from fangxian.policy.policy import Evidence, Parameter
from fangxian.policy.regions import known_codes
from tools.docs.language import Language, table
from tools.docs.parameter_words import ENGLISH_NAMES, KEYS, PARAMETERS

EVIDENCE: Final = {
    Evidence.SOURCED: Text("有出处", "sourced"),
    Evidence.WEAK: Text("出处薄弱", "weak source"),
    Evidence.DEFAULT: Text("本系统默认", "our default"),
}
WHAT_EVIDENCE_MEANS: Final = Text(
    "每条规则、每个数值都注明**依据**：*有出处*——读过公布的文本；*出处薄弱*——仅见转载、问答等二手文本；"
    "*本系统默认*——未见公布，由我们选定，部署者应以当地规定替换。",
    "Each rule and each number says how well it is known: *sourced*: the published text was read; *weak source*: only a copy, a "
    "question-and-answer page or a translation was; *our default*: nothing was published, we chose it, and whoever runs the system "
    "replaces it by the local rule.",
)


def dates(since: date, until: date | None, language: Language) -> str:
    """Return from when until when a wording is in force; the last day is the day before `until`."""
    if until is None:
        return language.say(f"{since} 起", f"since {since}")
    return language.say(f"{since} 起，{until} 前", f"from {since}, before {until}")


def parameters(found: Iterable[Parameter], language: Language) -> str:
    """Return a table of numbers with their evidence; empty where there are none."""
    rows = [
        (f"{language.of(PARAMETERS[p.name])} `{p.name}`", show(p.value, language), language.of(EVIDENCE[p.evidence]), p.note) for p in found
    ]
    return table(language.say("参数|数值|依据|说明", "Parameter|Value|Evidence|Note").split("|"), rows) if rows else ""


def show(value: Any, language: Language) -> str:
    """Return a parameter's value in words: regions by name, lists with separators, steps with arrows, nothing as a dash."""
    if isinstance(value, Mapping):
        return _entry(value, language)
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return "<br>".join(show(item, language) for item in value)
    if isinstance(value, list) and value and isinstance(value[0], list):
        return "<br>".join(f"{first} → {then}" for first, then in value)
    if isinstance(value, list):
        return language.say("、", ", ").join(show(item, language) for item in value) or "—"
    return "—" if value is None else str(value)


def region_name(code: str, language: Language) -> str:
    """Return a region's code with the name it has, or last had; the whole country for 000000."""
    if code == "000000":
        return language.say("全国", "the whole country")
    return f"{language.say(_names()[code], ENGLISH_NAMES.get(code, _names()[code]))} {code}"


@cache
def _names() -> dict[str, str]:
    return {row["region_code"]: row["name"] for row in known_codes().to_pylist()}


def _entry(value: Mapping[str, Any], language: Language) -> str:
    """Return one entry of a list: a listed area with its time, or names with values; two numbers are an interval."""
    if "region" not in value:
        return language.say("，", ", ").join(f"{language.of(KEYS[key])} {_interval(item, language)}" for key, item in value.items())
    since, until = value.get("since"), value.get("until")
    when = dates(since, until, language) if since else ""
    return f"{region_name(str(value['region']), language)} {when}".strip()


def _interval(value: Any, language: Language) -> str:
    """Return `[low, high)` in words, any other value as it is shown elsewhere."""
    if not isinstance(value, list) or isinstance(value[0], str):
        return show(value, language)
    low, high = value
    if high is None:
        return language.say(f"不低于 {low}", f"{low} and more") if low else language.say("不限", "any")
    return language.say(f"低于 {high}", f"below {high}") if not low else f"{low}–{high}"
