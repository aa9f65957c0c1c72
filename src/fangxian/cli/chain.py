"""The commands of chains: who infected whom as far as the facts allow, its picture and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

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
from fangxian.trace.chain.chaining import Chaining, Chains
from fangxian.trace.chain.graphml import graphml
from fangxian.trace.chain.page import page
from fangxian.trace.chain.picture import svg
from fangxian.trace.chain.scheme import CASE_DEFINITION, ChainScheme, all_chain_schemes, chain_scheme
from fangxian.trace.scheme import TraceScheme, trace_scheme
from fangxian.trace.telling import SETTING
from fangxian.trace.tracing import diagnosed

SchemeOption = Annotated[str, typer.Option("--scheme", help="Case definitions and numbers of chains: cn-2020, hubei-2020, or a file.")]
TracingOption = Annotated[str, typer.Option("--tracing", help="Who counts as a contact: cn-2020, ecdc-2020, who-2020, or a file.")]
PICTURES: Final[Mapping[str, Callable[..., str]]] = {".svg": svg, ".html": page}


def chain(
    *,
    lake: LakeOption,
    role: RoleOption,
    purpose: PurposeOption,
    scheme: SchemeOption = "cn-2020",
    tracing: TracingOption = "cn-2020",
    case: Annotated[list[str] | None, typer.Option(help="The person_id of a case; may be given again. All cases by default.")] = None,
    known_at: KnownAtOption = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw the chains in a .svg or .html file; it names nobody.", show_default=False)
    ] = None,
    cases: Annotated[Path | None, typer.Option(help="Write the cases to a .csv, .xlsx or .parquet file.", show_default=False)] = None,
    links: Annotated[Path | None, typer.Option(help="Write all candidates to a .csv, .xlsx or .parquet file.", show_default=False)] = None,
    graph: Annotated[Path | None, typer.Option(help="Write cases and candidates to a .graphml file.", show_default=False)] = None,
    language: LanguageOption = "zh",
) -> None:
    """Show who infected whom as far as the facts allow: chains, clusters, serial interval, reproduction number by generation."""
    opened, chosen, traced, reader = Lake.open(lake), chain_scheme(scheme), trace_scheme(tracing), Reader(language)
    known = moment(known_at, chosen)
    for path, kinds in ((picture, PICTURES), (cases, WRITERS), (links, WRITERS), (graph, (".graphml",))):
        expect_kind(path, tuple(kinds))
    for each in case or ():
        expect_person_id(each)
    about = ", ".join(case) if case else "all cases"
    Journal(opened.path / "access.jsonl").record(Access(role=role, purpose=purpose), what="chain", about=about)
    found = chains_of(opened, chosen, traced, known_at=known, case=case)
    _print(found, reader)
    if picture:
        picture.write_text(PICTURES[picture.suffix](found, language=language), "utf-8")
    if cases:
        WRITERS[cases.suffix](found.cases, cases)
    if links:
        WRITERS[links.suffix](found.candidates, links)
    if graph:
        graph.write_bytes(graphml(found))
    for path in filter(None, (picture, cases, links, graph)):
        print_line(reader.say(f"写入 {path}", f"Written: {path}"))


def chains(*, language: LanguageOption = "zh") -> None:
    """List the schemes of chains that ship, with their case definitions and since when each holds."""
    reader = Reader(language)
    table = plain_table(reader.name("名称", "name"), reader.name("自", "since"), reader.words("病例定义", "case definition"))
    for chosen in all_chain_schemes():
        for wording in chosen.of(CASE_DEFINITION):
            table.add_row(chosen.name, str(wording.since), reader.of(wording.text))
    print_table(table)


def chains_of(lake: Lake, scheme: ChainScheme, tracing: TraceScheme, *, known_at: datetime, case: Sequence[str] | None = None) -> Chains:
    """Return the chains of some cases or of all, while a clock runs on the terminal."""
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=messages, transient=True) as progress:
        progress.add_task(scheme.name)
        with DuckDBEngine(lake) as engine:
            people = case or diagnosed(engine, known_at=known_at)
            return Chaining(scheme, tracing, known_at=known_at).chain(engine, people)


def _print(found: Chains, reader: Reader) -> None:
    _print_trees(found, reader)
    _print_generations(found, reader)
    _print_sums(found, reader)


def _print_trees(found: Chains, reader: Reader, *, most: int = 12) -> None:
    """Print the largest trees: how many cases and generations, from when to when, by which settings."""
    columns = (reader.number("首例", "first case"), reader.number("病例", "cases"), reader.number("代", "generations"))
    table = plain_table(*columns, reader.name("自", "from"), reader.name("至", "until"), reader.words("场景", "settings"))
    grouped = found.cases.group_by("tree").agg(
        pl.len(), pl.col("generation").max() + 1, pl.col("found_at").min().alias("from"), pl.col("found_at").max().alias("until")
    )
    trees = grouped.filter(pl.col("len") > 1).sort("len", "tree", descending=[True, False])
    of_case = found.links().join(found.cases.select("person_id", "tree"), on="person_id")
    for row in trees.head(most).iter_rows(named=True):
        settings = of_case.filter(pl.col("tree") == row["tree"])["setting"].drop_nulls().value_counts(sort=True)
        said = (f"{reader.of(SETTING[name])} {count}" for name, count in settings.iter_rows())
        days = (f"{(row[name] + found.scheme.utc_offset):%Y-%m-%d}" for name in ("from", "until"))
        table.add_row(str(row["tree"]), f"{row['len']:,}", str(row["generation"]), *days, reader.say("、", ", ").join(said))
    print_table(table, reader.of(found.scheme.title))
    if trees.height > most:
        print_line(reader.say(f"另有 {trees.height - most:,} 棵", f"{trees.height - most:,} more trees"))


def _print_generations(found: Chains, reader: Reader) -> None:
    table = plain_table(
        reader.number("代", "generation"),
        reader.number("病例", "cases"),
        reader.number("已满 14 天", "of 14 days ago"),
        reader.number("其传染", "infected"),
        reader.number("再生数", "R"),
        reader.name("95 %", "95 %"),
        reader.number("期望", "expected"),
    )
    for row in found.reproduction.iter_rows(named=True):
        seen = row["r"] is not None
        span = f"{row['r_low']:.2f}–{row['r_high']:.2f}" if seen else "–"
        figures = (f"{row[name]:.2f}" if seen else "–" for name in ("r", "r_expected"))
        r, expected = figures
        table.add_row(str(row["generation"]), f"{row['cases']:,}", f"{row['observed']:,}", f"{row['infected']:,}", r, span, expected)
    print_table(table, reader.say("各代再生数", "Reproduction number by generation"))


def _print_sums(found: Chains, reader: Reader) -> None:
    linked, cases, clusters = found.links().height, found.cases.height, found.clusters["cluster"].n_unique()
    print_line(
        reader.say(
            f"病例 {cases:,} 例，最可能的关系 {linked:,} 条，来源不明 {cases - linked:,} 例；聚集性疫情 {clusters:,} 起",
            f"Cases: {cases:,}. Likeliest links: {linked:,}. Of unknown source: {cases - linked:,}. Clusters: {clusters:,}",
        )
    )
    interval = found.serial_interval
    if interval.mean_days is not None:
        span = f" ({interval.low:.1f}–{interval.high:.1f})" if interval.low is not None else ""
        mean, pairs, by_hand = f"{interval.mean_days:.1f}", f"{interval.pairs:,}", f"{interval.by_hand:,}"
        print_line(
            reader.say(
                f"续发间隔均值 {mean} 天{span}，{pairs} 对，其中人工认定 {by_hand} 对",
                f"Serial interval: mean {mean} days{span}, {pairs} pairs, {by_hand} of them by hand",
            )
        )


commands = (chain, chains)
