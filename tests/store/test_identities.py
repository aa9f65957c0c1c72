"""Who people are lies sealed in the store, opens only for an event about them, and ends with its key."""

from datetime import timedelta

import psycopg
import pyarrow as pa
import pytest

from fangxian.errors import FangxianError
from fangxian.store.identities import Identity, identity_of, keep_identities, keep_identity
from fangxian.store.renaming import rename_identities, renaming
from fangxian.vault.folder import VaultFolder
from fangxian.vault.local import LocalVault

from .conftest import NOON, event

MARCH = NOON + timedelta(days=10)


@pytest.fixture
def folder(tmp_path):
    return VaultFolder.make(tmp_path / "vault")


@pytest.fixture
def vault(folder):
    return LocalVault(folder)


def someone(vault, number="invented-1", **changes):
    said = {"full_name": "王小明", "id_type": "resident_id", "id_number": number, "phone": "13800000000"} | changes
    return Identity(person_id=vault.person_id("resident_id", number), **said)


def keep(store, vault, identity, *, at=NOON):
    with store.transaction(event(identity.person_id, "enrol"), at=at) as transaction:
        keep_identity(transaction, vault, identity, retention="identity")
    return identity


def look(store, vault, person, *, at=NOON, about=None):
    with store.transaction(event(about or person, "look", role="clerk", purpose="appeal"), at=at) as transaction:
        return identity_of(transaction, vault, person)


def phoned(store, vault, phone, *, at=NOON):
    query = "SELECT person_id FROM identities.phone WHERE phone_index = %s AND since <= %s AND (until IS NULL OR until > %s)"
    with store.pool.connection() as connection:
        return {row[0].hex for row in connection.execute(query, [vault.phone_index(phone), at, at]).fetchall()}


def rows(database, query):
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def dump(database):
    """Return everything that the database holds of identities and of the audit, as text."""
    return str([rows(database, f"SELECT held::text FROM {t} AS held") for t in ("identities.identity", "identities.phone", "audit.event")])


def test_who_somebody_is_can_be_read_again_and_not_by_who_reads_the_database(store, vault, database):
    ann = keep(store, vault, someone(vault))
    assert look(store, vault, ann.person_id) == ann
    held = dump(database)
    for said in ("王小明", "invented-1", "13800000000"):
        assert said not in held
        assert said.encode().hex() not in held
    assert "王小明" not in repr(ann)


def test_every_look_is_in_the_audit_with_its_purpose(store, vault, database):
    ann = keep(store, vault, someone(vault))
    look(store, vault, ann.person_id)
    seen = rows(database, "SELECT role, purpose, replace(person_id::text, '-', '') FROM audit.event WHERE action = 'look'")
    assert seen == [("clerk", "appeal", ann.person_id)]


def test_a_look_under_another_persons_event_is_refused(store, vault):
    ann, bo = keep(store, vault, someone(vault)), keep(store, vault, someone(vault, "invented-2"))
    with pytest.raises(FangxianError, match="about that very person"):
        look(store, vault, ann.person_id, about=bo.person_id)


def test_nobody_is_somebody_whom_nobody_kept(store, vault):
    assert look(store, vault, vault.person_id("passport", "invented")) is None


def test_nobody_is_kept_without_an_event_about_them(store, vault, database):
    ann, bo = someone(vault), someone(vault, "invented-2")
    with (
        pytest.raises(FangxianError, match="ForeignKeyViolation") as refused,
        store.transaction(event(bo.person_id, "enrol"), at=NOON) as transaction,
    ):
        keep_identity(transaction, vault, ann, retention="identity")
    assert "王小明" not in str(refused.value)
    keep(store, vault, ann)
    with pytest.raises(FangxianError, match="ForeignKeyViolation"), store.transaction(event(bo.person_id, "enrol"), at=NOON) as transaction:
        keep_identity(transaction, vault, ann, retention="identity")
    assert rows(database, "SELECT count(*) FROM audit.event") == [(1,)]


def test_a_row_moved_to_another_person_does_not_open(store, vault, database):
    ann, bo = keep(store, vault, someone(vault)), keep(store, vault, someone(vault, "invented-2"))
    with psycopg.connect(database, options="-c session_replication_role=replica") as connection:
        (name,) = connection.execute("SELECT full_name FROM identities.identity WHERE person_id = %s", [ann.person_id]).fetchone()
        connection.execute("UPDATE identities.identity SET full_name = %s WHERE person_id = %s", [name, bo.person_id])
    with pytest.raises(FangxianError, match="does not open"):
        look(store, vault, bo.person_id)


def test_a_changed_name_takes_the_place_of_the_old_one(store, vault):
    keep(store, vault, someone(vault))
    married = keep(store, vault, someone(vault, full_name="王明"), at=MARCH)
    assert look(store, vault, married.person_id) == married


def test_a_phone_may_be_shared_and_change_hands(store, vault):
    ann, bo = keep(store, vault, someone(vault)), keep(store, vault, someone(vault, "invented-2", phone="+86 138 0000 0000"))
    assert phoned(store, vault, "138-0000-0000") == {ann.person_id, bo.person_id}
    keep(store, vault, someone(vault, phone="13800000001"), at=MARCH)
    assert phoned(store, vault, "13800000000", at=MARCH) == {bo.person_id}
    assert phoned(store, vault, "13800000001", at=MARCH) == {ann.person_id}
    assert phoned(store, vault, "13800000000", at=MARCH - timedelta(seconds=1)) == {ann.person_id, bo.person_id}
    assert phoned(store, vault, "13800000009") == set()


def test_a_number_stays_where_none_is_given_and_is_sealed_under_the_months_key(store, vault, database):
    ann, bo = keep(store, vault, someone(vault)), someone(vault, "invented-2", phone=None)
    for each in (someone(vault, phone=None), bo):
        keep(store, vault, each, at=MARCH)
    assert rows(database, "SELECT period, phone IS NOT NULL FROM identities.identity ORDER BY phone") == [
        ("2020-03", True),
        ("2020-03", False),
    ]
    assert rows(database, "SELECT since, until FROM identities.phone") == [(NOON, None)]
    assert look(store, vault, ann.person_id, at=MARCH).phone == ann.phone


def test_keeping_somebody_again_leaves_their_phone_as_it_was(store, vault, database):
    for at in (NOON, NOON + timedelta(days=1), MARCH):
        keep(store, vault, someone(vault), at=at)
    assert rows(database, "SELECT since, until FROM identities.phone") == [(NOON, None)]
    assert rows(database, "SELECT period FROM identities.identity") == [("2020-03",)]


def test_many_are_kept_at_once(store, vault):
    people = [someone(vault, f"invented-{number}", phone=f"1380000{number:04}" if number % 2 else None) for number in range(200)]
    with store.transaction(event(None, "enrol"), at=NOON) as transaction:
        keep_identities(transaction, vault, people, retention="identity")
    assert [look(store, vault, each.person_id) for each in people[:3]] == people[:3]
    assert phoned(store, vault, "13800000199") == {people[199].person_id}


def test_what_a_destroyed_key_sealed_is_said_to_be_destroyed(store, vault, database):
    ann = keep(store, vault, someone(vault))
    bo = keep(store, vault, someone(vault, "invented-2"), at=MARCH)
    vault.destroy("identity", "2020-02", at=MARCH)
    with pytest.raises(FangxianError, match="destroyed on 2020-03-05, by proof number 1"):
        look(store, vault, ann.person_id)
    assert look(store, vault, bo.person_id) == bo


def test_a_store_keeps_nobody_under_another_vaults_names(store, vault, tmp_path):
    keep(store, vault, someone(vault))
    other = LocalVault(VaultFolder.make(tmp_path / "other"))
    with pytest.raises(FangxianError, match="names people by another key"):
        keep(store, other, someone(other, "invented-2"))


def test_a_leaked_key_is_rotated_and_everybody_renamed(store, vault):
    """The rehearsal of docs/vault.md, as far as identities go."""
    before = {keep(store, vault, someone(vault, f"invented-{number}", phone=None if number else "13800000000")) for number in range(3)}
    vault.rotate()
    with pytest.raises(FangxianError, match="finish the renaming"):
        keep(store, vault, someone(vault, "invented-9"))
    names = pa.Table.from_batches(renaming(vault, store)).to_pydict()
    renamed = dict(zip(names["person_id"], names["renamed_person_id"], strict=True))
    assert renamed == {each.person_id: vault.person_id("resident_id", each.id_number) for each in before}
    with store.transaction(event(None, "rename"), at=MARCH) as transaction:
        assert rename_identities(transaction, vault) == 3
    for each in before:
        found = look(store, vault, renamed[each.person_id])
        assert found == someone(vault, each.id_number, phone=each.phone)
        assert look(store, vault, each.person_id) is None
    assert phoned(store, vault, "13800000000") == {vault.person_id("resident_id", "invented-0")}
    with store.transaction(event(None, "rename"), at=MARCH) as transaction:
        assert rename_identities(transaction, vault) == 0
    keep(store, vault, someone(vault, "invented-9"))


def test_a_renaming_that_is_interrupted_leaves_everybody_as_they_were(store, vault):
    ann = keep(store, vault, someone(vault))
    vault.rotate()

    def rename_and_fail():
        with store.transaction(event(None, "rename"), at=MARCH) as transaction:
            rename_identities(transaction, vault)
            transaction.connection.execute("SELECT 1 / 0")

    with pytest.raises(FangxianError, match="DivisionByZero"):
        rename_and_fail()
    assert look(store, vault, ann.person_id) == ann


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM identities.phone",
        "UPDATE identities.phone SET since = now()",
        "DELETE FROM identities.named_by",
        "TRUNCATE identities.identity",
    ],
)
def test_the_service_may_not_do_more_with_identities_than_it_needs(store, vault, statement):
    keep(store, vault, someone(vault))
    with store.pool.connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)
