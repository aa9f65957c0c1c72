"""Putting a registration right at a service point: a changed number, an impostor, a child that a stranger added."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from psycopg import sql

from fangxian.facts import Guardianship, Withdrawal
from fangxian.services.children import RELEASED
from fangxian.services.documents import document
from fangxian.services.forgetting import end_own_phones, forget, withdrawal
from fangxian.services.living import Living
from fangxian.services.staff import staff_event
from fangxian.store.recording import hold_person, record_in
from fangxian.store.store import Transaction
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action
from fangxian.work.subject import standing

_PURPOSE: Final = "service point"
_SOURCE: Final = "service-point"
_REASON: Final = "wrong_person"


def release(living: Living, by: Principal, *, id_type: str, id_number: str) -> None:
    """End every registration of a document that its holder shows at the counter, so that they can apply anew, with their own phone.

    The phone that was theirs loses everybody on its list and is logged out: its number may be another's by now. Codes that were issued
    no longer count, the name that was given is removed, and whoever was registered as the person's guardian is none. Facts stay.
    Nobody learns here whether the document was registered. Raises Forbidden for staff who may not.
    """
    role, at = check(by, Action.RELEASE_DOCUMENT), living.clock()
    shown = document(id_type, id_number, on=living.today(at))
    person_id = living.vault.person_id(shown.id_type, shown.number)
    event = staff_event(by, RELEASED, purpose=_PURPOSE, role=role, person_id=person_id)
    with living.store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        end_own_phones(transaction)
        forget(transaction)
        ended = [withdrawal(transaction, Guardianship.name, each, source=_SOURCE, reason=_REASON) for each in _guardianships(transaction)]
        record_in(transaction, {Withdrawal: ended}, policies=[living.policy])


def _guardianships(transaction: Transaction) -> list[int]:
    query = sql.SQL("SELECT DISTINCT fact_id FROM {} AS care WHERE person_id = %s").format(standing(Guardianship))
    return [row[0] for row in transaction.connection.execute(query, [UUID(transaction.event.person_id)]).fetchall()]
