"""Recording a knock: once, with what it does to its task and to the person, in one transaction with one event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from fangxian.facts import MedicalMeasure, Text
from fangxian.policy.policy import Policy
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import hold_person, record_in
from fangxian.store.store import Store, Transaction
from fangxian.work.moving import expect_area, move_event, passed_on
from fangxian.work.parameters import longest_words, nobody_there_at_most, visit_taken_within
from fangxian.work.permissions import Principal, check
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action
from fangxian.work.task import Task, TaskState
from fangxian.work.task_rows import move, read_task
from fangxian.work.visit import EFFECTS, Conflict, Effect, Outcome, Visit, conflict_of

SOURCE: Final = "grid-visit"
"""Who says what a worker saw at a door."""

RETENTION: Final = "control"
"""The class under whose key the words and pictures of a knock are sealed."""

_NOT_OF_THIS_KIND: Final = Text("这种结果不适用于此类任务。", "This is no outcome of a task of this kind.")
_TOO_OLD: Final = Text("记录过旧，不能再补传；请交督办。", "This knock is too old to be sent; tell the supervisor.")


def record_visit(
    store: Store,
    by: Principal,
    *,
    person_id: str,
    task_id: UUID,
    visit: Visit,
    seal: Callable[[str], bytes],
    policies: Sequence[Policy],
    at: datetime,
    phone_id: UUID | None = None,
) -> Conflict | None:
    """Record a knock and let its task follow; one that was taken before is not taken again.

    Returns what stood against its moving the task, None where it did: such a knock is kept all the same, and a supervisor sees it. One
    from before the task was opened, or from later than now, is taken to be of that instant. Raises RefusedError for what is no outcome
    of the task's kind, what is too old, and too many words; Forbidden outside one's area.
    """
    with store.pool.connection() as connection:
        task = read_task(connection, person_id, task_id)
    role = check(by, Action.WORK_ON_TASK, region_code=task.area_code)
    _expect(visit, task, at)
    event = move_event(by, role, "visit_recorded", task, visit_id=visit.visit_id, outcome=visit.outcome)
    with store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        if (taken := _taken(transaction, visit)) is not None:
            return taken[0]
        task = read_task(transaction.connection, person_id, task_id, hold=True)
        conflict = conflict_of(task, by.subject)
        _insert(transaction, task, visit, by.subject, conflict, seal(visit.note) if visit.note else None, phone_id)
        if conflict is None:
            follow(transaction, task, visit, policies)
    return conflict


def _expect(visit: Visit, task: Task, at: datetime) -> None:
    longest = longest_words(at.date())
    if visit.outcome not in EFFECTS[task.kind]:
        raise RefusedError(_NOT_OF_THIS_KIND)
    if at - visit.at > visit_taken_within(at.date()):
        raise RefusedError(_TOO_OLD)
    if len(visit.note) > longest:
        raise RefusedError(Text(f"备注最多 {longest} 个字符。", f"A note has at most {longest} characters."))
    if visit.moved_to:
        expect_area(visit.moved_to)


def _taken(transaction: Transaction, visit: Visit) -> tuple[Conflict | None] | None:
    """Return what a knock of the same id came to, None where there is none yet."""
    row = transaction.connection.execute(
        "SELECT conflict FROM work.visit WHERE person_id = %s AND visit_id = %s",
        [UUID(transaction.event.person_id or ""), visit.visit_id],
    ).fetchone()
    return (Conflict(row[0]) if row[0] else None,) if row else None


def _insert(
    transaction: Transaction, task: Task, visit: Visit, worker: str, conflict: Conflict | None, note: bytes | None, phone_id: UUID | None
) -> None:
    transaction.connection.execute(
        "INSERT INTO work.visit "
        "(person_id, visit_id, task_id, area_code, at, known_at, worker, phone_id, outcome, note, conflict, event_id) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            UUID(task.person_id),
            visit.visit_id,
            task.task_id,
            task.area_code,
            _when(task, visit, transaction.at),
            transaction.at,
            worker,
            phone_id,
            str(visit.outcome),
            note,
            str(conflict) if conflict else None,
            transaction.event.event_id,
        ],
    )


def _when(task: Task, visit: Visit, at: datetime) -> datetime:
    """Return when a knock was, as far as its phone's clock can be right."""
    return min(max(visit.at, task.opened_at), at)


def follow(transaction: Transaction, task: Task, visit: Visit, policies: Sequence[Policy]) -> None:
    """Do to a task that is held and to its person what a knock says, in a transaction whose event is about them."""
    effect = EFFECTS[task.kind][visit.outcome]
    if effect.measure:
        since = _when(task, visit, transaction.at)
        said = new_fact(MedicalMeasure, transaction.event, source=SOURCE, known_at=transaction.at, from_at=since, kind="home", site_id=None)
        record_in(transaction, {MedicalMeasure: [said]}, policies=policies)
    if effect.supplies:
        transaction.connection.execute(
            "INSERT INTO work.supplies (person_id, visit_id, task_id, area_code, opened_at, event_id) VALUES (%s, %s, %s, %s, %s, %s)",
            [UUID(task.person_id), visit.visit_id, task.task_id, task.area_code, transaction.at, transaction.event.event_id],
        )
    if visit.outcome is Outcome.MOVED and visit.moved_to and visit.moved_to != task.area_code:
        passed_on(transaction, task, visit.moved_to)
    elif (to := _next(transaction, task, effect)) is not None:
        move(transaction, task, to, referred=effect.referred if to is TaskState.WITH_SUPERVISOR else None)


def _next(transaction: Transaction, task: Task, effect: Effect) -> TaskState | None:
    if not effect.up_to_count:
        return effect.to
    row = transaction.connection.execute(
        "SELECT count(*) FROM work.visit WHERE person_id = %s AND task_id = %s AND outcome = 'nobody_there'",
        [UUID(task.person_id), task.task_id],
    ).fetchone()
    return TaskState.WITH_SUPERVISOR if row and row[0] >= nobody_there_at_most(transaction.at.date()) else None
