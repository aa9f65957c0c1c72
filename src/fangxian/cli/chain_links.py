"""The commands of links by hand: add or strike one, and take it back."""

from __future__ import annotations

from typing import Annotated

import typer

from fangxian.cli.options import KnownAtOption, LakeOption, LanguageOption, PurposeOption, RoleOption, expect_person_id
from fangxian.cli.printing import Reader, print_line
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.facts.known import now
from fangxian.policy.moment import moment
from fangxian.store.journal import Access, Journal
from fangxian.trace.chain.recording import Found, record_link, withdraw_link
from fangxian.trace.chain.scheme import chain_scheme

InfectedOption = Annotated[str, typer.Option("--infected", help="The person_id of the infected case.", show_default=False)]


def chain_link(
    *,
    lake: LakeOption,
    role: RoleOption,
    purpose: PurposeOption,
    infected: InfectedOption,
    infector: Annotated[str, typer.Option(help="The person_id of the case that infected, or did not.", show_default=False)],
    finding: Annotated[str, typer.Option(help="added or struck.", show_default=False)],
    grounds: Annotated[str, typer.Option(help="interview, genome, records or other.", show_default=False)],
    found_by: Annotated[str, typer.Option(help="Who found it: an id of letters, digits and hyphens, never a name.", show_default=False)],
    found_at: Annotated[str | None, typer.Option(help="When it was found; now by default.")] = None,
    known_at: KnownAtOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Add a link to the chains, or strike one: what was found last about two people holds until it is taken back."""
    opened, reader, clocks = Lake.open(lake), Reader(language), chain_scheme("cn-2020")
    for each in (infected, infector):
        expect_person_id(each)
    known = moment(known_at, clocks)
    at = moment(found_at, clocks) if found_at else known
    Journal(opened.path / "access.jsonl").record(Access(role=role, purpose=purpose), what="chain link", about=f"{infected}, {infector}")
    with DuckDBEngine(opened) as engine:
        said = Found(person_id=infected, infector_person_id=infector, finding=finding, grounds=grounds, found_by=found_by, found_at=at)
        number = record_link(engine, said, known_at=known)
    print_line(reader.say(f"已记录，编号 {number}", f"Recorded as number {number}"))


def chain_unlink(
    *,
    lake: LakeOption,
    role: RoleOption,
    purpose: PurposeOption,
    infected: InfectedOption,
    link: Annotated[int, typer.Option(help="The link's number: link_fact_id of `fangxian chain --links`.", show_default=False)],
    known_at: KnownAtOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Take back a link that was added or struck by hand."""
    opened, reader = Lake.open(lake), Reader(language)
    expect_person_id(infected)
    known = moment(known_at, chain_scheme("cn-2020")) if known_at else now()
    Journal(opened.path / "access.jsonl").record(Access(role=role, purpose=purpose), what="chain unlink", about=infected)
    with DuckDBEngine(opened) as engine:
        withdraw_link(engine, infected, link, known_at=known)
    print_line(reader.say("已撤回", "Taken back"))


commands = (chain_link, chain_unlink)
