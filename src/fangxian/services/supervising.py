"""What a supervisor sees: who is behind with what, by street and worker; what came to them; supplies; knocks that came too late; phones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from fangxian.facts import Text
from fangxian.services.living import Living
from fangxian.services.opened import opened
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import staff_event
from fangxian.store.store import Transaction
from fangxian.work import phones
from fangxian.work.permissions import Principal, check, role_for, visible_where
from fangxian.work.roles import Action
from fangxian.work.shift import Shift, shifts
from fangxian.work.task import Task, TaskState
from fangxian.work.task_rows import COLUMNS, task_from
from fangxian.work.visit import Conflict, Outcome
from fangxian.work.visiting import RETENTION

PAGE: Final = 100
"""Rows of each list on a page: those who wait longest."""

_PURPOSE: Final = "supervision"
_TO: Final = Action.SUPERVISE_TASKS
_BROUGHT: Final = Text("已有人记下送到，请刷新。", "Somebody kept already that it was brought; load the page again.")
_NO_PHONE: Final = Text("没有这部手机，请刷新列表。", "There is no such phone; load the list again.")


@dataclass(frozen=True, kw_only=True)
class Behind:
    """How far somebody is, or a street without a worker: open tasks, of these waiting to be taken, late, with the supervisor.

    `reference` names the worker in this street; empty where there is none.
    """

    street: str
    worker: str | None
    tasks: int
    waiting: int
    late: int
    referred: int
    reference: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class Supplies:
    """Something that has to be brought, for which task: since when, where, and what the worker wrote."""

    reference: str
    task: str
    area_code: str
    opened_at: datetime
    note: str


@dataclass(frozen=True, kw_only=True)
class Late:
    """A knock that came too late to move its task: whose, when it was, what it said, what stood against it, where.

    `state` is the task's now: one that is closed stays so. `reference` names the knock, `task` its task.
    """

    reference: str
    task: str
    worker: str
    at: datetime
    outcome: Outcome
    conflict: Conflict
    area_code: str
    state: TaskState


@dataclass(frozen=True, kw_only=True, repr=False)
class Supervised:
    """One look at the work of an area."""

    at: datetime
    behind: list[Behind]
    referred: list[tuple[str, Task]]
    supplies: list[Supplies]
    too_late: list[Late]
    at_work: list[Shift]
    phones: list[phones.Phone]


def supervise(living: Living, by: Principal) -> Supervised:
    """Return the state of the work in a supervisor's area; the look is an event. No name is opened, only what a worker asks for."""
    at = living.clock()
    event = staff_event(by, "tasks_supervised", purpose=_PURPOSE, role=role_for(by, _TO))
    of_task = visible_where(by, _TO, region_code="area_code")
    with living.store.transaction(event, at=at) as transaction:
        behind = [Behind(**row) for row in _rows(transaction, _BEHIND, of_task, at=at)]
        found = transaction.connection.execute(sql.SQL(_REFERRED).format(of_task), {"most": PAGE}).fetchall()
        supplies = _rows(transaction, _SUPPLIES, of_task, most=PAGE)
        late = _rows(transaction, _TOO_LATE, of_task, most=PAGE)
        at_work = shifts(transaction.connection, at=at, within=sorted(by.region_codes))
    tasks = [task_from(row) for row in found]
    named = [(task.person_id, str(task.task_id)) for task in tasks]
    return Supervised(
        at=at,
        behind=_named(living, by, behind),
        referred=list(zip(refer(living, by, Named.TASK, named), tasks, strict=True)),
        supplies=_opened(living, by, supplies),
        too_late=_late(living, by, late),
        at_work=at_work,
        phones=phones.phones(living.store, by),
    )


def brought(living: Living, by: Principal, reference: str) -> None:
    """Keep that supplies were brought. Raises RefusedError where somebody said so before."""
    person_id, visit_id, area_code = meant(living, by, Named.SUPPLIES, reference)
    role = check(by, _TO, region_code=area_code)
    event = staff_event(by, "supplies_brought", purpose=_PURPOSE, role=role, person_id=person_id)
    with living.store.transaction(event, at=living.clock()) as transaction:
        closed = transaction.connection.execute(
            "UPDATE work.supplies SET closed_at = %s, event_id = %s WHERE person_id = %s AND visit_id = %s AND closed_at IS NULL",
            [transaction.at, event.event_id, UUID(person_id), UUID(visit_id)],
        )
        if not closed.rowcount:
            raise RefusedError(_BROUGHT)


def shut_out(living: Living, by: Principal, phone_id: str) -> None:
    """Shut out a phone. Raises RefusedError where there is none of that id."""
    try:
        phones.shut_out(living.store, by, UUID(phone_id), at=living.clock())
    except ValueError:
        raise RefusedError(_NO_PHONE) from None


def _rows(transaction: Transaction, query: str, where: sql.Composable, **given: Any) -> list[dict[str, Any]]:
    return transaction.connection.cursor(row_factory=dict_row).execute(sql.SQL(query).format(where), given).fetchall()


def _named(living: Living, by: Principal, behind: Sequence[Behind]) -> list[Behind]:
    named = iter(refer(living, by, Named.WORKER, [(each.worker, each.street) for each in behind if each.worker]))
    return [replace(each, reference=next(named)) if each.worker else each for each in behind]


def _late(living: Living, by: Principal, found: Sequence[dict[str, Any]]) -> list[Late]:
    keys = [(row.pop("person_id").hex, str(row.pop("visit_id")), str(row.pop("task_id"))) for row in found]
    knocks = refer(living, by, Named.KNOCK, [(person_id, visit_id) for person_id, visit_id, _ in keys])
    tasks = refer(living, by, Named.TASK, [(person_id, task_id) for person_id, _, task_id in keys])
    kinds = {"outcome": Outcome, "conflict": Conflict, "state": TaskState}
    return [
        Late(reference=knock, task=task, **row | {name: kind(row[name]) for name, kind in kinds.items()})
        for row, knock, task in zip(found, knocks, tasks, strict=True)
    ]


def _opened(living: Living, by: Principal, found: Sequence[dict[str, Any]]) -> list[Supplies]:
    named = [(row["person_id"].hex, str(row["visit_id"]), row["area_code"]) for row in found]
    notes = opened(living, [(row["person_id"], row["note"], row["period"]) for row in found], retention=RETENTION, field="visit_note")
    tasks = refer(living, by, Named.TASK, [(row["person_id"].hex, str(row["task_id"])) for row in found])
    return [
        Supplies(reference=reference, task=task, area_code=row["area_code"], opened_at=row["opened_at"], note=note or "")
        for reference, task, row, note in zip(refer(living, by, Named.SUPPLIES, named), tasks, found, notes, strict=True)
    ]


_BEHIND: Final = """
    SELECT left(area_code, 9) AS street, worker, count(*) AS tasks, count(*) FILTER (WHERE state = 'open') AS waiting,
        count(*) FILTER (WHERE due_at <= %(at)s) AS late, count(*) FILTER (WHERE state = 'with_supervisor') AS referred
    FROM work.task WHERE closed_at IS NULL AND {} GROUP BY 1, 2 ORDER BY late DESC, tasks DESC, street, worker LIMIT 500
"""
_REFERRED: Final = f"""
    SELECT {COLUMNS} FROM work.task WHERE closed_at IS NULL AND state = 'with_supervisor' AND {{}}
    ORDER BY due_at, person_id LIMIT %(most)s
"""
_SUPPLIES: Final = """
    SELECT person_id, visit_id, supplies.task_id, supplies.area_code, opened_at, note, to_char(known_at, 'YYYY-MM') AS period
    FROM (SELECT * FROM work.supplies WHERE closed_at IS NULL AND {} ORDER BY opened_at LIMIT %(most)s) AS supplies
    JOIN work.visit USING (person_id, visit_id) ORDER BY opened_at
"""
_TOO_LATE: Final = """
    SELECT person_id, visit_id, task_id, late.worker, late.at, outcome, conflict, late.area_code, task.state
    FROM (
        SELECT * FROM work.visit WHERE conflict IS NOT NULL AND {}
            AND NOT EXISTS (
                SELECT FROM work.settled_knock AS settled WHERE settled.person_id = visit.person_id AND settled.visit_id = visit.visit_id
            )
        ORDER BY known_at DESC LIMIT %(most)s
    ) AS late JOIN work.task USING (person_id, task_id) ORDER BY known_at DESC
"""
