"""A whole installation at work: a real store, a vault in a process of its own, keys in a folder, and a clock that tests set."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from store.conftest import database, migrated, store  # noqa: F401 - fixtures

from fangxian.policy.policy import policy
from fangxian.services import accounts
from fangxian.services.living import Living
from fangxian.services.senders import OnThePage
from fangxian.services.signing import Signing
from fangxian.signed.key_folder import KeyFolder
from fangxian.store.store import Store
from fangxian.vault.folder import VaultFolder
from fangxian.vault.process import VaultProcess
from fangxian.work.renewal import renew_at_set_up

NOON = datetime(2020, 2, 24, 4)
"""Noon of 24 February 2020 in Hangzhou."""

PHONE = "+8613800000001"


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        """Return the instant."""
        return self.at

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def vault_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VaultProcess]:
    folder = tmp_path_factory.mktemp("vault") / "vault"
    VaultFolder.make(folder)
    with VaultProcess(folder) as process:
        yield process


@pytest.fixture
def living(store: Store, vault_process: VaultProcess, tmp_path: Path, clock: Clock) -> Iterator[Living]:  # noqa: F811
    keys = KeyFolder.make(tmp_path / "keys", b"passphrase", region_code="330100", at=NOON - timedelta(days=1))
    renew_at_set_up(store, policy("hangzhou"), first="officer-1", second="officer-2", at=NOON - timedelta(days=1))
    with vault_process.client() as vault:
        yield Living(store=store, policy=policy("hangzhou"), vault=vault, signing=Signing(keys), sender=OnThePage(), clock=clock)


def come_in(living: Living, phone: str = PHONE) -> accounts.Session:
    """Log in as somebody who reads the code that was sent to their phone."""
    ticket = accounts.send_code(living, phone, address=f"from {uuid4()}")
    return accounts.log_in(living, phone, living.sender.shown(phone, client="127.0.0.1"), ticket=ticket)


IDENTITY = {"full_name": "王小明", "id_type": "resident_id", "id_number": "11010519491231002X", "home": "330106"}
"""An invented person; the number is the example of the standard GB 11643."""

HEALTHY = {
    "temperature_c": 36.5,
    "symptoms": "",
    "contacted_case": "no",
    "stayed_in_key_area": False,
    "stay": None,
    "left_on": None,
    "consent": True,
}


def as_typed(**answers) -> dict[str, str]:
    """Return answers as a page or a program sends them."""
    words = {True: "yes", False: "no", None: ""}
    return {key: words[value] if isinstance(value, bool) or value is None else str(value) for key, value in answers.items()}


__all__ = ["HEALTHY", "IDENTITY", "NOON", "PHONE", "Clock", "as_typed", "come_in", "replace"]
