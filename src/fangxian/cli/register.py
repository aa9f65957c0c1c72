"""A community's register beside the data: what differs, as questions that somebody asks on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import polars as pl
import typer

from fangxian.cli.listing import write_list
from fangxian.cli.options import (
    EngineOption,
    KnownAtOption,
    LakeOption,
    LanguageOption,
    PolicyOption,
    PurposeOption,
    RoleOption,
    SparkMasterOption,
)
from fangxian.cli.printing import Reader, plain_table, print_line, print_table
from fangxian.cli.roles import role_named
from fangxian.cli.store import StoreOption
from fangxian.engine.lake import Lake
from fangxian.engine.opening import open_engine
from fangxian.facts.known import now
from fangxian.finding.discrepancy import Difference
from fangxian.policy.moment import moment
from fangxian.policy.policy import policy as policy_called
from fangxian.policy.regions import expect_region, place_name
from fangxian.services import register_checking
from fangxian.store.journal import Access, Journal
from fangxian.store.opening import open_store

_ACTOR: Final = "command line"


def check(
    *,
    lake: LakeOption,
    store: StoreOption,
    region: Annotated[str, typer.Option(help="Whose register: six digits of GB/T 2260.")],
    role: RoleOption,
    purpose: PurposeOption,
    policy: PolicyOption = "national",
    known_at: KnownAtOption = None,
    list_to: Annotated[
        Path | None,
        typer.Option("--list", help="Write what differs, with ids and no names, to a .csv or .parquet file.", show_default=False),
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Keep what differs and open a task a person.")] = False,
    engine: EngineOption = "duckdb",
    spark_master: SparkMasterOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Compare the register of a region with the data: duplicates, people who are not there, who are missing, who denied a stay.

    What differs is a question and accuses nobody: it colours no code, and is asked on the spot.
    """
    opened, chosen, reader = Lake.open(lake), policy_called(policy), Reader(language)
    known, at, acting = moment(known_at, chosen), now(), role_named(role)
    expect_region(region, at.date())
    Journal(opened.path / "access.jsonl").record(Access(role=role, purpose=purpose), what="register", about=region)
    with open_store(store) as running, open_engine(opened, engine, master=spark_master) as reading:
        compared = register_checking.compare(running, reading, chosen, region_code=region, purpose=purpose, known_at=known, at=at)
        _print(compared, reader)
        if list_to:
            write_list(compared.found, list_to)
        if send:
            done = register_checking.send(running, chosen, compared, purpose=purpose, actor=_ACTOR, role=acting, known_at=known, at=at)
            tasks, already = f"{done.hand_out.tasks:,}", f"{done.hand_out.asked_already:,}"
            print_line(
                reader.say(f"派发 {tasks} 项，{already} 人近期已问过。", f"{tasks} tasks handed out; asked lately: {already} people.")
            )


def _print(compared: register_checking.Comparison, reader: Reader) -> None:
    found = pl.DataFrame(pl.from_arrow(compared.found))
    table = plain_table(reader.words("差异", "difference"), reader.number("人数", "people"), reader.number("多个来源", "several sources"))
    for each in Difference:
        its = found.filter(pl.col("difference") == str(each))
        table.add_row(reader.of(each.words), f"{its.height:,}", f"{its.filter(pl.col('surety') == 'several_sources').height:,}")
    print_table(table, f"{place_name(compared.region_code)} · {reader.say('名册与数据', 'register and data')}")
    if left_out := compared.may_read.names_left_out():
        names = ", ".join(left_out)
        print_line(
            reader.say(
                f"以下来源没有本目的的有效协议或所需字段，未予查询：{names}",
                f"Not read, for want of an agreement for this purpose with the fields it needs: {names}",
            )
        )


groups = {"register": (check,)}
