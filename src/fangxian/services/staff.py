"""The sessions of staff: who came in, under which roles, and how surely. The store keeps a secret's hash alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from fangxian.facts import Text
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.store.store import Event
from fangxian.work.permissions import PERMISSIONS, Forbidden, Principal, role_for
from fangxian.work.roles import Action, Role

SESSION_LASTS: Final = timedelta(hours=8)
STAFF: Final = frozenset(Role) - {Role.CITIZEN, Role.GATE, Role.SYSTEM}
"""The roles that a provider may give: citizens come by phone, gates by their device, and the system is nobody."""

_NO_ROLE: Final = Text("您的账号没有任何工作角色，请联系管理员。", "Your account has no role here; ask its administrator.")


class FactorFirstError(Forbidden):
    """Somebody must show a second factor before they go on."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(Text("请先完成双重验证。", "Show your second factor first."), next_step="Log in again with it.")


@dataclass(frozen=True, repr=False)
class StaffSession:
    """Somebody of the staff who came in, and the secret that the browser keeps. It has no printable form."""

    secret: str
    by: Principal
    ends_at: datetime


def begin_session(living: Living, by: Principal) -> StaffSession:
    """Begin a session of eight hours. Raises RefusedError for whoever has no role of the staff."""
    roles = sorted(by.roles & STAFF)
    if not roles:
        raise RefusedError(_NO_ROLE)
    at, secret = living.clock(), secrets.token_urlsafe(32)
    event = staff_event(by, "staff_logged_in", purpose="log in")
    with living.store.transaction(event, at=at) as transaction:
        transaction.connection.execute(
            "INSERT INTO account.staff_session VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                _hash(secret),
                by.subject,
                roles,
                sorted(by.region_codes),
                sorted(by.organisation_ids),
                by.second_factor,
                at,
                at + SESSION_LASTS,
                event.event_id,
            ],
        )
    return StaffSession(secret, replace(by, roles=frozenset(map(Role, roles))), at + SESSION_LASTS)


def session_of(living: Living, secret: str) -> StaffSession | None:
    """Return the session that a secret belongs to, None where there is none or it has ended."""
    with living.store.pool.connection() as connection:
        row = connection.execute(
            "SELECT subject, roles, region_codes, organisation_ids, second_factor, ends_at FROM account.staff_session "
            "WHERE session_hash = %s AND ends_at > %s",
            [_hash(secret), living.clock()],
        ).fetchone()
    if row is None:
        return None
    subject, roles, regions, organisations, second_factor, ends_at = row
    by = Principal(
        subject=subject,
        roles=frozenset(map(Role, roles)),
        region_codes=frozenset(regions),
        organisation_ids=frozenset(organisations),
        second_factor=second_factor,
    )
    return StaffSession(secret, by, ends_at)


def raise_session(living: Living, session: StaffSession) -> None:
    """Let a session count as one with a second factor, which was just shown."""
    event = staff_event(session.by, "second_factor_shown", purpose="log in")
    with living.store.transaction(event, at=living.clock()) as transaction:
        transaction.connection.execute(
            "UPDATE account.staff_session SET second_factor = true, event_id = %s WHERE session_hash = %s",
            [event.event_id, _hash(session.secret)],
        )


def end_session(living: Living, session: StaffSession) -> None:
    """End a session; those that ended by time go with it."""
    with living.store.transaction(staff_event(session.by, "staff_logged_out", purpose="log out"), at=living.clock()) as transaction:
        transaction.connection.execute(
            "DELETE FROM account.staff_session WHERE session_hash = %s OR ends_at <= %s", [_hash(session.secret), transaction.at]
        )


def staff_event(by: Principal, action: str, *, purpose: str, role: Role | None = None, person_id: str | None = None) -> Event:
    """Return the event of something that staff do; without a role it is under their only one, or as one of the staff."""
    return Event(
        actor=by.subject,
        role=role or (min(by.roles) if len(by.roles) == 1 else "staff"),
        purpose=purpose,
        action=action,
        person_id=person_id,
    )


def wants_second_factor(by: Principal) -> bool:
    """Return whether any role of somebody's may do what takes a second factor, and they have shown none."""
    return not by.second_factor and any(each.second_factor and by.roles & each.roles.keys() for each in PERMISSIONS.values())


def admit(by: Principal, *actions: Action) -> None:
    """Raise `Forbidden` for whoever has no role for any of some actions, `FactorFirstError` where each takes a second factor.

    What an action is done to is checked by whoever does it.
    """
    role_for(by, *actions)
    if not by.second_factor and all(PERMISSIONS[action].second_factor for action in actions):
        raise FactorFirstError


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
