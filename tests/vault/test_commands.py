"""The vault's commands as they are typed."""

import shutil
import sys
from datetime import datetime
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from fangxian.cli.app import build, main
from fangxian.errors import FangxianError
from fangxian.sources.identity import KeyFile
from fangxian.store.identities import Identity, identity_of, keep_identity
from fangxian.store.migrating import migrate
from fangxian.store.opening import open_store
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.vault.local import LocalVault
from fangxian.vault.process import VaultProcess

FEBRUARY = datetime(2020, 2, 24, 4)


@pytest.fixture
def fangxian(monkeypatch, capsys):
    """Give a function that runs the command line as `fangxian` does, and returns its exit code and what it printed."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["fangxian", "vault", *map(str, arguments), "--language", "en"])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), " ".join((printed.out + printed.err).split())

    return run


@pytest.fixture
def database(postgres_server):
    name = f"vault_{uuid4().hex}"
    with psycopg.connect(postgres_server.conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    conninfo = postgres_server.conninfo.replace("dbname=postgres", f"dbname={name}")
    migrate(conninfo)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SELECT store.make_partitions('2020-02-01', '2020-03-31')")
    yield conninfo
    with psycopg.connect(postgres_server.conninfo, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_vault_takes_over_a_lakes_key_and_is_rotated_only_while_it_is_stopped(fangxian, tmp_path):
    (tmp_path / "identity.key").write_bytes(bytes(range(32)))
    folder = tmp_path / "vault"
    made = fangxian("make", "--dir", folder, "--identity-key", tmp_path / "identity.key", "--master", tmp_path / "master")
    assert made == (0, f"The keys were made, mark {KeyFile(bytes(range(32))).mark()}")
    assert fangxian("make", "--dir", folder)[0] == 2
    rotate = ("rotate", "--dir", folder, "--master", tmp_path / "master")
    with VaultProcess(folder, master=tmp_path / "master"):
        assert "runs on" in fangxian(*rotate)[1]
    assert fangxian(*rotate) == (0, f"mark of the new key {LocalVault(VaultFolder.open(folder, master=tmp_path / 'master')).mark()}")


def test_a_period_is_destroyed_in_vault_and_store_and_its_backup_found(fangxian, folder, database, tmp_path):
    event = Event(actor="test", role="citizen", purpose="enrol", action="enrol")
    with VaultProcess(folder.path) as process, open_store(database) as store, process.client() as vault:
        ann = Identity(person_id=vault.person_id("passport", "x"), full_name="王小明", id_type="passport", id_number="x")
        with store.transaction(event, at=FEBRUARY) as transaction:
            keep_identity(transaction, vault, ann, retention="register")
        shutil.copytree(folder.path, tmp_path / "backups" / "monday")
        who = ["--role", "officer", "--purpose", "end of the period"]
        asked = ["store", "end", "--do", "--vault", str(process.socket_path), "--store", database, *who]
        assert CliRunner().invoke(build(), asked).exit_code == 0
        look = Event(actor="test", role="clerk", purpose="test", action="look", person_id=ann.person_id)
        with store.transaction(look, at=FEBRUARY) as transaction:
            assert identity_of(transaction, vault, ann.person_id) is None
    code, told = fangxian("proofs", "--dir", folder.path)
    assert (code, "register 2020-02" in told, "The proofs hold: 1." in told) == (0, True, True)
    code, told = fangxian("check-backup", tmp_path / "backups", "--dir", folder.path)
    assert (code, "1 copies of destroyed keys" in told, "2020-02.key" in told) == (2, True, True)
    (tmp_path / "backups/monday/keys/data/register/2020-02.key").unlink()
    assert fangxian("check-backup", tmp_path / "backups", "--dir", folder.path) == (0, "It has none of the destroyed keys.")


def test_edited_proofs_end_the_command(fangxian, folder):
    vault = LocalVault(folder)
    vault.seal("x", person_id="0" * 32, retention="identity", period="2020-02", field="phone")
    vault.destroy("identity", "2020-02", at=FEBRUARY)
    folder.proofs.write_bytes(folder.proofs.read_bytes().replace(b"2020-02-24", b"2020-02-23"))
    code, told = fangxian("proofs", "--dir", folder.path)
    assert (code, "broken at number 1" in told) == (2, True)


def test_a_folder_that_is_no_vaults_is_named(fangxian, tmp_path):
    for command in (("proofs", "--dir", tmp_path), ("rotate", "--dir", tmp_path), ("check-backup", tmp_path, "--dir", tmp_path)):
        code, told = fangxian(*command)
        assert (code, "is no vault's folder" in told) == (2, True)
    with pytest.raises(FangxianError, match="no vault's folder"):
        VaultProcess(tmp_path / "nowhere").start()
