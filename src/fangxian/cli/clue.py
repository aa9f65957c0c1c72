"""Clues from the hotline's files, and the streets that clues are passed on to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fangxian.cli.options import LanguageOption, PolicyOption, PurposeOption, RoleOption
from fangxian.cli.printing import Reader, plain_table, print_line, print_table
from fangxian.cli.store import StoreOption
from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.policy.policy import policy as policy_called
from fangxian.services.clue_files import import_clues
from fangxian.services.clues import Intake
from fangxian.services.opening import open_vault
from fangxian.services.streets import read_streets
from fangxian.store.opening import make_room, open_store
from fangxian.store.store import Event
from fangxian.vault.client import VaultClient
from fangxian.work.clues import name_streets

_SHOWN = 20
VaultOption = Annotated[
    Path, typer.Option("--vault", help="The vault: a folder, or the socket of one that runs.", envvar="FANGXIAN_VAULT", show_default=False)
]


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, in any encoding, or .xlsx, with the columns of docs/reporting.md.", exists=True)],
    *,
    store: StoreOption,
    vault: VaultOption,
    policy: PolicyOption,
    role: RoleOption,
    purpose: PurposeOption,
    language: LanguageOption = "zh",
) -> None:
    """Take the clues of a file: each is routed and folded at once; rows that cannot be read stay out and are listed."""
    in_force, reader = policy_called(policy), Reader(language)
    event = Event(actor="command line", role=role, purpose=purpose, action="clues imported")
    with open_store(store) as running, open_vault(vault) as socket, VaultClient(socket) as keys:
        make_room(running, now().date())
        found = import_clues(Intake(running, keys, in_force, in_force.region_code), file, event)
    print_line(
        reader.say(
            f"新线索 {found.taken:,} 条，已有 {found.known:,} 条，未收 {found.rows_refused:,} 行。",
            f"Clues: {found.taken:,} new, {found.known:,} that came before; {found.rows_refused:,} rows stay out.",
        )
    )
    if found.refused:
        table = plain_table(reader.number("行", "row"), reader.name("列", "column"), reader.words("原因", "reason"))
        for each in found.refused[:_SHOWN]:
            table.add_row(str(each.row_number), each.column, reader.of(each.why))
        print_table(table, reader.say(f"未收的行（导入 {found.import_id}）", f"Rows that stay out (import {found.import_id})"))


import_file.__name__ = "import"  # what the command is called: the word is taken in Python


def streets(
    file: Annotated[Path, typer.Argument(help="CSV with the columns 代码 (nine digits) and 名称.", exists=True)],
    *,
    store: StoreOption,
    role: RoleOption,
    purpose: PurposeOption,
    language: LanguageOption = "zh",
) -> None:
    """Name the streets and towns that clues are passed on to."""
    named = read_streets(file)
    if not named:
        raise FangxianError("The file names no street.", done="Nothing was named.", next_step="Give nine digits and a name in each line.")
    event = Event(actor="command line", role=role, purpose=purpose, action="streets named")
    with open_store(store) as running:
        make_room(running, now().date())
        with running.transaction(event, at=now()) as transaction:
            changed = name_streets(transaction, named)
    print_line(Reader(language).say(f"街道 {changed:,} 个新增或更名。", f"Streets: {changed:,} new or renamed."))


groups = {"clue": (import_file, streets)}
