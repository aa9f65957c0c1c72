"""What ends of people's accounts by the clock alone: codes that were sent, sessions, and requests that nobody answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from fangxian.store.store import Event, Store

CODES_KEPT: Final = timedelta(hours=1)
"""So long it counts how often a code was asked for; then it is forgotten that anybody did."""

REQUESTS_WAIT: Final = timedelta(days=14)
"""So long somebody may answer who asks to show their code."""

REQUESTS_ENDED: Final = "requests_ended"
"""The action of the event under which requests end that nobody answered."""


def end_accounts(store: Store, event: Event, *, at: datetime, everything: bool = False) -> None:
    """End what is over at an instant (UTC), or `everything` that does not end with a month's key: every code, session and request.

    `event` says who ends requests; without any it is not written. An ended request goes with the month in which it ended.
    """
    with store.pool.connection() as connection:
        connection.execute("DELETE FROM account.one_time_code WHERE sent_at <= %s", [at if everything else at - CODES_KEPT])
        connection.execute("DELETE FROM account.session WHERE ends_at <= %s OR %s", [at, everything])
        connection.execute("DELETE FROM account.staff_session WHERE ends_at <= %s", [at])
        over = "confirmed_at IS NULL AND ended_at IS NULL AND since_at <= %s"
        since = at if everything else at - REQUESTS_WAIT
        if not connection.execute(f"SELECT FROM account.member WHERE {over} LIMIT 1", [since]).rowcount:
            return
    ended = replace(event, action=REQUESTS_ENDED, event_id=uuid4())
    with store.transaction(ended, at=at) as transaction:
        transaction.connection.execute(f"UPDATE account.member SET ended_at = %s, event_id = %s WHERE {over}", [at, ended.event_id, since])
