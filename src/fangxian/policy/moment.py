"""Which instant somebody asks about: how times are read, on whose clocks, and whether a policy was in force then."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.facts.typed import instant_typed
from fangxian.policy.policy import Policy

_LAST_MOMENT: Final = "23:59:59.999999"


class Clocks(Protocol):
    """Whose clocks a time is read on: a policy's, or an area scheme's."""

    def instant(self, local: datetime) -> datetime:
        """Return the UTC instant, without a zone, of a time on these clocks, or of one that names its own zone."""


class NotYetInForce(FangxianError):  # noqa: N818  (it names what is so, not what broke)
    """An instant before a policy began: it coloured nobody then, and green would say that it had looked."""

    def __init__(self, policy: Policy) -> None:
        """Name the policy and the day on which it began."""
        super().__init__(
            f"The policy {policy.name} was not yet in force then: it began on {policy.since}.",
            done="Nothing was read.",
            next_step="Ask about that day or a later one, or under a policy that was in force (`fangxian policies`).",
        )


def moment(asked: str | datetime | None, clocks: Clocks) -> datetime:
    """Return the UTC instant that somebody names: now, a local day's end, a local time, or one with a zone.

    A day alone stands for the end of that day, so that everything of the day is in it. Raises FangxianError for anything else.
    """
    if asked is None:
        return now()
    try:
        if isinstance(asked, datetime):
            return clocks.instant(asked)
        return clocks.instant(instant_typed(f"{asked} {_LAST_MOMENT}" if len(asked) <= len("2020-02-15") else asked))
    except (ValueError, OverflowError):
        raise FangxianError(
            f"{str(asked)!r} is not a time.", next_step="Write a day (2020-02-15) or a time ('2020-02-15 08:00', '2020-02-15T00:00Z')."
        ) from None


def moment_in_force(asked: str | datetime | None, policy: Policy) -> datetime:
    """Return the UTC instant that somebody names. Raises FangxianError for one before the policy began, and as `moment` does."""
    return expect_in_force(policy, moment(asked, policy))


def expect_in_force(policy: Policy, at: datetime) -> datetime:
    """Return a UTC instant; raises NotYetInForce for one before the policy began."""
    if at < policy.starts(policy.since):
        raise NotYetInForce(policy)
    return at
