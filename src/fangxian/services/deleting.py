"""Deleting one's data: what can go goes at once; what stays until its class ends is named, with its end and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from fangxian.facts import Consent, Enrolment, PersonFact, Retention, Text, Withdrawal, all_fact_types
from fangxian.services.acting import Acting, expect_may
from fangxian.services.forgetting import end_own_phones, forget, withdrawal
from fangxian.services.living import Living, by_citizen
from fangxian.services.members import NOBODY_THERE, Member, hold_members
from fangxian.services.refusals import RefusedError
from fangxian.store.recording import hold_person, record_in
from fangxian.store.retention import REASON, end_of
from fangxian.work.appealing import withdraw_all
from fangxian.work.roles import Action

_SOURCE: Final = "own-request"
_REASON: Final = "consent_ended"

_WHY: Final = {
    Retention.REGISTER: Text("您登记过的住址、单位与监护关系", "Homes, workplaces and guardians that you registered"),
    Retention.HEALTH: Text(
        "申报、打卡与检测：它们证明管控已经结束，删去会使您再次变色", "Declarations, check-ins and tests: they show that a measure ended"
    ),
    Retention.MOVEMENT: Text("停留、行程与扫码：可能关系到与您同行同处的人", "Stays, trips and scans: they may matter to who was with you"),
    Retention.CONTROL: Text(
        "诊断、暴露与管控：防控和您日后申诉都要以此为据",
        "Diagnoses, exposures and measures: needed for control, and if you dispute them later",
    ),
    Retention.CORRECTION: Text("撤回与更正：没有它们，错误会重新生效", "Withdrawals: without them what was wrong would stand again"),
}


_BESIDE: Final = (
    (
        str(Retention.CONTROL),
        sql.SQL("SELECT coalesce(closed_at, {at}) FROM work.appeal WHERE person_id = {person}"),
        Text(
            "申诉与答复：尚未答复的随删除撤回，此后无人再读；其文字密封至到期",
            "Appeals and answers: what is not answered is taken back with the deletion, and read by nobody; the words stay sealed",
        ),
    ),
    (
        str(Retention.CONTROL),
        sql.SQL(
            "SELECT coalesce(closed_at, {at}) FROM work.task WHERE person_id = {person} "
            "UNION ALL SELECT known_at FROM work.visit WHERE person_id = {person} "
            "UNION ALL SELECT known_at FROM work.photograph WHERE person_id = {person}"
        ),
        Text(
            "关于您的走访任务、上门记录与照片：备注和照片密封至到期",
            "Tasks to visit you, what was seen at your door, and photographs: notes and photographs stay sealed until then",
        ),
    ),
    (
        REASON,
        sql.SQL("SELECT replaced_at FROM code.reason_kept WHERE person_id = {person}"),
        Text("已失效的颜色及其理由：以便查明当时为何如此判定", "Former colours and their reasons: to find out why it was decided so"),
    ),
)
"""What stays of a person that is no fact: its class, the instants from whose months it ends, and why."""


@dataclass(frozen=True)
class Stays:
    """A class of what stays for a while: how many, until when the last of them ends, and why."""

    facts: int
    until: datetime
    why: Text


def what_stays(living: Living, person_id: str, *, acting: Acting = Acting.PERSON) -> list[Stays]:
    """Return what would stay of a person, by class, the first to end first; the look is an event."""
    with living.store.transaction(by_citizen("see_what_stays", person_id, acting=acting), at=living.clock()) as transaction:
        connection, given = transaction.connection, {"person": UUID(person_id), "at": transaction.at}
        found = [_stays(connection, str(retention), _facts(person_id, retention), why) for retention, why in _WHY.items()]
        found += [
            _stays(connection, retention, query.format(**{name: sql.Literal(value) for name, value in given.items()}), why)
            for retention, query, why in _BESIDE
        ]
    return sorted((each for each in found if each), key=lambda each: each.until)


def delete(living: Living, member: Member) -> None:
    """Delete what is kept about a member of a phone and may go: who they are, their places on phones, their tokens and consents.

    The sealed name, number and phone are removed, so that nothing here says any more who the person is. Nobody else is shown by the
    person's own phone any more: its number is another's one day. Raises RefusedError where whoever asks is neither the person nor, of a
    child, the guardian, and where the place has ended meanwhile.
    """
    expect_may(member.acting, Action.DELETE_OWN_DATA)
    at, person = living.clock(), UUID(member.person_id)
    event = by_citizen("delete_own_data", member.person_id, acting=member.acting)
    with living.store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        if not hold_members(transaction.connection, [member]):
            raise RefusedError(NOBODY_THERE)
        end_own_phones(transaction)
        forget(transaction)
        withdraw_all(transaction)
        given = _given(transaction.connection, person)
        withdrawn = [withdrawal(transaction, *fact, source=_SOURCE, reason=_REASON) for fact in given]
        record_in(transaction, {Withdrawal: withdrawn}, policies=[living.policy])


def _facts(person_id: str, retention: Retention) -> sql.Composed:
    """Return a query of when each fact of a person's and a class became known."""
    types = [each for each in all_fact_types() if issubclass(each, PersonFact) and each.retention is retention]
    return sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT known_at FROM {} WHERE person_id = {}").format(sql.Identifier("facts", each.name), sql.Literal(UUID(person_id)))
        for each in types
    )


def _stays(connection: psycopg.Connection[Any], retention: str, instants: sql.Composable, why: Text) -> Stays | None:
    row = connection.execute(sql.SQL("SELECT count(*), max(at) FROM ({}) AS kept (at)").format(instants)).fetchone()
    if row is None or row[1] is None:
        return None
    return Stays(row[0], end_of(retention, row[1].date().replace(day=1)), why)


def _given(connection: psycopg.Connection[Any], person: UUID) -> list[tuple[str, int]]:
    """Return what a person gave and can take back: consents, and having applied for a code."""
    found: list[tuple[str, int]] = []
    for each in (Consent, Enrolment):
        query = sql.SQL("SELECT DISTINCT fact_id FROM {} WHERE person_id = %s").format(sql.Identifier("facts", each.name))
        found += [(each.name, row[0]) for row in connection.execute(query, [person]).fetchall()]
    return found
