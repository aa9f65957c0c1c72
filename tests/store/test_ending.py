"""Ends: whole months of a class go, with their key, and nothing else; who is interrupted does it again; every end is proved."""

import shutil
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from fangxian.cli.app import build
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.facts import HealthDeclaration, PersonFact, RegionStay, Retention, Withdrawal, all_fact_types
from fangxian.policy.colour import Colour
from fangxian.policy.policy import policy
from fangxian.signed.limits import LIMITS
from fangxian.store import ending as ends
from fangxian.store.deciding import decide_pending
from fangxian.store.flow import flow
from fangxian.store.gate_devices import Device
from fangxian.store.identities import Identity, identity_of, keep_identity
from fangxian.store.opening import make_room
from fangxian.store.reasons import reasons_at
from fangxian.store.recording import record
from fangxian.store.renewals import lapsed_since
from fangxian.store.retention import end_of, numbers, tables
from fangxian.store.scans import Visit
from fangxian.store.tokens import Token, remember_tokens
from fangxian.vault.folder import VaultFolder
from fangxian.vault.process import VaultProcess
from fangxian.work.appeal import AppealState, Ground
from fangxian.work.appealing import answer_appeal
from fangxian.work.permissions import Principal
from fangxian.work.renewal import renew_at_set_up
from tests.casework.conftest import dispute, expose

from .conftest import ANN, BO, NOON, declaration, event, record_scans

HANGZHOU = policy("hangzhou")
MARCH = datetime(2020, 3, 10, 4)
CLERK = event(None, "ends", actor="clerk", role="data_officer", purpose="retention")


@pytest.fixture
def vault_folder(tmp_path):
    folder = tmp_path / "vault"
    VaultFolder.make(folder)
    return folder


@pytest.fixture
def vault(vault_folder):
    with VaultProcess(vault_folder) as process, process.client() as client:
        yield client


def stay(person, *, at, number, region="420100"):
    shared = {"person_id": person, "fact_id": number, "known_at": at, "from_at": at, "source": "test", "delivery_id": "test"}
    return dict.fromkeys(RegionStay.columns) | shared | {"until_at": at + timedelta(hours=1), "region_code": region, "basis": "declared"}


def live(store, vault):
    """Record, in February and in March, movements and declarations of two people, and who one of them is."""
    for number, (person, at) in enumerate([(ANN, NOON), (BO, NOON), (ANN, MARCH)], start=1):
        facts = {
            RegionStay: [stay(person, at=at, number=10 * number)],
            HealthDeclaration: [declaration(person, at=at, number=10 * number + 1)],
        }
        record(store, facts, event(person), policies=[HANGZHOU], at=at)
    with store.transaction(event(ANN, "enrol"), at=NOON) as transaction:
        keep_identity(
            transaction, vault, Identity(person_id=ANN, full_name="王小明", id_type="resident_id", id_number="1"), retention="register"
        )


def end_all(store, vault, at):
    make_room(store, at.date())
    list(ends.end_due(store, vault, CLERK, at=at))


def counts(database):
    asked = {
        f"{table} {month}": f"SELECT count(*) FROM {table} WHERE to_char(known_at, 'YYYY-MM') = '{month}'"
        for table in ("facts.region_stay", "facts.health_declaration")
        for month in ("2020-02", "2020-03")
    }
    with psycopg.connect(database) as connection:
        return {name: connection.execute(query).fetchone()[0] for name, query in asked.items()}


def proofs(database):
    with psycopg.connect(database) as connection:
        return [
            row[0]
            for row in connection.execute("SELECT details FROM audit.event WHERE action LIKE 'end%' ORDER BY at, event_id").fetchall()
        ]


def test_a_month_of_a_class_ends_and_no_other(store, vault, database):
    live(store, vault)
    before = counts(database)
    at = end_of("movement", date(2020, 2, 1))
    assert [(each.retention, each.period) for each in ends.due(store, at - timedelta(seconds=1)) if any(each.rows.values())] == []
    assert [(each.retention, each.period) for each in ends.due(store, at) if any(each.rows.values())] == [("movement", "2020-02")]
    end_all(store, vault, at)
    assert counts(database) == before | {"facts.region_stay 2020-02": 0}
    assert [each for each in ends.due(store, at) if any(each.rows.values())] == []
    told = [each for each in proofs(database) if each["retention"] == "movement" and any(each["rows"].values())]
    assert [(each["period"], each["rows"]["facts.region_stay"]) for each in told] == [("2020-02", 2)]


def test_what_grows_fastest_ends_by_the_partition(store, vault, database):
    with store.transaction(event(ANN, "issue"), at=NOON) as transaction:
        token = Token(
            person_id=ANN,
            token_id=bytes(16),
            on=NOON.date(),
            colour=Colour.GREEN,
            issued_at=NOON,
            valid_until=MARCH,
            event_id=transaction.event.event_id,
        )
        remember_tokens(transaction.connection, [token])
    gate = Device(gate_id=uuid4(), place_id="mall-1", place_name="虚构商场", region_code="330106")
    scan = {"device": gate, "scan_id": uuid4(), "person_id": ANN, "scanned_at": NOON, "outcome": "colour", "colour": "green"}
    record_scans(store, [Visit(**scan, did="passed", present=True)], policy=HANGZHOU, at=NOON)
    end_all(store, vault, end_of("movement", date(2020, 2, 1)))
    proof = next(each for each in proofs(database) if each["retention"] == "movement" and each["period"] == "2020-02")
    assert (proof["rows"]["code.token"], proof["rows"]["gate.scan"]) == (1, 1)
    with psycopg.connect(database) as connection:
        left = connection.execute("SELECT to_regclass('code.token_2020_02'), to_regclass('gate.scan_2020_02')").fetchone()
    assert left == (None, None)


def test_a_month_of_tokens_ends_only_when_the_longest_paper_of_it_has():
    assert all(dated.value > LIMITS.paper_longest.days for dated in numbers()["movement"].values)


def test_an_end_never_makes_a_code_worse_and_the_reason_can_still_be_told(store, vault):
    live(store, vault)
    decided = MARCH - timedelta(days=14)
    with store.transaction(event(BO, "look"), at=MARCH) as transaction:
        told = reasons_at(transaction, HANGZHOU, BO, at=decided, known_at=MARCH)
    assert [reason.rule for reason in told] != []
    at = end_of("movement", date(2020, 2, 1))
    end_all(store, vault, at)
    assert decide_pending(store, event(None, "decide"), policies=[HANGZHOU], at=at) == 2
    with store.transaction(event(BO, "look"), at=at) as transaction:
        assert reasons_at(transaction, HANGZHOU, BO, at=decided, known_at=MARCH) == told
        assert reasons_at(transaction, HANGZHOU, BO, at=at, known_at=at) == ()


def test_the_key_of_an_ended_month_is_gone_and_a_backup_that_has_it_is_found(store, vault, vault_folder, tmp_path, database):
    live(store, vault)
    backup = tmp_path / "backup"
    shutil.copytree(vault_folder, backup / "vault", ignore=lambda _, names: [name for name in names if name.endswith(".sock")])
    at = end_of("register", date(2020, 2, 1))
    end_all(store, vault, at)
    with store.transaction(event(ANN, "look"), at=at) as transaction:
        assert identity_of(transaction, vault, ANN) is None
    proof = next(each for each in proofs(database) if each["retention"] == "register" and "key_mark" in each)
    checked = CliRunner().invoke(build(), ["vault", "check-backup", str(backup), "--dir", str(vault_folder), "--language", "en"])
    assert isinstance(checked.exception, FangxianError)
    assert "register 2020-02" in checked.output
    assert CliRunner().invoke(build(), ["vault", "check-backup", str(tmp_path / "none"), "--dir", str(vault_folder)]).exit_code != 0
    assert proof["proof"]


def test_the_key_of_a_month_in_which_appeals_were_only_answered_is_gone_too(store, vault):
    def seal(words, period="2020-03"):
        return vault.seal(words, person_id=ANN, retention="control", period=period, field="appeal_words")

    expose(store)
    seal("said in February", period="2020-02")
    appeal = dispute(store, Ground.WRONG_FACT, at=NOON)
    tracer = Principal(subject="tracer-1", roles=frozenset({"source_owner"}), organisation_ids=frozenset({"tracing"}), second_factor=True)
    answer_appeal(
        store,
        tracer,
        person_id=ANN,
        appeal_id=appeal.appeal_id,
        answer=AppealState.REFUSED,
        words="经核查",
        seal=seal,
        policies=[HANGZHOU],
        at=MARCH,
    )
    end_all(store, vault, end_of("control", date(2020, 3, 1)))
    with pytest.raises(FangxianError, match="destroyed"):
        seal("again")


ENDS_UNTIL_KILLED = """
import os, signal, sys
from datetime import datetime
from fangxian.store import ending
from fangxian.store.store import Event, Store
from fangxian.vault.client import VaultClient
from pathlib import Path
before = ending._end_table
def dies(transaction, table, month, rows):
    before(transaction, table, month, rows)
    if table == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)
ending._end_table = dies
who = Event(actor="clerk", role="data_officer", purpose="retention", action="end")
with Store.open(sys.argv[1]) as store, VaultClient(Path(sys.argv[2])) as vault:
    list(ending.end_due(store, vault, who, at=datetime.fromisoformat(sys.argv[4])))
"""


@pytest.mark.parametrize("table", ["facts.region_stay", "facts.enrolment"])
def test_an_end_that_is_killed_is_done_again_whole(store, vault_folder, database, table):
    with VaultProcess(vault_folder) as process, process.client() as vault:
        live(store, vault)
        before, at = counts(database), end_of("register", date(2020, 2, 1))
        make_room(store, at.date())
        died = subprocess.run(
            [sys.executable, "-c", ENDS_UNTIL_KILLED, database, str(process.socket_path), table, at.isoformat()], check=False, timeout=120
        )
        assert died.returncode == -signal.SIGKILL
        if table == "facts.region_stay":
            assert counts(database)["facts.region_stay 2020-02"] == before["facts.region_stay 2020-02"] == 2
        end_all(store, vault, at)
    assert set(counts(database).values()) == {0}
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM identities.identity").fetchone() == (0,)


def test_nothing_leaves_without_an_event_that_says_that_it_ends(store, vault, database):
    live(store, vault)
    for asked in ("store.end_month('facts.region_stay', '2020-02-01')", "store.end_month('audit.event', '2020-02-01')"):
        with pytest.raises(FangxianError), store.transaction(event(None, "tidy up"), at=MARCH) as transaction:
            transaction.connection.execute(f"SELECT {asked}")
    too_early = event(None, ends.END)
    with pytest.raises(FangxianError), store.transaction(too_early, at=NOON) as transaction:
        transaction.connection.execute("SELECT store.end_month('facts.region_stay', '2020-02-01')")
    with pytest.raises(FangxianError), store.transaction(event(None, ends.END), at=MARCH) as transaction:
        transaction.connection.execute("DELETE FROM facts.region_stay")
    assert counts(database)["facts.region_stay 2020-02"] == 2


def test_what_came_in_between_is_not_ended_uncounted(store, vault, database):
    live(store, vault)
    at = end_of("movement", date(2020, 2, 1))
    ending = next(each for each in ends.due(store, at) if (each.retention, each.period) == ("movement", "2020-02"))
    record(store, {RegionStay: [stay(BO, at=NOON, number=99)]}, event(BO), policies=[HANGZHOU], at=NOON)
    with pytest.raises(FangxianError, match="counts anew"):
        ends.end(store, vault, ending, CLERK, at=at)
    assert counts(database)["facts.region_stay 2020-02"] == 3


def test_a_lake_ends_with_the_store_and_keeps_its_receipts(store, vault, database, tmp_path):
    lake = Lake.create(tmp_path / "lake")
    live(store, vault)
    flow(store, lake, at=MARCH)
    receipts, at = lake.receipts(), end_of("movement", date(2020, 2, 1))
    ended = ends.end_in_lake(store, lake, CLERK, at=at)
    assert [(each.of, each.rows) for each in ended] == [("region_stay", 2)]
    assert rows_in(lake, RegionStay) == 1
    assert rows_in(lake, HealthDeclaration) == 3
    assert Lake.open(lake.path).receipts() == receipts
    assert proofs(database)[-1]["files"][0]["sha256"] == ended[0].sha256
    assert ends.end_in_lake(store, lake, CLERK, at=at) == []


def test_a_compacted_lake_ends_in_a_new_generation(store, vault, tmp_path):
    from fangxian.engine.compaction import compact

    lake = Lake.create(tmp_path / "lake")
    live(store, vault)
    flow(store, lake, at=MARCH)
    compact(lake)
    ends.end_in_lake(store, lake, CLERK, at=end_of("movement", date(2020, 2, 1)))
    assert lake.current()["generation"] == 2
    assert [path.name for path in (lake.path / "compacted").iterdir()] == ["2"]
    assert (rows_in(lake, RegionStay), rows_in(lake, HealthDeclaration)) == (1, 3)
    for path in lake.path.rglob("region_stay*.parquet"):
        assert february(path) == 0, path


def february(path):
    import duckdb

    return duckdb.execute("SELECT count(*) FROM read_parquet($p) WHERE known_at < '2020-03-01'", {"p": str(path)}).fetchone()[0]


def rows_in(lake, fact_type):
    import duckdb

    return duckdb.execute("SELECT count(*) FROM read_parquet($files)", {"files": lake.files(fact_type)}).fetchone()[0]


def test_everything_ends_a_month_after_every_policy_lapsed(store, vault, database):
    live(store, vault)
    until = renew_at_set_up(store, HANGZHOU, first="officer-1", second="officer-2", at=NOON)
    assert lapsed_since(store, until - timedelta(seconds=1)) is None
    assert lapsed_since(store, until) == until
    young = end_of("movement", date(2020, 3, 1))
    assert {each.retention for each in ends.due(store, until + timedelta(days=29))} == {"movement"}
    assert until + timedelta(days=30) > young
    end_all(store, vault, until + timedelta(days=30))
    assert set(counts(database).values()) == {0}
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM identities.identity").fetchone() == (0,)


def test_every_type_of_fact_about_people_has_an_end_and_what_speaks_of_others_outlives_them():
    of_people = {f"facts.{each.name}" for each in all_fact_types() if issubclass(each, PersonFact)}
    assert of_people <= {table for each in tables().values() for table in each}
    days = {name: number.values[-1].value for name, number in numbers().items()}
    assert Withdrawal.retention is Retention.CORRECTION
    assert days["correction"] >= max(days["movement"], days["control"], days["health"], days["register"])
    assert days["movement"] <= days["control"] <= days["health"] - 31
    assert all(dated.reference.zh and dated.reference.en for number in numbers().values() for dated in number.values)


def test_every_table_that_ends_is_known_to_the_database(database):
    with psycopg.connect(database) as connection:
        known = {row[0] for row in connection.execute("SELECT of_table FROM store.ends_by_month").fetchall()}
    assert known == {table for each in tables().values() for table in each}


def test_the_command_shows_what_would_end_and_ends_it_only_when_told(store, vault_folder, database):
    with VaultProcess(vault_folder) as process, process.client() as vault:
        live(store, vault)
        before = counts(database)
        asked = ["store", "end", "--store", database, "--role", "clerk", "--purpose", "retention", "--language", "en"]
        shown = CliRunner().invoke(build(), asked)
        assert shown.exit_code == 0, shown.output
        assert counts(database) == before
        early = CliRunner().invoke(build(), [*asked, "--before", "2020-03-01", "--do", "--vault", str(process.socket_path)])
        assert early.exit_code == 0, early.output
        assert counts(database) == before
        assert isinstance(CliRunner().invoke(build(), [*asked, "--before", "2999-01-01"]).exception, FangxianError)
        done = CliRunner().invoke(build(), [*asked, "--do", "--vault", str(process.socket_path)])
        assert done.exit_code == 0, done.output
    assert set(counts(database).values()) == {0}


def test_a_policy_is_renewed_on_the_command_line_by_two(database):
    asked = ["--store", database, "--policy", "hangzhou", "--language", "en"]
    assert "nothing is recorded" in CliRunner().invoke(build(), ["policy", "lapses", *asked]).output
    alone = CliRunner().invoke(build(), ["policy", "renew", *asked, "--first", "officer-1", "--second", "officer-1"])
    assert isinstance(alone.exception, FangxianError)
    assert CliRunner().invoke(build(), ["policy", "renew", *asked, "--first", "officer-1", "--second", "officer-2"]).exit_code == 0
    assert "is in force until" in CliRunner().invoke(build(), ["policy", "lapses", *asked]).output
