"""The command that shows and records the levels of areas."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import orjson
import typer
from rich.console import Group
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text as Line

from fangxian.area.published import published_on
from fangxian.area.record import Recorded, record_as_learned, record_levels
from fangxian.area.rule import INPUTS, area_rule
from fangxian.area.scheme import Scheme
from fangxian.area.scheme import scheme as scheme_called
from fangxian.area.situation import AreaSituation, Situation, newest_day, situation
from fangxian.area.telling import level_words, record_of, tell
from fangxian.cli.options import EngineOption, KnownAtOption, LakeOption, LanguageOption, SparkMasterOption
from fangxian.cli.printing import Reader, console, messages, plain_table, print_line, print_table
from fangxian.engine.lake import Lake
from fangxian.engine.opening import Engine, open_engine
from fangxian.errors import FangxianError
from fangxian.facts.typed import day_typed
from fangxian.policy.moment import moment

_STYLES = {"red": "red", "dark_red": "red", "high": "red", "orange": "dark_orange", "yellow": "yellow", "medium": "yellow"}
_STYLES |= {"blue": "blue", "green": "green", "low": "green", "grey": "bright_black"}
_UNBOUNDED = 10_000
"""Columns of a screen so wide that a table is as wide on it as it wants to be."""


class Format(StrEnum):
    """How the situation is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def areas(
    *,
    lake: LakeOption,
    scheme: Annotated[str, typer.Option(help="The area scheme: cn-2020-02, ecdc-2021, zhejiang-five-colour, or a file.")] = (
        "zhejiang-five-colour"
    ),
    on: Annotated[str | None, typer.Option(help="The local day at whose end the level is asked for; the newest by default.")] = None,
    known_at: KnownAtOption = None,
    format: Annotated[Format, typer.Option(help="table, csv or json.")] = Format.TABLE,  # noqa: A002  (the option is called --format)
    compare_published: Annotated[
        bool, typer.Option("--compare-published", help="Show the level published in 2020 for the real place beside it.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the levels into the lake as facts, for code rules to read.")] = False,
    as_learned: Annotated[
        bool, typer.Option("--as-learned", help="With --write: as known at the end of each day on which something was learned.")
    ] = False,
    engine: EngineOption = "duckdb",
    spark_master: SparkMasterOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Show each area's level on a day with all that it was computed from; name the areas that have none."""
    chosen = scheme_called(scheme)
    known = moment(known_at, chosen)
    with open_engine(Lake.open(lake), engine, master=spark_master) as running:
        if write:
            _write(running, chosen, known, as_learned=as_learned)
        day = _day(on) if on else newest_day(running, scheme=chosen, known_at=known)
        found = situation(running, scheme=chosen, on=day, known_at=known)
    {Format.TABLE: _print_table, Format.CSV: _print_csv, Format.JSON: _print_json}[format](found, compare_published, language)


def _write(engine: Engine, scheme: Scheme, known_at: datetime, *, as_learned: bool) -> None:
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=messages, transient=True) as progress:
        task = progress.add_task(scheme.name)
        recorded = record_as_learned if as_learned else _record_once
        steps = []
        for step in recorded(engine, scheme=scheme, known_at=known_at):
            steps.append(step)
            progress.update(task, description=f"{scheme.name}, as known at {step.known_at} UTC")
    added, withdrawn = sum(step.added for step in steps), sum(step.withdrawn for step in steps)
    messages.print(f"{scheme.name}: +{added:,} levels, −{withdrawn:,} taken back, {len(steps)} instants")


def _record_once(engine: Engine, *, scheme: Scheme, known_at: datetime) -> Iterator[Recorded]:
    yield record_levels(engine, scheme=scheme, known_at=known_at)


def _day(text: str) -> date:
    try:
        return day_typed(text)
    except ValueError:
        raise FangxianError(f"{text!r} is not a day.", next_step="Write it as 2020-02-09.") from None


def _print_table(found: Situation, compare: bool, language: str) -> None:
    reader, shows = Reader(language), [shown for shown in area_rule(found.wording.rule).shows if not _never(found, shown)]
    published = published_on(found.scheme.name, found.on) if compare else {}
    said = {code: level.level for code, level in published.items()}
    table = _wide(found, shows, said, reader)
    unbounded = console.options.update(width=_UNBOUNDED)
    if console.measure(table, options=unbounded).maximum > console.width:
        table = _narrow(found, shows, said, reader)
    print_table(table, f"{reader.of(found.scheme.title)} · {found.on}")
    console.print()
    for line in tell(found, language=language, compare=compare):
        print_line(line)


def _wide(found: Situation, shows: list[str], published: Mapping[str, str], reader: Reader) -> Table:
    """Return a table with a column for each input."""
    inputs = (reader.number(INPUTS[shown].zh, INPUTS[shown].en) for shown in shows)
    about = reader.name("代码", "code"), reader.name("地区", "area"), reader.name("等级", "level")
    table = plain_table(*about, *inputs, reader.number("统计日", "count of"))
    for area in found.with_level:
        cells = (_cell(found.scheme, area.inputs[shown], reader.language) for shown in shows)
        level = _level(found.scheme, area, published, reader)
        table.add_row(area.region_code, area.name, level, *cells, f"{area.reported_on:%m-%d}", style=_STYLES.get(area.level or "", ""))
    return table


def _narrow(found: Situation, shows: list[str], published: Mapping[str, str], reader: Reader) -> Table:
    """Return a table in which each area's inputs stand on a line below its level."""
    table = plain_table(
        reader.name("代码", "code"), reader.name("地区", "area"), reader.words("等级与依据", "level, and what it was computed from")
    )
    for area in found.with_level:
        inputs = [f"{reader.of(INPUTS[shown])} {_cell(found.scheme, area.inputs[shown], reader.language)}" for shown in shows]
        inputs.append(f"{reader.say('统计日', 'count of')} {area.reported_on:%m-%d}")
        level = Line(_level(found.scheme, area, published, reader), _STYLES.get(area.level or "", ""))
        table.add_row(area.region_code, area.name, Group(level, Line(" · ".join(inputs), "dim")))
    return table


def _level(scheme: Scheme, area: AreaSituation, published: Mapping[str, str], reader: Reader) -> str:
    """Return an area's level; where another one was published, that too."""
    computed = level_words(scheme, area.level, reader.language)
    said = published.get(area.region_code, area.level)
    return (
        computed if said == area.level else f"{computed} ≠ {reader.say('公布', 'published')} {level_words(scheme, said, reader.language)}"
    )


def _never(found: Situation, shown: str) -> bool:
    """Return whether a yes-or-no input is no for every area: its column would be empty."""
    return all(area.inputs[shown] is False for area in found.with_level)


def _print_csv(found: Situation, compare: bool, language: str) -> None:
    rows = [record_of(found, area, compare=compare) for area in found.areas]
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]) if rows else ["region_code"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _print_json(found: Situation, compare: bool, language: str) -> None:
    document = {
        "scheme": found.scheme.name,
        "on": found.on,
        "known_at": found.known_at,
        "wording_since": found.wording.since,
        "areas_of_scheme": len(found.areas),
        "computed": len(found.with_level),
        "counts": {level: found.count(level) for level in found.scheme.levels},
        "areas": [record_of(found, area, compare=compare) for area in found.areas],
    }
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def _cell(scheme: Scheme, value: object, language: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, float):
        return f"{value:.3g}"
    return level_words(scheme, value, language) if isinstance(value, str) and value in scheme.levels else str(value)


commands = (areas,)
