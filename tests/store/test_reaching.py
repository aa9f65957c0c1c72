"""How somebody is reached lies sealed in the store, opens for an event that says whose it was, follows a rotation and ends with its key."""

from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest
from spec_symbols import person_id

from fangxian.errors import FangxianError
from fangxian.store import ending as ends
from fangxian.store.opening import make_room
from fangxian.store.reaching import Reach, keep_reaches, reaches_of
from fangxian.store.renaming import rename_identities
from fangxian.store.retention import end_of
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.vault.local import LocalVault

from .conftest import ANN, BO, NOON, event

LATER = NOON + timedelta(days=10)
DOOR = Reach(person_id=ANN, full_name="王小明", phone="13800000001", address="文三路 1 号 2 幢 301", latitude=30.2741, longitude=120.1551)


@pytest.fixture
def vault(tmp_path):
    return LocalVault(VaultFolder.make(tmp_path / "vault"))


def keep(store, vault, *reaches, at=NOON, source="rail", retention="movement", by=None, known_at=None):
    with store.transaction(by or event(None, "find"), at=at) as transaction:
        keep_reaches(transaction, vault, reaches, source=source, retention=retention, known_at=known_at)


def look(store, vault, *people, at=NOON, by=None):
    with store.transaction(by or event(None, "round", details={"merkle_root": "00"}), at=at) as transaction:
        return reaches_of(transaction, vault, people)


def test_how_somebody_is_reached_can_be_read_again_and_not_by_who_reads_the_database(store, vault, database):
    keep(store, vault, DOOR)
    assert look(store, vault, ANN, BO) == {ANN: DOOR}
    with psycopg.connect(database) as connection:
        held = str(connection.execute("SELECT held::text FROM identities.reach AS held").fetchall())
    for said in (DOOR.full_name, DOOR.phone, DOOR.address, "30.2741"):
        assert said not in held
        assert said.encode().hex() not in held
    assert "文三路" not in repr(DOOR)


def test_the_newest_that_any_source_said_is_read_and_each_source_replaces_its_own(store, vault, database):
    keep(store, vault, DOOR)
    moved = replace(DOOR, address="学院路 2 号")
    keep(store, vault, moved, at=LATER, source="community")
    assert look(store, vault, ANN) == {ANN: moved}
    keep(store, vault, replace(DOOR, phone="13800000002"), at=LATER, known_at=NOON - timedelta(days=1))
    assert look(store, vault, ANN) == {ANN: moved}
    again = replace(DOOR, phone="13800000003")
    keep(store, vault, DOOR, again, at=LATER + timedelta(days=1))
    assert look(store, vault, ANN) == {ANN: again}
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM identities.reach").fetchone() == (2,)


def test_many_are_kept_and_read_at_once_also_across_months(store, vault):
    many = [replace(DOOR, person_id=person_id(f"p{number}"), phone=None, address=f"{number} 号") for number in range(300)]
    keep(store, vault, *many[:200])
    keep(store, vault, *many[200:], at=LATER)
    assert look(store, vault, *(each.person_id for each in many), at=LATER) == {each.person_id: each for each in many}


@pytest.mark.parametrize("by", [event(BO, "look"), event(None, "look")], ids=["another's event", "an event that shows nobody"])
def test_a_look_that_does_not_say_at_whom_is_refused(store, vault, by):
    keep(store, vault, DOOR)
    with pytest.raises(FangxianError, match="Merkle root"):
        look(store, vault, ANN, by=by)
    assert look(store, vault, ANN, by=event(ANN, "look")) == {ANN: DOOR}


def test_nobody_is_reached_without_an_event(store, vault):
    with pytest.raises(FangxianError, match="ForeignKeyViolation"):
        keep(store, vault, DOOR, by=event(BO, "find"))
    keep(store, vault, DOOR)
    with store.pool.connection() as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute("DELETE FROM identities.reach")


def test_how_people_are_reached_follows_a_rotation_also_without_an_identity(store, vault):
    ann = vault.person_id("resident_id", "invented-1")
    said = [replace(DOOR, person_id=ann)]
    keep(store, vault, *said)
    keep(store, vault, *said, source="community", at=LATER)
    vault.rotate()
    with store.transaction(event(None, "rename"), at=LATER) as transaction:
        assert rename_identities(transaction, vault) == 0
    renamed = vault.person_id("resident_id", "invented-1")
    assert renamed != ann
    assert look(store, vault, renamed, ann) == {renamed: replace(DOOR, person_id=renamed)}


def test_it_ends_with_its_key(store, vault, database):
    keep(store, vault, DOOR)
    at = end_of("movement", date(2020, 2, 1))
    make_room(store, at.date())
    by = Event(actor="clerk", role="data_officer", purpose="retention", action="end")
    list(ends.end_due(store, vault, by, at=at - timedelta(seconds=1)))
    assert look(store, vault, ANN, at=at) == {ANN: DOOR}
    assert [each.details["period"] for each in ends.end_due(store, vault, by, at=at) if "proof" in each.details] == ["2020-02"]
    assert look(store, vault, ANN, at=at) == {}
