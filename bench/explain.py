"""Explaining one person among all, from the lake, in a warm process."""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from bench.once import KNOWN_AT
from fangxian.code.explain import compile_for, explain
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.policy.policy import policy


@dataclass(frozen=True, kw_only=True)
class ExplainFigures:
    """Seconds over `people_asked` explanations in a process that has compiled the rules, half of them of people exposed to a case."""

    people_asked: int
    compiling_s: float
    median_s: float
    p95_s: float
    worst_s: float


def measure_explain(lake: Path, *, people_asked: int = 60) -> ExplainFigures:
    """Explain people spread over the whole lake, one after the other."""
    with DuckDBEngine(Lake.open(lake)) as engine:
        sample = "SELECT person_id FROM {} USING SAMPLE reservoir({} ROWS) REPEATABLE (7)"
        half = people_asked // 2
        people = [
            row[0] for table in ("enrolment", "exposure") for row in engine.connection.execute(sample.format(f'"{table}"', half)).fetchall()
        ]
        started = time.perf_counter()
        compile_for(policy("hangzhou"))
        compiled_s = time.perf_counter() - started
        seconds = []
        # The first of all reads the footers of the lake's files, as a process does once.
        for person in [people[0], *people]:
            started = time.perf_counter()
            explain(engine, policy("hangzhou"), person, at=KNOWN_AT, known_at=KNOWN_AT)
            seconds.append(time.perf_counter() - started)
    warm = sorted(seconds[1:])
    return ExplainFigures(
        people_asked=len(warm),
        compiling_s=compiled_s,
        median_s=statistics.median(warm),
        p95_s=warm[int(len(warm) * 0.95)],
        worst_s=warm[-1],
    )
