"""A street's list among a province's tasks: how long the supervisor's page and a worker's round take over HTTP, permissions on.

The store holds 3 M tasks about as many of 10 M people in 27,000 grids, with the steps that the database keeps of each, knocks and
supplies; the page reads no other table. Requests come one after the other, each for another street,
so that what is read is not what was read just now.
"""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import numpy as np
import uvicorn

from bench.stores import NOON, filled, filling, server
from fangxian.policy.policy import policy
from fangxian.policy.regions import regions
from fangxian.services.living import Living
from fangxian.services.senders import OnThePage
from fangxian.services.sign_in import DemoSignIn
from fangxian.services.signing import Signing
from fangxian.services.staff import begin_session
from fangxian.signed.key_folder import KeyFolder
from fangxian.store.serving import Serving
from fangxian.store.store import Store
from fangxian.vault.folder import VaultFolder
from fangxian.vault.process import VaultProcess
from fangxian.web.live import live_application
from fangxian.web.staff.asking import COOKIE
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

PEOPLE: Final = 10_000_000
STREETS: Final = 15
"""Streets of a county; each has 20 grids, and each grid two workers."""

REQUESTS: Final = 200
AT: Final = NOON + timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class TasksFigures:
    """One way of asking: milliseconds of the answers, and how many tasks stood in a street."""

    asked: str
    tasks: int
    in_a_street: int
    answered: int
    median_ms: float
    p95_ms: float
    worst_ms: float


def measure_tasks(scratch: Path, *, tasks: int) -> list[TasksFigures]:
    """Measure in a store of so many tasks."""
    with server(scratch) as running:
        conninfo = filled(running, f"tasks_{tasks}", lambda empty: _fill(empty, tasks))
        with Store.open(conninfo, connections=8) as store, store.pool.connection() as connection:
            streets = [row[0] for row in connection.execute("SELECT DISTINCT left(area_code, 9) FROM work.task ORDER BY 1").fetchall()]
            per_street = tasks // len(streets)
        with Store.open(conninfo, connections=8) as store, _living(scratch, store) as living, _served(living) as address:
            return [
                _measured(living, address, streets, asked=asked, tasks=tasks, in_a_street=per_street)
                for asked in ("GET /staff/tasks", "GET /api/v1/staff/tasks", "POST /api/v1/staff/work/round")
            ]


def _counties() -> list[str]:
    return [r["region_code"] for r in regions(NOON.date()).to_pylist() if r["level"] == 3 and r["region_code"].startswith("33")]


def _fill(conninfo: str, tasks: int) -> None:
    """Add tasks in an order that is no area's, and to every fifth a knock; one knock in a hundred came too late."""
    with filling(conninfo) as (connection, event):
        connection.execute(_TASKS, {"event": event, "counties": _counties(), "streets": STREETS, "tasks": tasks})
        connection.execute(_KNOCKS, [event])
        connection.execute(_SUPPLIES, [event])


_TASKS: Final = """
    INSERT INTO work.task (person_id, task_id, kind, area_code, because_type, because_id, opened_at, due_at, state, worker, referred,
        closed_at, event_id)
    SELECT md5((n * 3)::text)::uuid, md5('task ' || n)::uuid, 'visit_arrival', area, 'region_stay', n, at, at + interval '48 hours',
        state, CASE WHEN state <> 'open' THEN 'w-' || area || '-' || n / 13 %% 2 END,
        CASE WHEN state = 'with_supervisor' THEN 'refused' END, CASE WHEN state = 'done' THEN at + interval '1 hour' END, %(event)s
    FROM (
        SELECT n, timestamp '2020-02-18' + make_interval(secs => n %% 259200) AS at,
            (%(counties)s::text[])[1 + n %% cardinality(%(counties)s::text[])] || lpad((1 + n / 97 %% %(streets)s)::text, 3, '0')
            || lpad((1 + n / 1499 %% 20)::text, 3, '0') AS area,
            (ARRAY['done', 'with_supervisor', 'open', 'open', 'assigned', 'assigned', 'assigned', 'assigned', 'assigned', 'assigned'])
                [1 + n / 7 %% 10] AS state
        FROM generate_series(1, %(tasks)s) AS n
    ) AS made ORDER BY md5(n::text)
"""
_KNOCKS: Final = """
    INSERT INTO work.visit (person_id, visit_id, task_id, at, known_at, worker, outcome, conflict, event_id)
    SELECT person_id, gen_random_uuid(), task_id, opened_at, opened_at + interval '1 hour', coalesce(worker, 'w-1'), 'nobody_there',
        CASE WHEN because_id %% 500 = 0 THEN 'reassigned' END, %s
    FROM work.task WHERE because_id %% 5 = 0
"""
_SUPPLIES: Final = """
    INSERT INTO work.supplies (person_id, visit_id, task_id, area_code, opened_at, event_id)
    SELECT person_id, visit_id, task_id, area_code, known_at, %s FROM work.visit JOIN work.task USING (person_id, task_id)
    WHERE because_id %% 1000 = 5
"""


@contextmanager
def _living(scratch: Path, store: Store) -> Iterator[Living]:
    """Give an installation over a filled store, with a vault and keys of its own."""
    folder = scratch / f"tasks-{secrets.token_hex(4)}"
    folder.mkdir()
    keys = KeyFolder.make(folder / "keys", b"bench", region_code="330100", at=NOON)
    VaultFolder.make(folder / "vault")
    with VaultProcess(folder / "vault") as process, process.client() as vault:
        yield Living(store=store, policy=policy("hangzhou"), vault=vault, signing=Signing(keys), sender=OnThePage(), clock=lambda: AT)


@contextmanager
def _served(living: Living) -> Iterator[str]:
    """Give the address of the application, served by a thread of this process."""
    sign_in = DemoSignIn(host="127.0.0.1", region_codes=frozenset({"330100"}), organisation_ids={})
    with Serving(living.store, living.policy, clock=living.clock) as serving, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        application = live_application(living, serving, hosts=["127.0.0.1"], sign_in=sign_in, rates={})
        running = uvicorn.Server(uvicorn.Config(application, log_level="warning"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        while not running.started:
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join()


def _measured(living: Living, address: str, streets: list[str], *, asked: str, tasks: int, in_a_street: int) -> TasksFigures:
    method, path = asked.split(" ")
    with httpx.Client(base_url=address, timeout=60) as client:
        took = [_once(living, client, method, path, streets[(n * 7_919) % len(streets)]) for n in range(REQUESTS)]
    found = np.array(took) * 1000
    return TasksFigures(
        asked=asked,
        tasks=tasks,
        in_a_street=in_a_street,
        answered=len(found),
        median_ms=float(np.median(found)),
        p95_ms=float(np.percentile(found, 95)),
        worst_ms=float(found.max()),
    )


def _once(living: Living, client: httpx.Client, method: str, path: str, street: str) -> float:
    """Return the seconds of one request by somebody who may see one street, or one grid of it, and comes for the first time."""
    worker = method == "POST"
    area = f"{street}001" if worker else street
    by = Principal(
        subject=f"w-{area}-1" if worker else f"s-{street}",
        roles=frozenset({Role.GRID_WORKER if worker else Role.SUPERVISOR}),
        region_codes=frozenset({area}),
    )
    cookies = {"Cookie": f"{COOKIE}={begin_session(living, by).secret}"}
    if worker:
        phone = client.post("/api/v1/staff/work/phone", json={}, headers=cookies).raise_for_status()
        cookies["X-Fangxian-Phone"] = phone.json()["token"]
    began = time.perf_counter()
    answer = client.request(method, path, headers=cookies, json={} if worker else None)
    took = time.perf_counter() - began
    answer.raise_for_status()
    return took
