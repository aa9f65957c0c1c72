"""What is said where a policy has lapsed: nothing is recorded under it until two people renew it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import psycopg

from fangxian.facts import Text
from fangxian.policy.policy import Policy
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.store.renewals import may_record, may_record_by
from fangxian.store.store import Store

_LAPSED: Final = Text(
    "本政策已到期且未经两人续期，健康码停止记录与签发；您的信息将按期限销毁。",
    "This policy has lapsed: two people have not renewed it. Nothing is recorded and no code is signed; your data ends in its time.",
)


def expect_in_force(living: Living, at: datetime, *, connection: psycopg.Connection[Any] | None = None) -> None:
    """Raise RefusedError where the installation's policy is not in force at an instant; within a transaction name its connection."""
    if connection is None:
        expect_recording(living.store, living.policy, at)
    elif not may_record_by(connection, living.policy, at):
        raise RefusedError(_LAPSED)


def expect_recording(store: Store, policy: Policy, at: datetime) -> None:
    """Raise RefusedError where a policy is not in force in a store at an instant."""
    if not may_record(store, policy, at):
        raise RefusedError(_LAPSED)
