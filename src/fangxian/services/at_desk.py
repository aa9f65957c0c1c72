"""What is recorded where no gate's device stands, by hand or by who checks in: the scan, visit and temperature that a gate would record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4, uuid5

from fangxian.policy.colour import Colour
from fangxian.services.issuing import stored_colour
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living
from fangxian.signed.verdict import Outcome
from fangxian.store.gate_devices import Device
from fangxian.store.recording import hold_person, record_in
from fangxian.store.scans import NOT_ENROLLED, Visit, record_visits
from fangxian.store.store import Transaction
from fangxian.store.with_code import with_code

FEVER_LINE_C: Final = 37.3
"""From which reading on a guard is told to take somebody aside: the line of the national protocols of 2020 (≥ 37.3 °C)."""

_DESKS: Final = UUID("6a0f3c1e-52a4-4f7b-9d38-0d1f7c2b9e64")
"""The name space of desks: each place has one, which is no device and holds no token."""


def has_fever(temperature_c: float | None) -> bool:
    """Return whether a reading, if there is one, is at the line or above it."""
    return temperature_c is not None and temperature_c >= FEVER_LINE_C


@dataclass(frozen=True)
class AtDesk:
    """What came of somebody at a desk: the colour, None where they have no code, and whether they may pass."""

    gate_id: UUID
    scan_id: UUID
    colour: Colour | None
    passes: bool


def record_at_desk(
    living: Living,
    transaction: Transaction,
    place_id: str,
    *,
    region_code: str | None = None,
    temperature_c: float | None = None,
    passes: bool = True,
) -> AtDesk:
    """Record that the event's person was at a place, as a scan there would be, under the transaction's own event.

    They pass with a green code and no fever, where `passes` does not say otherwise. Raises RefusedError where the policy has lapsed.
    """
    person_id, at = hold_person(transaction), transaction.at
    expect_in_force(living, at, connection=transaction.connection)
    colour = colour_at_desk(living, transaction, person_id)
    may_pass = passes and colour is Colour.GREEN and not has_fever(temperature_c)
    visit = Visit(
        device=_desk(place_id, region_code or living.region_code),
        scan_id=uuid4(),
        person_id=person_id,
        scanned_at=at,
        outcome=str(Outcome.COLOUR) if colour else NOT_ENROLLED,
        colour=colour and str(colour),
        did="passed" if may_pass else "refused",
        present=True,
        temperature_c=temperature_c,
        event_id=transaction.event.event_id,
    )
    record_visits(transaction.connection, [visit], policy=living.policy, at=at)
    record_in(transaction, {}, policies=[living.policy])
    return AtDesk(visit.device.gate_id, visit.scan_id, colour, may_pass)


def colour_at_desk(living: Living, transaction: Transaction, person_id: str) -> Colour | None:
    """Return somebody's colour at a transaction's instant, None where they have no code."""
    if not with_code(transaction.connection, living.policy, [person_id]):
        return None
    return stored_colour(transaction.connection, living.policy.name, person_id, at=transaction.at)[0]


def _desk(place_id: str, region_code: str) -> Device:
    return Device(gate_id=uuid5(_DESKS, place_id), place_id=place_id, place_name=place_id, region_code=region_code)
