"""Agreements with other regions, under which each recognises the other's codes: agree, bring their newest keys, show, end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from fangxian.cli.keys import KeysOption
from fangxian.cli.options import LanguageOption, PurposeOption, RoleOption
from fangxian.cli.printing import Reader, plain_table, print_line, print_table
from fangxian.cli.store import StoreOption
from fangxian.exchange.agreement import agree as record
from fangxian.exchange.agreement import agreed_with, agreements, believe
from fangxian.exchange.agreement import end as end_with
from fangxian.facts.known import now
from fangxian.policy.regions import expect_region
from fangxian.signed.key_files import read_public
from fangxian.signed.key_folder import KeyFolder
from fangxian.store.opening import open_store
from fangxian.store.store import Event

RegionOption = Annotated[str, typer.Option("--region", help="The other region's six digits of GB/T 2260.")]
TrustListOption = Annotated[
    Path, typer.Option("--trust-list", help="The other region's trust list, as `fangxian keys trust` wrote it there.")
]


def agree(
    *,
    store: StoreOption,
    keys: KeysOption,
    region: RegionOption,
    address: Annotated[str, typer.Option(help="Where the other installation is reached: https://…")],
    root: Annotated[Path, typer.Option(help="The other region's root.pub, brought by hand.")],
    trust_list: TrustListOption,
    agreed_purpose: Annotated[str, typer.Option("--for", help="What is agreed: kept with the agreement.")],
    days: Annotated[int, typer.Option(min=1, help="For how long.")],
    first_signer: Annotated[str, typer.Option(help="Who of us signed first.")],
    second_signer: Annotated[str, typer.Option(help="Who of us signed second: somebody else.")],
    role: RoleOption,
    purpose: PurposeOption,
) -> None:
    """Record an agreement that two people signed, and believe the other region's keys for its time. Then publish a trust list."""
    at = now()
    expect_region(region, at.date())
    with open_store(store) as running:
        agreement = record(
            running,
            _event("exchange_agreed", role, purpose, region),
            region_code=region,
            address=address,
            root=read_public(root),
            purpose=agreed_purpose,
            from_at=at,
            until_at=at + timedelta(days=days),
            signers=(first_signer, second_signer),
            at=at,
        )
    believe(KeyFolder(keys), agreement, trust_list.read_bytes())


def trust(*, store: StoreOption, keys: KeysOption, region: RegionOption, trust_list: TrustListOption) -> None:
    """Believe the keys of a newer trust list of a region with which an agreement stands. Then publish a trust list."""
    with open_store(store) as running:
        agreement = agreed_with(running, region, at=now())
    print_line(str(believe(KeyFolder(keys), agreement, trust_list.read_bytes())))


def end(*, store: StoreOption, region: RegionOption, role: RoleOption, purpose: PurposeOption) -> None:
    """End the agreement with a region: from now on no message of theirs is taken, and none is sent."""
    with open_store(store) as running:
        end_with(running, _event("exchange_ended", role, purpose, region), region, at=now())


def show(*, store: StoreOption, language: LanguageOption = "zh") -> None:
    """Show every agreement, ended ones too."""
    words = Reader(language).words
    table = plain_table(words("地区", "region"), words("地址", "address"), words("起止", "from until"), words("签署", "signed"))
    with open_store(store) as running:
        for each in agreements(running):
            until = each.ended_at or each.until_at
            span = f"{each.from_at:%Y-%m-%dT%H:%MZ}/{until:%Y-%m-%dT%H:%MZ}"
            table.add_row(each.region_code, each.address, span, f"{each.first_signer}, {each.second_signer}")
    print_table(table)


def _event(action: str, role: str, purpose: str, region: str) -> Event:
    return Event(actor="command line", role=role, purpose=purpose, action=action, details={"region": region})


groups = {"exchange": (agree, trust, show, end)}
