"""Searching a lake for people who came, under the agreements in force, and handing them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fangxian.engine.opening import Engine
from fangxian.finding.agreements import Readable, readable
from fangxian.finding.arrivals import Found, find
from fangxian.finding.search import Search
from fangxian.policy.policy import Policy
from fangxian.services.lapse import expect_recording
from fangxian.store.store import Store
from fangxian.work.roles import Role
from fangxian.work.searches import Read, StandingSearch, Turn, Ways, record_turn
from fangxian.work.source_agreements import SignedAgreement, agreements


@dataclass(frozen=True)
class Answer:
    """What a search found, what it may read, and the agreements that let it."""

    found: Found
    may_read: Readable
    agreements: tuple[SignedAgreement, ...]


def answer(store: Store, engine: Engine, search: Search, policy: Policy, *, purpose: str, known_at: datetime, at: datetime) -> Answer:
    """Find everybody who came, by the sources with an agreement in force at `at` for this purpose, as known at `known_at`."""
    standing = tuple(each for each in agreements(store) if each.terms.in_force(purpose, at))
    may_read = readable([each.terms for each in standing], purpose=purpose, at=at)
    found = find(engine, search, may_read, known_at=known_at, utc_offset=policy.utc_offset)
    return Answer(found, may_read, standing)


def send(
    store: Store,
    policy: Policy,
    standing: StandingSearch,
    answered: Answer,
    *,
    ways: Ways,
    actor: str,
    role: Role,
    known_at: datetime,
    at: datetime,
) -> Turn:
    """Keep and hand out whom a standing search found anew. Raises RefusedError where the policy has lapsed, and as `record_turn`."""
    expect_recording(store, policy, at)
    read = Read(agreements=[each.agreement_id for each in answered.agreements], left_out=answered.may_read.names_left_out())
    return record_turn(store, standing, answered.found.people, read=read, ways=ways, actor=actor, role=role, known_at=known_at, at=at)
