"""Checking in at a place by the code on its wall: it is verified, the visit is the person's own, and they see whether they may pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.policy.colour import Colour
from fangxian.policy.regions import lies_in
from fangxian.services.at_desk import colour_at_desk, record_at_desk
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.members import NOBODY_THERE, Member, hold_members
from fangxian.services.refusals import RefusedError
from fangxian.signed.place import PlaceCode, PlaceRefusedError
from fangxian.store.recording import hold_person
from fangxian.store.scans import SOURCE
from fangxian.store.store import Transaction

ONE_VISIT: Final = timedelta(minutes=5)
"""Within which somebody who is at the same place again has not come anew."""

_ELSEWHERE: Final = Text(
    "这是外地的场所码，请用当地的健康码登记。", "This place is in another region: check in with the code of that region."
)


@dataclass(frozen=True, repr=False)
class Arrived:
    """Where somebody checked in and when, and their colour now, None where they have no code."""

    place: PlaceCode
    at: datetime
    colour: Colour | None


def arrive(living: Living, member: Member, text: str) -> Arrived:
    """Record that a member is at the place whose code they scanned; at the same place again within minutes, only say so.

    Raises RefusedError for a code that does not count here, and where the policy has lapsed.
    """
    at = living.clock()
    expect_in_force(living, at)
    place = _read(living, text, at)
    event = by_citizen("checked_in_at_place", member.person_id, acting=member.acting, purpose="entry")
    with living.store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        if not hold_members(transaction.connection, [member]):
            raise RefusedError(NOBODY_THERE)
        came_at = _came_before(transaction, place)
        if came_at is None:
            return Arrived(place, at, record_at_desk(living, transaction, place.place_id, region_code=place.region_code).colour)
        return Arrived(place, came_at, colour_at_desk(living, transaction, member.person_id))


def _read(living: Living, text: str, at: datetime) -> PlaceCode:
    try:
        place = PlaceCode.read(text.strip(), trust=living.signing.ring.trust_list(at=at), at=at)
    except PlaceRefusedError as refused:
        raise RefusedError(refused.words) from None
    # A recognised region's key is believed too, but its places are not ours to keep.
    if not lies_in(place.region_code, living.region_code):
        raise RefusedError(_ELSEWHERE)
    return place


def _came_before(transaction: Transaction, place: PlaceCode) -> datetime | None:
    """Return when the event's person last came to a place, by a gate there or by themselves, if that was minutes ago."""
    assert transaction.event.person_id is not None  # noqa: S101  (an event of one person)
    since = transaction.at - ONE_VISIT
    row = transaction.connection.execute(
        "SELECT max(from_at) FROM facts.gate_visit "
        "WHERE person_id = %s AND place_id = %s AND source = %s AND known_at >= %s AND from_at > %s",
        [UUID(transaction.event.person_id), place.place_id, SOURCE, since, since],
    ).fetchone()
    came_at: datetime | None = row[0] if row else None
    return came_at
