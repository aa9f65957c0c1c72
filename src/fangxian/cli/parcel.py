"""Parcels of people who were found: list them, write those that go as workbooks, acknowledge one, take back what was filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from fangxian.cli.options import LanguageOption, PolicyOption, PurposeOption, RoleOption
from fangxian.cli.printing import Reader, plain_table, print_line, print_table
from fangxian.cli.roles import role_named
from fangxian.cli.store import StoreOption
from fangxian.cli.vault import SocketOption
from fangxian.engine.workbook import write_workbook
from fangxian.facts.known import now
from fangxian.policy.policy import policy as policy_called
from fangxian.policy.regions import place_name
from fangxian.services import parcel_workbooks
from fangxian.store.opening import open_store
from fangxian.store.store import Event
from fangxian.vault.client import VaultClient
from fangxian.work import parcels

_ACTOR: Final = "command line"
ParcelArgument = Annotated[UUID, typer.Argument(help="The parcel's id, as `fangxian parcel list` shows it.", show_default=False)]


def show(*, store: StoreOption, language: LanguageOption = "zh") -> None:
    """List every parcel: how it goes, how many people, when it was sent, when and by whom it was acknowledged."""
    reader = Reader(language)
    table = plain_table(
        reader.name("编号", "id"),
        reader.words("地级市", "prefecture"),
        reader.number("次", "turn"),
        reader.name("方式", "way"),
        reader.number("人数", "people"),
        reader.name("发出", "sent"),
        reader.words("回执", "acknowledged"),
    )
    with open_store(store) as running:
        for each in parcels.parcels(running):
            sent = f"{each.sent_at:%Y-%m-%dT%H:%MZ}" if each.sent_at else "–"
            receipt = f"{each.acknowledged_at:%Y-%m-%dT%H:%MZ} {each.acknowledged_by}" if each.acknowledged_at else "–"
            place = f"{each.region_code} {place_name(each.region_code)}"
            table.add_row(str(each.parcel_id), place, str(each.turn), each.way, f"{each.people:,}", sent, receipt)
    print_table(table)


show.__name__ = "list"


def write(
    *,
    store: StoreOption,
    socket: SocketOption,
    to: Annotated[Path, typer.Option(help="A folder that only its owner can open; made where it is not there.")],
    role: RoleOption,
    purpose: PurposeOption,
    policy: PolicyOption = "national",
    again: Annotated[bool, typer.Option("--again", help="Write those that were sent before, too.")] = False,
    language: LanguageOption = "zh",
) -> None:
    """Write every parcel that goes as a workbook and was not sent yet. It names people and has no password: mind its way."""
    acting, offset = role_named(role), policy_called(policy).utc_offset
    with open_store(store) as running, VaultClient(socket) as vault:
        waiting = parcels.parcels(running, way="excel", unsent=not again)
        for each in waiting:
            path = parcel_workbooks.write(running, vault, each, to, actor=_ACTOR, role=acting, purpose=purpose, at=now(), utc_offset=offset)
            print_line(f"{path}  {each.people:,}")
    print_line(Reader(language).say(f"写出 {len(waiting)} 个工作簿。", f"Workbooks written: {len(waiting)}."))


def acknowledge(
    parcel: ParcelArgument,
    *,
    store: StoreOption,
    by: Annotated[str, typer.Option(help="Who says that it arrived there.")],
    role: RoleOption,
    purpose: PurposeOption,
) -> None:
    """Keep that a parcel arrived, and who said so."""
    event = Event(actor=_ACTOR, role=role, purpose=purpose, action="parcel_acknowledged", details={"parcel": str(parcel)})
    with open_store(store) as running:
        parcels.acknowledge(running, event, parcel, by=by, at=now())


def returned(
    file: Annotated[Path, typer.Argument(help="The workbook as it was filled in.", show_default=False)],
    *,
    store: StoreOption,
    role: RoleOption,
    purpose: PurposeOption,
    policy: PolicyOption = "national",
    language: LanguageOption = "zh",
) -> None:
    """Read a filled workbook: good rows are kept, bad ones are written beside it with the reason, to be mended and sent again."""
    reader, offset = Reader(language), policy_called(policy).utc_offset
    with open_store(store) as running:
        found = parcel_workbooks.take_back(running, file, actor=_ACTOR, role=role_named(role), purpose=purpose, at=now(), utc_offset=offset)
    bad = found.refused.height
    print_line(
        reader.say(
            f"录入 {found.kept:,} 条，未填 {found.empty:,} 条，有误 {bad:,} 条。",
            f"{found.kept:,} kept, {found.empty:,} not filled in yet, {bad:,} refused.",
        )
    )
    if bad:
        beside = file.with_name(f"{file.stem}.refused.xlsx")
        write_workbook(found.refused.cast(dict.fromkeys(found.refused.columns, str)), beside)
        print_line(reader.say(f"有误的行及原因：{beside}", f"The refused rows, with the reason of each: {beside}"))


groups = {"parcel": (show, write, acknowledge, returned)}
