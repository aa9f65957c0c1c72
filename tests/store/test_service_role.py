"""Whoever takes over a program that serves people has its role in the database: that role does not get round the audit."""

from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from fangxian.errors import FangxianError
from fangxian.facts import HealthDeclaration
from fangxian.facts.known import now
from fangxian.policy.policy import policy
from fangxian.store.opening import make_room
from fangxian.store.recording import record
from fangxian.store.retention import next_month
from fangxian.store.sealing import seal
from fangxian.store.store import SERVICE
from fangxian.store.verifying import verify
from fangxian.work.renewal import renew_at_set_up

from .conftest import ANN, BO, NOON, declaration, event

HANGZHOU = policy("hangzhou")
OLD = event(None, "feed")
"""An event about nobody that an earlier transaction wrote."""

HIT = (
    "INSERT INTO code.hit (person_id, policy, rule, colour, from_at, because, event_id) "
    "VALUES (%(ann)s, 'hangzhou', 'confirmed-case', 'red', %(noon)s, '{1}', %(event)s)"
)
DIAGNOSIS = (
    "INSERT INTO facts.diagnosis (fact_id, known_at, source, delivery_id, person_id, from_at, status, event_id) "
    "VALUES (1, %(noon)s, 'test', 'test', %(ann)s, %(noon)s, 'confirmed', %(event)s)"
)
MEMBER = (
    "INSERT INTO account.member (person_id, phone_index, place, relation, since_at, event_id) "
    "VALUES (%(ann)s, decode(repeat('00', 16), 'hex'), 1, 'parent', %(noon)s, %(event)s)"
)
STAFF_SESSION = (
    "INSERT INTO account.staff_session (session_hash, subject, roles, region_codes, organisation_ids, second_factor, started_at, ends_at, "
    "event_id) VALUES (sha256('x'), 'auditor-1', '{auditor}', '{}', '{}', false, %(noon)s, %(noon)s + interval '8 hours', %(event)s)"
)
IDENTITY = (
    "INSERT INTO identities.identity (person_id, id_type, full_name, id_number, retention, period, event_id) "
    "VALUES (%(ann)s, 'resident_id', 'x', 'x', 'register', '2020-02', %(event)s)"
)


def write(store, statement, by=None):
    """Do something under the service's role in a transaction of its own: with an event that it names, or with none."""
    given = {"ann": UUID(ANN), "noon": NOON, "event": by.event_id if by else OLD.event_id}
    if by is None:
        with store.pool.connection() as connection:
            connection.execute(statement, given)
    else:
        with store.transaction(by, at=NOON) as transaction:
            transaction.connection.execute(statement, given)


@pytest.fixture(autouse=True)
def old(store):
    with store.transaction(OLD, at=NOON):
        pass


def test_the_service_says_of_no_row_which_transaction_wrote_it(store, database):
    with psycopg.connect(database) as connection:
        ordered = connection.execute(
            "SELECT attrelid::regclass::text, has_column_privilege(%s, attrelid, attnum, 'INSERT, UPDATE') "
            "FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE attname = 'written_by' AND relkind IN ('r', 'p')",
            [SERVICE],
        ).fetchall()
    assert {"audit.event", "facts.diagnosis", "facts.recognised_code", "facts.area_level"} <= {name for name, _ in ordered}
    assert [name for name, may in ordered if may] == []


def test_the_service_forges_no_seal_and_counts_nothing(store):
    seal(store, at=NOON)
    for statement in (
        "INSERT INTO audit.seal SELECT number + 1, sealed_at, until_transaction, until_transaction, 0, content, hash, hash FROM audit.seal",
        "INSERT INTO audit.counted VALUES (%(noon)s, 'auditor', 'look', 1)",
        "UPDATE audit.counted SET times = 1",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            write(store, statement)
    assert (verify(store).seals, verify(store).unsealed) == (1, 0)


@pytest.mark.parametrize("statement", [HIT, DIAGNOSIS, MEMBER, STAFF_SESSION, IDENTITY])
def test_nothing_names_an_event_that_another_transaction_wrote(store, statement):
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        write(store, statement)
    write(store, statement, by=event(ANN))


@pytest.mark.parametrize(("made", "table"), [(IDENTITY, "identities.identity"), (HIT, "code.hit")])
def test_nobodys_identity_and_no_hit_is_removed_without_an_event_about_its_person(store, made, table):
    write(store, made, by=event(ANN))
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        write(store, f"DELETE FROM {table}")
    with pytest.raises(FangxianError, match="ForeignKeyViolation"):
        write(store, f"DELETE FROM {table}", by=event(BO))
    for by in (event(ANN), event(None)):
        write(store, f"DELETE FROM {table}", by=by)
        write(store, made, by=event(ANN))


@pytest.mark.parametrize(
    ("made", "change"),
    [
        (MEMBER, "UPDATE account.member SET confirmed_at = %(noon)s"),
        (STAFF_SESSION, "UPDATE account.staff_session SET second_factor = true"),
    ],
)
def test_nobody_is_let_in_without_an_event(store, made, change):
    write(store, made, by=event(ANN))
    for refused in (change, f"{change}, event_id = %(event)s"):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            write(store, refused)
    write(store, f"{change}, event_id = %(event)s", by=event(ANN))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE account.member SET phone_index = decode(repeat('11', 16), 'hex')",
        "UPDATE account.staff_session SET roles = '{officer}'",
        "UPDATE code.token SET person_id = %(ann)s",
        "UPDATE gate.device SET place_id = 'another'",
        "INSERT INTO work.decision (person_id, decision_id, rule, fact_id, reason, region_code, first_signer, proposed_at, lapses_at, "
        "state, closed_by, closed_at, event_id) VALUES (%(ann)s, gen_random_uuid(), 'close-contact', 1, 'other', '330100', 'invented-1', "
        "%(noon)s, %(noon)s + interval '1 day', 'signed', 'invented-2', %(noon)s, %(event)s)",
        "INSERT INTO work.appeal (person_id, appeal_id, fact_type, fact_id, ground, words, owner, region_code, opened_at, due_at, state, "
        "closed_at, event_id) VALUES (%(ann)s, gen_random_uuid(), 'exposure', 1, 'hardship', 'x', 'x', '330100', %(noon)s, "
        "%(noon)s + interval '1 day', 'upheld', %(noon)s, %(event)s)",
        "INSERT INTO store.restoration VALUES (sha256('x'), %(noon)s, %(noon)s, '3', '9', %(event)s)",
    ],
)
def test_nothing_changes_hands_nor_is_closed_as_it_is_opened(store, change):
    with pytest.raises(FangxianError, match="InsufficientPrivilege"):
        write(store, change, by=event(ANN))


def test_nobody_renews_a_policy_for_a_time_to_come(store):
    with pytest.raises(FangxianError, match="RestrictViolation"):
        renew_at_set_up(store, HANGZHOU, first="officer-1", second="officer-2", at=_in_room(store, now() + timedelta(hours=2)))
    renew_at_set_up(store, HANGZHOU, first="officer-1", second="officer-2", at=_in_room(store, now()))


def test_a_month_that_is_not_over_does_not_end_whatever_its_event_says(store):
    month = now().date().replace(day=1)
    record(store, {HealthDeclaration: [declaration(at=_in_room(store, now()))]}, event(ANN), policies=[], at=now())
    later = _in_room(store, now() + timedelta(days=62))
    with pytest.raises(FangxianError, match="RestrictViolation"), store.transaction(event(None, "end"), at=later) as transaction:
        transaction.connection.execute("SELECT store.end_month('facts.health_declaration', %s)", [month])
    with store.pool.connection() as connection:
        assert connection.execute("SELECT store.rows_of_month('facts.health_declaration', %s)", [month]).fetchone() == (1,)


WITHOUT_AN_EVENT = {
    "account.asked_of_late": {"INSERT", "UPDATE"},
    "account.one_time_code": {"INSERT", "UPDATE", "DELETE"},
    "account.session": {"INSERT", "UPDATE", "DELETE"},
    "account.staff_factor": {"UPDATE"},
    "account.staff_session": {"DELETE"},
    "audit.event": {"INSERT"},
    "code.pending": {"UPDATE", "DELETE"},
    "exchange.message": {"DELETE"},
    "identities.phone": {"UPDATE"},
    "work.assessment_count": {"INSERT", "UPDATE"},
}
"""What the service may write without an event: docs/promises.md says so of each."""


def test_whatever_else_the_service_may_write_takes_an_event(database):
    with psycopg.connect(database) as connection:
        found = connection.execute(_WITHOUT_AN_EVENT, [SERVICE, SERVICE]).fetchall()
    assert {name: set(done) for name, done in found} == WITHOUT_AN_EVENT


_WITHOUT_AN_EVENT = """
    SELECT pg_class.oid::regclass::text, array_agg(done)
    FROM pg_class, (VALUES ('INSERT', 4), ('DELETE', 8), ('UPDATE', 16)) AS way (done, bit)
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
        AND CASE done WHEN 'DELETE' THEN has_table_privilege(%s, pg_class.oid, done)
                      ELSE has_any_column_privilege(%s, pg_class.oid, done) END
        AND NOT EXISTS (
            SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
            WHERE tgrelid = pg_class.oid AND tgtype & bit > 0 AND proname ~ '^(expect_event|refuse_change)'
        )
    GROUP BY 1
"""


def test_no_table_of_the_services_own_is_taken_for_one_of_the_catalogue(store):
    """Functions that it may call work as the owner: what they read must be what is meant."""
    with store.pool.connection() as connection, connection.transaction():
        connection.execute(
            "CREATE FUNCTION pg_temp.looked() RETURNS oid LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'as %', current_user USING ERRCODE = 'UA001'; END $$"
        )
        connection.execute(
            "CREATE TEMP VIEW pg_class AS SELECT pg_temp.looked() AS oid, 'x' AS relname, 'p'::\"char\" AS relkind, 0::oid AS relnamespace"
        )
        connection.execute("CREATE TEMP VIEW pg_inherits AS SELECT pg_temp.looked() AS inhrelid, pg_temp.looked() AS inhparent")
        connection.execute("SELECT store.make_partitions('2020-02-01', '2020-02-01')")
        connection.execute("SELECT store.months_of('facts.consent'), store.rows_of_month('facts.consent', '2020-02-01')")
        connection.execute("SELECT audit.add_seal(%s)", [NOON])
        connection.execute(
            "INSERT INTO audit.event (person_id, event_id, at, actor, role, purpose, action, details) "
            "VALUES (%s, %s, '2020-03-10', 'x', 'x', 'x', 'end', '{}')",
            [UUID(int=0), uuid4()],
        )
        connection.execute("SELECT store.end_month('facts.consent', '2020-02-01')")


def test_every_function_that_works_as_the_owner_looks_at_temporary_tables_last(database):
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT oid::regprocedure::text, proconfig FROM pg_proc WHERE prosecdef "
            "AND pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
        ).fetchall()
    assert len(found) >= 5
    assert [name for name, config in found if "search_path=pg_catalog, pg_temp" not in (config or [])] == []


def _in_room(store, at):
    """Return an instant for which there is room in the store."""
    make_room(store, at.date())
    make_room(store, next_month(at.date()))
    return at
