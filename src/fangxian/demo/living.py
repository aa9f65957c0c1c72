"""The demonstration's living code: a store, keys and a vault of its own, a gate to be opened, and an invented firm with its people."""

from __future__ import annotations

import fcntl
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from fangxian.demo.firm import COUNTY, open_firm
from fangxian.demo.outbreak import begin_outbreak
from fangxian.demo.province import POLICY
from fangxian.demo.trips import publish_trips
from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.policy.policy import policy
from fangxian.services.alarms import alarms
from fangxian.services.living import Living
from fangxian.services.opening import open_living
from fangxian.services.oversight import oversight
from fangxian.services.senders import OnThePage
from fangxian.services.sign_in import EMPLOYER, WORK, DemoSignIn
from fangxian.services.tracing_chores import tracing_chores
from fangxian.services.upkeep import FOR_CHORES, Upkeep
from fangxian.signed.files import write_file
from fangxian.signed.key_folder import KeyFolder
from fangxian.sources.catalogue import all_sources
from fangxian.store.database_folder import DatabaseFolder
from fangxian.store.gate_devices import register
from fangxian.store.renewals import may_record
from fangxian.store.serving import Serving
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.web.server import LOOPBACK
from fangxian.work.renewal import renew_at_set_up
from fangxian.work.roles import Role

REGION: Final = "330100"
_PLACE: Final = {"place_id": EMPLOYER, "place_name": "演示门岗 demo gate", "region_code": COUNTY}


@dataclass(frozen=True)
class Demonstrated:
    """An installation at work, its codes in memory, the way in for staff, and the code that opens its gate once."""

    living: Living
    serving: Serving
    sign_in: DemoSignIn
    gate_code: str


@contextmanager
def demonstrate(folder: Path) -> Iterator[Demonstrated]:
    """Run the living code on a folder, made as far as it is not there; it holds invented people only, so its passphrase lies beside it."""
    folder = folder.absolute()  # PostgreSQL's own user looks from elsewhere
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        yield from _demonstrate(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder while its context is open. Raises FangxianError where its demonstration runs already."""
    with (folder / "running").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FangxianError(
                f"The demonstration of {folder.parent} runs already.", next_step="Use its pages, or end it with Ctrl-C first."
            ) from None
        yield


def _demonstrate(folder: Path) -> Iterator[Demonstrated]:
    keys, vault = _keys(folder / "keys"), folder / "vault"
    if not vault.exists():
        VaultFolder.make(vault)
    named = str(_store(folder / "store"))
    opened = open_living(store=named, keys=keys, vault=vault, policy=policy(POLICY), sender=OnThePage(), connections=FOR_CHORES)
    with opened as living, Serving(living.store, living.policy) as serving:
        if not may_record(living.store, living.policy, now()):
            renew_at_set_up(living.store, living.policy, first="demonstration-1", second="demonstration-2", at=now())
        publish_trips(living, folder / "published")
        event = Event(actor="demonstration", role="administrator", purpose="demonstration", action="register gate")
        gate, code = register(living.store, event, **_PLACE, at=now())
        sources = frozenset(source.name for source in all_sources())
        whose = {Role.SOURCE_OWNER: sources, Role.EMPLOYER_CONTACT: frozenset({EMPLOYER})}
        staff = DemoSignIn(host=LOOPBACK, region_codes=frozenset({living.policy.region_code}), organisation_ids=whose, areas=WORK)
        open_firm(living)
        begin_outbreak(living, gate)
        with Upkeep(living, more=[*oversight(living), *alarms(living, None), *tracing_chores(living)]):
            yield Demonstrated(living, serving, staff, code)


def _keys(folder: Path) -> KeyFolder:
    file = folder.with_name("keys.passphrase")
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, secrets.token_urlsafe(24).encode(), private=True)
    passphrase = file.read_bytes()
    if not folder.exists():
        KeyFolder.make(folder, passphrase, region_code=REGION, at=now() - timedelta(minutes=1))
    return KeyFolder(folder, passphrase)


def _store(folder: Path) -> Path:
    """Return where PostgreSQL may keep its files: in the folder, or, where its own user cannot get there, in one for all users.

    The folder says then where that is. What is left there of a demonstration whose folder was removed goes: its keys are gone.
    """
    try:
        DatabaseFolder(folder).prepare()
    except FangxianError:
        elsewhere, said = _elsewhere(folder), folder.with_name("store-lies-in")
        if not said.exists() and elsewhere.exists():
            shutil.rmtree(elsewhere)
        said.write_text(f"{elsewhere}\n")
        return elsewhere
    return folder


def _elsewhere(folder: Path) -> Path:
    return Path("/var/tmp", f"fangxian-demo-{sha256(str(folder.absolute()).encode()).hexdigest()[:16]}")  # noqa: S108 - named by its path
