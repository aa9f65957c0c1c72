"""The renewal of a policy: proposed by one person, signed by another, for ninety days; without it nothing is recorded any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.policy.policy import Policy
from fangxian.store.renewals import in_force_until
from fangxian.store.store import Event, Store, Transaction
from fangxian.work.parameters import proposal_lapses_after, renewal_lasts
from fangxian.work.permissions import Principal, check
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action, Role

WARNING: Final = timedelta(days=14)
"""How long before a lapse it is warned of."""

_PURPOSE: Final = "policy renewal"


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """A proposal to renew a policy, and what became of it; `until_at` is missing until a second person signed."""

    policy: str
    renewal_id: UUID
    region_code: str
    first_signer: str
    proposed_at: datetime
    lapses_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None
    until_at: datetime | None = None


_COLUMNS: Final = sql.SQL(", ").join(map(sql.Identifier, Renewal.__dataclass_fields__))


def propose_renewal(store: Store, by: Principal, policy: Policy, *, at: datetime) -> Renewal:
    """Propose, as the first of two, that a policy stay in force. Raises RefusedError where somebody's proposal waits already."""
    role = check(by, Action.PROPOSE_RENEWAL, region_code=policy.region_code)
    renewal = _proposed(policy, by.subject, at)
    with store.transaction(_event(by.subject, role, "renewal proposed", renewal), at=at) as transaction:
        # One after another: of two who propose at once, the second sees the proposal of the first.
        transaction.connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [policy.name])
        if _waiting(transaction.connection, policy, at):
            raise _WAITS_ALREADY
        _insert(transaction, renewal)
    return renewal


def renew_policy(store: Store, by: Principal, policy: Policy, renewal_id: UUID, *, at: datetime) -> datetime:
    """Sign a proposal as the second, other person, and return until when the policy is in force now.

    Raises `Forbidden` for the first signer, RefusedError where there is no such proposal, or it was signed or has lapsed.
    """
    renewal = next((each for each in waiting(store, policy, at=at) if each.renewal_id == renewal_id), None)
    if renewal is None:
        raise _NO_PROPOSAL
    role = check(by, Action.RENEW_POLICY, region_code=renewal.region_code, first_subject=renewal.first_signer)
    until_at = at + renewal_lasts(policy.local(at).date())
    with store.transaction(_event(by.subject, role, "policy renewed", renewal), at=at) as transaction:
        signed = transaction.connection.execute(
            "UPDATE store.renewal SET closed_by = %s, closed_at = %s, until_at = %s, event_id = %s "
            "WHERE policy = %s AND renewal_id = %s AND closed_at IS NULL",
            [by.subject, at, until_at, transaction.event.event_id, policy.name, renewal_id],
        )
        if not signed.rowcount:
            raise _NO_PROPOSAL
    return until_at


def renew_at_set_up(store: Store, policy: Policy, *, first: str, second: str, at: datetime) -> datetime:
    """Renew a policy for two people at the machine's own console, and return until when: where nobody can log in yet.

    The event says that it was done there, and for whom. Raises FangxianError where the two are one.
    """
    for subject in (first, second):
        Principal(subject=subject, roles=frozenset())
    if first.upper() == second.upper():
        raise FangxianError("One person cannot renew a policy.", done="Nothing was renewed.", next_step="Name two people.")
    until_at = at + renewal_lasts(policy.local(at).date())
    proposed = _proposed(policy, first, at)
    renewal = Renewal(**{**vars(proposed), "closed_by": second, "closed_at": at, "until_at": until_at})
    event = Event(
        actor="command line",
        role=Role.OFFICER,
        purpose=_PURPOSE,
        action="policy renewed at set-up",
        details={"policy": policy.name, "first": first, "second": second},
    )
    with store.transaction(event, at=at) as transaction:
        _insert(transaction, renewal)
    return until_at


def waiting(store: Store, policy: Policy, *, at: datetime) -> tuple[Renewal, ...]:
    """Return the proposals that wait for a second signature, oldest first."""
    with store.pool.connection() as connection:
        return _waiting(connection, policy, at)


def _waiting(connection: psycopg.Connection[Any], policy: Policy, at: datetime) -> tuple[Renewal, ...]:
    query = sql.SQL("SELECT {} FROM store.renewal WHERE policy = %s AND closed_at IS NULL AND lapses_at > %s ORDER BY proposed_at")
    with connection.cursor(row_factory=class_row(Renewal)) as cursor:
        return tuple(cursor.execute(query.format(_COLUMNS), [policy.name, at]).fetchall())


def last_renewal(store: Store, policy: Policy, *, at: datetime) -> Renewal | None:
    """Return the renewal that carries a policy furthest at an instant, also where it has lapsed by then; None without any."""
    query = sql.SQL("SELECT {} FROM store.renewal WHERE policy = %s AND closed_at <= %s ORDER BY until_at DESC LIMIT 1")
    with store.pool.connection() as connection, connection.cursor(row_factory=class_row(Renewal)) as cursor:
        return cursor.execute(query.format(_COLUMNS), [policy.name, at]).fetchone()


def time_left(store: Store, policy: Policy, at: datetime) -> timedelta:
    """Return how long a policy is still in force; nothing where it is not."""
    until = in_force_until(store, policy, at)
    return until - at if until else timedelta()


def warned(store: Store, policy: Policy, at: datetime) -> bool:
    """Return whether it is time to warn: a policy lapses soon, or has."""
    return time_left(store, policy, at) <= WARNING


def _proposed(policy: Policy, first: str, at: datetime) -> Renewal:
    return Renewal(
        policy=policy.name,
        renewal_id=uuid4(),
        region_code=policy.region_code,
        first_signer=first,
        proposed_at=at,
        lapses_at=at + proposal_lapses_after(policy.local(at).date()),
    )


def _event(by: str, role: Role, action: str, renewal: Renewal) -> Event:
    details = {"policy": renewal.policy, "renewal_id": str(renewal.renewal_id)}
    return Event(actor=by, role=role, purpose=_PURPOSE, action=action, details=details)


def _insert(transaction: Transaction, renewal: Renewal) -> None:
    values = [*vars(renewal).values(), transaction.event.event_id]
    statement = sql.SQL("INSERT INTO store.renewal ({}, event_id) VALUES ({})")
    transaction.connection.execute(statement.format(_COLUMNS, sql.SQL(", ").join(sql.Placeholder() * len(values))), values)


_WAITS_ALREADY: Final = RefusedError(
    Text("已有人先签，请由另一人作第二签署。", "Somebody signed first already: another person signs second."),
)
_NO_PROPOSAL: Final = RefusedError(
    Text(
        "没有这项续期提案：已签署或已逾期。请重新发起。",
        "There is no such proposal: it was signed or has lapsed. Propose the renewal again.",
    ),
)
