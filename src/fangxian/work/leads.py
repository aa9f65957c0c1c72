"""Leads: people whom somebody has to go to because of what they reported themselves. This is the one place where one begins."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID, uuid4

from fangxian.store.store import Transaction


class Origin(StrEnum):
    """What led to somebody: their own answers, or a doctor who passed them on."""

    ASSESSMENT = "assessment"
    CONSULTATION = "consultation"


def raise_lead(
    transaction: Transaction, *, origin: Origin, origin_id: UUID, region_code: str, fired: Sequence[str], contact: bytes | None = None
) -> bool:
    """Let the county hear of the event's person at once; return whether that is new: one that waits already goes on waiting.

    `fired` are the rules that led to it, `contact` how to reach somebody who is not registered here, sealed. Who goes, and when, is
    for whoever hands leads out: they set `handed_at`, and the next one begins anew. A lead colours nobody.
    """
    made = transaction.connection.execute(
        "INSERT INTO work.lead (person_id, lead_id, origin, origin_id, region_code, fired, contact, raised_at, event_id) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (person_id) WHERE handed_at IS NULL DO NOTHING",
        [
            UUID(transaction.event.person_id),
            uuid4(),
            str(origin),
            origin_id,
            region_code,
            list(fired),
            contact,
            transaction.at,
            transaction.event.event_id,
        ],
    )
    return made.rowcount == 1
