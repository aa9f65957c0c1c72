"""A gate's process: the memory that holds everybody who is not green, how long a full load takes, and look-ups a second.

What a user would write instead stands beside it: a dict from the person to the hits, filled by a plain SELECT, and a query a
look-up. Each is measured in a process of its own.

    python -m bench.serving ours|dict|query CONNINFO
"""

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench.stores import NOON, filled, filling, server
from fangxian.policy.policy import policy
from fangxian.store.serving import Serving
from fangxian.store.store import Store

PERSON = "md5(n::text)::uuid"
ASKED = 100_000


@dataclass(frozen=True, kw_only=True)
class ServingFigures:
    """One way to answer: memory before and after the load and at the reload's peak, seconds, and look-ups a second."""

    way: str
    hits: int
    before_mb: float
    after_mb: float
    peak_mb: float
    load_s: float
    reload_s: float
    lookups_per_s: float


def measure_serving(scratch: Path, *, people: int) -> list[ServingFigures]:
    """Measure our way, a dict and a query on a store with hits of as many people."""
    found = []
    with server(scratch) as running:
        not_green, ended = people * 4 // 100, people * 2 // 100
        conninfo = filled(running, f"serving_{not_green}", lambda empty: _fill(empty, not_green, ended))
        for way in WAYS:
            command = [sys.executable, "-m", "bench.serving", way, conninfo, str(not_green)]
            printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found.append(ServingFigures(way=way, hits=not_green, **json.loads(printed.splitlines()[-1])))
    return found


def _fill(conninfo: str, not_green: int, ended: int) -> None:
    """Add hits of as many people: of the not green seven in ten stay open; the `ended` colour nobody any more."""
    with filling(conninfo) as (connection, event):
        connection.execute(
            f"""
            INSERT INTO code.hit
            SELECT {PERSON}, 'hangzhou', 'came-from-key-area', CASE n % 5 WHEN 0 THEN 'red' ELSE 'yellow' END,
                {_instant("- make_interval(days => 15, secs => n % 86400)")},
                CASE WHEN n > {not_green} THEN {_instant("- make_interval(secs => 1 + n % 86400)")}
                     WHEN n % 10 < 3 THEN {_instant("+ make_interval(secs => 1 + n % 1209600)")} END,
                ARRAY[n], '{event}'
            FROM generate_series(1::bigint, {not_green + ended}) AS n
            """
        )


def _instant(distance: str) -> str:
    return f"timestamp '{NOON}' {distance}"


def _ours(conninfo: str) -> tuple[Callable[[], object], Callable[[str], object]]:
    store = Store.open(conninfo)
    serving = Serving(store, policy("hangzhou"), clock=lambda: NOON)
    serving.__enter__()
    return serving._load, lambda person_id: serving.colour_at(person_id, NOON)


def _dict(conninfo: str) -> tuple[Callable[[], object], Callable[[str], object]]:
    hits: dict[str, list[Any]] = {}

    def load() -> None:
        found = defaultdict(list)
        with psycopg.connect(conninfo) as connection:
            for person, *span in connection.execute(
                "SELECT replace(person_id::text, '-', ''), colour, from_at, until_at FROM code.hit "
                "WHERE policy = 'hangzhou' AND (until_at IS NULL OR until_at > %s)",
                [NOON],
            ):
                found[person].append(span)
        hits.clear()
        hits.update(found)

    def colour(person_id: str) -> str:
        return max((c for c, since, until in hits.get(person_id, ()) if since <= NOON and (until is None or until > NOON)), default="green")

    load()
    return load, colour


def _query(conninfo: str) -> tuple[Callable[[], object], Callable[[str], object]]:
    connection = psycopg.connect(conninfo, autocommit=True)

    def colour(person_id: str) -> object:
        return connection.execute(
            "SELECT colour FROM code.hit WHERE person_id = %s AND policy = 'hangzhou' "
            "AND from_at <= %s AND (until_at IS NULL OR until_at > %s)",
            [UUID(person_id), NOON, NOON],
        ).fetchall()

    return lambda: None, colour


WAYS = {"ours": _ours, "dict": _dict, "query": _query}


def main() -> None:
    """Measure one way and print its figures."""
    way, conninfo, not_green = sys.argv[1], sys.argv[2], int(sys.argv[3])
    before, started = _memory_mb("VmRSS"), time.perf_counter()
    load, colour = WAYS[way](conninfo)
    loaded, after = time.perf_counter() - started, _memory_mb("VmRSS")
    started = time.perf_counter()
    load()
    reloaded, peak = time.perf_counter() - started, _memory_mb("VmHWM")
    people = _people(conninfo, not_green)
    started = time.perf_counter()
    for person_id in people:
        colour(person_id)
    print(
        json.dumps(
            {
                "before_mb": before,
                "after_mb": after,
                "peak_mb": peak,
                "load_s": loaded,
                "reload_s": reloaded,
                "lookups_per_s": len(people) / (time.perf_counter() - started),
            }
        )
    )


def _people(conninfo: str, not_green: int) -> list[str]:
    """Return people to ask about, 4 in 100 of them not green, in no order."""
    numbers = f"SELECT CASE i % 25 WHEN 0 THEN 1 + i * 7919::bigint % {not_green} ELSE -i END AS n FROM generate_series(1, {ASKED}) AS i"
    query = f"SELECT replace(({PERSON})::text, '-', '') FROM ({numbers})"
    with psycopg.connect(conninfo) as connection:
        return [row[0] for row in connection.execute(query).fetchall()]


def _memory_mb(name: str) -> float:
    """Return one of the kernel's figures of this process's memory."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
