"""A store with invented people whom facts colour, and those who work on their appeals and decisions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import psycopg
from spec_symbols import person_id

from fangxian.facts import Exposure, Fact, Residence
from fangxian.policy.colour import Colour
from fangxian.policy.policy import policy
from fangxian.store.recording import record
from fangxian.store.store import Event
from fangxian.work.appealing import open_appeal
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role
from tests.store.conftest import NOON, database, migrated, store

__all__ = ["database", "migrated", "store"]

HANGZHOU = policy("hangzhou")
ANN, BO = person_id("ann"), person_id("bo")
HOUR = timedelta(hours=1)
EXPOSURE = 11


def somebody(subject: str, *roles: Role, **given: Any) -> Principal:
    return Principal(**{"subject": subject, "roles": frozenset(roles), "second_factor": True} | given)


HERSELF = somebody("ann-1", Role.CITIZEN, person_ids=frozenset({ANN}))
TRACER = somebody("tracer-1", Role.SOURCE_OWNER, organisation_ids=frozenset({"tracing"}))
RAILWAY = somebody("railway-1", Role.SOURCE_OWNER, organisation_ids=frozenset({"railway"}))
APPEAL_OFFICER = somebody("office-1", Role.APPEAL_OFFICER, region_codes=frozenset({"330100"}))
NINGBO_OFFICER = somebody("office-2", Role.APPEAL_OFFICER, region_codes=frozenset({"330200"}))
FIRST = somebody("officer-1", Role.OFFICER, region_codes=frozenset({"330000"}))
SECOND = somebody("officer-2", Role.OFFICER, region_codes=frozenset({"330100"}))
CLOCK = somebody("clock", Role.SYSTEM)


def fact(fact_type: type[Fact], person: str, number: int, **values: Any) -> dict[str, Any]:
    shared = {"person_id": person, "fact_id": number, "known_at": NOON, "from_at": NOON, "source": "test", "delivery_id": "test"}
    return dict.fromkeys(fact_type.columns) | shared | values


def say(store, person: str, facts: Mapping[type[Fact], list[dict[str, Any]]], *, at=NOON):
    event = Event(actor="test", role="system", purpose="test", action="record", person_id=person)
    return record(store, facts, event, policies=[HANGZHOU], at=at)


def expose(store, person: str = ANN, *, number: int = EXPOSURE, source: str = "tracing") -> None:
    """Make somebody who lives in 330106 a close contact: red."""
    exposure = fact(Exposure, person, number, source=source, contact_class="close", setting="venue", case_fact_id=1)
    home = fact(Residence, person, number + 1, source="community-register", region_code="330106")
    say(store, person, {Exposure: [exposure], Residence: [home]})


def colour(store, person: str, at) -> Colour:
    with store.pool.connection() as connection:
        rows = connection.execute(
            "SELECT colour FROM code.hit WHERE person_id = %s::uuid AND from_at <= %s AND (until_at IS NULL OR until_at > %s)",
            [person, at, at],
        ).fetchall()
    return max((Colour(row[0]) for row in rows), key=list(Colour).index, default=Colour.GREEN)


def seal(words: str) -> bytes:
    """Stand in for the vault: what it gives is not the words."""
    return words.encode()[::-1]


def dispute(store, ground, *, by=HERSELF, person=ANN, fact_type="exposure", fact_id=EXPOSURE, at=NOON + HOUR, words="那天我在家"):
    return open_appeal(
        store,
        by,
        person_id=person,
        fact_type=fact_type,
        fact_id=fact_id,
        ground=ground,
        words=words,
        seal=seal,
        policy=HANGZHOU,
        at=at,
    )


def rows(database: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def events(database: str) -> int:
    return rows(database, "SELECT count(*) FROM audit.event")[0][0]
