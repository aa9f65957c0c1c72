"""What was known at an instant: the only way in which a rule sees facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.facts.fact import INSTANT, AreaFact, Fact
from fangxian.facts.withdrawal import CORRECTED, AreaWithdrawal, Withdrawal

_NEVER: Final = datetime(9999, 1, 1)


def now() -> datetime:
    """Return the present instant: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def instant(value: datetime) -> ir.TimestampScalar:
    """Return a UTC instant (without a zone) as a literal of every engine's microsecond timestamp."""
    return ibis.literal(value, type=INSTANT)


@dataclass(frozen=True)
class Known:
    """The facts that were known at `known_at`, withdrawals of that time applied, and the local day of a policy or scheme.

    `known_at` is a literal in a batch and a placeholder in a prepared statement.
    """

    known_at: ir.TimestampScalar
    utc_offset: timedelta

    def facts(self, fact_type: type[Fact]) -> ir.Table:
        """Return the standing facts of a type: the columns that rules may read, one row a fact (or a repeated report of it)."""
        stored = fact_type.table()
        if fact_type in (Withdrawal, AreaWithdrawal):
            return stored.filter(stored.known_at <= self.known_at)
        withdrawals = AreaWithdrawal.table() if issubclass(fact_type, AreaFact) else Withdrawal.table()
        subject = "region_code" if issubclass(fact_type, AreaFact) else "person_id"
        taken_back = withdrawals.filter(withdrawals.fact_type == fact_type.name, withdrawals.known_at <= self.known_at)
        # A correction's own fact has the number of the one that it corrects, so it is known time that tells them apart.
        taken_back = taken_back.mutate(strikes_before=(taken_back.reason == CORRECTED).ifelse(taken_back.known_at, instant(_NEVER)))
        same = [stored[subject] == taken_back[subject], stored.fact_id == taken_back.withdrawn_fact_id]
        standing = stored.anti_join(taken_back, [*same, stored.known_at < taken_back.strikes_before])
        # After the anti join, not before it: PostgreSQL's compiler drops a filter below a second anti join.
        return standing.filter(standing.known_at <= self.known_at)

    def start_of_day(self, at: ir.TimestampValue) -> ir.TimestampValue:
        """Return the instant at which the local day of `at` started."""
        return (at + self.offset).truncate("D") - self.offset

    def start_of_day_after(self, at: ir.TimestampValue, *, days: int) -> ir.TimestampValue:
        """Return the start of the local day that comes `days` days after the local day of `at`."""
        return self.start_of_day(at) + ibis.interval(days=days)

    @property
    def offset(self) -> ir.IntervalScalar:
        """The distance of the local clocks from UTC, to the minute."""
        return ibis.interval(minutes=int(self.utc_offset.total_seconds() // 60))
