"""What people report in words: sealed for whom it is about under the key of the month in which it began, and ended with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from fangxian.facts import Retention
from fangxian.vault.vault import Vault


class Said(StrEnum):
    """What is sealed: each with a retention class of its own."""

    ASSESSMENT = "assessment_answers"
    LEAD_CONTACT = "lead_contact"
    CONSULTATION = "consultation_words"
    CLUE_PLACE = "clue_place"
    CLUE_WORDS = "clue_words"
    CLUE_REPORTER = "clue_reporter"
    CLUE_ANSWER = "clue_answer"

    @property
    def retention(self) -> str:
        """The class that it ends with."""
        return str(Retention.HEALTH if self in _HEALTH else Retention.CONTROL)


_HEALTH = frozenset({Said.ASSESSMENT, Said.CONSULTATION})


def sealed(vault: Vault, text: str, said: Said, *, of: str, begun_at: datetime) -> bytes:
    """Return a text sealed for a person, or for a case: 32 hexadecimal digits."""
    return all_sealed(vault, [text], said, of=[of], begun_at=begun_at)[0]


def all_sealed(vault: Vault, texts: Sequence[str], said: Said, *, of: Sequence[str], begun_at: datetime) -> list[bytes]:
    """Return texts sealed, each for its own."""
    return vault.seal_many(texts, person_ids=of, retention=said.retention, period=f"{begun_at:%Y-%m}", field=said)


def opened(vault: Vault, text: bytes, said: Said, *, of: str, begun_at: datetime) -> str:
    """Return what was sealed. Raises FangxianError where its key was destroyed."""
    return vault.unseal(bytes(text), person_id=of, retention=said.retention, period=f"{begun_at:%Y-%m}", field=said)
