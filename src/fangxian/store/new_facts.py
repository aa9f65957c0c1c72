"""Facts that are said to the store itself: every stored column, and a number that follows from the event that brings the fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from fangxian.facts import Fact
from fangxian.store.numbering import fact_number
from fangxian.store.store import Event

DELIVERY: Final = "online"
"""What stands in the place of a delivery's name: a delivery of the lake has them when they flow there."""


def new_fact(fact_type: type[Fact], event: Event, /, *, source: str, known_at: datetime, **values: Any) -> Mapping[str, Any]:
    """Return a fact of a type about the event's person, which `source` says; columns that are not given have no value.

    An event brings one fact of a type at most: its number follows from both.
    """
    number = fact_number(source, f"{event.event_id}#{fact_type.name}")
    stored = {"person_id": event.person_id, "fact_id": number, "known_at": known_at, "source": source, "delivery_id": DELIVERY}
    return dict.fromkeys(fact_type.columns) | values | stored
