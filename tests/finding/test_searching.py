"""From a lake to parcels: by the agreements in force, under a policy in force, and by the commands that a data officer types."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from spec_symbols import person_name
from typer.testing import CliRunner

from fangxian.cli.app import build
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.policy.policy import policy
from fangxian.services.searching import answer, send
from fangxian.work.refusals import RefusedError
from fangxian.work.renewal import renew_at_set_up
from fangxian.work.roles import Role
from fangxian.work.searches import Ways, ask
from tests.finding.test_arrivals import STAYS, facts
from tests.finding.test_turns import AT, SEARCH, agreed, rows
from tests.lakes import lake_with

NATIONAL = policy("national")
WHO = {"actor": "officer-1", "role": Role.OFFICER}


@pytest.fixture
def lake(tmp_path):
    return lake_with(tmp_path / "lake", facts(STAYS))


def answered(store, lake):
    with DuckDBEngine(lake) as engine:
        return answer(store, engine, SEARCH, NATIONAL, purpose="arrivals", known_at=AT, at=AT)


def sent(store, lake):
    standing = ask(store, SEARCH, purpose="arrivals", region_code="510000", at=AT, **WHO)
    return send(store, NATIONAL, standing, answered(store, lake), ways=Ways(), known_at=AT, at=AT, **WHO)


def test_a_search_reads_what_is_agreed_and_hands_out_nothing_after_a_lapse(store, lake, monkeypatch):
    assert answered(store, lake).found.people.num_rows == 0
    monkeypatch.setattr("fangxian.work.source_agreements.source_named", lambda name: SimpleNamespace(name=name))
    agreed(store, source="spec", fields=("region_stay", "residence"))
    people = answered(store, lake).found.people["person_id"].to_pylist()
    assert set(map(person_name, people)) == {"ann", "cy", "fay"}
    with pytest.raises(RefusedError, match="lapsed"):
        sent(store, lake)
    assert rows(store, "SELECT count(*) FROM work.arrival") == [(0,)]
    renew_at_set_up(store, NATIONAL, first="li-1", second="wang-2", at=AT - timedelta(days=1))
    turn = sent(store, lake)
    assert (turn.newly, turn.unplaced) == (3, 1)
    assert "railway" in turn.left_out
    assert rows(store, "SELECT cardinality(agreements) FROM work.search_turn") == [(1,)]


def run(*arguments, code=0):
    try:
        done = CliRunner().invoke(build(), list(arguments), catch_exceptions=False)
    except FangxianError as error:
        assert code == 2
        return str(error)
    assert done.exit_code == code, done.output
    return done.output


def test_the_commands_agree_find_and_hand_out(store, database, lake, tmp_path):
    at = ["--store", database]
    told = ["--role", "officer", "--purpose", "arrivals"]
    signed = ["--first-signer", "Li-1", "--second-signer", "Wang-2", "--days", "30", "--role", "officer"]
    run("agreement", "add", *at, "--source", "operator-roaming", "--for", "arrivals", "--field", "region_stay", *signed)
    assert "operator-roaming" in run("agreement", "list", *at)
    find = ["find", *at, "--lake", str(lake.path), *told, "--from", "420100", "--since", "2020-01-10", "--language", "en"]
    listed = tmp_path / "found.csv"
    shown = run(*find, "--known-at", "2020-02-10", "--list", str(listed))
    assert "People: 0" in shown
    assert "railway" in shown
    assert listed.stat().st_mode & 0o777 == 0o600
    assert "lapsed" in run(*find, "--send", "510000", code=2)
    renew_at_set_up(store, NATIONAL, first="li-1", second="wang-2", at=now())
    assert "Turn 1: 0 newly found" in run(*find, "--send", "510000")
    assert "no role" in run(
        "find", *at, "--lake", str(lake.path), "--role", "king", *told[2:], "--from", "420100", "--since", "2020-01-10", code=2
    )
    assert "is no day" in run(*find[:-4], "--since", "January", code=2)
    run("agreement", "end", *at, "--source", "operator-roaming", "--for", "arrivals", "--role", "officer")
    assert run("parcel", "list", *at)
