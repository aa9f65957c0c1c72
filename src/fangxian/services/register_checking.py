"""Comparing a region's register with the data under the agreements in force, and handing out what is to be asked on the spot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from fangxian.engine.opening import Engine
from fangxian.finding.agreements import Readable, readable
from fangxian.finding.discrepancy import FIELDS_OF_CHECK
from fangxian.finding.register_check import check_register
from fangxian.policy.policy import Policy
from fangxian.services.lapse import expect_recording
from fangxian.store.store import Store
from fangxian.work.register_differences import RegisterCheck, record_check
from fangxian.work.roles import Role
from fangxian.work.source_agreements import SignedAgreement, agreements


@dataclass(frozen=True)
class Comparison:
    """What differs (shape of `check_register`), what could be read, and under which agreements."""

    region_code: str
    found: pa.Table
    may_read: Readable
    agreements: tuple[SignedAgreement, ...]


def compare(
    store: Store, engine: Engine, policy: Policy, *, region_code: str, purpose: str, known_at: datetime, at: datetime
) -> Comparison:
    """Compare the register of a region with the data, by the sources with an agreement in force at `at` for this purpose."""
    standing = tuple(each for each in agreements(store) if each.terms.in_force(purpose, at))
    may_read = readable([each.terms for each in standing], purpose=purpose, at=at, needs=FIELDS_OF_CHECK)
    found = check_register(engine, may_read, region_code=region_code, known_at=known_at, utc_offset=policy.utc_offset)
    return Comparison(region_code, found, may_read, standing)


def send(
    store: Store, policy: Policy, compared: Comparison, *, purpose: str, actor: str, role: Role, known_at: datetime, at: datetime
) -> RegisterCheck:
    """Keep the differences and open a task a person. Raises RefusedError where the policy has lapsed."""
    expect_recording(store, policy, at)
    return record_check(
        store,
        compared.found,
        region_code=compared.region_code,
        purpose=purpose,
        agreements=[each.agreement_id for each in compared.agreements],
        left_out=compared.may_read.names_left_out(),
        actor=actor,
        role=role,
        known_at=known_at,
        at=at,
    )
