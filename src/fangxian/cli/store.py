"""The store: PostgreSQL, where what is being worked on now lives; its facts flow to the lake and come from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from fangxian.cli.options import (
    AtOption,
    KnownAtOption,
    LakeOption,
    LanguageOption,
    PolicyOption,
    PurposeOption,
    RoleOption,
    said_or_in_file,
)
from fangxian.cli.printing import Reader, plain_table, print_line, print_table
from fangxian.engine.ending import ending_files
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.facts import fact_type
from fangxian.facts.known import now
from fangxian.facts.typed import instant_typed
from fangxian.policy.moment import moment
from fangxian.policy.policy import policy as policy_called
from fangxian.store import ending
from fangxian.store.backing_up import back_up
from fangxian.store.deciding import decide_pending
from fangxian.store.feeding import feed as feed_store
from fangxian.store.flow import flow as flow_to_lake
from fangxian.store.migrating import migrate as migrate_database
from fangxian.store.opening import database, open_store
from fangxian.store.reasons import reasons_at
from fangxian.store.restoring import restore as restore_store
from fangxian.store.service_login import let_in
from fangxian.store.store import Event
from fangxian.vault.client import VaultClient

StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        help="A PostgreSQL connection string, @ and a file that has one, or a folder: PostgreSQL then runs there meanwhile.",
        callback=said_or_in_file,
        envvar="FANGXIAN_STORE",
        show_default=False,
    ),
]


def migrate(
    *,
    store: StoreOption,
    login: Annotated[
        str | None,
        typer.Option(
            help="The connection string of the programs that serve people, or @ and a file: its login is made, or given this password, "
            "with the rights of the service and no others.",
            callback=said_or_in_file,
            show_default=False,
        ),
    ] = None,
    language: LanguageOption = "zh",
) -> None:
    """Bring a database to this version's schema; what is there is kept. The role must be allowed to create schemas."""
    with database(store, make=True) as conninfo:
        done = migrate_database(conninfo)
        if login:
            let_in(conninfo, login)
    print_line(Reader(language).say(f"已执行 {done} 个迁移。", f"{done} migrations were applied."))


def feed(
    *, store: StoreOption, lake: LakeOption, role: RoleOption, purpose: PurposeOption, policy: PolicyOption, language: LanguageOption = "zh"
) -> None:
    """Bring the lake's deliveries that the store does not have yet into it, and decide again everybody whom they concern."""
    reader, chosen, opened = Reader(language), policy_called(policy), Lake.open(lake)
    table = plain_table(reader.words("交付", "delivery"), reader.number("事实", "facts"), reader.number("涉及人数", "people"))
    with open_store(store) as running:
        for fed in feed_store(running, opened, _event("feed", role, purpose), at=now()):
            table.add_row(fed.delivery_id, f"{fed.facts:,}", f"{fed.people:,}")
        decided = decide_pending(running, _event("decide", role, purpose), policies=[chosen], at=now())
    print_table(table)
    print_line(reader.say(f"重新判定 {decided:,} 人。", f"{decided:,} people were decided again."))


def flow(*, store: StoreOption, lake: LakeOption, language: LanguageOption = "zh") -> None:
    """Bring what was recorded in the store since the last time to the lake: each fact once, whatever dies on the way."""
    reader = Reader(language)
    with open_store(store) as running:
        flowed = flow_to_lake(running, Lake.create(lake), at=now())
    if flowed is None:
        print_line(reader.say("没有新的记录。", "Nothing new was recorded."))
        return
    table = plain_table(reader.words("事实", "facts"), reader.number("条数", "number"))
    for name, number in flowed.facts.items():
        table.add_row(reader.of(fact_type(name).title), f"{number:,}")
    print_table(table, flowed.delivery_id)


def end(
    *,
    store: StoreOption,
    role: RoleOption,
    purpose: PurposeOption,
    before: Annotated[
        str | None, typer.Option(help="What is to end by this day (UTC), 2020-06-01, and not later than today, the default.")
    ] = None,
    vault: Annotated[Path | None, typer.Option(help="The vault's socket; asked for with --do.", envvar="FANGXIAN_VAULT_SOCKET")] = None,
    lake: Annotated[Path | None, typer.Option(help="The lake in which the same ends.", show_default=False)] = None,
    do: Annotated[bool, typer.Option("--do", help="End it. Without this it is only shown.")] = False,
    language: LanguageOption = "zh",
) -> None:
    """Show which classes and months are to end, or end them: their facts, what the store knows beside them, and their keys, for good."""
    reader, at, opened = Reader(language), _by(before), Lake.open(lake) if lake else None
    table = plain_table(
        reader.name("类别", "class"), reader.name("月份", "month"), reader.number("行数", "rows"), reader.name("密钥", "key")
    )
    with open_store(store) as running:
        for each in ending.due(running, at):
            table.add_row(each.retention, each.period, f"{sum(each.rows.values()):,}", reader.say("有", "yes") if each.sealed else "")
        files = ending_files(opened, ending.lake_ends(running, at)) if opened else []
        if do:
            if vault is None:
                raise FangxianError("To end something the vault is needed.", done="Nothing ended.", next_step="Name its socket: --vault.")
            with VaultClient(vault) as keys:
                ended = list(ending.end_due(running, keys, _event(ending.END, role, purpose), at=at))
            files = ending.end_in_lake(running, opened, _event(ending.END, role, purpose), at=at) if opened else []
            print_line(reader.say(f"已结束 {len(ended)} 项，证明在审计中。", f"{len(ended)} ended; the proofs stand in the audit."))
    print_table(table)
    print_line(reader.say(f"数据湖中涉及 {len(files)} 个文件。", f"{len(files)} files of the lake hold some of it."))
    print_line(reader.say("备份也须到期销毁：fangxian vault check-backup", "Backups must go too: fangxian vault check-backup"))


def _by(before: str | None) -> datetime:
    """Return the beginning of a day that is not to come, or the present instant."""
    try:
        asked = instant_typed(before) if before else now()
    except ValueError:
        asked = datetime.max
    if asked > now() or asked.tzinfo:
        raise FangxianError("Name a day that has come, such as 2020-06-01.", done="Nothing ended.")
    return asked


def backup(
    *,
    store: StoreOption,
    to: Annotated[Path, typer.Option("--to", help="The file to write; what must be known to restore it is written beside it.")],
    language: LanguageOption = "zh",
) -> None:
    """Back the store up while it is at work. Back its vault and its keys up too, on another medium (docs/running.md)."""
    if to.exists():
        raise FangxianError(f"{to} exists.", done="Nothing was backed up.", next_step="Name a new file: --to.")
    with database(store) as conninfo:
        made = back_up(conninfo, to, at=now())
    print_line(f"{to}  {made.sha256}")
    reader = Reader(language)
    print_line(reader.say(f"{made.seals} 个审计封印，末次 {made.last_hash}", f"{made.seals} seals of the audit, last {made.last_hash}"))


def restore(
    file: Annotated[Path, typer.Argument(help="A backup, with what stands beside it.")],
    *,
    store: StoreOption,
    role: RoleOption,
    purpose: PurposeOption,
    language: LanguageOption = "zh",
) -> None:
    """Restore a backup into a new folder or an empty database, and verify its audit. Then bring back what the lake has: store feed."""
    found = restore_store(file, store, _event("restore", role, purpose), at=now())
    reader = Reader(language)
    print_line(
        reader.say(
            f"审计完好：{found.seals} 个封印，{found.events:,} 条。", f"The audit holds: {found.seals} seals, {found.events:,} events."
        )
    )


def reasons(
    person: Annotated[str, typer.Argument(help="The person's id.")],
    *,
    store: StoreOption,
    policy: PolicyOption,
    role: RoleOption,
    purpose: PurposeOption,
    at: AtOption = None,
    known_at: KnownAtOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Tell why somebody had the colour they had, as it was decided then: from kept reasons, also where the facts have ended."""
    reader, chosen = Reader(language), policy_called(policy)
    asked, decided = moment(at, chosen), moment(known_at, chosen)
    table = plain_table(
        reader.words("规则", "rule"),
        reader.words("颜色", "colour"),
        reader.words("自", "from"),
        reader.words("至", "until"),
        reader.words("版本", "wording"),
    )
    with open_store(store) as running:
        event = replace(_event("replay a decision", role, purpose), person_id=_person_id(person))
        with running.transaction(event, at=now()) as transaction:
            told = reasons_at(transaction, chosen, _person_id(person), at=asked, known_at=decided)
    for each in told:
        ends = f"{chosen.local(each.until_at):%Y-%m-%d %H:%M}" if each.until_at else ""
        table.add_row(each.rule, each.colour, f"{chosen.local(each.from_at):%Y-%m-%d %H:%M}", ends, f"{each.worded_since}")
    print_table(table)
    if not told:
        print_line(reader.say("当时没有理由：绿码。", "There was no reason: green."))


def _person_id(text: str) -> str:
    try:
        return UUID(text).hex
    except ValueError:
        raise FangxianError("A person id is 32 hexadecimal digits.", next_step="Copy it from the record that names it.") from None


def _event(action: str, role: str, purpose: str) -> Event:
    return Event(actor="command line", role=role, purpose=purpose, action=action)


groups = {"store": (migrate, feed, flow, end, backup, restore, reasons)}
