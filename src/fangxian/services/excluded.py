"""A case that turned out to be none: its contacts are taken back and their codes follow; tasks without a reason end by themselves."""

from __future__ import annotations

from typing import Final

from fangxian.services.contacts import PURPOSE, SCHEME
from fangxian.services.living import Living
from fangxian.store.contacts import no_case_any_more, take_back
from fangxian.store.renewals import may_record
from fangxian.store.store import Event, write_events
from fangxian.trace.contact_facts import OF_SCANS, SOURCE
from fangxian.trace.scheme import trace_scheme
from fangxian.work.roles import Role

_SOURCES: Final = (SOURCE, OF_SCANS)


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
        connection.execute(
            "UPDATE work.traced_case SET ended_at = %s, event_id = %s WHERE case_fact_id = ANY(%s) AND ended_at IS NULL",
            [at, event.event_id, gone],
        )
    return ended.height
