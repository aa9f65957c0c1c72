"""Devices at gates: register one and open it by a link, list them, revoke one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from fangxian.cli.options import LanguageOption, PurposeOption, RoleOption, expect_role
from fangxian.cli.printing import Reader, plain_table, print_line, print_table
from fangxian.cli.store import StoreOption
from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.policy.regions import expect_region
from fangxian.store.gate_devices import devices
from fangxian.store.gate_devices import register as register_device
from fangxian.store.gate_devices import revoke as revoke_device
from fangxian.store.opening import open_store
from fangxian.store.store import Event


def register(
    *,
    store: StoreOption,
    place_id: Annotated[str, typer.Option("--place", help="The place's id, as facts name it.")],
    name: Annotated[str, typer.Option(help="What the place is called.")],
    region: Annotated[str, typer.Option(help="Six digits of GB/T 2260: the county it is in.")],
    role: RoleOption,
    purpose: PurposeOption,
    address: Annotated[str, typer.Option(help="Where the server is reached.")] = "http://127.0.0.1:8000",
    language: LanguageOption = "zh",
) -> None:
    """Register a device for a place, and print the link that opens it: once, within an hour."""
    expect_role(role)
    expect_region(region, now().date())
    if not address.startswith(("https://", "http://")):
        raise FangxianError("The address is none.", done="Nothing was registered.", next_step="Begin it with https:// (or http://).")
    event = Event(actor="command line", role=role, purpose=purpose, action="register gate")
    with open_store(store) as running:
        device, code = register_device(running, event, place_id=place_id, place_name=name, region_code=region, at=now())
    print_line(str(device.gate_id))
    print_line(f"{address.rstrip('/')}/gate#code={code}")
    reader = Reader(language)
    print_line(
        reader.say(
            "在门岗设备上打开此链接；一小时内有效，只能用一次。", "Open this link on the gate's device; it works once, within an hour."
        )
    )


def revoke(
    gate_id: Annotated[str, typer.Argument(help="The gate's id, as `fangxian gate show` has it.")],
    *,
    store: StoreOption,
    role: RoleOption,
    purpose: PurposeOption,
    language: LanguageOption = "zh",
) -> None:
    """Let a device no longer be believed: it can neither fetch files nor send scans, within seconds."""
    expect_role(role)
    try:
        named = UUID(gate_id)
    except ValueError:
        raise FangxianError("A gate's id is a UUID.", next_step="`fangxian gate show` shows them.") from None
    with open_store(store) as running:
        revoke_device(running, Event(actor="command line", role=role, purpose=purpose, action="revoke gate"), named, at=now())
    print_line(Reader(language).say("已停用。", "It is revoked."))


def show(*, store: StoreOption, language: LanguageOption = "zh") -> None:
    """Show the devices, revoked ones too."""
    reader = Reader(language)
    words = reader.words
    table = plain_table(words("门岗", "gate"), words("场所", "place"), words("区划", "region"), words("停用", "revoked"))
    with open_store(store) as running:
        for each in devices(running):
            revoked = f"{each.revoked_at:%Y-%m-%dT%H:%MZ}" if each.revoked_at else ""
            table.add_row(str(each.gate_id), f"{each.place_name} ({each.place_id})", each.region_code, revoked)
    print_table(table)


groups = {"gate": (register, revoke, show)}
