"""Two whole installations, each with its store, vault, keys and server, that have agreed; and somebody who has a code there."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from services.conftest import HEALTHY, IDENTITY, NOON, PHONE, Clock, clock, come_in, vault_process
from store.conftest import migrated
from web.staff_kit import serve

from fangxian.exchange.agreement import agree, believe
from fangxian.exchange.asking import recognise_shown
from fangxian.policy.policy import policy
from fangxian.services import declaring, issuing, members
from fangxian.services.documents import document
from fangxian.services.living import Living
from fangxian.services.members import Member
from fangxian.services.senders import OnThePage
from fangxian.services.signing import Signing
from fangxian.signed import phone as phone_signing
from fangxian.signed.key_files import read_public
from fangxian.signed.key_folder import ROOT_PUBLIC, KeyFolder
from fangxian.signed.keys import PrivateKey, point
from fangxian.store.opening import make_room
from fangxian.store.store import Event, Store
from fangxian.vault.folder import VaultFolder
from fangxian.vault.process import VaultProcess
from fangxian.work.renewal import renew_at_set_up

__all__ = ["clock", "migrated", "vault_process"]
HERE, THERE = "330100", "310100"


@dataclass(frozen=True)
class Installation:
    """An installation and where it answers."""

    living: Living
    address: str


@dataclass(frozen=True)
class Both:
    """The two of them."""

    here: Installation
    there: Installation


@pytest.fixture(scope="session")
def other_vault_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VaultProcess]:
    folder = tmp_path_factory.mktemp("other") / "vault"
    VaultFolder.make(folder)
    with VaultProcess(folder) as process:
        yield process


@pytest.fixture
def install(postgres_server, migrated, clock: Clock, tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    with psycopg.connect(postgres_server.conninfo, autocommit=True) as connection, ExitStack() as opened:

        def make(region_code: str, policy_name: str, vault: VaultProcess) -> Installation:
            name = f"store_{uuid4().hex}"
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated}")
            opened.callback(connection.execute, f"DROP DATABASE {name} WITH (FORCE)")
            yesterday = clock() - timedelta(days=1)
            keys = KeyFolder.make(tmp_path / region_code, b"passphrase", region_code=region_code, at=yesterday)
            living = Living(
                store=opened.enter_context(Store.open(postgres_server.conninfo.replace("dbname=postgres", f"dbname={name}"))),
                policy=policy(policy_name),
                vault=opened.enter_context(vault.client()),
                signing=Signing(keys),
                sender=OnThePage(),
                clock=clock,
            )
            for day in (yesterday.date(), clock().date()):
                make_room(living.store, day)
            renew_at_set_up(living.store, living.policy, first="officer-1", second="officer-2", at=yesterday)
            return Installation(living, opened.enter_context(serve(living)).address)

        yield make


@pytest.fixture
def both(install, vault_process, other_vault_process) -> Both:
    made = Both(install(HERE, "hangzhou", vault_process), install(THERE, "shanghai", other_vault_process))
    agree_with(made.here, made.there)
    agree_with(made.there, made.here)
    return made


def event(action: str = "agree") -> Event:
    return Event(actor="test", role="administrator", purpose="test", action=action)


def agree_with(one: Installation, other: Installation, **changes) -> None:
    """Let one installation agree with another, believe its keys, and tell its gates of them."""
    keys, at = other.living.signing.ring, one.living.clock()
    terms = {
        "region_code": other.living.region_code,
        "address": other.address,
        "root": read_public(keys.folder / ROOT_PUBLIC),
        "purpose": "people who move between the two",
        "from_at": at,
        "until_at": at + timedelta(days=30),
        "signers": ("officer-1", "officer-2"),
    }
    agreement = agree(one.living.store, event(), **terms | changes, at=at)
    believe(one.living.signing.ring, agreement, keys.published)
    one.living.signing.ring.publish(at=at)


def enrolled(at: Installation, *, number: str = IDENTITY["id_number"], phone: str = PHONE, **answers) -> Member:
    """Let somebody apply for a code at an installation."""
    shown = document("resident_id", number, on=NOON.date())
    session = come_in(at.living, phone)
    place = declaring.enrol(at.living, IDENTITY, shown, HEALTHY | answers, phone_index=session.phone_index, phone=phone)
    return members.member_at(at.living, session.phone_index, place)


def shown_code(at: Installation, member: Member) -> str:
    """Return what somebody's phone shows at this moment."""
    key = PrivateKey.make()
    issued = issuing.issue_day(at.living, member, point(key.public))
    return phone_signing.show(issued.text, at=at.living.clock(), by=key)


def warm(both: Both, member: Member) -> None:
    """Let the installation there answer once: its first answer reads all rules, for which nobody at a gate should wait."""
    recognise_shown(both.here.living, shown_code(both.there, member))


FROM_KEY_AREA = {"stayed_in_key_area": True, "stay": "420100", "left_on": NOON.date()}
