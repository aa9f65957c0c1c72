"""A case that turned out to be none: its contacts are taken back, their codes follow, and tasks about them are cancelled."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
import psycopg

from fangxian.services.contacts import PURPOSE, SCHEME
from fangxian.services.living import Living
from fangxian.store.contacts import no_case_any_more, take_back
from fangxian.store.renewals import may_record
from fangxian.store.store import Event, write_events
from fangxian.trace.contact_facts import OF_SCANS, SOURCE
from fangxian.trace.scheme import trace_scheme
from fangxian.work.roles import Action, Role
from fangxian.work.task import MOVES, TaskState

_SOURCES: Final = (SOURCE, OF_SCANS)
_CANCELLED_FROM: Final = [
    str(state) for (state, to), actions in MOVES.items() if to is TaskState.CANCELLED and Action.HAND_OUT_TASKS in actions
]

# Somebody who met another case, too, is still to be isolated: a task is opened once, whoever else they met.
_CANCEL: Final = """
    UPDATE work.task SET state = 'cancelled', referred = NULL, closed_at = %(at)s, event_id = %(event)s
    FROM unnest(%(people)s::uuid[], %(facts)s::bigint[]) AS gone (person_id, fact_id)
    WHERE task.person_id = gone.person_id AND because_type = 'exposure' AND because_id = gone.fact_id
        AND closed_at IS NULL AND state = ANY(%(states)s) AND NOT EXISTS (
            SELECT FROM facts.exposure AS fact WHERE fact.person_id = task.person_id AND contact_class = 'close' AND NOT EXISTS (
                SELECT FROM facts.withdrawal WHERE withdrawal.person_id = fact.person_id AND withdrawal.fact_type = 'exposure'
                    AND withdrawn_fact_id = fact.fact_id AND (reason <> 'corrected' OR fact.known_at < withdrawal.known_at)
            )
        )
"""


def take_back_excluded(living: Living) -> int:
    """Take back the contacts of every traced case that stands no more; return how many exposures that was."""
    at = living.clock()
    if not may_record(living.store, living.policy, at):
        return 0
    event = Event(actor="system", role=Role.SYSTEM, purpose=PURPOSE, action="contacts_taken_back")
    with living.store.together() as connection:
        standing = connection.execute("SELECT DISTINCT person_id, case_fact_id FROM work.traced_case WHERE ended_at IS NULL").fetchall()
        cases = [(person_id.hex, case_fact_id) for person_id, case_fact_id in standing]
        gone = no_case_any_more(connection, trace_scheme(SCHEME), cases, at=at) if cases else []
        if not gone:
            return 0
        write_events(connection, [event], at=at)
        ended = take_back(connection, gone, sources=_SOURCES, at=at, event_id=event.event_id)
        _cancel(connection, ended, event, at)
        connection.execute(
            "UPDATE work.traced_case SET ended_at = %s, event_id = %s WHERE case_fact_id = ANY(%s) AND ended_at IS NULL",
            [at, event.event_id, gone],
        )
    return ended.height


def _cancel(connection: psycopg.Connection[Any], ended: pl.DataFrame, event: Event, at: Any) -> None:
    given = {"people": ended["person_id"].to_list(), "facts": ended["fact_id"].to_list(), "states": _CANCELLED_FROM}
    connection.execute(_CANCEL, {**given, "at": at, "event": event.event_id})
