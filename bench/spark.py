"""The same decide on a standalone Spark cluster of this machine, and its rows beside DuckDB's."""

import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.decide import COLUMNS
from bench.once import KNOWN_AT
from fangxian.code.decide import decide
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.engine.spark import SparkEngine
from fangxian.engine.spark_cluster import SparkCluster
from fangxian.policy.policy import policy


@dataclass(frozen=True, kw_only=True)
class SparkFigures:
    """One decide on each engine over the same lake: seconds, rows, and rows that only one of them has."""

    facts: int
    seconds: float
    duckdb_seconds: float
    hits: int
    different_rows: int


def measure_spark(lake: Path, *, facts: int, scratch: Path) -> SparkFigures:
    """Decide under `hangzhou` on DuckDB and on a cluster of a master and two workers with one core each."""
    opened = Lake.open(lake)
    with DuckDBEngine(opened) as engine:
        started = time.perf_counter()
        decided = decide(engine, policy("hangzhou"), known_at=KNOWN_AT)
        duckdb_seconds = time.perf_counter() - started
    kept = scratch / "duckdb-hits.parquet"
    duckdb.execute(f"COPY (SELECT {COLUMNS} FROM read_parquet('{decided.folder}/*.parquet')) TO '{kept}' (FORMAT parquet)")
    with SparkCluster(workers=2, memory="3g") as cluster, SparkEngine(opened, master=cluster.master, memory="3g") as spark:
        started = time.perf_counter()
        decided = decide(spark, policy("hangzhou"), known_at=KNOWN_AT)
        seconds = time.perf_counter() - started
    theirs, ours = f"SELECT {COLUMNS} FROM read_parquet('{decided.folder}/*.parquet')", f"SELECT {COLUMNS} FROM '{kept}'"
    found = duckdb.execute(
        f"SELECT (SELECT count(*) FROM ({theirs})), "
        f"(SELECT count(*) FROM ({theirs} EXCEPT {ours})) + (SELECT count(*) FROM ({ours} EXCEPT {theirs}))"
    ).fetchone()
    assert found is not None
    return SparkFigures(facts=facts, seconds=seconds, duckdb_seconds=duckdb_seconds, hits=int(found[0]), different_rows=int(found[1]))
