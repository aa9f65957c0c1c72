"""Commands that decide, explain and rehearse codes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from fangxian.cli.options import (
    AtOption,
    EngineOption,
    KnownAtOption,
    LakeOption,
    LanguageOption,
    PolicyOption,
    PurposeOption,
    RoleOption,
    SparkMasterOption,
    moment,
)
from fangxian.code.colour import Colour
from fangxian.code.decide import Decided, Summary, summarise
from fangxian.code.decide import decide as decide_everybody
from fangxian.code.explain import explain as explain_person
from fangxian.code.rehearse import rehearse as rehearse_policies
from fangxian.code.rule import rule
from fangxian.code.telling import tell
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.engine.opening import Engine, open_engine
from fangxian.errors import FangxianError
from fangxian.policy.policy import Policy, all_policies
from fangxian.policy.policy import policy as policy_called
from fangxian.store.journal import Access, Journal

console = Console(highlight=False)
_STYLES = {"red": "red", "orange": "dark_orange", "yellow": "yellow", "green": "green"}


def decide(
    *,
    lake: LakeOption,
    role: RoleOption,
    purpose: PurposeOption,
    policy: PolicyOption = "hangzhou",
    at: AtOption = None,
    known_at: KnownAtOption = None,
    engine: EngineOption = "duckdb",
    spark_master: SparkMasterOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Decide everybody under a policy: store the hits in the lake, print the counts by colour, rule and county."""
    opened, chosen = Lake.open(lake), policy_called(policy)
    instant, known = moment(at, chosen), moment(known_at, chosen)
    _record(opened, role, purpose, what="decide", about=chosen.name)
    with open_engine(opened, engine, master=spark_master) as running:
        decided = _with_progress(running, chosen, known)
        with DuckDBEngine(opened) as counting:
            _print_summary(summarise(counting, decided, at=instant), chosen, language)
    console.print(f"{sum(decided.hits_by_rule.values()):,} hits → {decided.folder}", soft_wrap=True)


def _with_progress(engine: Engine, chosen: Policy, known_at: datetime) -> Decided:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(chosen.name, total=len(chosen.rules()))
        started: list[str] = []

        def show(names: list[str]) -> None:
            progress.update(task, completed=len(started), description=f"{chosen.name}: {', '.join(names)}")
            started.extend(names)

        return decide_everybody(engine, chosen, known_at=known_at, on_batch=show)


def _print_summary(summary: Summary, chosen: Policy, language: str) -> None:
    zh = language != "en"
    clock = f"{chosen.local(summary.at):%Y-%m-%d %H:%M}"
    by_colour = Table(title=f"{chosen.title.in_language(language)} · {clock}")
    by_colour.add_column("颜色" if zh else "colour")
    by_colour.add_column("人数" if zh else "people", justify="right")
    by_colour.add_column("%", justify="right")
    rows = summary.by_colour.to_pylist()
    everybody = sum(row["people"] for row in rows) or 1
    for row in sorted(rows, key=lambda row: list(Colour).index(Colour(row["colour"]))):
        share = f"{100 * row['people'] / everybody:.2f}"
        words = Colour(row["colour"]).words.in_language(language)
        by_colour.add_row(words, f"{row['people']:,}", share, style=_STYLES[row["colour"]])
    console.print(by_colour)
    by_rule = Table(title="按规则" if zh else "By rule")
    for heading in ("规则", "颜色") if zh else ("rule", "colour"):
        by_rule.add_column(heading)
    by_rule.add_column("人数" if zh else "people", justify="right")
    for row in summary.by_rule.to_pylist():
        title = rule(row["rule"]).title.in_language(language)
        by_rule.add_row(title, Colour(row["colour"]).words.in_language(language), f"{row['people']:,}", style=_STYLES[row["colour"]])
    console.print(by_rule)
    console.print(_counties(summary.by_region, zh=zh))


def _counties(by_region: pa.Table, *, zh: bool) -> Table:
    """Return the ten counties with most people who are not green."""
    counts: dict[str | None, dict[str, int]] = {}
    for row in by_region.to_pylist():
        counts.setdefault(row["region_code"], {})[row["colour"]] = row["people"]
    table = Table(title="非绿码最多的十个县（市、区）" if zh else "The ten counties with most people not green")
    table.add_column("代码" if zh else "region")
    for colour in reversed(Colour):
        table.add_column(colour.words.in_language("zh" if zh else "en"), justify="right")
    worst = sorted(counts, key=lambda code: -sum(n for colour, n in counts[code].items() if colour != Colour.GREEN))
    for code in worst[:10]:
        table.add_row(code or ("住址不详" if zh else "home unknown"), *(f"{counts[code].get(c, 0):,}" for c in reversed(Colour)))
    return table


def explain(
    person: Annotated[str, typer.Argument(help="The person_id: 32 hexadecimal digits.")],
    *,
    lake: LakeOption,
    role: RoleOption,
    purpose: PurposeOption,
    policy: PolicyOption = "hangzhou",
    at: AtOption = None,
    known_at: KnownAtOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Explain one person's code: which facts, which wording, until when, what would change it."""
    opened, chosen = Lake.open(lake), policy_called(policy)
    if len(person) != 32 or not set(person) <= set("0123456789abcdef"):
        raise FangxianError(
            "That is not a person_id.",
            known="A person_id has 32 hexadecimal digits. Names and id numbers are not looked up here.",
            next_step="Take the person_id from a list that you are entitled to.",
        )
    instant, known = moment(at, chosen), moment(known_at, chosen)
    _record(opened, role, purpose, what="explain", about=person)
    with DuckDBEngine(opened) as engine:
        for line in tell(explain_person(engine, chosen, person, at=instant, known_at=known), language=language):
            console.print(line, soft_wrap=True, markup=False)


def rehearse(
    *,
    lake: LakeOption,
    role: RoleOption,
    purpose: PurposeOption,
    before: Annotated[str, typer.Option("--from", help="The policy in force.")] = "hangzhou",
    after: Annotated[str, typer.Option("--to", help="The policy to try: a name, or the folder of a draft.")],
    at: AtOption = None,
    known_at: KnownAtOption = None,
    engine: EngineOption = "duckdb",
    spark_master: SparkMasterOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Rehearse a change of rules: how many people would change colour, by county and by rule, before it is law."""
    opened, old, new = Lake.open(lake), policy_called(before), policy_called(after)
    instant, known = moment(at, old), moment(known_at, old)
    _record(opened, role, purpose, what="rehearse", about=f"{old.name} → {new.name}")
    with open_engine(opened, engine, master=spark_master) as running:
        decided = [_with_progress(running, chosen, known) for chosen in (old, new)]
        with DuckDBEngine(opened) as counting:
            result = rehearse_policies(counting, *decided, at=instant)
    zh = language != "en"
    titles = ("变化", "按县（市、区）", "按规则") if zh else ("Changes", "By county", "By rule")
    for title, table in zip(titles, (result.by_change, result.by_region, result.by_rule), strict=True):
        console.print(_plain(table, title, language))


def _plain(table: pa.Table, title: str, language: str) -> Table:
    shown = Table(title=title)
    for name in table.column_names:
        shown.add_column(name, justify="right" if name == "people" else "left")
    for row in table.to_pylist():
        shown.add_row(*(_cell(name, value, language) for name, value in row.items()))
    return shown


def _cell(name: str, value: object, language: str) -> str:
    if name == "people":
        return f"{value:,}"
    if name == "rule":
        return rule(str(value)).title.in_language(language)
    if name.endswith("_colour") and value != "none":
        return Colour(str(value)).words.in_language(language)
    return "—" if value in (None, "none") else str(value)


def policies(*, language: LanguageOption = "zh") -> None:
    """List the policies that ship."""
    table = Table()
    for heading in ("名称", "辖区", "标题", "施行") if language != "en" else ("name", "region", "title", "in force since"):
        table.add_column(heading)
    for chosen in all_policies():
        table.add_row(chosen.name, chosen.region_code, chosen.title.in_language(language), chosen.since.isoformat())
    console.print(table)


def _record(lake: Lake, role: str, purpose: str, *, what: str, about: str) -> None:
    Journal(lake.path / "access.jsonl").record(Access(role=role, purpose=purpose), what=what, about=about)


commands = (decide, explain, rehearse, policies)
