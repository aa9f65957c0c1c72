"""Opening one sealed field of many people: a month's key at a time, in the order in which they were given."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from fangxian.services.living import Living

Sealed = tuple[UUID, bytes | None, str | None]
"""A person, what is sealed for them, and the month whose key sealed it; None where there is nothing."""


def opened(living: Living, kept: Sequence[Sealed], *, retention: str, field: str) -> list[str | None]:
    """Return what each says, None where there is nothing."""
    having = sorted((period, place) for place, (_, sealed, period) in enumerate(kept) if sealed is not None and period)
    found: list[str | None] = [None] * len(kept)
    for period, of_month in groupby(having, key=lambda each: each[0]):
        places = [place for _, place in of_month]
        texts = living.vault.unseal_many(
            [bytes(kept[place][1] or b"") for place in places],
            person_ids=[kept[place][0].hex for place in places],
            retention=retention,
            period=period,
            field=field,
        )
        for place, text in zip(places, texts, strict=True):
            found[place] = text
    return found
