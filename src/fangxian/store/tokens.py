"""Whose token is whose: what a credential's token id says to us and to nobody else, and which tokens' colours have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
import pyarrow as pa

from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy
from fangxian.signed.changes import REVOKED, SCHEMA
from fangxian.store.store import Store, Transaction


@dataclass(frozen=True)
class Holder:
    """Whom a token stands for, and since when it no longer counts, if it was revoked."""

    person_id: str
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Token:
    """A credential as it is kept: whose it is, on which local day, what it says and until when, and the event that issues it."""

    person_id: str
    token_id: bytes
    on: date
    colour: Colour
    issued_at: datetime
    valid_until: datetime
    event_id: UUID
    paper: bool = False


_REMEMBER: Final = """
    INSERT INTO code.token (person_id, token_id, on_day, paper, colour, issued_at, valid_until, event_id)
    SELECT person_id, decode(token_id, 'hex'), on_day, paper, colour, issued_at, valid_until, event_id FROM json_to_recordset(%s)
        AS issued (person_id uuid, token_id text, on_day date, paper boolean, colour varchar, issued_at timestamp, valid_until timestamp,
                   event_id uuid)
    -- Two at once must not wait for each other.
    ORDER BY person_id, token_id
    -- What was signed before stands as well: on another phone, or on the same one.
    ON CONFLICT (person_id, token_id, on_day) DO UPDATE SET colour = excluded.colour,
        issued_at = greatest(token.issued_at, excluded.issued_at),
        several_colours = token.several_colours OR token.colour <> excluded.colour,
        valid_until = greatest(token.valid_until, excluded.valid_until), event_id = excluded.event_id
"""


def remember_tokens(connection: psycopg.Connection[Any], tokens: Sequence[Token]) -> None:
    """Keep whose token each credential bears and what it says; call it in the transaction in which they are issued.

    Issuing the same token again takes the place of what was kept. It remembers that it was signed in several colours, and the last of
    all ends; one that was revoked stays so.
    """
    rows = [
        {
            "person_id": token.person_id,
            "token_id": token.token_id.hex(),
            "on_day": token.on,
            "paper": token.paper,
            "colour": str(token.colour),
            "issued_at": token.issued_at,
            "valid_until": token.valid_until,
            "event_id": token.event_id,
        }
        for token in tokens
    ]
    connection.execute(_REMEMBER, [orjson.dumps(rows).decode()])


def revoked_on(connection: psycopg.Connection[Any], person_ids: Sequence[str], on: date) -> dict[str, int]:
    """Return how many of each person's codes on phones were revoked on a local day; who has none is left out."""
    rows = connection.execute(
        "SELECT replace(person_id::text, '-', ''), count(*) FROM code.token "
        "WHERE person_id = ANY(%s::uuid[]) AND on_day = %s AND NOT paper AND revoked_at IS NOT NULL GROUP BY person_id",
        [list(person_ids), on],
    ).fetchall()
    return dict(rows)


def revoke_papers(transaction: Transaction, *, person_id: str) -> int:
    """Let every paper of a person no longer count from now on, and return how many that was: phones' tokens are one a day, and stay."""
    revoked = transaction.connection.execute(
        "UPDATE code.token SET revoked_at = %s, event_id = %s WHERE person_id = %s AND paper AND revoked_at IS NULL AND valid_until > %s",
        [transaction.at, transaction.event.event_id, UUID(person_id), transaction.at],
    )
    return revoked.rowcount


def revoke_all(transaction: Transaction, *, person_id: str) -> None:
    """Let no code of a person that was issued so far count any more, on paper or on a phone."""
    transaction.connection.execute(
        "UPDATE code.token SET revoked_at = %s, event_id = %s WHERE person_id = %s AND revoked_at IS NULL AND valid_until > %s",
        [transaction.at, transaction.event.event_id, UUID(person_id), transaction.at],
    )


def holders(connection: psycopg.Connection[Any], token_ids: Sequence[bytes]) -> dict[bytes, Holder]:
    """Return whom each token stands for; tokens that we did not issue are left out."""
    rows = connection.execute(
        "SELECT token_id, replace(person_id::text, '-', ''), revoked_at FROM code.token WHERE token_id = ANY(%s)", [list(token_ids)]
    ).fetchall()
    return {bytes(token_id): Holder(person_id, revoked_at) for token_id, person_id, revoked_at in rows}


_CHANGED: Final = """
    WITH worst AS MATERIALIZED (
        SELECT person_id, (ARRAY['green', 'yellow', 'orange', 'red'])[
            max(array_position(ARRAY['green', 'yellow', 'orange', 'red'], colour::text))] AS colour
        FROM code.hit
        WHERE policy = %(policy)s AND from_at <= %(at)s AND (until_at IS NULL OR until_at > %(at)s)
        GROUP BY person_id
    ), standing AS NOT MATERIALIZED (SELECT * FROM code.token WHERE valid_until > %(at)s AND revoked_at IS NULL)
    SELECT token_id, issued_at, worst.colour FROM worst JOIN standing USING (person_id)
    WHERE standing.colour <> worst.colour OR several_colours
    UNION ALL
    SELECT token_id, issued_at, 'green' FROM standing
    WHERE (colour <> 'green' OR several_colours) AND NOT EXISTS (SELECT FROM worst WHERE worst.person_id = standing.person_id)
    UNION ALL
    SELECT token_id, revoked_at, %(revoked)s FROM code.token WHERE revoked_at <= %(at)s AND valid_until > %(at)s
"""
"""A change corrects what was signed up to its instant: that of the last issue corrects all that was signed so far, and none after it."""


def changed_tokens(store: Store, policy: Policy, *, at: datetime) -> pa.Table:
    """Return the tokens of which any credential does not say what is so, as a file of changes is made from them."""
    with store.pool.connection() as connection:
        rows = connection.execute(_CHANGED, {"policy": policy.name, "at": at, "revoked": REVOKED}).fetchall()
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    return pa.table([list(column) for column in columns], schema=SCHEMA)
