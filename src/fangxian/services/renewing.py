"""Renewing the installation's policy: until when it stands, who signed first, and the two signatures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fangxian.services.living import Living
from fangxian.store.retention import after_lapse
from fangxian.work import renewal
from fangxian.work.permissions import Principal, check, may
from fangxian.work.renewal import WARNING, Renewal
from fangxian.work.roles import Action


@dataclass(frozen=True, kw_only=True)
class Lapse:
    """When the policy lapses or lapsed (None where it never was in force), and whether by now nothing is recorded."""

    until_at: datetime | None
    lapsed: bool


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the policy stands: the renewal it goes by, how long data outlasts a lapse, what waits, and whether the reader may sign it."""

    at: datetime
    last: Renewal | None
    kept_for: timedelta
    waiting: Renewal | None
    may_sign_second: bool

    @property
    def lapsed(self) -> bool:
        """Whether nothing is recorded now."""
        return _lapsed(self.last, self.at)

    @property
    def left(self) -> timedelta:
        """How long the policy is still in force."""
        return self.last.until_at - self.at if self.last and self.last.until_at and not self.lapsed else timedelta()


def standing(living: Living, by: Principal) -> Standing:
    """Return how the policy stands, for whoever may renew it."""
    check(by, Action.PROPOSE_RENEWAL, region_code=living.policy.region_code)
    at = living.clock()
    first = next(iter(renewal.waiting(living.store, living.policy, at=at)), None)
    return Standing(
        at=at,
        last=renewal.last_renewal(living.store, living.policy, at=at),
        kept_for=after_lapse(living.today(at)),
        waiting=first,
        may_sign_second=bool(first and may(by, Action.RENEW_POLICY, region_code=first.region_code, first_subject=first.first_signer)),
    )


def sign_first(living: Living, by: Principal) -> Renewal:
    """Propose, as the first of two, that the policy stay in force."""
    return renewal.propose_renewal(living.store, by, living.policy, at=living.clock())


def sign_second(living: Living, by: Principal, reference: str) -> datetime:
    """Renew the policy as the second of two, and return until when it is in force."""
    return renewal.renew_policy(living.store, by, living.policy, _id(reference), at=living.clock())


def lapse_to_warn_of(living: Living) -> Lapse | None:
    """Return the lapse that is near or past, None while there is time."""
    at = living.clock()
    last = renewal.last_renewal(living.store, living.policy, at=at)
    until_at = last.until_at if last else None
    if until_at and until_at - at > WARNING:
        return None
    return Lapse(until_at=until_at, lapsed=_lapsed(last, at))


def _lapsed(last: Renewal | None, at: datetime) -> bool:
    return last is None or last.until_at is None or last.until_at <= at


def _id(reference: str) -> UUID:
    """Return the number of a proposal; what is none is that of no proposal."""
    try:
        return UUID(reference)
    except ValueError:
        return UUID(int=0)
