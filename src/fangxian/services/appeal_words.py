"""The words of appeals: what a person says and what they are answered, each sealed for that person under its month's key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from fangxian.facts.fact import Retention
from fangxian.services.living import Living
from fangxian.store.store import Transaction
from fangxian.work.appeal import Appeal
from fangxian.work.appeal_rows import sealed_words, select

SAID, ANSWERED = "appeal_words", "appeal_answer"
_RETENTION = str(Retention.CONTROL)


def sealing(living: Living, person_id: str, field: str, *, at: datetime) -> Callable[[str], bytes]:
    """Return what seals words about a person that are said at an instant; `field` is SAID or ANSWERED."""
    return lambda words: living.vault.seal(words, person_id=person_id, retention=_RETENTION, period=f"{at:%Y-%m}", field=field)


def opened(living: Living, sealed: bytes, person_id: str, field: str, *, at: datetime) -> str:
    """Return words that were sealed at an instant. Raises FangxianError where their key was destroyed."""
    return living.vault.unseal(sealed, person_id=person_id, retention=_RETENTION, period=f"{at:%Y-%m}", field=field)


def own_appeals(living: Living, transaction: Transaction, person_id: str) -> list[dict[str, Any]]:
    """Return a person's appeals with their words and answers, oldest first, for that person; the transaction's event is the look."""
    found = select(transaction.connection, sql.SQL("person_id = %s"), [UUID(person_id)], order="opened_at, appeal_id")
    return [_told(living, appeal, *sealed_words(transaction, person_id, appeal.appeal_id)) for appeal in found]


def _told(living: Living, appeal: Appeal, words: bytes, answer: bytes | None) -> dict[str, Any]:
    said = {name: value for name, value in vars(appeal).items() if name not in ("person_id", "appeal_id")}
    said["words"] = opened(living, words, appeal.person_id, SAID, at=appeal.opened_at)
    answered_at = appeal.closed_at
    said["answer"] = opened(living, answer, appeal.person_id, ANSWERED, at=answered_at) if answer and answered_at else None
    return said
