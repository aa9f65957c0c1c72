"""From a declaration to the code: how long `record` takes in a store of millions of people, under a steady load.

The load is open: a process of its own asks at fixed instants, whether or not what it asked before is answered, and the time
counts from the instant at which it should have asked. Beside it stands the same transaction without the rules: the event and
the facts alone.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.stores import filled, filling, server
from fangxian.facts import Enrolment, Fact, HealthDeclaration
from fangxian.policy.policy import policy
from fangxian.policy.regions import regions
from fangxian.store.copying import copy_in
from fangxian.store.recording import record
from fangxian.store.store import Event, Store
from fangxian.world.benchmark import LAST_DAY, PEOPLE_IN_A_CHUNK
from fangxian.world.benchmark_facts import Chunk
from fangxian.world.benchmark_plan import Plan, person_ids

AT = datetime(2020, 2, 22, 4)
"""Noon in Shanghai of the day after everything that the store is filled with became known."""

BEGAN = datetime(2020, 1, 1)

HANGZHOU = policy("hangzhou")
RATE = 30
SECONDS = 60
WORKERS = 4


@dataclass(frozen=True, kw_only=True)
class DeclareFigures:
    """One way of writing under the load: milliseconds of the answers, and what the asking itself took of a core."""

    way: str
    people: int
    facts: int
    asked_per_s: int
    answered: int
    median_ms: float
    p99_ms: float
    worst_ms: float
    asking_cpu: float
    answering_cpu: float


def measure_declare(scratch: Path, *, people: int, facts: int) -> list[DeclareFigures]:
    """Declare for people of a store of that size, by our way and by bare inserts in turn."""
    with server(scratch) as running:
        conninfo = filled(running, f"declare_{facts}", lambda empty: _fill(empty, people, facts))
        with Store.open(conninfo, connections=WORKERS) as store:
            with store.pool.connection() as connection:
                counted = connection.execute(
                    "SELECT sum(reltuples) FROM pg_class WHERE relnamespace = 'facts'::regnamespace AND relkind = 'r' AND reltuples > 0"
                ).fetchone()
            return [_under_load(store, way, people, int(counted[0]) if counted else 0) for way in WAYS]


def _fill(conninfo: str, people: int, facts: int) -> None:
    """Copy a benchmark world's facts in, a chunk of people after the other, two at a time; one person in 25 has a hit."""
    counties = tuple(r["region_code"] for r in regions(LAST_DAY).to_pylist() if r["level"] == 3 and r["region_code"].startswith("33"))
    plan = Plan.with_facts(facts / people, people=people, last_day=LAST_DAY, seed=7, regions=counties)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(_fill_some, conninfo, plan, start) for start in range(0, people, PEOPLE_IN_A_CHUNK)]:
            done.result()
    with filling(conninfo) as (connection, event):
        connection.execute(
            "INSERT INTO code.hit SELECT person_id, 'hangzhou', 'came-from-key-area', 'yellow', from_at, NULL, ARRAY[fact_id], %s "
            "FROM facts.enrolment WHERE fact_id %% 25 = 0",
            [event],
        )


def _fill_some(conninfo: str, plan: Plan, start: int) -> None:
    with filling(conninfo) as (connection, event):
        for fact_type, rows in Chunk(plan, start=start, stop=min(plan.people, start + PEOPLE_IN_A_CHUNK)).tables():
            plain = rows.cast(pa.schema([(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in rows.schema]))
            # Homes have been known for years; the store began with the epidemic, and has the partitions of its months.
            known = pc.max_element_wise(plain["known_at"], pa.scalar(BEGAN, pa.timestamp("us")))
            plain = plain.set_column(plain.schema.get_field_index("known_at"), "known_at", known)
            events = pa.repeat(pa.scalar(str(event)), rows.num_rows)
            copy_in(connection, f"facts.{fact_type.name}", plain.append_column("event_id", events))


def _ours(store: Store, facts: dict[type[Fact], list[dict[str, Any]]], event: Event) -> None:
    record(store, facts, event, policies=[HANGZHOU], at=AT)


def _bare(store: Store, facts: dict[type[Fact], list[dict[str, Any]]], event: Event) -> None:
    with store.transaction(event, at=AT) as transaction:
        for fact_type, rows in facts.items():
            transaction.add(fact_type, rows)


WAYS = {"ours": _ours, "bare": _bare}

ENROLS = {"region_code": "330106", "id_type": "resident_id"}


def _declaration(number: int, people: int) -> tuple[dict[type[Fact], list[dict[str, Any]]], Event]:
    """Return what a person enters who declares again, one in ten with a fever; people are drawn from all."""
    who = (number * 2_654_435_761 + 12_345) % people
    person_id = person_ids(who, who + 1, people=people)[0].as_py()
    common = {"fact_id": number, "known_at": AT, "source": "bench", "delivery_id": "bench", "person_id": person_id, "from_at": AT}
    said = {
        "temperature_c": 38.2 if number % 10 == 0 else 36.5,
        "symptoms": "",
        "contacted_case": "no",
        "stayed_in_key_area": False,
    }
    facts = {
        HealthDeclaration: [dict.fromkeys(HealthDeclaration.columns) | common | said],
        Enrolment: [dict.fromkeys(Enrolment.columns) | common | ENROLS],
    }
    return facts, Event(actor="bench", role="citizen", purpose="measure", action="declare", person_id=person_id)


def _under_load(store: Store, way: str, people: int, facts: int) -> DeclareFigures:
    """Answer what a process of its own asks at `RATE` a second for `SECONDS`, after each worker has answered a few."""
    answer, took, lock = WAYS[way], [], threading.Lock()
    numbers = {"ours": 1, "bare": 10_000_000}[way]
    for warming in range(WORKERS * 20):
        answer(store, *_declaration(numbers + 5_000_000 + warming, people))
    context = multiprocessing.get_context("spawn")
    questions, asks = context.Pipe(duplex=False)
    asking = context.Process(target=_ask, args=(asks, RATE, SECONDS))
    asking.start()
    asks.close()
    cpu: list[float] = []

    def work() -> None:
        while True:
            with lock:
                try:
                    number, due = questions.recv()
                except EOFError:
                    return
            if number < 0:
                cpu.append(due)
                continue
            answer(store, *_declaration(numbers + number, people))
            took.append(time.monotonic() - due)

    before = time.process_time()
    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    asking.join()
    milliseconds = np.array(took) * 1000
    return DeclareFigures(
        way=way,
        people=people,
        facts=facts,
        asked_per_s=RATE,
        answered=len(took),
        median_ms=float(np.median(milliseconds)),
        p99_ms=float(np.quantile(milliseconds, 0.99)),
        worst_ms=float(milliseconds.max()),
        asking_cpu=cpu[0] / SECONDS,
        answering_cpu=(time.process_time() - before) / SECONDS,
    )


def _ask(asks: Connection, rate: int, seconds: int) -> None:
    """Ask at fixed instants, and say at the end how much CPU that took."""
    begins, before = time.monotonic() + 1, time.process_time()
    for number in range(rate * seconds):
        due = begins + number / rate
        time.sleep(max(0.0, due - time.monotonic()))
        asks.send((number, due))
    asks.send((-1, time.process_time() - before))
    asks.close()
