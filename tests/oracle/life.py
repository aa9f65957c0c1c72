"""What is known of one person: the facts that stand, and the calendar on the wall."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

Row = Mapping[str, Any]
AHEAD = timedelta(hours=8)
"""China's clocks are eight hours ahead of UTC, in summer and winter."""


def day_of(instant: datetime) -> date:
    """Return the local day of a UTC instant."""
    return (instant + AHEAD).date()


def midnight(day: date) -> datetime:
    """Return the UTC instant at which a local day begins."""
    return datetime.combine(day, time()) - AHEAD


def days_after(instant: datetime, days: int) -> datetime:
    """Return the beginning of the local day that comes `days` days after that of an instant."""
    return midnight(day_of(instant) + timedelta(days=days))


def earliest(*instants: datetime | None) -> datetime | None:
    """Return the earliest of those that are not None, or None."""
    return min((i for i in instants if i is not None), default=None)


@dataclass(frozen=True)
class Life:
    """The facts of one person, and those of the areas, as known at an instant: by name of their type."""

    facts: Mapping[str, Sequence[Row]]
    known_at: datetime

    def standing(self, kind: str) -> list[Row]:
        """Return the facts of a kind that were known and not known to be withdrawn, each report of them once."""
        subject = "region_code" if kind == "area_level" else "person_id"
        withdrawals = self.facts.get("area_withdrawal" if kind == "area_level" else "withdrawal", ())
        counting = [w for w in withdrawals if w["fact_type"] == kind and not w["known_at"] > self.known_at]
        found: list[Row] = []
        for row in self.facts.get(kind, ()):
            if row["known_at"] > self.known_at:
                continue
            against = [w for w in counting if (w[subject], w["withdrawn_fact_id"]) == (row[subject], row["fact_id"])]
            if any(w["reason"] != "corrected" or w["known_at"] > row["known_at"] for w in against):
                continue
            said = {name: value for name, value in row.items() if name not in ("known_at", "delivery_id", "source")}
            if said not in found:
                found.append(said)
        return found


@dataclass(frozen=True)
class Found:
    """A conclusion: from when, until when (None: open), because of which facts, the cause first."""

    from_at: datetime
    until_at: datetime | None
    because: tuple[int, ...]
