"""What a person is told of the tasks about them: each with its state and dates, and what was seen at their door."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row

from fangxian.services.living import Living
from fangxian.services.opened import opened
from fangxian.store.reaching import reaches_of
from fangxian.store.store import Transaction
from fangxian.work.visiting import RETENTION


def tasks_of(living: Living, transaction: Transaction, person_id: str) -> dict[str, Any]:
    """Return how the event's person is reached, their tasks and the knocks at their door, as their download has them."""
    cursor = transaction.connection.cursor(row_factory=dict_row)
    tasks = cursor.execute(_TASKS, [UUID(person_id)]).fetchall()
    knocks = cursor.execute(_KNOCKS, [UUID(person_id)]).fetchall()
    notes = opened(
        living, [(UUID(person_id), row.pop("note"), row.pop("period")) for row in knocks], retention=RETENTION, field="visit_note"
    )
    reach = reaches_of(transaction, living.vault, [person_id]).get(person_id)
    said = {name: value for name, value in vars(reach).items() if name != "person_id" and value is not None} if reach else {}
    return {"reach": said, "tasks": tasks, "knocks": [row | {"note": note} for row, note in zip(knocks, notes, strict=True)]}


_TASKS: Final = """
    SELECT kind, area_code, because_type, opened_at, due_at, state, closed_at FROM work.task WHERE person_id = %s ORDER BY opened_at
"""
_KNOCKS: Final = """
    SELECT at, outcome, note, to_char(known_at, 'YYYY-MM') AS period,
        EXISTS (SELECT FROM work.photograph AS kept WHERE kept.person_id = visit.person_id AND kept.visit_id = visit.visit_id) AS photograph
    FROM work.visit WHERE person_id = %s ORDER BY at
"""
