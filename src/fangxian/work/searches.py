"""Searches that stand: what each turn of one found that the turns before had not, handed out prefecture by prefecture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import ibis
import psycopg
import pyarrow as pa
from ibis.formats.pyarrow import PyArrowSchema
from psycopg.rows import class_row

from fangxian.errors import FangxianError
from fangxian.facts.fact import INSTANT
from fangxian.finding.search import Search
from fangxian.store.copying import copy_in, copy_out
from fangxian.store.store import Event, Store, write_events
from fangxian.work.handing_out import TO_DO, hand_out_in
from fangxian.work.roles import Role
from fangxian.work.task import TaskKind

CAME: Final = ibis.schema(
    {
        "person_id": "string",
        "area_code": "string",
        "placed_by": "string",
        "reasons": "int64",
        "surety": "string",
        "because_type": "string",
        "because_id": "int64",
        "because_source": "string",
        "came_at": INSTANT,
    }
)
"""What is read of whom a search found: as `finding.arrivals.arrivals` says."""


@dataclass(frozen=True, kw_only=True)
class StandingSearch:
    """A request that stands: a search for a purpose, for whoever answers for a region."""

    search_id: UUID
    purpose: str
    areas: list[str]
    since: date
    region_code: str
    asked_at: datetime

    @property
    def search(self) -> Search:
        """What is searched for."""
        return Search(areas=tuple(self.areas), since=self.since)


@dataclass(frozen=True, kw_only=True)
class Ways:
    """Which prefectures (or whole provinces) are reached by exchange, and which by workbook though tasks could be opened here.

    The others within the search's region have tasks, and those outside of it a workbook.
    """

    exchange: Sequence[str] = ()
    excel: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What one turn of a search came to."""

    search_id: UUID
    turn: int
    known_at: datetime
    found: int
    newly: int
    moved: int
    unplaced: int
    agreements: list[UUID] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a turn read: under which agreements, and which sources it left out for want of one."""

    agreements: Sequence[UUID]
    left_out: Sequence[str]


def ask(store: Store, search: Search, *, actor: str, role: Role, purpose: str, region_code: str, at: datetime) -> StandingSearch:
    """Let a search stand for a region, or return the one that stands with the same words."""
    areas = sorted(search.areas)
    for each in searches(store):
        if (each.purpose, each.areas, each.since, each.region_code) == (purpose, areas, search.since, region_code):
            return each
    made = StandingSearch(search_id=uuid4(), purpose=purpose, areas=areas, since=search.since, region_code=region_code, asked_at=at)
    event = Event(actor=actor, role=role, purpose=purpose, action="search_asked", details={"search": str(made.search_id), "areas": areas})
    with store.transaction(event, at=at) as transaction:
        values = {**vars(made), "event_id": event.event_id}
        places = ", ".join(f"%({name})s" for name in values)
        transaction.connection.execute(f"INSERT INTO work.search ({', '.join(values)}) VALUES ({places})".encode(), values)
    return made


def searches(store: Store) -> list[StandingSearch]:
    """Return every search that stands, the newest first."""
    query = "SELECT search_id, purpose, areas, since, region_code, asked_at FROM work.search ORDER BY asked_at DESC, search_id"
    with store.pool.connection() as connection, connection.cursor(row_factory=class_row(StandingSearch)) as cursor:
        return cursor.execute(query).fetchall()


def turns(store: Store, search_id: UUID) -> list[Turn]:
    """Return the turns of a search, the newest first."""
    query = (
        "SELECT search_id, turn, known_at, found, newly, moved, unplaced, agreements, left_out FROM work.search_turn "
        "WHERE search_id = %s ORDER BY turn DESC"
    )
    with store.pool.connection() as connection, connection.cursor(row_factory=class_row(Turn)) as cursor:
        return cursor.execute(query, [search_id]).fetchall()


def record_turn(
    store: Store,
    standing: StandingSearch,
    people: pa.Table,
    *,
    read: Read,
    ways: Ways,
    actor: str,
    role: Role,
    known_at: datetime,
    at: datetime,
) -> Turn:
    """Keep whom a turn found for the first time or in another county than before, and hand them out; all of it or nothing.

    `people` are as `CAME`. One event carries the Merkle root over the parcels, each of which has its own over its people; the tasks that
    are opened have an event and a root besides. Somebody who moved has the old task cancelled. Raises FangxianError where a later turn
    was recorded: an increment is counted forwards.
    """
    with store.together() as connection:
        return record_turn_in(connection, standing, people, read=read, ways=ways, actor=actor, role=role, known_at=known_at, at=at)


def record_turn_in(
    connection: psycopg.Connection[Any],
    standing: StandingSearch,
    people: pa.Table,
    *,
    read: Read,
    ways: Ways,
    actor: str,
    role: Role,
    known_at: datetime,
    at: datetime,
) -> Turn:
    """Do what `record_turn` does in a transaction that is there already."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('fangxian search'), hashtext(%s))", [str(standing.search_id)])
    number = _next_turn(connection, standing, known_at)
    event_id = uuid4()
    given = {
        "search": standing.search_id,
        "turn": number,
        "at": at,
        "event": event_id,
        "region": f"{_within(standing.region_code)}%",
        "exchange": [f"{_within(code)}%" for code in ways.exchange],
        "excel": [f"{_within(code)}%" for code in ways.excel],
    }
    connection.execute(_CAME)
    copy_in(connection, "came", people.select(CAME.names).cast(PyArrowSchema.from_ibis(CAME)))
    for step in (_ANEW, _PARCELS, _ARRIVED, _ROOTS):
        connection.execute(step, given)
    newly, moved, unplaced, parcels, root = connection.execute(_COUNTED, given).fetchone() or (0, 0, 0, 0, None)
    turn = Turn(
        search_id=standing.search_id,
        turn=number,
        known_at=known_at,
        found=people.num_rows,
        newly=newly,
        moved=moved,
        unplaced=unplaced,
        agreements=list(read.agreements),
        left_out=list(read.left_out),
    )
    details = {"search": str(standing.search_id), "turn": number, "found": turn.found, "newly": newly, "moved": moved, "parcels": parcels}
    details |= {"merkle_root": root.hex()} if root else {}
    told = {"actor": actor, "role": role, "purpose": standing.purpose}
    write_events(connection, [Event(**told, action="people_found", details=details, event_id=event_id)], at=at)
    values = {**vars(turn), "event_id": event_id}
    places = ", ".join(f"%({name})s" for name in values)
    connection.execute(f"INSERT INTO work.search_turn ({', '.join(values)}) VALUES ({places})".encode(), values)
    for step in (_KEEP_PARCELS, _KEEP_ARRIVALS, _CALL_OFF):
        connection.execute(step, given)
    _hand_out(connection, given, actor=actor, role=role, purpose=standing.purpose, at=at)
    connection.execute("DROP TABLE came, anew, arrived, packed")
    return turn


def _next_turn(connection: psycopg.Connection[Any], standing: StandingSearch, known_at: datetime) -> int:
    query = "SELECT max(turn), max(known_at) FROM work.search_turn WHERE search_id = %s"
    last, last_known = connection.execute(query, [standing.search_id]).fetchone() or (None, None)
    if last_known is not None and last_known > known_at:
        raise FangxianError(
            f"This search was already answered as known at {last_known} UTC, later than {known_at} UTC.",
            known="Increments are counted forwards in time.",
            done="Nothing was recorded.",
            next_step="Name a later instant, or leave --send out to look only.",
        )
    return int(last or 0) + 1


def _hand_out(connection: psycopg.Connection[Any], given: dict[str, Any], *, actor: str, role: Role, purpose: str, at: datetime) -> None:
    """Open a task for each of the people who go out as tasks, and say of their parcels in which hand-out that was."""
    schema = ibis.schema({"person_id": "string", "area_code": "string", "because_type": "string", "because_id": "int64"})
    source = "arrived JOIN packed USING (parcel_id) WHERE packed.way = 'tasks'"
    to_do = copy_out(connection, schema, source).cast(TO_DO)
    if not to_do.num_rows:
        return
    handed = hand_out_in(connection, to_do, actor=actor, role=role, kind=TaskKind.VISIT_ARRIVAL, purpose=purpose, at=at)
    connection.execute(_HANDED_OUT, given | {"hand_out": handed.hand_out_id if handed.tasks else None, "actor": actor})


def _within(region_code: str) -> str:
    """Return what the codes of all regions within one begin with."""
    return region_code[:2] if region_code.endswith("0000") else region_code[:4] if region_code.endswith("00") else region_code


_CAME: Final = """
    SET LOCAL work_mem = '128MB';
    CREATE TEMP TABLE came (person_id uuid, area_code varchar, placed_by varchar, reasons int, surety varchar, because_type varchar,
        because_id bigint, because_source varchar, came_at timestamp(6)) ON COMMIT DROP;
    CREATE TEMP TABLE anew (person_id uuid, area_code varchar, moved boolean) ON COMMIT DROP;
    CREATE TEMP TABLE packed (parcel_id uuid, region_code varchar, way varchar, people bigint, merkle_root bytea) ON COMMIT DROP;
    CREATE TEMP TABLE arrived (LIKE work.arrival, moved boolean NOT NULL) ON COMMIT DROP
"""
_ANEW: Final = """
    INSERT INTO anew
    WITH before AS (
        SELECT DISTINCT ON (person_id) person_id, arrival.area_code FROM work.arrival JOIN came USING (person_id)
        WHERE search_id = %(search)s ORDER BY person_id, turn DESC
    )
    SELECT person_id, came.area_code, before.person_id IS NOT NULL
    FROM came LEFT JOIN before USING (person_id)
    WHERE before.person_id IS NULL
        OR (came.area_code IS NOT NULL AND left(came.area_code, 6) IS DISTINCT FROM left(before.area_code, 6))
"""
_PARCELS: Final = """
    INSERT INTO packed
    SELECT gen_random_uuid(), region_code,
        CASE WHEN region_code LIKE ANY (%(excel)s::text[]) THEN 'excel' WHEN region_code LIKE %(region)s THEN 'tasks'
             WHEN region_code LIKE ANY (%(exchange)s::text[]) THEN 'exchange' ELSE 'excel' END, people
    FROM (
        SELECT left(area_code, 4) || '00' AS region_code, count(*) AS people FROM anew WHERE area_code IS NOT NULL GROUP BY 1
    ) AS prefectures
"""
_ARRIVED: Final = """
    INSERT INTO arrived
    SELECT person_id, %(search)s, %(turn)s, came.area_code, came.placed_by, reasons, surety, because_type, because_id, because_source,
        came_at, parcel_id,
        CASE WHEN parcel_id IS NOT NULL THEN row_number() OVER (PARTITION BY parcel_id ORDER BY came.area_code, person_id) END,
        %(at)s, %(event)s, moved
    FROM anew JOIN came USING (person_id) LEFT JOIN packed ON packed.region_code = left(came.area_code, 4) || '00'
"""
_ROW: Final = (
    "(person_id, search_id, turn, area_code, placed_by, reasons, surety, because_type, because_id, because_source, came_at, "
    "parcel_id, number, found_at, event_id)"
)
_ROOTS: Final = f"""
    UPDATE packed SET merkle_root = of_parcel.root
    FROM (
        SELECT parcel_id, work.merkle_root(array_agg(work.leaf_of(row{_ROW}::work.arrival) ORDER BY person_id)) AS root
        FROM arrived WHERE parcel_id IS NOT NULL GROUP BY parcel_id
    ) AS of_parcel
    WHERE of_parcel.parcel_id = packed.parcel_id
"""
_COUNTED: Final = """
    SELECT count(*) FILTER (WHERE NOT moved), count(*) FILTER (WHERE moved), (SELECT count(*) FROM came WHERE area_code IS NULL),
        (SELECT count(*) FROM packed), (SELECT work.merkle_root(array_agg(merkle_root ORDER BY region_code)) FROM packed)
    FROM arrived
"""
_KEEP_PARCELS: Final = """
    INSERT INTO work.parcel (parcel_id, search_id, turn, region_code, way, people, merkle_root, made_at, event_id)
    SELECT parcel_id, %(search)s, %(turn)s, region_code, way, people, merkle_root, %(at)s, %(event)s FROM packed ORDER BY region_code
"""
_KEEP_ARRIVALS: Final = f"INSERT INTO work.arrival {_ROW} SELECT {_ROW[1:-1]} FROM arrived ORDER BY person_id"
_CALL_OFF: Final = """
    UPDATE work.task SET state = 'cancelled', closed_at = %(at)s, event_id = %(event)s
    FROM arrived
    WHERE moved AND task.person_id = arrived.person_id AND kind = 'visit_arrival' AND closed_at IS NULL
        AND left(task.area_code, 6) <> left(arrived.area_code, 6)
"""
_HANDED_OUT: Final = """
    UPDATE work.parcel SET hand_out_id = %(hand_out)s, sent_at = %(at)s, acknowledged_at = %(at)s, acknowledged_by = %(actor)s,
        event_id = %(event)s
    WHERE search_id = %(search)s AND turn = %(turn)s AND way = 'tasks'
"""
