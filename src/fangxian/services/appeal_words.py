"""The words of appeals: what a person says and what they are answered, each sealed for that person under its month's key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fangxian.facts.fact import Retention
from fangxian.services.living import Living

SAID, ANSWERED = "appeal_words", "appeal_answer"
_RETENTION = str(Retention.CONTROL)


def sealing(living: Living, person_id: str, field: str, *, at: datetime) -> Callable[[str], bytes]:
    """Return what seals words about a person that are said at an instant; `field` is SAID or ANSWERED."""
    return lambda words: living.vault.seal(words, person_id=person_id, retention=_RETENTION, period=f"{at:%Y-%m}", field=field)


def opened(living: Living, sealed: bytes, person_id: str, field: str, *, at: datetime) -> str:
    """Return words that were sealed at an instant. Raises FangxianError where their key was destroyed."""
    return living.vault.unseal(sealed, person_id=person_id, retention=_RETENTION, period=f"{at:%Y-%m}", field=field)
