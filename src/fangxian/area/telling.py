"""The situation in words: what stands below the table, and one flat record an area for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from fangxian.area.published import misses, published_on
from fangxian.area.rule import area_rule
from fangxian.area.scheme import Scheme
from fangxian.area.situation import AreaSituation, Situation
from fangxian.policy.regions import province


def tell(found: Situation, *, language: str, compare: bool) -> Iterator[str]:
    """Yield the sentences: how many could be computed, at which levels, who has none, the wording, how it compares."""
    zh = language != "en"
    scheme, total, computed = found.scheme, len(found.areas), len(found.with_level)
    counts = ", ".join(f"{level_words(scheme, level, language)} {found.count(level)}" for level in scheme.levels)
    yield f"{total} 个地区中可计算 {computed} 个：{counts}" if zh else f"{computed} of {total} areas could be computed: {counts}"
    if found.grey:
        names = _grey_names(found, language)
        yield f"无数据（灰）{len(found.grey)} 个：{names}" if zh else f"Without data (grey), {len(found.grey)}: {names}"
    if compare:
        yield from _comparison(found, language)
    yield ("规则：" if zh else "Rule: ") + found.wording.text.in_language(language)
    yield ("变级条件：" if zh else "What would change it: ") + found.wording.changes.in_language(language)
    yield ("出处：" if zh else "Reference: ") + found.wording.reference.in_language(language)


def _grey_names(found: Situation, language: str) -> str:
    """Return the names of the areas without a level; of a scheme for the whole country, how many in each province."""
    between = "、" if language != "en" else ", "
    if found.scheme.region_code or found.scheme.unit == "any":
        return between.join(area.name for area in found.grey)
    in_province = Counter(area.region_code[:2] for area in found.grey)
    return between.join(f"{province(digits).name} {count}" for digits, count in in_province.items())


def _comparison(found: Situation, language: str) -> Iterator[str]:
    """Yield how many levels are as published, and each that is not."""
    zh, scheme = language != "en", found.scheme
    published = published_on(scheme.name, found.on)
    compared, missed = sum(area.region_code in published for area in found.with_level), misses(found)
    same = compared - len(missed)
    yield (
        "公布等级是 2020 年真实世界的等级；虚构世界的计算等级不会与之一致"
        if zh
        else "Published levels are those of 2020's real world; levels of an invented world will not agree with them"
    )
    yield f"与公布等级比较 {compared} 个，相同 {same} 个" if zh else f"{same} of {compared} compared are as published"
    if missed:
        words = (
            f"{miss.name} {level_words(scheme, miss.computed, language)} ≠ {level_words(scheme, miss.published, language)}"
            for miss in missed
        )
        yield ("不同（计算 ≠ 公布）：" if zh else "Different (computed ≠ published): ") + ("；" if zh else "; ").join(words)


def record_of(found: Situation, area: AreaSituation, *, compare: bool) -> dict[str, Any]:
    """Return an area as one flat record with its inputs; what is not known is None."""
    row: dict[str, Any] = {"region_code": area.region_code, "name": area.name, "level": area.level, "reported_on": area.reported_on}
    row |= {shown: area.inputs.get(shown) for shown in area_rule(found.wording.rule).shows}
    if compare:
        said = published_on(found.scheme.name, found.on).get(area.region_code)
        row |= {"published_level": said.level if said else None, "published_source": said.source if said else None}
    return row


def level_words(scheme: Scheme, level: str | None, language: str) -> str:
    """Return a level's words, none for none."""
    return "" if level is None else scheme.levels[level].in_language(language)
