"""Children on phones: who becomes a child's guardian, who is asked first, and what is a service point's to see to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import sql

from fangxian.facts import Fact, Guardianship, PersonFact, Retention, Text, Withdrawal, all_fact_types
from fangxian.services.members import own_person
from fangxian.services.refusals import RefusedError
from fangxian.store.new_facts import new_fact
from fangxian.store.store import Transaction
from fangxian.work.subject import standing

SOURCE: Final = "health-declaration"
RELEASED: Final = "document_released"
"""What the audit says where a service point saw the document and released it."""

_RELEASED_FOR: Final = timedelta(days=1)
"""How long whoever stood at a service point with a document may enter it on a phone, whatever is known about its holder."""

_NO_GUARDIAN: Final = Text("请先为自己申领，再添加孩子。", "Apply for your own code first, then add the child.")
_AT_SERVICE_POINT: Final = Text(
    "这个孩子不能只凭号码登记。请监护人持孩子的证件到服务点办理，再当场用手机登记。",
    "This child is not entered by its number alone. Its guardian brings its document to a service point, and enters it by phone there.",
)


def guardian_of(transaction: Transaction, phone_index: bytes) -> str:
    """Return who becomes the guardian of a child on a phone: its own person. Raises RefusedError where there is none."""
    found = own_person(transaction.connection, phone_index)
    if found is None:
        raise RefusedError(_NO_GUARDIAN)
    return found


def must_be_asked(transaction: Transaction, guardian: str) -> bool:
    """Return whether whoever would be the guardian of the event's person waits until somebody agrees.

    Nobody is asked of a child that is registered as in their care, whoever says so. Of any other child, whoever it is known to is: the
    phone that shows it, or the guardian whom a register names, once they add the child to their own phone. Raises RefusedError where
    something is known about the child and nobody could be asked, as `expect_nothing_known` says.
    """
    named = {UUID(each) for each in _guardians(transaction)}
    if UUID(guardian) in named:
        return False
    if named or _is_entered(transaction):
        return True
    expect_nothing_known(transaction)
    return False


def expect_free(transaction: Transaction) -> None:
    """Raise RefusedError where the event's person, a child, cannot be entered on a phone as its own person.

    It cannot while who it is stands, or a guardian does, or something is known about it that no stranger may see.
    """
    if _guardians(transaction) or _is_entered(transaction):
        raise RefusedError(_AT_SERVICE_POINT)
    expect_nothing_known(transaction)


def expect_nothing_known(transaction: Transaction) -> None:
    """Raise RefusedError where more is known about a child than registers know about everybody: then its number alone is not enough.

    Where somebody lives, works or learns, with whom, and what they let others do is of everybody once a province has loaded its
    registers, and keeps no child from a phone. All else does: health, movements, exposures, measures, decisions, who were guardians,
    and that any such fact was taken back. What was withdrawn counts too: it is kept, and whoever has the child on a phone sees it.
    Whoever showed the child's document at a service point, which released it, may enter the child within a day.
    """
    known = sql.SQL(" UNION ALL ").join(sql.SQL("SELECT person_id FROM {}").format(sql.Identifier("facts", each)) for each in _TELLING)
    query = sql.SQL(
        "SELECT (EXISTS (SELECT FROM ({known}) AS known WHERE person_id = %(person)s) OR EXISTS (SELECT FROM facts.withdrawal "
        "WHERE person_id = %(person)s AND fact_type = ANY(%(telling)s))) AND NOT EXISTS (SELECT FROM audit.event "
        "WHERE person_id = %(person)s AND action = %(released)s AND at > %(since)s)"
    ).format(known=known)
    values = {"person": _person(transaction), "telling": _TELLING, "released": RELEASED, "since": transaction.at - _RELEASED_FOR}
    row = transaction.connection.execute(query, values).fetchone()
    if row and row[0]:
        raise RefusedError(_AT_SERVICE_POINT)


def guardianship(transaction: Transaction, guardian: str, *, until_at: datetime | None) -> dict[type[Fact], list[Mapping[str, Any]]]:
    """Return the fact that somebody looks after the event's person from now on, until it is of age where that is known."""
    event, at = transaction.event, transaction.at
    values = {"guardian_person_id": guardian, "relation": "parent", "until_at": until_at}
    return {Guardianship: [new_fact(Guardianship, event, source=SOURCE, known_at=at, from_at=at, **values)]}


def _guardians(transaction: Transaction) -> list[str]:
    """Return who are the event's person's guardians now, as registers and phones have it."""
    query = sql.SQL(
        "SELECT DISTINCT guardian_person_id FROM {} AS care WHERE person_id = %(person)s AND (until_at IS NULL OR until_at > %(at)s)"
    ).format(standing(Guardianship))
    return [row[0] for row in transaction.connection.execute(query, {"person": _person(transaction), "at": transaction.at}).fetchall()]


def _is_entered(transaction: Transaction) -> bool:
    """Return whether the event's person is known here: who they are is kept, or a phone shows them."""
    row = transaction.connection.execute(
        "SELECT EXISTS (SELECT FROM identities.identity WHERE person_id = %(person)s) OR EXISTS (SELECT FROM account.member "
        "WHERE person_id = %(person)s AND confirmed_at IS NOT NULL AND ended_at IS NULL)",
        {"person": _person(transaction)},
    ).fetchone()
    return bool(row and row[0])


def _person(transaction: Transaction) -> UUID:
    return UUID(transaction.event.person_id)


def _telling() -> list[str]:
    types = [each for each in all_fact_types() if issubclass(each, PersonFact) and each is not Withdrawal]
    return [each.name for each in types if each.retention is not Retention.REGISTER or each is Guardianship]


_TELLING: Final = _telling()
"""The types of facts that tell more about a child than what registers know about everybody."""
