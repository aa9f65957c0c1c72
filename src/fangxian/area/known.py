"""What was known about areas at an instant: the only way in which an area rule sees facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir

from fangxian.facts import AreaFact, AreaWithdrawal
from fangxian.facts.fact import INSTANT


def days_since_1970(day: ir.DateValue) -> ir.IntegerValue:
    """Return a day as a number: days compare alike as integers on every engine, and as intervals they do not."""
    return day.delta(ibis.literal(date(1970, 1, 1)), unit="day")


@dataclass(frozen=True)
class KnownAreas:
    """The facts about areas that were known at `known_at` (UTC, without a zone), withdrawals of that time applied."""

    known_at: datetime
    utc_offset: timedelta

    def facts(self, fact_type: type[AreaFact]) -> ir.Table:
        """Return the standing facts of a type."""
        now = ibis.literal(self.known_at, type=INSTANT)
        stored, withdrawals = fact_type.table(), AreaWithdrawal.table()
        taken_back = withdrawals.filter(withdrawals.fact_type == fact_type.name, withdrawals.known_at <= now)
        standing = stored.anti_join(
            taken_back, [stored.region_code == taken_back.region_code, stored.fact_id == taken_back.withdrawn_fact_id]
        )
        # After the anti join, not before it: PostgreSQL's compiler drops a filter below a second anti join.
        return standing.filter(standing.known_at <= now)

    def local_day(self, at: ir.TimestampValue) -> ir.IntegerValue:
        """Return the local day that an instant lies in, as a number."""
        return days_since_1970((at + self._offset).date())

    def midnight_after(self, day: ir.DateValue, *, days: int = 0) -> ir.TimestampValue:
        """Return the instant at which a local day ends, or the same so many `days` later."""
        return (day.cast(INSTANT) + ibis.interval(days=days + 1) - self._offset).cast(INSTANT)

    @property
    def _offset(self) -> ir.IntervalScalar:
        return ibis.interval(minutes=int(self.utc_offset.total_seconds() // 60))
