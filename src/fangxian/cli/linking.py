"""What commands that link share: the finder of a register, where doubtful pairs go, what is said of the answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final
from uuid import uuid4

import pyarrow as pa
import typer

from fangxian.cli.options import said_or_in_file
from fangxian.cli.printing import Reader, plain_table, print_line, print_table
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.facts import fact_type
from fangxian.facts.known import now
from fangxian.linkage.finding import RegisterFinder
from fangxian.linkage.linked import Linked, Way
from fangxian.linkage.linking import Answer
from fangxian.linkage.restating import restate
from fangxian.policy.regions import region_name
from fangxian.sources.identity import KeyHolder
from fangxian.store.opening import open_store
from fangxian.store.sealed_register import sealed_register
from fangxian.store.store import Event, Store
from fangxian.vault.client import VaultClient
from fangxian.vault.vault import Vault
from fangxian.work.pair_rows import open_pairs

PairStoreOption = Annotated[
    str | None,
    typer.Option(
        "--pairs-to",
        help="With --link-with: the store (as --store elsewhere) that keeps doubtful pairs as work; without it they are only counted.",
        callback=said_or_in_file,
        show_default=False,
    ),
]
PairVaultOption = Annotated[Path | None, typer.Option("--vault", help="With --pairs-to: the vault's socket.", show_default=False)]
PairRegionOption = Annotated[
    str | None, typer.Option("--region", help="With --pairs-to: whose officers judge a pair that names no county.", show_default=False)
]
PairRoleOption = Annotated[str | None, typer.Option("--role", help="With --pairs-to: in which role; recorded.", show_default=False)]
PairPurposeOption = Annotated[
    str | None, typer.Option("--purpose", help="With --pairs-to: for which purpose; recorded.", show_default=False)
]


SEALED: Final = "sealed"
"""In the place of a register's file: the register that the store keeps sealed."""


@dataclass(frozen=True, repr=False)
class PairWork:
    """Where doubtful pairs become work."""

    store: Store
    vault: Vault
    event: Event
    region_code: str

    def keep(self, pairs: pa.Table) -> None:
        """Keep doubtful pairs as work, each delivery's by an event of its own."""
        event = replace(self.event, event_id=uuid4())
        open_pairs(self.store, self.vault, pairs, event, region_code=self.region_code, at=now())


@dataclass(frozen=True, kw_only=True)
class Link:
    """What the command line says of linking: the register, and where doubtful pairs go."""

    register: Path | None
    store: str | None
    vault: Path | None
    region: str | None
    role: str | None
    purpose: str | None

    @contextmanager
    def finder(self, key_holder: KeyHolder, *, at: datetime) -> Iterator[RegisterFinder | None]:
        """Give a finder of the register, None without one. Raises FangxianError where something is missing to keep pairs."""
        if self.register is None:
            yield None
            return
        with ExitStack() as opened:
            work = self._work(opened) if self.store else None
            register = self.register if str(self.register) != SEALED else self._sealed(work)
            yield RegisterFinder(register, key_holder, Way(on=at.date()), at=at, keep=work.keep if work else None)

    def _sealed(self, work: PairWork | None) -> pa.Table:
        if work is None:
            raise FangxianError(
                "The sealed register is in a store, and none is named.",
                done="Nothing went in.",
                next_step="Name it with --pairs-to, and its vault with --vault.",
            )
        with work.store.transaction(replace(work.event, action="register compared", event_id=uuid4()), at=now()) as transaction:
            return sealed_register(transaction, work.vault)

    def _work(self, opened: ExitStack) -> PairWork:
        if not (self.store and self.vault and self.region and self.role and self.purpose) or not region_name(self.region):
            raise FangxianError(
                "To keep doubtful pairs, --pairs-to needs --vault, --region (six digits, one that exists), --role and --purpose.",
                done="Nothing went in.",
                next_step="Name all of them, or leave --pairs-to out.",
            )
        store, vault = opened.enter_context(open_store(self.store)), opened.enter_context(VaultClient(self.vault))
        event = Event(actor="command line", role=self.role, purpose=self.purpose, action="pairs opened")
        return PairWork(store, vault, event, self.region)


def print_linked(linked: Linked, reader: Reader) -> None:
    """Print how many records have which answer, and what of the register was of no use."""
    table = plain_table(reader.words("结果", "answer"), reader.number("记录", "records"))
    for answer in Answer:
        table.add_row(reader.of(answer.words), f"{linked.answers[answer]:,}")
    print_table(table, reader.say(f"登记册 {linked.people:,} 人", f"{linked.people:,} people in the register"))
    if linked.unusable:
        print_line(
            reader.say(
                f"登记册中 {linked.unusable:,} 行没有可用的证件号码，或与他行是同一人。",
                f"{linked.unusable:,} rows of the register have no usable id number, or repeat a person.",
            )
        )


def merge_linked(lake: Lake, reader: Reader) -> None:
    """Restate what is to be restated in a lake, and print what that was."""
    done = restate(lake, at=now())
    if done is None:
        print_line(reader.say("没有需要归并或退回的事实。", "Nothing is to be merged or taken back."))
        return
    table = plain_table(reader.words("事实", "facts"), reader.number("条数", "number"))
    for name, number in done.facts.items():
        table.add_row(reader.of(fact_type(name).title), f"{number:,}")
    print_table(table, done.delivery_id)
