"""The demonstration's outbreak: one confirmed case with whom it lived, rode and met, and a suspected person at the gate.

An officer finds the case at /staff/cases and the alert at /staff/alerts, each with the preview of whom it would tell. All are invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import uuid4

from fangxian.facts import Diagnosis, Fact, GateVisit, Household, Residence, Trip
from fangxian.services import declaring
from fangxian.services.documents import Document
from fangxian.services.living import Living
from fangxian.store.gate_devices import Device
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import record
from fangxian.store.scans import Visit, record_visits
from fangxian.store.store import Event

_COUNTY: Final = "330106"
_SHOP: Final = "demo-shop"
_FIRST: Final = 100
"""The number of the case's document; those of the others follow."""

_WELL: Final = {"temperature_c": 36.5, "symptoms": "", "contacted_case": "no", "stayed_in_key_area": False, "stay": None, "left_on": None}
_CASE: Final = "冯八"
_SUSPECTED: Final = "陈九"

_LIVING_WITH: Final = ("冯大", "冯小")
_ABOARD: Final = {
    "褚一": ("5", "12B"),
    "褚二": ("5", "12F"),
    "褚三": ("5", "14A"),
    "褚四": ("5", "3C"),
    "褚五": ("7", "12A"),
    "褚六": ("", ""),
}
"""Carriage and seat of whoever was on the case's train."""

_IN_THE_SHOP: Final = {"卫一": (0, 50), "卫二": (20, 45), "卫三": (55, 10)}
"""Minutes after the case came in, and how long they stayed."""

_AT_THE_GATE: Final = {"蒋一": 40, "蒋二": 25, "蒋三": 2}
"""Minutes before the suspected person is scanned; who came long before was inside with them."""

_PEOPLE: Final = (_CASE, *_LIVING_WITH, *_ABOARD, *_IN_THE_SHOP, _SUSPECTED, *_AT_THE_GATE)


def begin_outbreak(living: Living, gate: Device) -> None:
    """Let the case be found where it is not there yet, and the suspected person be scanned at the gate where nobody was for a day."""
    with living.store.pool.connection() as connection:
        found = connection.execute("SELECT EXISTS (SELECT FROM facts.diagnosis WHERE source = 'demonstration')").fetchone()
        alarmed = connection.execute(
            "SELECT EXISTS (SELECT FROM gate.alert WHERE scanned_at > %s)", [living.clock() - timedelta(hours=20)]
        ).fetchone()
    if not found or not found[0]:
        _case(living)
    if not alarmed or not alarmed[0]:
        _alert(living, gate)


def _case(living: Living) -> None:
    at = living.clock()
    for number, name in enumerate(_PEOPLE):
        _enrol(living, number, name)
        home = {"region_code": _COUNTY, "street_code": f"{_COUNTY}002", "grid_code": f"{_COUNTY}002{1 + number % 3:03}"}
        _say(living, name, {Residence: {"from_at": at - timedelta(days=400), **home}})
    for name in (_CASE, *_LIVING_WITH):
        _say(living, name, {Household: {"from_at": at - timedelta(days=400), "household_id": "demonstration-1"}})
    for name, (carriage, seat) in {_CASE: ("5", "12A"), **_ABOARD}.items():
        _say(living, name, {Trip: _trip(living, at, carriage, seat)})
    entered = _nine(living, at) + timedelta(hours=6)
    for name, (after, stayed) in {_CASE: (0, 60), **_IN_THE_SHOP}.items():
        came = entered + timedelta(minutes=after)
        _say(living, name, {GateVisit: _visit(came, came + timedelta(minutes=stayed), _SHOP)})
    onset_on = living.today(at - timedelta(days=1))
    _say(living, _CASE, {Diagnosis: {"from_at": at - timedelta(hours=1), "status": "confirmed", "onset_on": onset_on}})
    _say(living, _SUSPECTED, {Diagnosis: {"from_at": at - timedelta(minutes=30), "status": "suspected"}})


def _trip(living: Living, at: datetime, carriage: str, seat: str) -> dict[str, Any]:
    """Return a trip of yesterday from nine to half past eleven."""
    on = living.today(at - timedelta(days=1))
    leaves = _nine(living, at)
    said = {"mode": "train", "number": "G7349", "travelled_on": on, "from_region_code": "310100", "to_region_code": "330100"}
    arrives = leaves + timedelta(hours=2, minutes=30)
    return {"from_at": leaves, "until_at": arrives, "carriage": carriage or None, "seat": seat or None, **said}


def _nine(living: Living, at: datetime) -> datetime:
    """Return nine o'clock of the day before, on the policy's clocks."""
    return datetime.combine(living.today(at - timedelta(days=1)), time(9)) - living.policy.utc_offset


def _visit(came: datetime, left: datetime | None, place: str) -> dict[str, Any]:
    return {"from_at": came, "until_at": left, "region_code": _COUNTY, "place_id": place, "outcome": "passed"}


def _alert(living: Living, gate: Device) -> None:
    """Let the suspected person come in an hour ago with others, and be scanned again now."""
    at = living.clock()
    _say(living, _SUSPECTED, {GateVisit: _visit(at - timedelta(minutes=45), at - timedelta(minutes=5), gate.place_id)})
    for name, ago in _AT_THE_GATE.items():
        _say(living, name, {GateVisit: _visit(at - timedelta(minutes=ago), None, gate.place_id)})
    shown: dict[str, Any] = {"outcome": "colour", "colour": "red", "did": "refused", "present": True}
    scan = Visit(device=gate, scan_id=uuid4(), person_id=_person_id(living, _SUSPECTED), scanned_at=at, **shown)
    with living.store.pool.connection() as connection:
        record_visits(connection, [scan], policy=living.policy, at=at)


def _enrol(living: Living, number: int, name: str) -> None:
    phone = f"+8612{_FIRST + number:09}"
    identity = {"full_name": name, "home": _COUNTY}
    declaring.enrol(living, identity, _document(name), _WELL, phone_index=living.vault.phone_index(phone), phone=phone)


def _say(living: Living, name: str, said: Mapping[type[Fact], Mapping[str, Any]]) -> None:
    event = Event(actor="demonstration", role="system", purpose="demonstration", action="feed", person_id=_person_id(living, name))
    at = living.clock()
    facts = {kind: [new_fact(kind, event, source="demonstration", known_at=at, **values)] for kind, values in said.items()}
    record(living.store, facts, event, policies=[living.policy], at=at)


def _person_id(living: Living, name: str) -> str:
    shown = _document(name)
    return living.vault.person_id(shown.id_type, shown.number)


def _document(name: str) -> Document:
    return Document("passport", f"DEMO{_FIRST + _PEOPLE.index(name):05}")
