"""The store's commands as they are typed."""

import sys
from datetime import timedelta

import pytest
from generative.worlds import world
from lakes import lake_with

from fangxian.cli.app import main
from fangxian.facts import HealthDeclaration
from fangxian.policy.policy import policy
from fangxian.store.recording import record

from .conftest import ANN, NOON, declaration, event

HANGZHOU = policy("hangzhou")


@pytest.fixture
def fangxian(monkeypatch, capsys):
    """Give a function that runs the command line as `fangxian` does, and returns its exit code and what it printed."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["fangxian", *map(str, arguments), "--language", "en"])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), " ".join((printed.out + printed.err).split())

    return run


def test_a_province_is_fed_and_what_is_recorded_flows_back(fangxian, store, database, tmp_path):
    made = world(5, people=20, known_at=NOON).tables()
    people = {each for facts in made.values() if "person_id" in facts.column_names for each in facts["person_id"].to_pylist()}
    lake = lake_with(tmp_path / "lake", made)
    feed = ("store", "feed", "--store", database, "--lake", lake.path, "--role", "system", "--purpose", "test", "--policy", "hangzhou")
    code, said = fangxian(*feed)
    assert (code, "spec" in said, f"{len(people)} people were decided again." in said) == (0, True, True)
    assert fangxian(*feed)[1].endswith(" 0 people were decided again.")
    record(store, {HealthDeclaration: [declaration()]}, event(), policies=[], at=NOON)
    code, said = fangxian("store", "flow", "--store", database, "--lake", lake.path)
    assert (code, "declaration 1" in said) == (0, True)
    assert "Nothing new" in fangxian("store", "flow", "--store", database, "--lake", lake.path)[1]


def test_the_audit_is_sealed_and_verified(fangxian, store, database):
    record(store, {HealthDeclaration: [declaration()]}, event(), policies=[], at=NOON)
    assert "1 events were sealed" in fangxian("audit", "seal", "--store", database)[1]
    code, said = fangxian("audit", "verify", "--store", database)
    assert (code, "1 seals over 1 events; 0 wait" in said) == (0, True)


def test_a_decision_is_replayed_as_it_stood_after_its_fact_was_disputed_away(fangxian, store, database):
    ill = declaration(temperature_c=38.5, symptoms="fever")
    record(store, {HealthDeclaration: [ill]}, event(), policies=[HANGZHOU], at=NOON)
    well = declaration(at=NOON + timedelta(days=3), number=7)
    record(store, {HealthDeclaration: [well]}, event(), policies=[HANGZHOU], at=NOON + timedelta(days=3))
    asked = ("store", "reasons", ANN, "--store", database, "--policy", "hangzhou", "--role", "officer", "--purpose", "test")
    code, said = fangxian(*asked, "--at", "2020-02-24", "--known-at", "2020-02-24")
    assert (code, "yellow" in said) == (0, True)
    with store.pool.connection() as connection:
        looks = connection.execute("SELECT count(*) FROM audit.event WHERE action = 'replay a decision'").fetchone()
    assert looks == (1,)
    code, said = fangxian("store", "reasons", "somebody", *asked[3:])
    assert (code, "somebody" in said) == (2, False)


def test_a_published_day_is_corrected_only_where_something_differs(fangxian, store, database):
    asked = ("published", "correct", "2020-02-24", "--store", database, "--policy", "hangzhou", "--because", "late deliveries")
    assert "version 1" in fangxian(*asked)[1]
    with store.transaction(event(None, "feed"), at=NOON) as transaction:
        hits = (
            "INSERT INTO code.hit SELECT gen_random_uuid(), 'hangzhou', 'fever', 'yellow', %s, NULL, '{1}', %s FROM generate_series(1, 30)"
        )
        transaction.connection.execute(hits, [NOON, transaction.event.event_id])
    assert "version 2" in fangxian(*asked)[1]
    assert fangxian("published", "correct", "yesterday", *asked[3:])[0] == 2


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("host=127.0.0.1 port=1 user=x password=secret-word dbname=x", "does not answer"),
        ("postgresql://x:secret-word@127.0.0.1:1/x", "does not answer"),
    ],
)
def test_a_database_that_does_not_answer_is_named_without_its_password(fangxian, named, said):
    code, told = fangxian("store", "migrate", "--store", named)
    assert (code, said in told, "secret-word" in told) == (2, True, False)


def test_a_database_without_the_schema_leads_to_the_migration(fangxian, postgres_server):
    code, told = fangxian("audit", "verify", "--store", postgres_server.conninfo)
    assert (code, "fangxian store migrate" in told) == (2, True)


def test_a_store_that_is_not_there_is_not_taken_for_an_empty_one(fangxian, tmp_path):
    typed_wrong = tmp_path / "stroe"
    asked = {
        "audit": ("audit", "verify"),
        "backup": ("store", "backup", "--to", tmp_path / "backup"),
        "gate": ("gate", "show"),
    }
    for command in asked.values():
        code, told = fangxian(*command, "--store", typed_wrong)
        assert (code, "There is no store in" in told, "fangxian store migrate" in told) == (2, True, True), command
    assert not typed_wrong.exists()
    assert not (tmp_path / "backup").exists()


def test_a_backup_that_is_there_is_not_written_over(fangxian, store, database, tmp_path):
    (tmp_path / "backup").write_bytes(b"an earlier one")
    code, told = fangxian("store", "backup", "--store", database, "--to", tmp_path / "backup")
    assert (code, "exists" in told, (tmp_path / "backup").read_bytes()) == (2, True, b"an earlier one")


def test_a_gate_that_nobody_could_open_is_not_registered(fangxian, store, database):
    place = ("--place", "mall-1", "--name", "虚构商场", "--region", "330106", "--address", "code.example")
    code, told = fangxian("gate", "register", "--store", database, "--role", "officer", "--purpose", "test", *place)
    assert (code, "https://" in told) == (2, True)
    assert fangxian("gate", "show", "--store", database)[1].count("mall-1") == 0


def test_a_gate_is_registered_by_a_link_shown_and_revoked(fangxian, store, database):
    place = ("--place", "mall-1", "--name", "虚构商场", "--region", "330106", "--address", "https://code.example/")
    signed = ("--store", database, "--role", "officer", "--purpose", "test")
    code, said = fangxian("gate", "register", *signed, *place)
    gate_id, link = said.split()[:2]
    assert code == 0
    assert link.startswith("https://code.example/gate#code=")
    assert gate_id in fangxian("gate", "show", "--store", database)[1]
    assert fangxian("gate", "revoke", gate_id, *signed) == (0, "It is revoked.")
    assert "UUID" in fangxian("gate", "revoke", "nonsense", *signed)[1]


def test_a_gate_is_registered_in_a_role_that_there_is(fangxian, store, database):
    place = ("--place", "mall-1", "--name", "East", "--region", "330106", "--purpose", "test")
    code, said = fangxian("gate", "register", "--store", database, "--role", "king", *place)
    assert (code, "no role called 'king'" in said, "officer" in said) == (2, True, True)
    with store.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM gate.device").fetchone() == (0,)


def serving(tmp_path, *more):
    return (
        *("serve", "--store", tmp_path / "store", "--keys", tmp_path / "keys", "--vault", tmp_path / "vault", "--policy", "hangzhou"),
        *("--sender", "page", *more),
    )


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_there_is_not_is_refused_in_words(fangxian, tmp_path, port):
    code, said = fangxian(*serving(tmp_path, "--port", port))
    assert (code, "--port" in said, "Traceback" in said) == (2, True, False)


def test_a_proxy_that_is_no_address_and_a_lake_that_cannot_be_are_refused_before_anything_starts(fangxian, tmp_path):
    code, said = fangxian(*serving(tmp_path, "--proxy", "not-an-address"))
    assert (code, "is no address of a proxy" in said) == (2, True)
    code, said = fangxian(*serving(tmp_path, "--lake", "/proc/lake"))
    assert (code, "/proc/lake" in said) == (2, True)
    assert not (tmp_path / "store").exists()


def test_the_version_is_said(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["fangxian", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr().out.startswith("fangxian ")) == (0, True)
