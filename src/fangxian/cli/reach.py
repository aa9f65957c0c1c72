"""The command that keeps, sealed, how people are reached whom an agency's file names: for whoever knocks, and never in the lake."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import pyarrow as pa
import typer

from fangxian.cli.options import LanguageOption, PurposeOption, RoleOption
from fangxian.cli.printing import Reader, print_line
from fangxian.cli.store import StoreOption
from fangxian.cli.vault import SocketOption
from fangxian.facts import Retention
from fangxian.facts.known import now
from fangxian.sources.catalogue import source_named
from fangxian.sources.reached import named_people
from fangxian.store.opening import open_store
from fangxian.store.reaching import Reach, keep_reaches
from fangxian.store.store import Event, Store
from fangxian.vault.client import VaultClient
from fangxian.vault.vault import Vault

_ACTOR: Final = "command line"


def reach(
    source: Annotated[str, typer.Argument(help="Which source sent it (`fangxian sources`).", show_default=False)],
    files: Annotated[list[Path], typer.Argument(help="Its files, as they were brought in with `fangxian ingest`.", show_default=False)],
    *,
    store: StoreOption,
    socket: SocketOption,
    role: RoleOption,
    purpose: PurposeOption,
    language: LanguageOption = "zh",
) -> None:
    """Keep name, telephone and address of the people whom files name, sealed in the store; a later file of the source replaces them."""
    declared, kept = source_named(source), 0
    with open_store(store) as running, VaultClient(socket) as vault:
        for path in files:
            for people in named_people(declared, path, vault):
                event = Event(actor=_ACTOR, role=role, purpose=purpose, action="reach_kept", details={"source": source})
                _keep(running, vault, event, people, source=source)
                kept += people.num_rows
    print_line(Reader(language).say(f"已密封保存 {kept:,} 人的联系方式。", f"How {kept:,} people are reached is kept, sealed."))


def _keep(store: Store, vault: Vault, event: Event, people: pa.Table, *, source: str) -> None:
    with store.transaction(event, at=now()) as transaction:
        reaches = [Reach(**row) for row in people.to_pylist()]
        keep_reaches(transaction, vault, reaches, source=source, retention=str(Retention.REGISTER))


commands = (reach,)
