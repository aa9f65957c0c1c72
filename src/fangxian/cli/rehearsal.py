"""How a rehearsal is printed: who would go from which colour to which, a county or a rule a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa

from fangxian.cli.printing import Reader, plain_table, print_table
from fangxian.code.rehearse import Rehearsal
from fangxian.code.rule import rule
from fangxian.facts import Text
from fangxian.policy.colour import Colour

_NO_CODE: Final = Text("无码", "no code")


def colour_words(name: str, reader: Reader) -> str:
    """Return a colour's name; `none` is that of a person without a code."""
    return reader.of(_NO_CODE if name == "none" else Colour(name).words)


def print_rehearsal(result: Rehearsal, reader: Reader) -> None:
    """Print how many people go from which colour to which; then the changes of each county and each rule, on a line each."""
    people = ("人数", "people")
    everybody = plain_table(reader.name("变化", "change"), reader.number(*people))
    for row in result.by_change.to_pylist():
        everybody.add_row(_change(row, reader), f"{row['people']:,}")
    print_table(everybody, reader.say("全部人员", "Everybody"))
    by_region = plain_table(
        reader.name("代码", "code"), reader.words("地区", "area"), reader.number(*people), reader.words("变化", "changes")
    )
    for code, total, changes in _grouped(result.by_region, "region_code", reader):
        by_region.add_row(*reader.region(code), total, changes)
    print_table(by_region, reader.say("会变色的人，按居住县（市、区）", "Who would change, by county of residence"))
    by_rule = plain_table(reader.words("规则", "rule"), reader.number(*people), reader.words("变化", "changes"))
    for name, total, changes in _grouped(result.by_rule, "rule", reader):
        by_rule.add_row(reader.of(rule(str(name)).title), total, changes)
    print_table(by_rule, reader.say("会变色的人，按规则", "Who would change, by rule"))


def _grouped(table: pa.Table, by: str, reader: Reader) -> Iterator[tuple[str | None, str, str]]:
    """Yield each county or rule with its people and its changes in words, the greatest first."""
    groups: dict[str | None, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        groups.setdefault(row[by], []).append(row)
    for key, rows in sorted(groups.items(), key=lambda item: -sum(row["people"] for row in item[1])):
        ordered = sorted(rows, key=lambda row: -row["people"])
        changes = reader.say("，", ", ").join(f"{_change(row, reader)} {row['people']:,}" for row in ordered)
        yield key, f"{sum(row['people'] for row in rows):,}", changes


def _change(row: dict[str, Any], reader: Reader) -> str:
    before, after = (colour_words(row[side], reader) for side in ("from_colour", "to_colour"))
    return f"{before}→{after}" if before != after else reader.say(f"{before}不变", f"{before}, as before")
