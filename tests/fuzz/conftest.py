"""One hostile town for all tests; the fuzzer itself is no test: it needs atheris, which has a lock of its own."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from services.conftest import NOON, Clock, vault_process
from store.conftest import migrated

from fangxian.policy.policy import policy
from fangxian.services.living import Living
from fangxian.services.senders import OnThePage
from fangxian.services.signing import Signing
from fangxian.signed.key_folder import KeyFolder
from fangxian.store.store import Store
from fangxian.work.renewal import renew_at_set_up

from .town import Hostile, hostile_town

__all__ = ["migrated", "vault_process"]
collect_ignore = ["fuzz_verify.py"]


@pytest.fixture(scope="session")
def town(postgres_server, migrated, vault_process, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    name, keys = f"store_{uuid4().hex}", tmp_path_factory.mktemp("keys") / "keys"
    with psycopg.connect(postgres_server.conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated}")
        with (
            Store.open(postgres_server.conninfo.replace("dbname=postgres", f"dbname={name}")) as store,
            vault_process.client() as vault,
        ):
            signing = Signing(KeyFolder.make(keys, b"passphrase", region_code="330100", at=NOON - timedelta(days=1)))
            renew_at_set_up(store, policy("hangzhou"), first="officer-1", second="officer-2", at=NOON - timedelta(days=1))
            with hostile_town(Living(store, policy("hangzhou"), vault, signing, OnThePage(), clock=Clock())) as made:
                yield made
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
