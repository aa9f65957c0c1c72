"""What tracing does by itself: it looks who was there when a gate alarms, and takes contacts back with a case that was none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from fangxian.services.alert_contacts import look_at_new_alerts
from fangxian.services.excluded import take_back_excluded
from fangxian.services.living import Living
from fangxian.services.upkeep import Chore


def tracing_chores(living: Living) -> Iterator[Chore]:
    """Yield the chores of tracing."""
    yield Chore("see who was with whom a gate told of", timedelta(seconds=1), lambda: look_at_new_alerts(living))
    yield Chore("take contacts back with their case", timedelta(seconds=5), lambda: take_back_excluded(living))
