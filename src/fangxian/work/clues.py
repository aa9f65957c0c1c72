"""The actions on clues: answer, pass on, split, hand what is late to the next level, see who reported. Each is one transaction
with one event. None of them is about a person, and none reaches a fact or a code.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.policy.regions import COUNTY, level_of, region_name
from fangxian.store.store import Event, Store, Transaction
from fangxian.work.clue import Clue, ClueState, Finding, OpeningReason, clue_action
from fangxian.work.clue_rows import read
from fangxian.work.permissions import Principal, check
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action, Role

PURPOSE: Final = "clues"
_MOVED: Final = Text("此线索刚被他人办理，请重新打开。", "Somebody moved this clue meanwhile; open it again.")


def answer_clue(store: Store, by: Principal, clue_id: UUID, *, finding: Finding, answer: bytes, at: datetime) -> None:
    """Say what came of a clue, with words for the reporter, sealed; those folded into it are answered with it."""
    clue = read(store, clue_id)
    if clue.folded_into:
        raise RefusedError(Text("请答复所并入的线索，或先分开。", "Answer the one that it was folded into, or split it first."))
    role = _check(by, clue_action(clue, ClueState.ANSWERED), clue)
    with store.transaction(_event(by, role, "clue answered", clue, finding=finding), at=at) as transaction:
        _move(transaction, clue, ClueState.ANSWERED, finding=str(finding), answer=answer, closed_at=at)
        transaction.connection.execute(
            "UPDATE work.clue SET state = 'answered', finding = %s, closed_at = %s, event_id = %s "
            "WHERE folded_into = %s AND state = 'folded'",
            [str(finding), at, transaction.event.event_id, clue_id],
        )


def pass_on(store: Store, by: Principal, clue_id: UUID, *, to: str, at: datetime) -> ClueState:
    """Pass a clue on to a street (nine digits) or a county (six) and return where it is now; its deadline stays.

    A street passes on to its own county alone. Raises RefusedError for a street that nobody named, and for a region that is no county.
    """
    clue = read(store, clue_id)
    state = ClueState.WITH_STREET if len(to) == _STREET else ClueState.WITH_COUNTY
    role = _check(by, clue_action(clue, state), clue)
    if role is Role.STREET_OFFICER and to != clue.region_code:
        raise RefusedError(Text("街道只能退回本县区。", "A street passes a clue back to its own county, and no further."))
    with store.transaction(_event(by, role, "clue passed on", clue, to=to), at=at) as transaction:
        region_code = _region_of(transaction, to)
        _move(transaction, clue, state, owner=to, region_code=region_code, street_code=to if len(to) == _STREET else None)
    return state


def split(store: Store, by: Principal, clue_id: UUID, *, at: datetime) -> None:
    """Take a clue out of the one that it was folded into: it goes where it was routed to when it came."""
    clue = read(store, clue_id)
    state = ClueState.WITH_STREET if len(clue.owner) == _STREET else ClueState.WITH_COUNTY
    if clue.state is not ClueState.FOLDED:
        raise RefusedError(_MOVED)
    role = _check(by, clue_action(clue, state), clue)
    with store.transaction(_event(by, role, "clue split", clue), at=at) as transaction:
        _move(transaction, clue, state, folded_into=None, likeness=None, doubtful=False)


def escalate_late_clues(store: Store, by: Principal, *, at: datetime) -> int:
    """Hand every clue that was not answered in time to the prefecture's office; return how many that were.

    One statement and one event for all of them; without any, nothing is written. Their deadlines stay, so they stay late.
    """
    role = check(by, Action.ESCALATE_CLUES)
    late = "state IN ('with_street', 'with_county') AND closed_at IS NULL AND due_at <= %s"
    with store.pool.connection() as connection:
        if not connection.execute(f"SELECT FROM work.clue WHERE {late} LIMIT 1", [at]).rowcount:
            return 0
    event = Event(actor=by.subject, role=role, purpose="deadline of clues", action="clues escalated")
    with store.transaction(event, at=at) as transaction:
        return transaction.connection.execute(
            f"UPDATE work.clue SET state = 'with_superior', owner = left(region_code, 4) || '00', event_id = %s WHERE {late}",
            [event.event_id, at],
        ).rowcount


def open_reporter(store: Store, by: Principal, clue_id: UUID, *, reason: OpeningReason, at: datetime) -> tuple[Clue, bytes | None]:
    """Return the clue and who reported it, sealed, None where they did not say; the event names the reason."""
    clue = read(store, clue_id)
    role = _check(by, Action.OPEN_CLUE_REPORTER, clue)
    with store.transaction(_event(by, role, "clue reporter opened", clue, reason=reason), at=at) as transaction:
        row = transaction.connection.execute("SELECT reporter FROM work.clue WHERE clue_id = %s", [clue_id]).fetchone()
    return clue, row[0] if row else None


def name_streets(transaction: Transaction, streets: Sequence[tuple[str, str]]) -> int:
    """Name streets by their nine digits, new ones and those that have another name now; return how many that are."""
    codes, names = [code for code, _ in streets], [name for _, name in streets]
    return transaction.connection.execute(
        "INSERT INTO work.street AS street SELECT code, left(code, 6), name, %s FROM unnest(%s::text[], %s::text[]) AS given (code, name) "
        "ON CONFLICT (street_code) DO UPDATE SET name = excluded.name, event_id = excluded.event_id WHERE street.name <> excluded.name",
        [transaction.event.event_id, codes, names],
    ).rowcount


_STREET: Final = 9


def _region_of(transaction: Transaction, to: str) -> str:
    """Return the county of a street that was named, or the county itself."""
    if len(to) == _STREET:
        row = transaction.connection.execute("SELECT region_code FROM work.street WHERE street_code = %s", [to]).fetchone()
        if row:
            return str(row[0])
    elif region_name(to) and level_of(to) == COUNTY:
        return to
    raise RefusedError(Text("没有这个街道或县区，请从列表中选择。", "There is no such street or county; choose one of the list."))


def _check(by: Principal, action: Action, clue: Clue) -> Role:
    return check(by, action, region_code=clue.region_code, organisation_id=clue.owner)


def _event(by: Principal, role: Role, action: str, clue: Clue, **details: str) -> Event:
    said = {"clue_id": str(clue.clue_id)} | {name: str(value) for name, value in details.items()}
    return Event(actor=by.subject, role=role, purpose=PURPOSE, action=action, details=said)


def _move(transaction: Transaction, clue: Clue, to: ClueState, **changed: Any) -> None:
    """Move a clue as it was read; raise where somebody moved it meanwhile."""
    values = {"state": str(to), "event_id": transaction.event.event_id} | changed
    moved = transaction.connection.execute(
        f"UPDATE work.clue SET {', '.join(f'{name} = %s' for name in values)} WHERE clue_id = %s AND state = %s AND owner = %s",
        [*values.values(), clue.clue_id, str(clue.state), clue.owner],
    )
    if not moved.rowcount:
        raise RefusedError(_MOVED)
