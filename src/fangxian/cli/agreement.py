"""Agreements with agencies, without which no search reads what they send: add one that two people signed, list them, end one."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

import typer

from fangxian.cli.options import LanguageOption, RoleOption
from fangxian.cli.printing import Reader, plain_table, print_line, print_table
from fangxian.cli.store import StoreOption
from fangxian.facts.known import now
from fangxian.sources.catalogue import agency_of
from fangxian.store.opening import open_store
from fangxian.work import source_agreements

_ACTOR: Final = "command line"

SourceOption = Annotated[str, typer.Option(help="Whose facts: a source of `fangxian sources`.")]
ForOption = Annotated[str, typer.Option("--for", help="For which purpose they may be read: the --purpose of the search.")]


def add(
    *,
    store: StoreOption,
    source: SourceOption,
    agreed_purpose: ForOption,
    field: Annotated[list[str], typer.Option(help="What it gives: trip for a whole type of fact, trip.from_at for one field; again.")],
    days: Annotated[int, typer.Option(min=1, help="For how long.")],
    first_signer: Annotated[str, typer.Option(help="Who signed first.")],
    second_signer: Annotated[str, typer.Option(help="Who signed second: somebody else.")],
    role: RoleOption,
    language: LanguageOption = "zh",
) -> None:
    """Record an agreement with an agency that two people signed, in force from now on."""
    at = now()
    with open_store(store) as running:
        made = source_agreements.agree(
            running,
            actor=_ACTOR,
            role=role,
            source=source,
            purpose=agreed_purpose,
            fields=field,
            until_at=at + timedelta(days=days),
            signers=(first_signer, second_signer),
            at=at,
        )
    until = f"{made.until_at:%Y-%m-%dT%H:%MZ}"
    print_line(Reader(language).say(f"协议自即刻起生效，至 {until}。", f"The agreement is in force from now on, until {until}."))


def show(*, store: StoreOption, language: LanguageOption = "zh") -> None:
    """List every agreement with an agency, those that ended too."""
    reader = Reader(language)
    table = plain_table(
        reader.name("来源", "source"),
        reader.words("机构", "agency"),
        reader.words("目的", "purpose"),
        reader.words("字段", "fields"),
        reader.words("起止", "from until"),
        reader.words("签署", "signed"),
    )
    with open_store(store) as running:
        for each in source_agreements.agreements(running):
            until = each.terms.until_at
            span = f"{each.from_at:%Y-%m-%dT%H:%MZ}/{until:%Y-%m-%dT%H:%MZ}"
            signed = f"{each.first_signer}, {each.second_signer}"
            table.add_row(each.source, reader.of(agency_of(each.source)), each.purpose, ", ".join(each.fields), span, signed)
    print_table(table)


show.__name__ = "list"


def end(*, store: StoreOption, source: SourceOption, agreed_purpose: ForOption, role: RoleOption) -> None:
    """End the agreement with an agency for a purpose: from now on no search for it reads what that agency sends."""
    with open_store(store) as running:
        source_agreements.end(running, actor=_ACTOR, role=role, source=source, purpose=agreed_purpose, at=now())


groups = {"agreement": (add, show, end)}
