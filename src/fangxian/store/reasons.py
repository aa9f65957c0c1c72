"""Reasons that stand no more: kept when hits are replaced, so that a decision is told as it was made, also when its facts are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row

from fangxian.policy.policy import Policy
from fangxian.store.store import Transaction

Key = tuple[str, datetime, datetime | None, tuple[int, ...]]
"""What tells a person's hit from another under one policy: the rule, since when, until when, because of which facts."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A rule's result for one person as it stood: under which wording, from when until when, because of which facts."""

    rule: str
    colour: str
    from_at: datetime
    until_at: datetime | None
    because: tuple[int, ...]
    worded_since: date


_KEEP: Final = """
    WITH worded (rule, since, starts) AS (SELECT * FROM unnest(%(rules)s::text[], %(since)s::date[], %(starts)s::timestamp[])),
    removed AS (
        DELETE FROM code.hit USING {gone} AS gone (person_id, rule, from_at, until_at, because)
        WHERE hit.person_id = gone.person_id AND hit.policy = %(policy)s AND hit.rule = gone.rule
            AND hit.from_at = gone.from_at AND hit.until_at IS NOT DISTINCT FROM gone.until_at
            AND hit.because = gone.because::bigint[]
        RETURNING hit.*
    )
    INSERT INTO code.reason_kept
        (person_id, policy, rule, colour, from_at, until_at, because, worded_since, decided_at, replaced_at, event_id)
    SELECT person_id, policy, removed.rule, colour, from_at, until_at, because, wording.since, decided.at, %(at)s, %(event)s
    FROM removed
    CROSS JOIN LATERAL (
        SELECT since FROM worded WHERE worded.rule = removed.rule AND starts <= from_at ORDER BY starts DESC LIMIT 1
    ) AS wording
    CROSS JOIN LATERAL (SELECT max(at) AS at FROM audit.event WHERE event.event_id = removed.event_id) AS decided
"""


def keep_reasons(transaction: Transaction, policy: Policy, gone: Sequence[Key]) -> None:
    """Move hits of the event's person that stand no more from those that stand to the kept reasons."""
    rules, begins, ends, because = zip(*gone, strict=True)
    given = {
        "person": [UUID(transaction.event.person_id)] * len(gone),
        "gone_rules": list(rules),
        "begins": list(begins),
        "ends": list(ends),
        "because": ["{" + ",".join(map(str, facts)) + "}" for facts in because],
    }
    named = "unnest(%(person)s::uuid[], %(gone_rules)s::text[], %(begins)s::timestamp[], %(ends)s::timestamp[], %(because)s::text[])"
    transaction.connection.execute(_KEEP.format(gone=named).encode(), _given(transaction, policy) | given)


def keep_reasons_of(transaction: Transaction, policy: Policy, table: str) -> None:
    """Do so for the hits of everybody that a table names: person, rule, from_at, until_at and because."""
    transaction.connection.execute(_KEEP.format(gone=table).encode(), _given(transaction, policy))


def _given(transaction: Transaction, policy: Policy) -> dict[str, Any]:
    return {
        "rules": [wording.rule for wording in policy.wordings],
        "since": [wording.since for wording in policy.wordings],
        "starts": [policy.starts(wording.since) for wording in policy.wordings],
        "policy": policy.name,
        "at": transaction.at,
        "event": transaction.event.event_id,
    }


def reasons_at(transaction: Transaction, policy: Policy, person_id: str, *, at: datetime, known_at: datetime) -> tuple[Reason, ...]:
    """Return the reasons of a person's colour at an instant, as it was decided by another: also where their facts are gone.

    The look is the transaction's event, about this person.
    """
    given = _given(transaction, policy) | {"person": UUID(person_id), "asked": at, "known_at": known_at}
    rows = transaction.connection.cursor(row_factory=dict_row).execute(_AT, given).fetchall()
    return tuple(Reason(**row | {"because": tuple(row["because"])}) for row in rows)


def every_reason(transaction: Transaction) -> list[dict[str, Any]]:
    """Return every colour that the event's person has or had, with its rule and facts, by policy; `replaced_at` is None while it stands."""
    query = (
        "SELECT policy, rule, colour, from_at, until_at, because, event.at AS decided_at, NULL::timestamp AS replaced_at "
        "FROM code.hit JOIN audit.event USING (event_id) WHERE hit.person_id = %(person)s "
        "UNION ALL SELECT policy, rule, colour, from_at, until_at, because, decided_at, replaced_at FROM code.reason_kept "
        "WHERE person_id = %(person)s ORDER BY from_at, rule, because"
    )
    cursor = transaction.connection.cursor(row_factory=dict_row)
    return cursor.execute(query, {"person": UUID(transaction.event.person_id)}).fetchall()


_AT: Final = """
    WITH worded (rule, since, starts) AS (SELECT * FROM unnest(%(rules)s::text[], %(since)s::date[], %(starts)s::timestamp[])),
    decided AS (
        SELECT rule, colour, from_at, until_at, because,
               (SELECT since FROM worded WHERE worded.rule = hit.rule AND starts <= from_at ORDER BY starts DESC LIMIT 1) AS worded_since
        FROM code.hit JOIN audit.event USING (event_id)
        WHERE hit.person_id = %(person)s AND policy = %(policy)s AND event.at <= %(known_at)s
        UNION ALL
        SELECT rule, colour, from_at, until_at, because, worded_since FROM code.reason_kept
        WHERE person_id = %(person)s AND policy = %(policy)s AND decided_at <= %(known_at)s AND replaced_at > %(known_at)s
    )
    SELECT * FROM decided WHERE from_at <= %(asked)s AND (until_at IS NULL OR until_at > %(asked)s) ORDER BY from_at, rule, because
"""
