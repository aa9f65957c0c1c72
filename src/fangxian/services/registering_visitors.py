"""Registering a visitor: whom a gate has scanned, who reads out the number under their code, or who shows a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from unicodedata import normalize
from uuid import UUID, uuid4

from psycopg import sql

from fangxian.facts import Text, Workplace
from fangxian.services.allowance import DESK, ask
from fangxian.services.at_desk import record_at_desk
from fangxian.services.documents import document
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living
from fangxian.services.own_people import organisations_of
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.services.screen_number import holder_of_number
from fangxian.services.staff import staff_event
from fangxian.services.visitors import HOST, PURPOSE, SEALED_WITH, Came, came_of
from fangxian.signed.credential import masked
from fangxian.store.identities import identity_of
from fangxian.store.recording import hold_person
from fangxian.store.store import Transaction, write_events
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action
from fangxian.work.subject import standing

_NOBODY: Final = Text(
    "没有找到；请核对编号，或请对方重新打开健康码。", "Nobody was found; compare the number, or have the code opened again."
)
_NOT_LET_IN: Final = Text("此人未获放行，不能登记为访客。", "They were not let in, and are registered as no visitor.")
_WORKS_HERE: Final = Text(
    "在本单位工作的人不登记为访客，请用今日查验。", "Whoever works here is registered as no visitor; use the day's check."
)
REGISTERED: Final = "visitor_registered"
_AT_DESK: Final = "visitor_at_desk"
_INSIDE: Final = Text("此人已登记来访，尚未离开。", "This visitor is registered already, and has not left.")
_WHERE: Final = Text("请选择单位。", "Choose the organisation.")

Given = Mapping[str, Sequence[str]]


def register_scanned(living: Living, by: Principal, reference: str, given: Given) -> None:
    """Say whom somebody visits whom a gate let in today, and why: the answers to `visit`.

    Raises RefusedError for whoever was not let in, is inside already, or works there.
    """
    at = living.clock()
    expect_in_force(living, at)
    visit, came = living.read("visit", given), came_of(living, by, reference)
    role = check(by, Action.REGISTER_VISITOR, organisation_id=came.organisation_id)
    event = staff_event(by, REGISTERED, purpose=PURPOSE, role=role, person_id=came.person_id)
    with living.store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        _expect_visitor(transaction, came.organisation_id)
        row = transaction.connection.execute(
            "SELECT scanned_at FROM gate.scan JOIN facts.gate_visit AS visit USING (person_id, event_id) "
            "WHERE person_id = %s AND gate_id = %s AND scan_id = %s AND visit.outcome <> 'refused'",
            [UUID(came.person_id), came.gate_id, came.scan_id],
        ).fetchone()
        if row is None:
            raise RefusedError(_NOT_LET_IN)
        _keep(living, transaction, came, visit, came_at=row[0])


def register_at_desk(living: Living, by: Principal, given: Given, *, organisation_id: str = "") -> bool:
    """Register whoever stands at the desk, and return whether they may pass: a visitor who may not is recorded as refused, and no more.

    `given` answers `visit`, and has the number under their code, or a document with `full_name`, `id_type` and `id_number`. Of a
    document whose holder bears another name nothing is told, and nothing recorded but that the desk asked: like whoever has no code,
    they may not pass. Raises RefusedError for whoever is inside already or works there, TooManyError where documents come by the dozen.
    """
    organisation_id = organisation_id or _only(organisations_of(by))
    role = check(by, Action.REGISTER_VISITOR, organisation_id=organisation_id)
    visit, at = living.read("visit", given), living.clock()
    expect_in_force(living, at)
    person_id, name = _who(living, given, organisation_id, at)
    asked = staff_event(by, _AT_DESK, purpose=PURPOSE, role=role, person_id=person_id)
    event = replace(asked, details={"organisation_id": organisation_id})
    with living.store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        if name and not _is_called(living, transaction, name):
            return False
        _expect_visitor(transaction, organisation_id)
        found = record_at_desk(living, transaction, organisation_id)
        if found.passes:
            registered = replace(event, action=REGISTERED, event_id=uuid4())
            write_events(transaction.connection, [registered], at=at)
            came = Came(person_id, found.gate_id, found.scan_id, organisation_id)
            _keep(living, replace(transaction, event=registered), came, visit, came_at=at, name=name and masked(name))
        return found.passes


def _only(organisations: Sequence[str]) -> str:
    if len(organisations) != 1:
        raise BadAnswerError({"organisation_id": _WHERE})
    return organisations[0]


def _who(living: Living, given: Given, organisation_id: str, at: datetime) -> tuple[str, str | None]:
    """Return the person, and the name where one was asked for."""
    number, id_number, name = (next(iter(given.get(key, ())), "").strip() for key in ("number", "id_number", "full_name"))
    if number:
        with living.store.pool.connection() as connection:
            holder = holder_of_number(connection, number, at=at)
        if holder is None:
            raise RefusedError(_NOBODY)
        return holder, None
    if not name or not id_number or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise BadAnswerError({"number": _NAMED})
    shown = document(next(iter(given.get("id_type", ())), ""), id_number, on=living.today(at))
    ask(living.store, DESK, organisation_id, at=at)
    return living.vault.person_id(shown.id_type, shown.number), name


_LONGEST_NAME: Final = 60
_NAMED: Final = Text(
    "请填健康码下方的编号；没有手机的，填姓名和证件。",
    "Give the number under the code or, of whoever has no phone, the name and a document.",
)


def _is_called(living: Living, transaction: Transaction, name: str) -> bool:
    """Return whether the event's person is kept under a name, however it is spaced; whoever is not kept is called nothing."""
    kept = identity_of(transaction, living.vault, str(transaction.event.person_id))
    return kept is not None and _spelled(kept.full_name) == _spelled(name)


def _spelled(name: str) -> str:
    return "".join(normalize("NFKC", name).casefold().split())


def _expect_visitor(transaction: Transaction, organisation_id: str) -> None:
    """Raise RefusedError where the event's person is no visitor who comes in: they work there, or are inside already.

    Who of the own people lets the organisation see their colour is checked in the list of the day; of the others it learns nothing here.
    """
    values = {"person": UUID(transaction.event.person_id), "place": organisation_id, "at": transaction.at}
    query = sql.SQL(
        "SELECT EXISTS (SELECT FROM {workplace} AS workplace WHERE person_id = %(person)s AND organisation_id = %(place)s "
        "AND from_at <= %(at)s AND (until_at IS NULL OR until_at > %(at)s)), "
        "EXISTS (SELECT FROM gate.visitor WHERE person_id = %(person)s AND place_id = %(place)s AND left_at IS NULL "
        "AND came_at > %(at)s::timestamp - interval '1 day')"
    ).format(workplace=standing(Workplace))
    works_here, inside = transaction.connection.execute(query, values).fetchone() or (False, False)
    if works_here:
        raise RefusedError(_WORKS_HERE)
    if inside:
        raise RefusedError(_INSIDE)


def _keep(
    living: Living, transaction: Transaction, came: Came, visit: Mapping[str, Any], *, came_at: datetime, name: str | None = None
) -> None:
    """Keep a visit, sealed under the key of the month in which it began: it ends with that month."""

    def sealed(text: str, field: str) -> bytes:
        return living.vault.seal(text, person_id=came.person_id, retention=SEALED_WITH, period=f"{came_at:%Y-%m}", field=field)

    kept = transaction.connection.execute(
        "INSERT INTO gate.visitor (person_id, gate_id, scan_id, place_id, came_at, purpose, host, masked_name, event_id) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [
            UUID(came.person_id),
            came.gate_id,
            came.scan_id,
            came.organisation_id,
            came_at,
            visit["purpose"],
            sealed(visit["host"], HOST),
            sealed(name, "masked_name") if name else None,
            transaction.event.event_id,
        ],
    )
    if kept.rowcount != 1:
        raise RefusedError(_INSIDE)
