"""What an auditor sees: whether the audit's seals hold, what was done how often, and by which reasons codes have their colours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fangxian.facts import Text
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import staff_event
from fangxian.store.sealing import BrokenSealError, Verified, verify
from fangxian.work.oversight import ReasonCount, SignerCount, codes_by_reason, decisions_by_signer
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Done:
    """How often something was done by a role within the last day."""

    role: str
    action: str
    times: int


@dataclass(frozen=True, kw_only=True)
class Oversight:
    """The newest seal, what was done within a day, and the counts that are published."""

    seals: int
    sealed_at: datetime | None
    last_hash: str
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
            "SELECT role, action, count(*) FROM audit.event WHERE at > %s AND at <= %s GROUP BY role, action ORDER BY 3 DESC, 1, 2",
            [at - _A_DAY, at],
        ).fetchall()
    seals, sealed_at, last_hash = newest or (0, None, "")
    return Oversight(
        seals=seals,
        sealed_at=sealed_at,
        last_hash=last_hash,
        done=tuple(Done(role=role, action=action, times=times) for role, action, times in done),
        reasons=codes_by_reason(living.store, living.policy, at),
        signers=decisions_by_signer(living.store, living.policy, living.today(at)),
    )


def verify_audit(living: Living, by: Principal) -> Verified:
    """Compute every seal again. Raises RefusedError at the first that does not follow."""
    event = staff_event(by, "audit_verified", purpose="audit", role=check(by, Action.SEE_AUDIT))
    with living.store.transaction(event, at=living.clock()):
        pass
    try:
        return verify(living.store)
    except BrokenSealError as broken:
        raise RefusedError(
            Text(
                f"审计在第 {broken.seal} 个封印处断裂：有人改动过。请保持数据库原状，与备份比对。",
                f"The audit is broken at seal {broken.seal}: somebody changed it. Keep the database as it is and compare it with a backup.",
            )
        ) from broken
