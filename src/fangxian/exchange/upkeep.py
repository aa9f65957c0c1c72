"""What an installation that has agreements does by itself: send disputes, parcels, and the answers to those that came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from fangxian.exchange.delivering import send_answers, send_disputes
from fangxian.exchange.parcel_sending import send_outcomes, send_parcels
from fangxian.services.living import Living
from fangxian.services.upkeep import Chore


def exchange_chores(living: Living) -> Iterator[Chore]:
    """Yield the chores of exchange."""
    yield Chore("send disputes to other regions", timedelta(seconds=30), lambda: send_disputes(living))
    yield Chore("send parcels to other regions", timedelta(seconds=30), lambda: send_parcels(living))
    yield Chore("send what came of parcels", timedelta(minutes=5), lambda: send_outcomes(living))
    yield Chore("send answers to other regions", timedelta(seconds=30), lambda: send_answers(living))
