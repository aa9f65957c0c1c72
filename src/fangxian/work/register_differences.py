"""Differences between a register and the data, kept with their reasons and handed out: one question a person, and no fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg.types.json import Jsonb

from fangxian.store.copying import copy_in
from fangxian.store.store import Event, Store, write_events
from fangxian.work.handing_out import TO_DO, HandOut, hand_out_in
from fangxian.work.roles import Role
from fangxian.work.task import TaskKind

_COLUMNS: Final = ("person_id", "difference", "area_code", "because_type", "because_id", "other_type", "other_id", "surety")


@dataclass(frozen=True, kw_only=True)
class RegisterCheck:
    """What one comparison came to: how many differences of each kind, about how many people, and the tasks that were opened."""

    check_id: UUID
    differences: Mapping[str, int]
    people: int
    hand_out: HandOut


def record_check(
    store: Store,
    found: pa.Table,
    *,
    region_code: str,
    purpose: str,
    agreements: Sequence[UUID],
    left_out: Sequence[str],
    actor: str,
    role: Role,
    known_at: datetime,
    at: datetime,
) -> RegisterCheck:
    """Keep the differences that a comparison found (shape of `finding.register_check.check_register`), and open a task a person.

    All of it or nothing. The tasks have an event of their own with their Merkle root.
    """
    check_id, event_id = uuid4(), uuid4()
    counted = {each["values"]: each["counts"] for each in pc.value_counts(found["difference"]).to_pylist()}
    people = pc.count_distinct(found["person_id"]).as_py()
    details = {"check": str(check_id), "region": region_code, "differences": counted, "people": people}
    with store.together() as connection:
        told = Event(actor=actor, role=role, purpose=purpose, action="register_checked", details=details, event_id=event_id)
        write_events(connection, [told], at=at)
        asked = found.filter(found["ask"])
        handed = hand_out_in(
            connection, asked.select(TO_DO.names), actor=actor, role=role, kind=TaskKind.CHECK_REGISTER, purpose=purpose, at=at
        )
        values = {
            "check_id": check_id,
            "region_code": region_code,
            "purpose": purpose,
            "known_at": known_at,
            "differences": Jsonb(counted),
            "people": people,
            "agreements": list(agreements),
            "left_out": list(left_out),
            "hand_out_id": handed.hand_out_id if handed.tasks else None,
            "checked_at": at,
            "event_id": event_id,
        }
        places = ", ".join(f"%({name})s" for name in values)
        connection.execute(f"INSERT INTO work.register_check ({', '.join(values)}) VALUES ({places})".encode(), values)
        _keep(connection, found, check_id, at, event_id)
    return RegisterCheck(check_id=check_id, differences=counted, people=people, hand_out=handed)


def _keep(connection: psycopg.Connection[Any], found: pa.Table, check_id: UUID, at: datetime, event_id: UUID) -> None:
    connection.execute(
        "CREATE TEMP TABLE differs (person_id uuid, difference varchar, area_code varchar, because_type varchar, because_id bigint, "
        "other_type varchar, other_id bigint, surety varchar) ON COMMIT DROP"
    )
    copy_in(connection, "differs", found.select(list(_COLUMNS)))
    columns = ", ".join(_COLUMNS)
    connection.execute(
        f"INSERT INTO work.difference (check_id, found_at, event_id, {columns}) SELECT %s, %s, %s, {columns} FROM differs".encode(),
        [check_id, at, event_id],
    )
    connection.execute("DROP TABLE differs")
