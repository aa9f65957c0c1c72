"""What people report in words: sealed for whom it is about under the key of the month in which it began, and ended with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from fangxian.facts import Retention
from fangxian.services.living import Living


class Said(StrEnum):
    """What is sealed: each with a retention class of its own."""

    ASSESSMENT = "assessment_answers"
    LEAD_CONTACT = "lead_contact"

    @property
    def retention(self) -> str:
        """The class that it ends with."""
        return str(Retention.HEALTH if self in _HEALTH else Retention.CONTROL)


_HEALTH = frozenset({Said.ASSESSMENT})


def sealed(living: Living, text: str, said: Said, *, of: str, begun_at: datetime) -> bytes:
    """Return a text sealed for a person, or for a case: 32 hexadecimal digits."""
    return living.vault.seal(text, person_id=of, retention=said.retention, period=f"{begun_at:%Y-%m}", field=said)


def opened(living: Living, text: bytes, said: Said, *, of: str, begun_at: datetime) -> str:
    """Return what was sealed. Raises FangxianError where its key was destroyed."""
    return living.vault.unseal(bytes(text), person_id=of, retention=said.retention, period=f"{begun_at:%Y-%m}", field=said)
