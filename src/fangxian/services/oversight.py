"""What an installation does by itself so that others can watch it: verify the audit, publish each day's figures, warn of ends.

Nothing ends by itself: a machine's clock that is wrong by a year would destroy everything. Whoever runs it ends what is due.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

from fangxian.services.living import Living
from fangxian.services.upkeep import Chore
from fangxian.store.ending import due
from fangxian.store.store import Event
from fangxian.store.verifying import verify_further
from fangxian.work.publishing import publish
from fangxian.work.renewal import time_left, warned
from fangxian.work.roles import Role

log = logging.getLogger(__name__)


def oversight(living: Living) -> Iterator[Chore]:
    """Yield these chores; how they go is told as of any other."""
    yield Chore("verify the audit", timedelta(hours=1), lambda: _verify(living))
    yield Chore("publish yesterday", timedelta(hours=1), lambda: _publish(living))
    yield Chore("warn of lapses and ends", timedelta(days=1), lambda: _warn(living))


def _verify(living: Living) -> None:
    event = Event(actor="system", role=Role.SYSTEM, purpose="audit", action="audit_verified")
    verify_further(living.store, event, at=living.clock())


def _publish(living: Living) -> None:
    at = living.clock()
    publish(living.store, living.policy, living.today(at) - timedelta(days=1), at=at)


def _warn(living: Living) -> None:
    at = living.clock()
    if warned(living.store, living.policy, at):
        left = time_left(living.store, living.policy, at)
        when = f"lapses in {left.days} days" if left else "is not in force"
        log.warning("policy %s %s: two people must renew it", living.policy.name, when)
    if waiting := due(living.store, at):
        log.warning("the time of what is kept is over, classes and months: %d; to end them: fangxian store end --do", len(waiting))
