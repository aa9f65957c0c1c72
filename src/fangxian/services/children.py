"""Children on phones: who becomes a child's guardian, and who is asked first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from fangxian.facts import Fact, Guardianship, Text
from fangxian.services.members import own_person
from fangxian.services.refusals import RefusedError
from fangxian.store.new_facts import new_fact
from fangxian.store.store import Transaction
from fangxian.work.subject import standing

SOURCE: Final = "health-declaration"
_NO_GUARDIAN: Final = Text("请先为自己申领，再添加孩子。", "Apply for your own code first, then add the child.")


def guardian_of(transaction: Transaction, phone_index: bytes) -> str:
    """Return who becomes the guardian of a child on a phone: its own person. Raises RefusedError where there is none."""
    found = own_person(transaction.connection, phone_index)
    if found is None:
        raise RefusedError(_NO_GUARDIAN)
    return found


def must_be_asked(transaction: Transaction, guardian: str) -> bool:
    """Return whether the event's person is known here already, and not in the care of whoever would be the guardian."""
    person = UUID(transaction.event.person_id)
    row = transaction.connection.execute(
        sql.SQL(
            "SELECT (EXISTS (SELECT FROM identities.identity WHERE person_id = %(person)s) OR EXISTS (SELECT FROM account.member "
            "WHERE person_id = %(person)s AND confirmed_at IS NOT NULL AND ended_at IS NULL)) AND NOT EXISTS ("
            "SELECT FROM {guardianship} AS care WHERE person_id = %(person)s AND replace(guardian_person_id, '-', '')::uuid = %(guardian)s "
            "AND (until_at IS NULL OR until_at > %(at)s))"
        ).format(guardianship=standing(Guardianship)),
        {"person": person, "guardian": UUID(guardian), "at": transaction.at},
    ).fetchone()
    return bool(row and row[0])


def guardianship(transaction: Transaction, guardian: str) -> dict[type[Fact], list[Mapping[str, Any]]]:
    """Return the fact that somebody looks after the event's person from now on."""
    event, at = transaction.event, transaction.at
    values = {"guardian_person_id": guardian, "relation": "parent"}
    return {Guardianship: [new_fact(Guardianship, event, source=SOURCE, known_at=at, from_at=at, **values)]}
