"""An area turns high risk: how long until everybody who was there has the new code, in a store that holds others' facts too.

The level arrives as a delivery of the lake, is fed, and all whom it concerns are decided again by the whole policy. Beside it
stands what somebody who knows that one rule would write by hand: a single INSERT of its hits, decided by nothing else.
"""

import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.formats.pyarrow import PyArrowSchema

from bench.stores import copy_of, filled, filling, server
from fangxian.engine.lake import Lake
from fangxian.facts import AreaLevel
from fangxian.policy.policy import policy
from fangxian.store.deciding import decide_pending
from fangxian.store.feeding import feed
from fangxian.store.store import Event, Store

AT = datetime(2020, 3, 5, 4)
"""Noon of 5 March 2020 in Shanghai, after the national policy began."""

AREA = "330382"
NATIONAL = policy("national")

SAID = "known_at, source, delivery_id, person_id, from_at"

LEVEL = {
    "fact_id": 1,
    "known_at": AT,
    "source": "bench",
    "delivery_id": "level",
    "region_code": AREA,
    "from_at": datetime(2020, 2, 25),
    "until_at": None,
    "scheme": "cn-2020-02",
    "level": "high",
}

BY_HAND = """
INSERT INTO code.hit
SELECT person_id, 'national', 'stayed-in-high-risk-area', 'red', timestamp '2020-02-28 16:00', until_at::date + interval '14 days 16 hours',
    ARRAY[fact_id, 1], %s
FROM facts.region_stay WHERE region_code = %s AND until_at > timestamp '2020-02-25 01:00'
"""


@dataclass(frozen=True, kw_only=True)
class AreaFigures:
    """A level and the codes that follow: seconds to feed and to decide, beside one statement by hand, and the hits of both."""

    people: int
    facts: int
    feed_s: float
    decide_s: float
    by_hand_s: float
    hits: int
    by_hand_hits: int


def measure_area(scratch: Path, *, people: int) -> AreaFigures:
    """Measure a level that concerns `people`, in a store with as many others."""
    with server(scratch) as running:
        conninfo = filled(running, f"area_{people}", lambda empty: _fill(empty, people))
        name, facts = f"area_{people}", _counted(conninfo)
        with copy_of(running, name) as copy, filling(copy) as (connection, event):
            started = time.perf_counter()
            connection.execute(BY_HAND, [event, AREA])
            connection.commit()
            by_hand_s, by_hand_hits = time.perf_counter() - started, _hits(copy)
        with copy_of(running, name) as copy, tempfile.TemporaryDirectory(dir=scratch) as folder, Store.open(copy) as store:
            lake = _lake(Path(folder) / "lake")
            decide_pending(store, _event("decide"), policies=[NATIONAL], at=AT)  # compiles the rules, as a process does once
            started = time.perf_counter()
            (fed,) = feed(store, lake, _event("feed"), at=AT)
            fed_s = time.perf_counter() - started
            decided = decide_pending(store, _event("decide"), policies=[NATIONAL], at=AT)
            decide_s = time.perf_counter() - started - fed_s
            assert (fed.people, decided) == (people, people)
            hits = _hits(copy)
    return AreaFigures(
        people=people,
        facts=facts,
        feed_s=fed_s,
        decide_s=decide_s,
        by_hand_s=by_hand_s,
        hits=hits,
        by_hand_hits=by_hand_hits,
    )


def _fill(conninfo: str, people: int) -> None:
    """Add `people` who left the area after a stay and as many who stayed elsewhere; each declared and checked in twice."""
    person, at = "md5(n::text)::uuid", "timestamp '2020-02-20' + make_interval(secs => n % 86400)"
    common = f"{at} + interval '1 hour', 'bench', 'fill', {person}, {at}"
    day = "timestamp '2020-03-01' + make_interval(days => day)"
    checked = f"{day}, 'bench', 'fill', {person}, {day}"
    added = {
        f"enrolment (fact_id, {SAID}, region_code, id_type, event_id)": f"n, {common}, '330106', 'resident_id'",
        f"health_declaration (fact_id, {SAID}, temperature_c, symptoms, contacted_case, stayed_in_key_area, event_id)": (
            f"n, {common}, 36.5, '', 'no', false"
        ),
        f"region_stay (fact_id, {SAID}, until_at, region_code, basis, event_id)": f"n, {common}, {at} + interval '10 days', "
        f"CASE WHEN n <= {people} THEN '{AREA}' ELSE '330106' END, 'roaming'",
        f"check_in (fact_id, {SAID}, temperature_c, symptoms, event_id)": f"2 * n + day, {checked}, 36.5, ''",
    }
    with filling(conninfo) as (connection, event):
        for into, row in added.items():
            days = " CROSS JOIN generate_series(0, 1) AS day" if "check_in" in into else ""
            numbers = f"(SELECT generate_series(1, {2 * people}) AS n){days}"
            connection.execute(f"INSERT INTO facts.{into} SELECT {row}, '{event}' FROM {numbers} ORDER BY md5(n::text)")


def _lake(path: Path) -> Lake:
    """Return a lake to which an area's level was delivered."""
    lake = Lake.create(path)
    with lake.delivery("level") as folder:
        pq.write_table(pa.Table.from_pylist([LEVEL], PyArrowSchema.from_ibis(AreaLevel.schema())), folder / "area_level.parquet")
        (folder / "receipt.json").write_bytes(orjson.dumps({"source": "bench", "delivery_id": "level", "received_at": AT.isoformat()}))
    return lake


def _event(action: str) -> Event:
    return Event(actor="bench", role="system", purpose="measure", action=action)


def _hits(conninfo: str) -> int:
    return _count(conninfo, "SELECT count(DISTINCT (person_id, rule, colour, from_at, until_at, because)) FROM code.hit")


def _counted(conninfo: str) -> int:
    tables = "relnamespace = 'facts'::regnamespace AND relkind = 'r' AND reltuples > 0"
    return _count(conninfo, f"SELECT sum(reltuples)::bigint FROM pg_class WHERE {tables}")


def _count(conninfo: str, query: str) -> int:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
