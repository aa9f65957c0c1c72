"""Recording: facts, event and code are there together or not at all; what was added is never changed."""

import traceback
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from fangxian.errors import FangxianError
from fangxian.facts import CheckIn, HealthDeclaration
from fangxian.policy.policy import policy
from fangxian.store.recording import CHANGED, record

from .conftest import ANN, BO, NOON, check_in, declaration, event

HANGZHOU = policy("hangzhou")


def declare(store, person=ANN, *, at=NOON, **said):
    return record(store, {HealthDeclaration: [declaration(person, at=at, **said)]}, event(person), policies=[HANGZHOU], at=at)


def rows(conninfo, query):
    with psycopg.connect(conninfo) as connection:
        return connection.execute(query).fetchall()


def test_a_declaration_with_fever_turns_the_code_yellow_at_once(store, database):
    assert declare(store) == {"hangzhou": ()}
    (hit,) = declare(store, at=NOON + timedelta(hours=1), number=2, temperature_c=38.2)["hangzhou"]
    assert (hit.rule, hit.colour, hit.until_at, hit.because) == ("symptoms-reported", "yellow", None, (2,))
    assert rows(database, "SELECT rule, colour, because FROM code.hit") == [("symptoms-reported", "yellow", [2])]


def test_seven_normal_check_ins_in_a_row_end_it(store):
    declare(store, temperature_c=38.2)
    days = [check_in(at=NOON + timedelta(days=day), number=10 + day) for day in range(1, 8)]
    last = days[-1]["from_at"]
    (hit,) = record(store, {CheckIn: days}, event(action="check in"), policies=[HANGZHOU], at=last)["hangzhou"]
    assert hit.until_at == last


def test_a_database_that_goes_away_is_said_in_our_own_words(store, database):
    # All of them: a pool that was asked before its first connection was there has made a second.
    with store.pool.connection():
        rows(
            database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
    with pytest.raises(FangxianError, match="went away"):
        declare(store)


def test_one_persons_facts_change_nobody_elses_code(store, database):
    declare(store, ANN, temperature_c=38.2)
    declare(store, BO)
    assert rows(database, "SELECT count(*) FROM code.hit WHERE replace(person_id::text, '-', '') = '" + BO + "'") == [(0,)]
    assert rows(database, "SELECT count(*) FROM code.hit") == [(1,)]


def test_a_change_is_told_and_what_changes_nothing_is_not(store, database):
    with psycopg.connect(database, autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANGED}")
        declare(store, temperature_c=38.2)
        declare(store, BO)
        told = [notice.payload for notice in listening.notifies(timeout=1, stop_after=2)]
    assert told == [f"{ANN} hangzhou"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"contacted_case": None}, "NotNullViolation.*column contacted_case"),
        ({"at": NOON + timedelta(days=3650)}, "CheckViolation"),
        ({"number": 2**70}, "NumericValueOutOfRange"),
        ({"temperature_c": "a fever"}, "InvalidTextRepresentation"),
    ],
)
def test_a_fact_that_breaks_its_promise_leaves_nothing_of_its_transaction_or_of_itself_in_words(store, database, broken, said):
    with pytest.raises(FangxianError, match=f"(?s){said}") as raised:
        declare(store, **{"temperature_c": 38.2, "symptoms": "conjunctivitis"} | broken)
    told = "".join(traceback.format_exception(None, raised.value, None))
    assert not [value for value in ("38.2", "conjunctivitis", ANN, str(UUID(ANN)), "2030", str(2**70), "a fever") if value in told]
    assert rows(database, "SELECT (SELECT count(*) FROM audit.event), (SELECT count(*) FROM facts.health_declaration)") == [(0, 0)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facts.health_declaration SET temperature_c = 36",
        "DELETE FROM facts.health_declaration",
        "TRUNCATE facts.health_declaration",
        "UPDATE audit.event SET purpose = 'another'",
        "DELETE FROM audit.event",
        "DELETE FROM audit.seal",
        "UPDATE code.hit SET colour = 'red'",
        "DELETE FROM facts.health_declaration_2020_02",
        "INSERT INTO audit.event_2020_02 SELECT * FROM audit.event",
        "SET session_replication_role = replica",
        "CREATE TABLE public.mine ()",
    ],
)
def test_the_service_can_only_add(store, statement):
    declare(store, temperature_c=38.2)
    with store.pool.connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize("table", ["facts.health_declaration", "audit.event"])
def test_not_even_the_owner_changes_what_was_added(store, database, table):
    declare(store)
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(f"DELETE FROM {table}")


def test_no_fact_and_no_hit_without_its_event(store):
    declare(store, temperature_c=38.2)
    copies = {
        "facts.health_declaration": "SELECT fact_id + 1, {} FROM facts.health_declaration",
        "code.hit": "SELECT person_id, policy, 'confirmed-case', 'red', from_at, until_at, because, gen_random_uuid() FROM code.hit",
    }
    columns = ", ".join([*list(HealthDeclaration.columns)[1:], "gen_random_uuid()"])
    for table, copy in copies.items():
        into = f"{table} (fact_id, {', '.join(list(HealthDeclaration.columns)[1:])}, event_id)" if "facts" in table else table
        with store.pool.connection() as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(f"INSERT INTO {into} {copy.format(columns)}")


def test_a_fact_may_not_name_another_persons_event(store):
    of_ann = event(ANN)
    with pytest.raises(FangxianError, match="ForeignKeyViolation"):
        record(store, {HealthDeclaration: [declaration(BO)]}, of_ann, policies=[HANGZHOU], at=NOON)
