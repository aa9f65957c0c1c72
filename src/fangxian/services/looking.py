"""What a person may see about themselves: why the code is what it is, who looked, and everything that is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from fangxian.code.explain import explain_person
from fangxian.code.explanation import Explanation
from fangxian.engine.person_tables import PersonTables
from fangxian.facts import PersonFact, all_fact_types
from fangxian.services import appeal_words
from fangxian.services.acting import Acting
from fangxian.services.assessing import assessments_of
from fangxian.services.consulting import consultations_kept
from fangxian.services.living import CITIZEN, Living, by_citizen
from fangxian.services.own_tasks import tasks_of
from fangxian.services.visitors import visits_of
from fangxian.store.copying import copy_out
from fangxian.store.identities import identity_of
from fangxian.store.one_person import person_tables
from fangxian.store.reasons import every_reason
from fangxian.store.store import Transaction

PAGE_OF_LOOKS: Final = 200
_ONES_OWN: Final = {Acting.PERSON: [Acting.PERSON], Acting.GUARDIAN: [Acting.PERSON, Acting.GUARDIAN]}
"""Whose doings by phone are one's own to whoever reads the list: a child that is grown finds its guardian's among others'."""


@dataclass(frozen=True)
class Look:
    """Something that was done with a person's data: when, in which role, for which purpose, for which organisation.

    Of a scan also where, and what came of it, while that is kept: `passed`, `refused`, `emergency`, or `invalid` for a code that was
    a screenshot, a replay and the like.
    """

    at: datetime
    role: str
    purpose: str
    action: str
    organisation: str | None
    outcome: str | None
    place: str | None


def own_code(living: Living, person_id: str, *, acting: Acting = Acting.PERSON) -> Explanation:
    """Return a person's code with its reasons, as the person sees it now; whoever only shows it is told no reasons."""
    at = living.clock()
    with living.store.transaction(by_citizen("see_own_code", person_id, acting=acting), at=at) as transaction:
        tables: PersonTables = person_tables(transaction.connection, person_id, living.policy)
    with tables:
        seen = explain_person(tables, living.policy, at=at, known_at=at)
    return replace(seen, reasons=(), coming=()) if acting is Acting.FAMILY else seen


def who_looked(
    living: Living, person_id: str, *, own: bool = False, before: datetime | None = None, acting: Acting = Acting.PERSON
) -> list[Look]:
    """Return what others did with a person's data, newest first, or what was done by phone: by oneself, of a child by its guardian.

    What a phone of the family does, and to a person what a guardian does, stands among others' as theirs; which phone is not told.
    One page of it, of what was before an instant: of several things at the page's last instant none is left out.
    """
    with living.store.transaction(by_citizen("see_own_log", person_id, acting=acting), at=living.clock()) as transaction:
        return _looks(
            transaction,
            "AND (role = %(citizen)s AND actor = ANY(%(ones_own)s)) = %(own)s AND (%(before)s::timestamp IS NULL OR at < %(before)s) "
            "ORDER BY at DESC FETCH FIRST %(page)s ROWS WITH TIES",
            ones_own=_ONES_OWN[acting],
            own=own,
            before=before,
            page=PAGE_OF_LOOKS,
        )


def _looks(transaction: Transaction, which: LiteralString, **values: Any) -> list[Look]:
    rows = transaction.connection.execute(
        "SELECT at, CASE WHEN role = %(citizen)s AND actor = ANY(%(others)s) THEN actor ELSE role END, purpose, action, "
        "details ->> 'organisation_id', CASE WHEN scan.event_id IS NOT NULL THEN coalesce(visit.outcome, 'invalid') END, "
        "coalesce(place_name, place_id) FROM (SELECT * FROM (" + _DONE + ") AS done WHERE true " + which + ") AS look "
        # Where no gate's device stands, the visit knows the place by its number.
        "LEFT JOIN (SELECT event_id, gate_id FROM gate.scan WHERE person_id = %(person)s) AS scan USING (event_id) "
        "LEFT JOIN (SELECT gate_id, place_name FROM gate.device) AS device USING (gate_id) "
        "LEFT JOIN (SELECT event_id, place_id, outcome FROM facts.gate_visit WHERE person_id = %(person)s) AS visit USING (event_id) "
        "ORDER BY at DESC, written_by DESC",
        {"person": UUID(transaction.event.person_id), "citizen": CITIZEN, "others": [Acting.GUARDIAN, Acting.FAMILY]} | values,
    ).fetchall()
    return [Look(*row) for row in rows]


# What is done with many at once is about nobody in particular; the steps of one's own tasks say that one was among them.
_DONE: Final = (
    "SELECT * FROM audit.event WHERE person_id = %(person)s UNION ALL SELECT event.* FROM audit.event "
    "JOIN (SELECT DISTINCT event_id FROM work.step WHERE person_id = %(person)s) AS told ON told.event_id = event.event_id "
    "WHERE event.person_id <> %(person)s"
)


def own_data(living: Living, person_id: str, *, acting: Acting = Acting.PERSON) -> dict[str, Any]:
    """Return everything that is kept about a person.

    Who they are, every fact by its type, colours, appeals, visits, tasks and knocks, what they reported, every look.
    """
    with living.store.transaction(by_citizen("download_own_data", person_id, acting=acting), at=living.clock()) as transaction:
        connection = transaction.connection
        identity = identity_of(transaction, living.vault, person_id)
        visits = visits_of(living, transaction, person_id)
        assessments = assessments_of(living, transaction, person_id)
        consultations = consultations_kept(living, transaction, person_id)
        tasks = tasks_of(living, transaction, person_id)
        facts = {
            each.name: copy_out(connection, each.schema(), f"facts.{each.name} WHERE person_id = %s", [UUID(person_id)]).to_pylist()
            for each in all_fact_types()
            if issubclass(each, PersonFact)
        }
        looks = [vars(look) for look in _looks(transaction, "")]
        colours = every_reason(transaction)
        appeals = appeal_words.own_appeals(living, transaction, person_id)
    named = ("full_name", "id_type", "id_number", "phone")
    return {
        "identity": {name: getattr(identity, name) for name in named} if identity else {},
        "facts": {name: rows for name, rows in facts.items() if rows},
        "colours": colours,
        "appeals": appeals,
        "visits": visits,
        **tasks,
        "self_assessments": assessments,
        "consultations": consultations,
        "looks": looks,
    }
