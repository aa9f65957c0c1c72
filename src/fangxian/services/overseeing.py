"""What an auditor sees: up to which seal the audit holds, what was done how often, and by which reasons codes have their colours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fangxian.services.living import Living
from fangxian.services.staff import staff_event
from fangxian.store.verifying import Verification, last_verification
from fangxian.work.oversight import ReasonCount, SignerCount, codes_by_reason, decisions_by_signer
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Done:
    """How often something was done by a role within the last day, by whole hours."""

    role: str
    action: str
    times: int


@dataclass(frozen=True, kw_only=True)
class Oversight:
    """The newest seal, what was last verified, what was done within a day, and the counts that are published."""

    seals: int
    sealed_at: datetime | None
    last_hash: str
    verified: Verification | None
    done: tuple[Done, ...]
    reasons: tuple[ReasonCount, ...]
    signers: tuple[SignerCount, ...]


def oversee(living: Living, by: Principal) -> Oversight:
    """Return what an auditor sees first; the look is an event."""
    at = living.clock()
    event = staff_event(by, "audit_seen", purpose="audit", role=check(by, Action.SEE_AUDIT))
    with living.store.transaction(event, at=at) as transaction:
        connection = transaction.connection
        newest = connection.execute(
            "SELECT number + 1, sealed_at, encode(hash, 'hex') FROM audit.seal ORDER BY number DESC LIMIT 1"
        ).fetchone()
        done = connection.execute(
            "SELECT role, action, sum(times)::bigint FROM audit.counted WHERE hour > %s AND hour <= %s "
            "GROUP BY role, action ORDER BY 3 DESC, 1, 2",
            [at - _A_DAY, at],
        ).fetchall()
        verified = last_verification(connection)
    seals, sealed_at, last_hash = newest or (0, None, "")
    return Oversight(
        seals=seals,
        sealed_at=sealed_at,
        last_hash=last_hash,
        verified=verified,
        done=tuple(Done(role=role, action=action, times=times) for role, action, times in done),
        reasons=codes_by_reason(living.store, living.policy, at),
        signers=decisions_by_signer(living.store, living.policy, living.today(at)),
    )
