"""The pages about sources, written from their declarations: `python -m fangxian.sources.book docs/sources`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from fangxian.facts import Text
from fangxian.sources.catalogue import all_sources
from fangxian.sources.cells import Cell
from fangxian.sources.source import Cadence, Source


def page(source: Source) -> str:
    """Return the Markdown page of a source: who sends what, each column and what it becomes, and the quirks, in two languages."""
    facts = "、".join(f"{t.title.zh} {t.title.en} (`{t.name}`)" for t in source.fact_types())
    head = [
        f"# {source.name}",
        f"{source.agency.zh} · {source.agency.en} — {source.format} — {_cadence(source.cadence)}",
        f"**事实 Facts**: {facts}",
        f"**编号 Record number**: {' / '.join(source.record)}. "
        f"`fact_id` = lower 63 bits of MD5 of `{source.name}:<{'/'.join(source.record)}>`"
        + (", then `#2`, `#3` … for further facts of one row." if len(source.facts) > 1 else "."),
        "",
        "| 列 column | 必填 required | 读作 read as | 成为 becomes |",
        "|---|---|---|---|",
    ]
    body = [f"| {column} | {required} | {read_as} | {becomes} |" for column, required, read_as, becomes in _rows(source)]
    quirks = ["", "## 须知 Quirks", "", *(f"- {quirk.zh}\n  {quirk.en}" for quirk in source.quirks)] if source.quirks else []
    return "\n\n".join(head[:4]) + "\n" + "\n".join([*head[4:], *body, *quirks]) + "\n"


def _cadence(cadence: Cadence) -> str:
    late = Text("；不核对迟报", "; lateness is not checked")
    if cadence.late_after is not None:
        late = Text(f"；逾 {_hours(cadence.late_after)} 小时为迟报", f"; late after {_hours(cadence.late_after)} hours")
    return f"每 {_hours(cadence.every)} 小时一次{late.zh} · every {_hours(cadence.every)} hours{late.en}"


def _hours(length: timedelta) -> str:
    return f"{length / timedelta(hours=1):g}"


def _rows(source: Source) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for each column: its name, whether it must be there, how it is read, and what it becomes."""
    inner = tuple(dict.fromkeys(c for each in source.lists() for cell in source.cells_of_each(each) for c in cell.columns()))
    lacking = source.optional_columns()
    for column in (*source.columns(), *(c for c in inner if c not in source.columns())):
        cells = [cell for cell in _cells(source) if cell.column == column]
        read_as = dict.fromkeys(_both(cell.describe()) for cell in cells)
        required = column in source.record[:1] or (any(not cell.optional for cell in cells) and column not in lacking)
        becomes = [f"`{t}.{name}`" for t, name, cell in _uses(source) if cell.column == column]
        if column in source.record:
            becomes.insert(0, "`fact_id`")
        if column == source.reported.column:
            becomes.insert(0, "`known_at`")
        becomes += [f"有则给出 present: `{facts.fact_type.name}`" for facts in source.facts if facts.when == column]
        becomes += [f"每项一条 one an item: `{facts.fact_type.name}`" for facts in source.facts if facts.each == column]
        yield column, "是 yes" if required else "", "; ".join(read_as) or "文本 text", ", ".join(dict.fromkeys(becomes))
    for column in source.unread:
        yield column, "", "不读不留 neither read nor kept", ""


def _cells(source: Source) -> Iterator[Cell]:
    yield from source.cells()
    for each in source.lists():
        yield from source.cells_of_each(each)


def _uses(source: Source) -> Iterator[tuple[str, str, Cell]]:
    for facts in source.facts:
        for name, cell in facts.cells.items():
            yield facts.fact_type.name, name, cell


def _both(text: Text) -> str:
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"


def main(folder: Path) -> None:
    """Write the page of every source into a folder."""
    for source in all_sources():
        (folder / f"{source.name}.md").write_text(page(source), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
