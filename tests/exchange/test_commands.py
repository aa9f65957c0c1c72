"""Agreements as they are typed."""

import sys
from datetime import timedelta

import pytest
from store.conftest import database, migrated

from fangxian.cli.app import main
from fangxian.facts.known import now
from fangxian.signed.key_folder import ROOT_PUBLIC, KeyFolder
from fangxian.store.opening import open_store

__all__ = ["database", "migrated"]


def test_an_agreement_is_recorded_by_two_shown_and_ended(monkeypatch, capsys, tmp_path, database):
    def fangxian(*arguments) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["fangxian", "exchange", *map(str, arguments), "--store", database])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out + printed.err

    with open_store(database) as store, store.pool.connection() as connection:
        connection.execute("SELECT store.make_partitions(%s, %s)", [now().date(), now().date()])
    at = now() - timedelta(minutes=1)
    ours = KeyFolder.make(tmp_path / "ours", b"passphrase", region_code="330100", at=at)
    theirs = KeyFolder.make(tmp_path / "theirs", b"passphrase", region_code="310100", at=at)
    trust_list = tmp_path / "trust.cose"
    trust_list.write_bytes(theirs.published)
    who = ("--role", "administrator", "--purpose", "test")
    brings = ("--region", "310100", "--trust-list", trust_list, "--keys", ours.folder)
    agreed = (
        "agree",
        *brings,
        *who,
        "--address",
        "https://code.example",
        "--root",
        theirs.folder / ROOT_PUBLIC,
        "--for",
        "moving",
        "--days",
        9,
    )
    code, said = fangxian(*agreed, "--first-signer", "ann", "--second-signer", "Ann")
    assert (code, "Two different people" in said) == (2, True)
    assert fangxian(*agreed, "--first-signer", "ann", "--second-signer", "bo")[0] == 0
    assert {key.region_code for key in ours.listed()} == {"330100", "310100"}
    assert max(key.not_after for key in ours.listed() if key.region_code == "310100") < at + timedelta(days=10)
    assert fangxian(*agreed, "--first-signer", "ann", "--second-signer", "bo")[0] == 2
    assert fangxian("trust", *brings) == (0, "1\n")
    assert "310100" in fangxian("show")[1]
    assert fangxian("end", "--region", "310100", *who)[0] == 0
    assert fangxian("end", "--region", "310100", *who)[0] == 2
