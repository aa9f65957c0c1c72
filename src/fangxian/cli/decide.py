"""Commands that decide, explain and rehearse codes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import pyarrow as pa
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

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
    expect_person_id,
)
from fangxian.cli.printing import Reader, console, messages, plain_table, print_line, print_table
from fangxian.cli.rehearsal import colour_words, print_rehearsal
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
from fangxian.policy.colour import Colour
from fangxian.policy.moment import expect_in_force, moment, moment_in_force
from fangxian.policy.policy import Policy, all_policies
from fangxian.policy.policy import policy as policy_called
from fangxian.store.journal import Access, Journal
from fangxian.web.words import Words

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
    instant, known = moment_in_force(at, chosen), moment(known_at, chosen)
    _record(opened, role, purpose, what="decide", about=chosen.name)
    with open_engine(opened, engine, master=spark_master) as running:
        decided = _with_progress(running, chosen, known)
        with DuckDBEngine(opened) as counting:
            _print_summary(summarise(counting, decided, at=instant), chosen, Reader(language))
    hits = f"{sum(decided.hits_by_rule.values()):,}"
    console.print()
    print_line(f"{Reader(language).say(f'命中 {hits} 条', f'{hits} hits')} → {decided.folder}")


def _with_progress(engine: Engine, chosen: Policy, known_at: datetime) -> Decided:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=messages, transient=True) as progress:
        task = progress.add_task(chosen.name, total=len(chosen.rules()))
        started: list[str] = []

        def show(names: list[str]) -> None:
            progress.update(task, completed=len(started), description=f"{chosen.name}: {', '.join(names)}")
            started.extend(names)

        return decide_everybody(engine, chosen, known_at=known_at, on_batch=show)


def _print_summary(summary: Summary, chosen: Policy, reader: Reader) -> None:
    by_colour = plain_table(reader.name("颜色", "colour"), reader.number("人数", "people"))
    rows = summary.by_colour.to_pylist()
    for row in sorted(rows, key=lambda row: list(Colour).index(Colour(row["colour"]))):
        by_colour.add_row(colour_words(row["colour"], reader), f"{row['people']:,}", style=_STYLES[row["colour"]])
    print_table(by_colour, f"{reader.of(chosen.title)} · {chosen.local(summary.at):%Y-%m-%d %H:%M}")
    _print_enrolled(summary, reader)
    by_rule = plain_table(reader.words("规则", "rule"), reader.name("颜色", "colour"), reader.number("人数", "people"))
    for row in summary.by_rule.to_pylist():
        title = reader.of(rule(row["rule"]).title)
        by_rule.add_row(title, colour_words(row["colour"], reader), f"{row['people']:,}", style=_STYLES[row["colour"]])
    print_table(by_rule, reader.say("按规则", "By rule"))
    _print_counties(summary.by_region, {wording.colour for wording in chosen.wordings} | {Colour.GREEN}, reader)


def _print_enrolled(summary: Summary, reader: Reader) -> None:
    """Print how many have enrolled and the share of them that is green; rules colour people who have not, too."""
    enrolled, others = f"{summary.enrolled:,}", f"{summary.not_enrolled:,}"
    share = f"{100 * summary.green_share:.2f} %"
    print_line(reader.say(f"已申领 {enrolled} 人，其中绿码 {share}", f"Enrolled: {enrolled}, of whom green: {share}"))
    if summary.not_enrolled:
        print_line(reader.say(f"另有 {others} 人未申领，计入非绿码", f"Not enrolled and coloured all the same: {others}"))


def _print_counties(by_region: pa.Table, colours: set[str], reader: Reader) -> None:
    """Print the ten counties with most people who are not green, in the colours that the policy has."""
    counts: dict[str | None, dict[str, int]] = {}
    for row in by_region.to_pylist():
        counts.setdefault(row["region_code"], {})[row["colour"]] = row["people"]
    shown = [colour for colour in reversed(Colour) if colour in colours]
    numbers = (reader.number(colour.words.zh, colour.words.en) for colour in shown)
    table = plain_table(reader.name("代码", "code"), reader.words("地区", "area"), *numbers)
    worst = sorted(counts, key=lambda code: -sum(n for colour, n in counts[code].items() if colour != Colour.GREEN))
    for code in worst[:10]:
        table.add_row(*reader.region(code), *(f"{counts[code].get(colour, 0):,}" for colour in shown))
    print_table(table, reader.say("非绿码最多的十个县（市、区）", "The ten counties with most people not green"))


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
    expect_person_id(person)
    instant, known = moment_in_force(at, chosen), moment(known_at, chosen)
    _record(opened, role, purpose, what="explain", about=person)
    with DuckDBEngine(opened) as engine:
        explained = explain_person(engine, chosen, person, at=instant, known_at=known)
    if explained.nothing_known:
        raise FangxianError(Words(language)("problem.unknown_person"))
    for line in tell(explained, language=language):
        print_line(line)


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
    # Under a policy that had not begun everybody is green: the comparison would be with nothing.
    instant, known = expect_in_force(new, moment_in_force(at, old)), moment(known_at, old)
    _record(opened, role, purpose, what="rehearse", about=f"{old.name} → {new.name}")
    with open_engine(opened, engine, master=spark_master) as running:
        decided = [_with_progress(running, chosen, known) for chosen in (old, new)]
        with DuckDBEngine(opened) as counting:
            result = rehearse_policies(counting, *decided, at=instant)
    print_rehearsal(result, Reader(language))


def policies(*, language: LanguageOption = "zh") -> None:
    """List the policies that ship."""
    reader = Reader(language)
    table = plain_table(
        reader.name("名称", "name"), reader.words("标题", "title"), reader.name("辖区", "region"), reader.name("施行", "in force since")
    )
    for chosen in all_policies():
        table.add_row(chosen.name, reader.of(chosen.title), chosen.region_code, chosen.since.isoformat())
    print_table(table)


def _record(lake: Lake, role: str, purpose: str, *, what: str, about: str) -> None:
    Journal(lake.path / "access.jsonl").record(Access(role=role, purpose=purpose), what=what, about=about)


commands = (decide, explain, rehearse, policies)
