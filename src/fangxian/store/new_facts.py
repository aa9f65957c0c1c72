"""Facts that are said to the store itself: every stored column, with a number that follows from the event that brings the fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from fangxian.facts import Fact
from fangxian.store.store import Event

DELIVERY: Final = "online"
"""What stands in the place of a delivery's name until the facts flow to the lake."""


def new_fact(fact_type: type[Fact], event: Event, *, source: str, known_at: datetime, **values: Any) -> Mapping[str, Any]:
    """Return a fact about the event's person that `source` says; columns that are not given have no value.

    A fact of the same type, event and values has the same number: saying it twice is saying it once.
    """
    said = dict.fromkeys(fact_type.columns) | values | {"person_id": event.person_id}
    content = f"{event.event_id} {fact_type.name} {sorted((name, repr(value)) for name, value in said.items())}"
    number = int.from_bytes(blake2b(content.encode(), digest_size=8).digest(), "big", signed=True)
    return said | {"fact_id": number, "known_at": known_at, "source": source, "delivery_id": DELIVERY}
