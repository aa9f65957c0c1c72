"""References: how a page or a program names a case or a person to us again without learning who it is.

The vault seals what a reference means for whoever was given it: to somebody else, after a day's work, altered, or taken for
another kind of thing than it was made for, it says nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.facts.typed import base64url
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.work.permissions import Principal

GOOD_FOR: Final = timedelta(hours=8)
_RETENTION: Final = "staff-references"


class Named(StrEnum):
    """What a reference is to."""

    ALERT = "alert"
    CASE = "case"
    SCAN = "scan"
    APPEAL = "appeal"
    CLUE = "clue"
    CONSULTATION = "consultation"
    DECISION = "decision"
    DECLARATION = "declaration"
    KNOCK = "knock"
    OWN_PERSON = "own_person"
    PAIR = "pair"
    PHOTOGRAPH = "photograph"
    SUPPLIES = "supplies"
    TASK = "task"
    VISIT = "visit"
    WORKER = "worker"


def refer(living: Living, by: Principal, to: Named, meanings: Sequence[tuple[str, ...]], *, good_for: timedelta = GOOD_FOR) -> list[str]:
    """Return a reference to each meaning, some words without spaces, that only `by` can open."""
    if not meanings:
        return []
    at = living.clock()
    texts = [" ".join((f"{at + good_for:%Y-%m-%dT%H:%M:%S}", *meaning)) for meaning in meanings]
    own, period = [sealed_for(by.subject)] * len(texts), f"{at:%Y-%m}"
    sealed = living.vault.seal_many(texts, person_ids=own, retention=_RETENTION, period=period, field=_field(to))
    return [f"{period}.{base64.urlsafe_b64encode(each).decode().rstrip('=')}" for each in sealed]


def meant(living: Living, by: Principal, to: Named, reference: str) -> tuple[str, ...]:
    """Return what a reference of somebody's means. Raises RefusedError where it is not theirs, too old, to something else, or none."""
    period, _, encoded = reference.partition(".")
    try:
        sealed = base64url(encoded)
        text = living.vault.unseal(sealed, person_id=sealed_for(by.subject), retention=_RETENTION, period=period, field=_field(to))
    except (ValueError, FangxianError):
        raise RefusedError(_UNKNOWN) from None
    ends_at, *meaning = text.split(" ")
    if datetime.fromisoformat(ends_at) <= living.clock():
        raise RefusedError(_UNKNOWN)
    return tuple(meaning)


def sealed_for(subject: str) -> str:
    """Return the 32 digits that stand in the vault for somebody of the staff."""
    return sha256(f"staff {subject}".encode()).hexdigest()[:32]


def _field(to: Named) -> str:
    return f"reference_{to}"


_UNKNOWN: Final = Text("链接已失效，请重新打开列表。", "This link no longer counts; open the list again.")
