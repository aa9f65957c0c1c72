"""What a gate sends: scans as JSON, read into values or refused with a sentence that repeats nothing of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from fangxian.errors import FangxianError
from fangxian.facts import GateVisit
from fangxian.facts.health import BODY_TEMPERATURE

MOST_SCANS: Final = 5_000
LONGEST_BODY: Final = 8_000_000
"""Bytes: 5,000 scans of the longest text."""

OLDEST: Final = timedelta(days=14)
"""How long a gate may have been offline; what it brings later is refused, for its codes can no longer be told from old ones."""

SHOWN_WITHIN: Final = timedelta(minutes=2)
"""How long ago papers were shown at most: they need a network, so that none were kept, and what they once said is nobody's to ask."""

EMERGENCIES: Final = ("birth", "dialysis", "fire")
DID: Final = GateVisit.columns["outcome"].one_of


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One scan: its own id, when it was, the text, if there was one, and what the gate did, where it decided by itself."""

    scan_id: UUID
    scanned_at: datetime
    text: str | None = None
    did: str | None = None
    emergency: str | None = None
    temperature_c: float | None = None


@dataclass(frozen=True, kw_only=True)
class Papers:
    """A person without a phone: the papers shown, turned into a person at once and kept nowhere."""

    sent: Sent
    id_type: str
    id_number: str


def read_scans(body: bytes, *, at: datetime) -> list[Sent]:
    """Return the scans of a body: `{"scans": [{scan_id, age_s, text, …}, …]}`; raises FangxianError for anything else."""
    match _json(body):
        case {"scans": [*scans]} if 0 < len(scans) <= MOST_SCANS:
            return [_sent(scan, at) for scan in scans]
    raise _refused(f"scans: a list of 1 to {MOST_SCANS:,}")


def read_papers(body: bytes, *, at: datetime) -> Papers:
    """Return the papers of a body: `{scan_id, age_s, id_type, id_number, …}`; raises FangxianError for anything else."""
    match _json(body):
        case {"id_type": str(id_type), "id_number": str(id_number), **rest} if 0 < len(id_type) <= 40 and 0 < len(id_number) <= 40:
            return Papers(sent=_sent(rest, at, needs_text=False, oldest=SHOWN_WITHIN), id_type=id_type, id_number=id_number)
    raise _refused("id_type and id_number")


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _refused("JSON") from None


def _sent(scan: Any, at: datetime, *, needs_text: bool = True, oldest: timedelta = OLDEST) -> Sent:
    """Return a scan. Its age and not its instant is sent, so that a gate whose clock is off still says when it was."""
    if not isinstance(scan, dict):
        raise _refused("a scan as an object")
    age, text, emergency = scan.get("age_s"), scan.get("text"), scan.get("emergency")
    if isinstance(age, bool) or not isinstance(age, int | float) or not 0 <= age <= oldest.total_seconds():
        raise _refused(f"age_s: seconds since the scan, up to {oldest.total_seconds():,.0f}")
    if not (isinstance(text, str) or (text is None and (emergency or not needs_text))):
        raise _refused("text: what was scanned; only an emergency goes without")
    return Sent(
        scan_id=_uuid(scan.get("scan_id")),
        scanned_at=at - timedelta(seconds=age),
        text=text,
        did=_one_of(scan.get("did"), DID, "did"),
        emergency=_one_of(emergency, EMERGENCIES, "emergency"),
        temperature_c=_temperature(scan.get("temperature_c")),
    )


def _uuid(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise _refused("scan_id: a UUID") from None


def _one_of(value: Any, words: tuple[str, ...], name: str) -> str | None:
    if value is not None and value not in words:
        raise _refused(f"{name}: one of {', '.join(words)}")
    return None if value is None else str(value)


def _temperature(value: Any) -> float | None:
    low, high = BODY_TEMPERATURE
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _refused(f"temperature_c: between {low:g} and {high:g}")
    return float(value)


def _refused(wanted: str) -> FangxianError:
    return FangxianError("What the gate sent cannot be read.", known=f"Wanted: {wanted}.", done="Nothing was recorded.")
