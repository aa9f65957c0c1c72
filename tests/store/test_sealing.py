"""The audit is sealed in a chain: whatever is changed in it, by whomever, shows."""

from datetime import timedelta

import psycopg
import pytest

from fangxian.errors import FangxianError
from fangxian.store.sealing import seal, verify

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
