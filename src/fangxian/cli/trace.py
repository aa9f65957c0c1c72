"""The command that traces cases: whom it would tell, before anybody is told; then the facts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from fangxian.cli.options import KnownAtOption, LakeOption, LanguageOption, PurposeOption, RoleOption, expect_person_id
from fangxian.cli.printing import Reader, messages, plain_table, print_line, print_table
from fangxian.cli.table_files import WRITERS, expect_kind
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.policy.moment import moment
from fangxian.store.journal import Access, Journal
from fangxian.trace.groups import grouped, people_in
from fangxian.trace.record import record_contacts
from fangxian.trace.scheme import all_trace_schemes, trace_scheme
from fangxian.trace.telling import CERTAINTY, CLASS, NEARNESS, SETTING
from fangxian.trace.tracing import Traced, Tracing, diagnosed


def trace(
    *,
    lake: LakeOption,
    role: RoleOption,
    purpose: PurposeOption,
    scheme: Annotated[str, typer.Option(help="Who counts as a contact: cn-2020, ecdc-2020, who-2020, or a file.")] = "cn-2020",
    case: Annotated[list[str] | None, typer.Option(help="The person_id of a case; may be given again. All cases by default.")] = None,
    known_at: KnownAtOption = None,
    secondary: Annotated[bool, typer.Option("--secondary", help="Find the contacts of close contacts, too.")] = False,
    list_to: Annotated[
        Path | None, typer.Option("--list", help="Write the contacts to a .csv, .xlsx or .parquet file.", show_default=False)
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the contacts into the lake as facts, which change codes.")] = False,
    language: LanguageOption = "zh",
) -> None:
    """Find who was near cases, where, how near and for how long; show whom that would be, and write it only if told to."""
    opened, chosen, reader = Lake.open(lake), trace_scheme(scheme), Reader(language)
    known = moment(known_at, chosen)
    expect_kind(list_to)
    for each in case or ():
        expect_person_id(each)
    about = ", ".join(case) if case else "all cases"
    Journal(opened.path / "access.jsonl").record(Access(role=role, purpose=purpose), what="trace", about=about)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=messages, transient=True) as progress:
        progress.add_task(chosen.name)
        with DuckDBEngine(opened) as engine:
            people = case or diagnosed(engine, known_at=known)
            found = Tracing(chosen, known_at=known, secondary=secondary).trace(engine, people)
    _print(found, reader, reader.of(chosen.title))
    if list_to:
        WRITERS[list_to.suffix](pl.DataFrame(found.contacts), list_to)
        print_line(reader.say(f"名单写入 {list_to}", f"The list is in {list_to}"))
    if write:
        with DuckDBEngine(opened) as engine:
            recorded = record_contacts(engine, found, people, known_at=known)
        print_line(
            reader.say(
                f"写入 {recorded.added:,} 项暴露，撤回 {recorded.withdrawn:,} 项",
                f"{recorded.added:,} exposures written, {recorded.withdrawn:,} taken back",
            )
        )
    else:
        print_line(
            reader.say("以上仅为预览，没有写入；写入请加 --write", "This is a preview and nothing was written; add --write to write it")
        )


def traces(*, language: LanguageOption = "zh") -> None:
    """List the tracing schemes that ship."""
    reader = Reader(language)
    table = plain_table(reader.name("名称", "name"), reader.words("标题", "title"))
    for chosen in all_trace_schemes():
        table.add_row(chosen.name, reader.of(chosen.title))
    print_table(table)


def _print(found: Traced, reader: Reader, title: str) -> None:
    """Print how many would be told, by how near they were."""
    table = plain_table(
        reader.words("场景", "setting"),
        reader.words("类别", "class"),
        reader.words("远近", "how near"),
        reader.words("依据", "how sure"),
        reader.number("人次", "contacts"),
        reader.number("中位共处（分）", "median minutes"),
        reader.number("发病率 %", "attack rate %"),
    )
    for group in grouped(found.contacts):
        rate = "–" if group.attack_percent is None else f"{group.attack_percent:.2f}"
        named = ((group.setting, SETTING), (group.contact_class, CLASS), (group.nearness, NEARNESS), (group.certainty, CERTAINTY))
        words = (reader.of(names[word]) for word, names in named)
        table.add_row(*words, f"{group.people:,}", f"{group.minutes:,.0f}", rate, style="bold" if group.contact_class == "close" else "")
    print_table(table, title)
    (people, close), cases = people_in(found.contacts), found.cases.num_rows
    print_line(
        reader.say(
            f"病例 {cases:,} 例；将告知 {people:,} 人，其中密切接触者 {close:,} 人",
            f"Cases: {cases:,}. People to be told: {people:,}, of whom close contacts: {close:,}",
        )
    )


commands = (trace, traces)
