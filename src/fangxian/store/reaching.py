"""How people are reached: name, telephone and door as sources said them, kept sealed, opened only with an event of the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson

from fangxian.errors import FangxianError
from fangxian.store.identities import expect_named_by
from fangxian.store.store import Transaction
from fangxian.vault.vault import Vault

FIELD: Final = "reach"
"""The field under which the vault seals it."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Reach:
    """Where somebody is to be found; what a source did not say is missing. It has no printable form, so that it gets into no log.

    Latitude and longitude are degrees of WGS 84.
    """

    person_id: str
    full_name: str | None = None
    phone: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None


def keep_reaches(
    transaction: Transaction, vault: Vault, reaches: Sequence[Reach], *, source: str, retention: str, known_at: datetime | None = None
) -> None:
    """Keep how people are reached as a source says it, in the place of what it said before, sealed under the transaction's month.

    `known_at` is when the source reported it, by default the transaction's instant: what it reported later stays. Of several about
    one person the last counts. The event is about nobody in particular, or about the one person. Raises FangxianError where the vault
    names people by another key than this store's, or refuses.
    """
    expect_named_by(transaction, vault)
    said = {each.person_id: each for each in reaches}
    period = f"{transaction.at:%Y-%m}"
    texts = [_text(each) for each in said.values()]
    rows = {
        "people": [UUID(person) for person in said],
        "reaches": vault.seal_many(texts, person_ids=list(said), retention=retention, period=period, field=FIELD),
        "source": source,
        "retention": retention,
        "period": period,
        "known_at": known_at or transaction.at,
        "event": transaction.event.event_id,
    }
    transaction.connection.execute(_KEEP, rows)


def reaches_of(transaction: Transaction, vault: Vault, people: Sequence[str]) -> dict[str, Reach]:
    """Return how people are reached, by their ids: the newest that any source said; whom none spoke of is left out.

    The transaction's event is about that very person or, for many, about nobody in particular: its details then carry the
    `merkle_root` of the tasks for which they were opened, by which each can be shown to be among them or not. Raises FangxianError
    where it is not so, or where a key was destroyed.
    """
    _expect_event(transaction, people)
    rows = transaction.connection.execute(_NEWEST, [[UUID(person) for person in people]]).fetchall()
    found: dict[str, Reach] = {}
    for retention, period, of, sealed in rows:
        opened = vault.unseal_many(sealed, person_ids=of, retention=retention, period=period, field=FIELD)
        found |= {person: Reach(person_id=person, **orjson.loads(text)) for person, text in zip(of, opened, strict=True)}
    return found


def _expect_event(transaction: Transaction, people: Sequence[str]) -> None:
    event = transaction.event
    about_them = all(person == event.person_id for person in people) if event.person_id else "merkle_root" in event.details
    if not about_them:
        raise FangxianError(
            "A look at how people are reached needs an event about that very person, or one that carries the Merkle root of the tasks.",
            done="Nothing was opened.",
            next_step="Begin the transaction with an event that names the person, or with the root of the tasks of all of them.",
        )


def _text(reach: Reach) -> str:
    said: Mapping[str, object] = asdict(reach)
    return orjson.dumps({name: value for name, value in said.items() if name != "person_id" and value is not None}).decode()


_KEEP: Final = """
    INSERT INTO identities.reach (person_id, source, reach, retention, period, known_at, event_id)
    SELECT person_id, %(source)s, reach, %(retention)s, %(period)s, %(known_at)s, %(event)s
    FROM unnest(%(people)s::uuid[], %(reaches)s::bytea[]) AS kept (person_id, reach)
    ORDER BY person_id  -- in one order for everybody, so that two sets do not wait for each other
    ON CONFLICT (person_id, source) DO UPDATE SET
        reach = excluded.reach, retention = excluded.retention, period = excluded.period, known_at = excluded.known_at,
        event_id = excluded.event_id
    WHERE reach.known_at <= excluded.known_at
"""
_NEWEST: Final = """
    SELECT retention, period, array_agg(replace(person_id::text, '-', '')), array_agg(reach)
    FROM (
        SELECT DISTINCT ON (person_id) person_id, reach, retention, period FROM identities.reach
        WHERE person_id = ANY(%s) ORDER BY person_id, known_at DESC, source
    ) AS newest
    GROUP BY retention, period
"""
