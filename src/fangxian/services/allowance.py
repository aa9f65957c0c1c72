"""How often whoever is shown documents may ask what one's holder may do: whoever could ask about every number would soon have a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fangxian.services.refusals import TooManyError
from fangxian.store.store import Store


@dataclass(frozen=True)
class Allowance:
    """So many times within a span that begins with the first of them; `of` says what asks."""

    of: str
    most: int
    over: timedelta


DESK: Final = Allowance("desk", 60, timedelta(hours=1))
"""Documents that an organisation's desk is shown: a person a minute, all day."""

GATE: Final = Allowance("gate", 300, timedelta(hours=1))
"""Documents that a gate is shown: one every twelve seconds, with the temperature taken."""


def ask(store: Store, allowance: Allowance, who: str, *, at: datetime) -> None:
    """Count that somebody asks; raises TooManyError, with the seconds to wait, where it is more often than is allowed.

    Counted before anything is answered, in a row that is locked by it: asking in parallel gives no more.
    """
    with store.pool.connection() as connection:
        row = connection.execute(_COUNT, {"who": f"{allowance.of} {who}", "at": at, "begun": at - allowance.over}).fetchone()
    if row is not None and row[0] > allowance.most:
        raise TooManyError(int((row[1] + allowance.over - at).total_seconds()) + 1)


_COUNT: Final = """
    INSERT INTO account.asked_of_late AS kept (who, since, times) VALUES (%(who)s, %(at)s, 1)
    ON CONFLICT (who) DO UPDATE SET
        times = CASE WHEN kept.since > %(begun)s THEN kept.times + 1 ELSE 1 END,
        since = CASE WHEN kept.since > %(begun)s THEN kept.since ELSE excluded.since END
    RETURNING times, since
"""
