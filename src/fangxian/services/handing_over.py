"""A supervisor and a worker who is behind: what is in the worker's hand, without names, and handing it over to a colleague."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg import sql

from fangxian.facts import Text
from fangxian.services.living import Living
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import staff_event
from fangxian.work import handing_over
from fangxian.work.permissions import Principal, role_for, visible_where
from fangxian.work.roles import Action
from fangxian.work.shift import Shift, shifts
from fangxian.work.task import Task
from fangxian.work.task_rows import COLUMNS, task_from

PAGE: Final = 100
"""Tasks of a worker on a page: the most urgent."""

_CHOOSE: Final = Text("请选择任务和同事。", "Choose tasks, and a colleague.")


@dataclass(frozen=True, kw_only=True, repr=False)
class InHand:
    """What a worker has in hand in a street, each task by a reference, and the colleagues who have room."""

    at: datetime
    worker: str
    street: str
    tasks: list[tuple[str, Task]]
    colleagues: list[Shift]


def see_in_hand(living: Living, by: Principal, reference: str) -> InHand:
    """Return what the worker of a reference has in hand; the look is an event, of nobody in particular: no name is opened."""
    worker, street = meant(living, by, Named.WORKER, reference)
    at = living.clock()
    event = staff_event(by, "tasks_supervised", purpose="supervision", role=role_for(by, Action.SUPERVISE_TASKS))
    visible = visible_where(by, Action.SUPERVISE_TASKS, region_code="area_code")
    with living.store.transaction(event, at=at) as transaction:
        given = {"worker": worker, "street": street, "most": PAGE}
        rows = transaction.connection.execute(sql.SQL(_IN_HAND).format(visible), given).fetchall()
        at_work = shifts(transaction.connection, at=at, within=[street])
    tasks = [task_from(row) for row in rows]
    named = [(task.person_id, str(task.task_id)) for task in tasks]
    return InHand(
        at=at,
        worker=worker,
        street=street,
        tasks=list(zip(refer(living, by, Named.TASK, named), tasks, strict=True)),
        colleagues=[each for each in at_work if each.worker != worker and each.room and each.reaches(street)],
    )


def hand_over(living: Living, by: Principal, reference: str, *, to: str, tasks: Sequence[str] | None) -> int:
    """Hand over the tasks of some references, or with None all that there is room for, to a colleague; return how many went.

    Raises RefusedError where nothing or nobody is chosen, and what `fangxian.work.handing_over` refuses.
    """
    worker, street = meant(living, by, Named.WORKER, reference)
    if not to or tasks == []:
        raise RefusedError(_CHOOSE)
    chosen = None if tasks is None else [_key(living, by, each) for each in dict.fromkeys(tasks)]
    return handing_over.hand_over(living.store, by, worker=worker, street=street, to=to, chosen=chosen, at=living.clock())


def _key(living: Living, by: Principal, reference: str) -> tuple[UUID, UUID]:
    person_id, task_id = meant(living, by, Named.TASK, reference)
    return UUID(person_id), UUID(task_id)


_IN_HAND: Final = f"""
    SELECT {COLUMNS} FROM work.task
    WHERE worker = %(worker)s AND state = 'assigned' AND closed_at IS NULL AND left(area_code, 9) = %(street)s AND {{}}
    ORDER BY due_at, person_id, task_id LIMIT %(most)s
"""
