"""Engines are opened by name, and what is missing is said in a sentence that helps."""

import pytest

from fangxian.engine import spark_session
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.opening import ENGINES, open_engine
from fangxian.errors import FangxianError
from fangxian.facts import CheckIn


def test_duckdb_is_the_default(empty_lake):
    with open_engine(empty_lake) as engine:
        assert isinstance(engine, DuckDBEngine)
        assert engine.rows(CheckIn.table()).num_rows == 0


def test_an_unknown_engine_is_refused_with_the_names_of_those_there_are(empty_lake):
    with pytest.raises(FangxianError, match="no engine called 'oracle'") as refused:
        open_engine(empty_lake, "oracle")
    assert all(name in refused.value.known for name in ENGINES)


def test_duckdb_is_told_that_it_has_no_cluster(empty_lake):
    with pytest.raises(FangxianError, match="needs no master"):
        open_engine(empty_lake, "duckdb", master="spark://127.0.0.1:7077")


def test_memory_reaches_the_engine(empty_lake):
    with open_engine(empty_lake, memory="1GB") as engine:
        limit = engine.connection.execute("SELECT current_setting('memory_limit')").fetchone()
    assert limit == ("953.6 MiB",)


def test_a_machine_without_java_is_told_which_package_brings_it(empty_lake, monkeypatch, tmp_path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FangxianError, match="needs Java 17") as refused:
        open_engine(empty_lake, "spark")
    assert "openjdk-17-jre-headless" in refused.value.next_step


@pytest.mark.parametrize(("version", "good"), [("1.8.0_392", False), ("11.0.21", False), ("17.0.15", True), ("21", True)])
def test_a_java_that_is_too_old_is_refused(monkeypatch, tmp_path, version, good):
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    if good:
        assert spark_session.java() == program
    else:
        with pytest.raises(FangxianError, match="is older"):
            spark_session.java()
