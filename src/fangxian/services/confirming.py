"""A doctor confirms what somebody declared: looked up one by one, by the number on their screen or by a document, never in a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from fangxian.code.explanation import FactSeen
from fangxian.facts import DoctorConfirmation, HealthDeclaration, Text
from fangxian.services.documents import document
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.services.screen_number import holder_of_number
from fangxian.services.staff import staff_event
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import hold_person, record_in
from fangxian.store.store import Transaction
from fangxian.work.permissions import Principal, check, role_for
from fangxian.work.roles import Action, Role
from fangxian.work.subject import home_of, standing

FINDINGS: Final = tuple(DoctorConfirmation.columns["finding"].one_of or ())
_PURPOSE: Final = "confirm a declaration"
_SOURCE: Final = "doctor-confirmation"
_NOBODY: Final = Text(
    "没有找到待确认的申报；请核对号码，或请对方重新打开健康码。",
    "No declaration was found; compare the number, or have the code opened again.",
)


@dataclass(frozen=True, repr=False)
class Declared:
    """Somebody's newest declaration, and what a doctor confirms it by."""

    reference: str
    seen: FactSeen


def look_up(living: Living, by: Principal, *, number: str = "", id_type: str = "", id_number: str = "") -> Declared:
    """Return the newest declaration of whoever has a number on their screen, or a document; every search is an event of the audit.

    Raises RefusedError where there is none, `Forbidden` outside the doctor's area.
    """
    at = living.clock()
    if number.strip():
        with living.store.pool.connection() as connection:
            person_id = holder_of_number(connection, number, at=at)
    else:
        shown = document(id_type, id_number, on=living.today(at))
        person_id = living.vault.person_id(shown.id_type, shown.number)
    role = role_for(by, Action.CONFIRM_DECLARATION)
    event = staff_event(by, "declaration_searched", purpose=_PURPOSE, role=role, person_id=person_id)
    with living.store.transaction(event, at=at) as transaction, transaction.connection.cursor(row_factory=dict_row) as cursor:
        query = sql.SQL("SELECT {} FROM {} AS declared WHERE person_id = %s ORDER BY from_at DESC LIMIT 1").format(
            sql.SQL(", ").join(map(sql.Identifier, HealthDeclaration.columns)), standing(HealthDeclaration)
        )
        row = cursor.execute(query, [UUID(person_id)]).fetchone() if person_id else None
    # Only now: who searched for somebody is on that person's list where it was refused too.
    _check(living, by, person_id)
    if row is None or person_id is None:
        raise RefusedError(_NOBODY)
    (reference,) = refer(living, by, Named.DECLARATION, [(person_id, str(row["fact_id"]))])
    return Declared(reference, FactSeen(HealthDeclaration, row))


def confirm(living: Living, by: Principal, reference: str, finding: str) -> None:
    """Sign what was found about a declaration; the code is decided again in the same transaction.

    The same finding of the same doctor, sent again, is the one that stands; another corrects it.
    """
    at = living.clock()
    expect_in_force(living, at)
    person_id, about = meant(living, by, Named.DECLARATION, reference)
    if finding not in FINDINGS:
        raise BadAnswerError({"finding": Text("请选择结论。", "Choose what was found.")})
    role = _check(living, by, person_id)
    event = staff_event(by, "declaration_confirmed", purpose=_PURPOSE, role=role, person_id=person_id)
    said: Mapping[str, Any] = {"finding": finding, "about_fact_id": int(about), "doctor_id": by.subject}
    fact = new_fact(DoctorConfirmation, event, source=_SOURCE, known_at=at, from_at=at, **said)
    with living.store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        if not _stands(transaction, said):
            record_in(transaction, {DoctorConfirmation: [fact]}, policies=[living.policy])


def _stands(transaction: Transaction, said: Mapping[str, Any]) -> bool:
    """Return whether the newest confirmation of a declaration of the event's person says just this."""
    query = sql.SQL(
        "SELECT finding, doctor_id FROM {} AS said WHERE person_id = %s AND about_fact_id = %s ORDER BY known_at DESC, fact_id LIMIT 1"
    ).format(standing(DoctorConfirmation))
    row = transaction.connection.execute(query, [UUID(transaction.event.person_id), said["about_fact_id"]]).fetchone()
    return row == (said["finding"], said["doctor_id"])


def _check(living: Living, by: Principal, person_id: str | None) -> Role:
    """Return the role; whoever is not known to live elsewhere is taken for one of our region."""
    region_code = living.region_code
    if person_id:
        with living.store.pool.connection() as connection:
            home = home_of(connection, person_id, living.policy)
        region_code = home if home != living.policy.region_code else region_code
    return check(by, Action.CONFIRM_DECLARATION, region_code=region_code)
