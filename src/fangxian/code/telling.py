"""Telling an explanation to a person, in Chinese or English, as lines of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from fangxian.code.explanation import Explanation, FactSeen, Reason
from fangxian.code.rule import rule
from fangxian.facts import Column, Text, Trip
from fangxian.facts.words import SYMPTOM_WORDS, WORDS
from fangxian.policy.policy import Evidence, Policy
from fangxian.policy.regions import region_name
from fangxian.sources.catalogue import agency_of

HIDDEN: Final = frozenset(
    {
        "fact_id",
        "person_id",
        "delivery_id",
        "known_at",
        "source",
        "from_at",
        "until_at",
        "cites_fact_id",
        "lifts_fact_id",
        "about_fact_id",
        "case_fact_id",
        "first_signer_id",
        "second_signer_id",
        "seat",
        "carriage",
    }
)
"""Columns that an explanation does not spell out: they name facts, officers or other people, or are told elsewhere."""

_EVIDENCE: Final = {
    Evidence.SOURCED: Text("有公开出处", "from a published text"),
    Evidence.WEAK: Text("出处较弱", "from a weak copy of a text"),
    Evidence.DEFAULT: Text("本系统默认", "this system's own default"),
}
_RUN_NUMBERS: Final = {
    "aircraft": Text("航班号", "Flight number"),
    "train": Text("车次", "Train number"),
    "metro": Text("线路", "Line"),
}
"""What a trip's number is called by the mode of travel, where it has a name of its own."""
_NO_CODE: Final = Text("无健康码（未申领，亦无赋色依据）", "no code (not enrolled, and nothing on record)")


def tell(explanation: Explanation, *, language: str = "zh") -> list[str]:
    """Return the explanation as lines; `language` is "zh" or "en". Times are those of the policy's own clocks."""
    return list(_lines(explanation, language))


def _lines(e: Explanation, language: str) -> Iterator[str]:
    zh = language != "en"
    title = e.policy.title.in_language(language)
    colour = (e.colour.words if e.colour else _NO_CODE).in_language(language)
    at, known_at = _clock(e.policy, e.at), _clock(e.policy, e.known_at)
    yield f"{title} · {at} · {colour}"
    yield f"依据 {known_at} 前获知的事实" if zh else f"From the facts known by {known_at}"
    if e.colour is not None and not e.reasons:
        yield "未发现赋黄、赋红的事实。" if zh else "Nothing was found that colours the code."
    for number, reason in enumerate(e.reasons, 1):
        yield from _reason_lines(e.policy, reason, number, language)
    for reason in e.coming:
        start = _clock(e.policy, reason.from_at)
        name = rule(reason.wording.rule).title.in_language(language)
        words = reason.colour.words.in_language(language)
        yield f"如无新情况，{start} 起：{name}（{words}）" if zh else f"Unless something new is known, from {start}: {name} ({words})"
    for change in e.changes[:1]:
        when, becomes = _clock(e.policy, change.at), change.colour.words.in_language(language)
        yield f"下一次自动变化：{when} 转为{becomes}" if zh else f"Next change by itself: {becomes} at {when}"


def _reason_lines(policy: Policy, reason: Reason, number: int, language: str) -> Iterator[str]:
    zh = language != "en"
    wording = reason.wording
    name, colour = rule(wording.rule).title.in_language(language), reason.colour.words.in_language(language)
    since = _clock(policy, reason.from_at)
    until = _clock(policy, reason.until_at) if reason.until_at else ("尚未确定" if zh else "not yet known")
    yield f"{number}. {name}：{colour}，自 {since}，至 {until}" if zh else f"{number}. {name}: {colour}, from {since}, until {until}"
    text, evidence = wording.text.in_language(language), _EVIDENCE[wording.evidence].in_language(language)
    yield (
        f"   规则（{wording.since} 起施行，{evidence}）：{text}" if zh else f"   Rule (in force since {wording.since}, {evidence}): {text}"
    )
    for seen in reason.because:
        yield f"   {'依据' if zh else 'Because of'}{'：' if zh else ': '}{tell_fact(policy, seen, language=language)}"
    ends = wording.ends.in_language(language)
    yield f"   如何变化：{ends}" if zh else f"   What would change it: {ends}"
    if reason.progress:
        done, needed = reason.progress.done, reason.progress.needed
        yield f"   目前已连续正常打卡 {done}/{needed} 天" if zh else f"   Consecutive normal check-ins so far: {done} of {needed}"


def tell_fact(policy: Policy, seen: FactSeen, *, language: str) -> str:
    """Return one line about a fact: what, when, from which source, learned when; never anything about another person."""
    zh = language != "en"
    values = seen.values
    when = _clock(policy, values["from_at"])
    if values.get("until_at"):
        when += f" – {_clock(policy, values['until_at'])}"
    details = [
        _label(c, values, language) + _value(c, values[c.name], language)
        for c in seen.fact_type.columns.values()
        if c.name not in HIDDEN and values.get(c.name) not in (None, "")
    ]
    learned = _clock(policy, values["known_at"])
    title = seen.fact_type.title.in_language(language)
    agency = agency_of(values["source"]).in_language(language)
    tail = f"；来源：{agency}，{learned} 获知" if zh else f"; source: {agency}, learned {learned}"
    told = ("，" if zh else ", ").join([f"{title} {when}", *details])
    return told + tail


def _label(c: Column, values: Mapping[str, Any], language: str) -> str:
    """Return what stands before a column's value: its meaning up to the first comma, or nothing where the word says it all."""
    if c.one_of and not {"yes", "no"} <= set(c.one_of):
        return ""
    zh = language != "en"
    meaning = _RUN_NUMBERS.get(values["mode"], c.meaning) if c is Trip.number else c.meaning
    return re.split(r"[，；：。（]" if zh else r"[,;:.(]", meaning.in_language(language))[0].strip() + ("：" if zh else ": ")


def _value(c: Column, value: Any, language: str) -> str:
    if c.name == "symptoms":
        words = [SYMPTOM_WORDS[word].in_language(language) for word in str(value).split(",") if word in SYMPTOM_WORDS]
        return ("、" if language != "en" else ", ").join(words)
    if c.name.endswith("region_code"):
        return f"{value} {region_name(value)}".strip()
    if isinstance(value, bool):
        return WORDS["yes" if value else "no"].in_language(language)
    if c.one_of and str(value) in WORDS:
        return WORDS[str(value)].in_language(language)
    unit = f" {c.unit}" if c.unit else ""
    return f"{value:g}{unit}" if isinstance(value, float) else f"{value.isoformat() if isinstance(value, date) else value}{unit}"


def _clock(policy: Policy, at: datetime) -> str:
    return f"{policy.local(at):%Y-%m-%d %H:%M}"
