"""The audit is sealed in a chain: whatever is changed in it, by whomever, shows."""

from datetime import timedelta

import psycopg
import pytest

from fangxian.errors import FangxianError
from fangxian.store.sealing import seal
from fangxian.store.verifying import last_verification, verify, verify_further

from .conftest import ANN, BO, NOON, event


def look(store, person=ANN, **changes):
    with store.transaction(event(person, "look", **changes), at=NOON):
        pass


def overwrite(database, statement):
    """Change what stands, as somebody who owns the machine could."""
    with psycopg.connect(database) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)


@pytest.fixture
def sealed(store):
    """A store with two seals over three looks, and one look that waits."""
    look(store, ANN)
    look(store, BO)
    assert seal(store, at=NOON) == 2
    look(store, ANN, details={"note": "second"})
    assert seal(store, at=NOON + timedelta(seconds=1)) == 1
    look(store, BO)
    return store


def test_every_event_is_sealed_once_and_the_chain_holds(sealed):
    found = verify(sealed)
    assert (found.seals, found.events, found.unsealed) == (2, 3, 1)
    assert seal(sealed, at=NOON) == 1
    assert seal(sealed, at=NOON) == 0
    assert verify(sealed).events == 4


def test_an_event_is_sealed_only_when_all_before_it_have_ended(store):
    with store.transaction(event(ANN, "look"), at=NOON):
        look(store, BO)
        assert seal(store, at=NOON) == 0
    assert seal(store, at=NOON) == 2


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit.event SET purpose = 'another' WHERE details <> '{}'", "seal 1: its events"),
        ("DELETE FROM audit.event WHERE details <> '{}'", "seal 1: its events"),
        ("UPDATE audit.event SET at = at + interval '1 second' WHERE details = '{}'", "seal 0: its events"),
        (
            "INSERT INTO audit.event SELECT person_id, gen_random_uuid(), at, actor, role, purpose, action, details, written_by "
            "FROM audit.event WHERE details <> '{}'",
            "seal 1: its events",
        ),
        ("DELETE FROM audit.seal WHERE number = 0", "seal 0: it does not follow"),
        ("UPDATE audit.seal SET sealed_at = sealed_at, previous = hash WHERE number = 1", "seal 1: it does not follow"),
        ("UPDATE audit.seal SET until_transaction = from_transaction, events = 0 WHERE number = 1", "seal 1: it does not follow"),
    ],
)
def test_a_change_of_the_past_is_found(sealed, database, statement, said):
    overwrite(database, statement)
    with pytest.raises(FangxianError, match=said):
        verify(sealed)


def further(store, *, at=NOON):
    verify_further(store, event(None, "audit_verified"), at=at)
    with store.pool.connection() as connection:
        return last_verification(connection)


def test_only_what_was_sealed_since_the_last_time_is_computed_again(sealed, database):
    assert (further(sealed).seals, further(sealed).events) == (2, 3)
    overwrite(database, "UPDATE audit.event SET purpose = 'another' WHERE details = '{}' AND action = 'look'")
    seal(sealed, at=NOON)
    assert further(sealed).seals == 3
    with pytest.raises(FangxianError, match="seal 0: its events"):
        verify(sealed)


def test_many_seals_are_computed_a_few_at_a_time(store, monkeypatch):
    monkeypatch.setattr("fangxian.store.verifying.AT_ONCE", 2)
    for _ in range(5):
        look(store)
        seal(store, at=NOON)
    assert further(store).seals == verify(store).seals == 5


def test_a_seal_that_was_exchanged_after_it_was_verified_is_found(sealed, database):
    assert further(sealed).seals == 2
    overwrite(database, "DELETE FROM audit.seal WHERE number = 1")
    with pytest.raises(FangxianError, match="seal 1: it is not the seal that was verified"):
        further(sealed)
    with sealed.pool.connection() as connection:
        assert last_verification(connection).broken


def test_every_event_is_counted_once_with_its_seal(sealed):
    assert seal(sealed, at=NOON) == 1
    with sealed.pool.connection() as connection:
        counted = connection.execute("SELECT hour, role, action, times FROM audit.counted").fetchall()
    assert counted == [(NOON, "citizen", "look", 4)]
