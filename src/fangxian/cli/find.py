"""The command that finds people who came from named areas, and hands them out prefecture by prefecture."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Final

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
from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.facts.typed import day_typed
from fangxian.finding.search import Search, Surety
from fangxian.finding.splitting import Level, split
from fangxian.policy.moment import moment
from fangxian.policy.policy import policy as policy_called
from fangxian.policy.regions import expect_region, place_name
from fangxian.services import searching
from fangxian.store.journal import Access, Journal
from fangxian.store.opening import open_store
from fangxian.work.searches import Turn, Ways, ask

_ACTOR: Final = "command line"
_DIGITS_OF_REGION: Final = 6


def find(
    *,
    lake: LakeOption,
    store: StoreOption,
    role: RoleOption,
    purpose: PurposeOption,
    came_from: Annotated[list[str], typer.Option("--from", help="Where they came from: six digits of GB/T 2260; may be given again.")],
    since: Annotated[str, typer.Option(help="Since which day they were there: 2020-01-10.")],
    policy: PolicyOption = "national",
    known_at: KnownAtOption = None,
    by: Annotated[Level, typer.Option(help="By what they are counted.")] = Level.PREFECTURE,
    list_to: Annotated[
        Path | None,
        typer.Option("--list", help="Write whom was found, with ids and no names, to a .csv or .parquet file.", show_default=False),
    ] = None,
    send: Annotated[
        str | None, typer.Option(help="Hand out whom no earlier turn found to the prefectures of this region: its six digits.")
    ] = None,
    excel: Annotated[
        list[str] | None,
        typer.Option(help="A prefecture or province that gets a workbook though it lies in the region; may be given again."),
    ] = None,
    exchange: Annotated[list[str] | None, typer.Option(help="A region outside that takes parcels by exchange; may be given again.")] = None,
    engine: EngineOption = "duckdb",
    spark_master: SparkMasterOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Find everybody who came from some areas since a day, from every source with an agreement; count them, and hand out the new ones.

    A search that is asked again, with the same areas, day, purpose and region, hands out only whom it had not found before, and
    whoever has moved to another county since.
    """
    opened, chosen, reader = Lake.open(lake), policy_called(policy), Reader(language)
    search, known, at = Search(areas=tuple(came_from), since=_day(since)), moment(known_at, chosen), now()
    for code in (*([send] if send else ()), *(excel or ()), *(exchange or ())):
        expect_region(code, at.date())
    acting = role_named(role)
    Journal(opened.path / "access.jsonl").record(Access(role=role, purpose=purpose), what="find", about=", ".join(search.areas))
    with open_store(store) as running, open_engine(opened, engine, master=spark_master) as reading:
        answered = searching.answer(running, reading, search, chosen, purpose=purpose, known_at=known, at=at)
        _print(answered, by, reader)
        if list_to:
            write_list(answered.found.people, list_to)
        if send:
            standing = ask(running, search, actor=_ACTOR, role=acting, purpose=purpose, region_code=send, at=at)
            ways = Ways(exchange=exchange or (), excel=excel or ())
            turn = searching.send(running, chosen, standing, answered, ways=ways, actor=_ACTOR, role=acting, known_at=known, at=at)
            _print_turn(turn, reader)


def _print(answered: searching.Answer, by: Level, reader: Reader) -> None:
    table = plain_table(
        reader.name("代码", "code"),
        reader.words("所在地", "where they are"),
        reader.number("人数", "people"),
        *(reader.number(each.words.zh, each.words.en) for each in Surety),
    )
    for row in split(answered.found.people, by).iter_rows(named=True):
        code = row["area_code"]
        place = place_name(code[:_DIGITS_OF_REGION]) if code else reader.say("去向不明", "nowhere known")
        table.add_row(code or "–", place, *(f"{row[name]:,}" for name in ("people", *Surety)))
    print_table(table, reader.say("来自所查地区者", "Who came from there"))
    people = f"{answered.found.people.num_rows:,}"
    print_line(reader.say(f"共 {people} 人", f"People: {people}"))
    if left_out := answered.may_read.names_left_out():
        names = ", ".join(left_out)
        print_line(
            reader.say(
                f"以下来源没有本目的的有效协议或所需字段，未予查询：{names}",
                f"Not read, for want of an agreement for this purpose with the fields it needs: {names}",
            )
        )


def _print_turn(turn: Turn, reader: Reader) -> None:
    newly, moved, unplaced = (f"{each:,}" for each in (turn.newly, turn.moved, turn.unplaced))
    print_line(
        reader.say(
            f"第 {turn.turn} 次：新发现 {newly} 人，改往他县 {moved} 人，去向不明 {unplaced} 人；已分发。",
            f"Turn {turn.turn}: {newly} newly found, {moved} in another county than before, {unplaced} nowhere known; handed out.",
        )
    )


def _day(text: str) -> date:
    try:
        return day_typed(text)
    except ValueError:
        raise FangxianError(f"{text!r} is no day.", done="Nothing was read.", next_step="Write it as 2020-01-10.") from None


commands = (find,)
