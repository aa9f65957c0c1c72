"""Programs that serve people come to the store by a login of their own, which owns nothing."""

import tempfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from typer.testing import CliRunner

from fangxian.cli.app import build
from fangxian.errors import FangxianError
from fangxian.facts import HealthDeclaration
from fangxian.facts.known import now
from fangxian.policy.policy import policy
from fangxian.signed.key_folder import KeyFolder
from fangxian.store.opening import open_store
from fangxian.store.recording import record
from fangxian.store.sealing import seal
from fangxian.store.service_login import LOGIN, expect_let_in, let_in
from fangxian.store.store import Store
from fangxian.store.verifying import verify

from .conftest import ANN, NOON, declaration, event


@pytest.fixture
def folder():
    """Give a folder that an unprivileged server may reach even where the test is run by root."""
    with tempfile.TemporaryDirectory(prefix="fangxian-test-") as path:
        Path(path).chmod(0o755)
        yield Path(path) / "store"


def has_no_rights_but_the_services(store):
    """See that whoever lays the service's role down has no more than before."""
    for statement in (
        "DELETE FROM audit.event",
        "SET ROLE fangxian",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "ALTER TABLE audit.seal DISABLE TRIGGER ALL",
    ):
        with store.pool.connection() as connection, connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL ROLE NONE")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_programs_on_a_folder_come_in_by_a_login_that_owns_nothing(folder):
    for number in (1, 2):
        with open_store(str(folder), make=True) as store:
            has_no_rights_but_the_services(store)
            with store.pool.connection() as connection:
                assert connection.execute("SELECT session_user, current_user").fetchone() == (LOGIN, "fangxian_service")
                connection.execute("SELECT store.make_partitions('2020-02-01', '2020-02-01')")
            facts = {HealthDeclaration: [declaration(number=number, temperature_c=38.2)]}
            record(store, facts, event(ANN), policies=[policy("hangzhou")], at=NOON)
            assert seal(store, at=NOON) == 1
            assert verify(store).seals == number


def test_a_login_is_made_with_the_services_rights_and_gets_another_password(database, login):
    for conninfo in (login, login, make_conninfo(login, password="second")):
        let_in(database, conninfo)
        with Store.open(conninfo) as store:
            has_no_rights_but_the_services(store)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(login)


def test_the_owner_is_not_let_in_as_a_program(database):
    for conninfo in (database, make_conninfo(database, password=""), make_conninfo(database, user="fangxian", password="another")):
        with pytest.raises(FangxianError, match="one of their own"):
            let_in(database, conninfo)
    psycopg.connect(database).close()


@pytest.mark.parametrize(
    "more",
    [
        "SUPERUSER",
        "CREATEROLE",
        "CREATEDB",
        "REPLICATION",
        "BYPASSRLS",
        "IN ROLE pg_write_all_data",
        "IN ROLE pg_execute_server_program",
        "IN ROLE fangxian",
    ],
)
def test_a_login_that_may_do_more_than_the_service_is_not_let_in(database, login, more):
    name = conninfo_to_dict(login)["user"]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'first' {more}")
        connection.execute(f"GRANT fangxian_service TO {name}")
    for conninfo in (login, make_conninfo(login, password="second")):
        with pytest.raises(FangxianError, match="more than the service"):
            let_in(database, conninfo)
    psycopg.connect(login).close()


def test_nobodys_login_is_taken_over(database, login):
    name = conninfo_to_dict(login)["user"]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'first'")
    with pytest.raises(FangxianError, match="somebody's already"):
        let_in(database, make_conninfo(login, password="second"))
    psycopg.connect(login).close()
    with pytest.raises(psycopg.OperationalError, match="permission denied to set role"):
        psycopg.connect(login, options="-c role=fangxian_service")


def test_a_migration_makes_the_login_that_a_file_names(database, login, tmp_path):
    (tmp_path / "login").write_text(login)
    done = CliRunner().invoke(build(), ["store", "migrate", "--store", database, "--login", f"@{tmp_path / 'login'}"])
    assert (done.exit_code, login not in done.output) == (0, True)
    Store.open(login).close()


def serve(conninfo, folder):
    """Return what `fangxian serve` says; there is no vault, so that it never serves."""
    KeyFolder.make(folder / "keys", b"passphrase", region_code="330100", at=now() - timedelta(minutes=1))
    (folder / "passphrase").write_bytes(b"passphrase")
    (folder / "passphrase").chmod(0o600)
    options = {"store": conninfo, "keys": folder / "keys", "vault": folder / "vault", "policy": "hangzhou", "sender": "page"}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    done = CliRunner().invoke(build(), ["serve", *words, "--passphrase-file", str(folder / "passphrase")])
    return done.exception


def test_nobody_is_served_by_the_owners_login(database, login, tmp_path):
    refused = serve(database, tmp_path)
    assert isinstance(refused, FangxianError)
    assert "as its owner" in str(refused)
    assert "fangxian store migrate --login" in refused.next_step
    let_in(database, login)
    expect_let_in(login)


def test_nobody_is_served_by_a_login_that_may_become_the_owner(database, login):
    let_in(database, login)
    name = conninfo_to_dict(login)["user"]
    with psycopg.connect(database, autocommit=True) as connection:
        for change in (f"ALTER SCHEMA audit OWNER TO {name}", f"ALTER SCHEMA audit OWNER TO fangxian; GRANT fangxian TO {name}"):
            connection.execute(change)
            with pytest.raises(FangxianError, match="as its owner"):
                expect_let_in(login)
