"""Opening an installation: its store, its keys, its vault, and the policy in force; each closed again in the opposite order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fangxian.policy.policy import Policy
from fangxian.services.living import Living
from fangxian.services.real_name import AsTyped, RealName
from fangxian.services.senders import Sender
from fangxian.services.signing import Signing
from fangxian.signed.key_ring import KeyRing
from fangxian.store.opening import open_store
from fangxian.store.store import CONNECTIONS
from fangxian.vault.client import VaultClient
from fangxian.vault.process import VaultProcess


@contextmanager
def open_living(
    *,
    store: str,
    keys: KeyRing,
    vault: Path,
    policy: Policy,
    sender: Sender,
    register: RealName | None = None,
    connections: int = CONNECTIONS,
) -> Iterator[Living]:
    """Give an installation that works.

    `store` is a connection string or a folder; `vault` is the socket of one that runs, or a folder on which one is run meanwhile.
    `register` confirms names; without one they are taken as typed.
    Raises FangxianError where a part of it cannot be opened.
    """
    with (
        open_store(store, connections=connections, make=True) as opened,
        open_vault(vault) as socket_path,
        VaultClient(socket_path) as client,
    ):
        yield Living(store=opened, policy=policy, vault=client, signing=Signing(keys), sender=sender, register=register or AsTyped())


@contextmanager
def open_vault(path: Path) -> Iterator[Path]:
    """Give the socket of a vault: `path` itself where it is one, else that of a vault that runs on the folder `path` meanwhile.

    One of ours is started again where it dies.
    """
    if path.is_socket():
        yield path
    else:
        with VaultProcess(path, watched=True) as process:
            yield process.socket_path
