"""A cluster gives the right answer though one of its machines dies under it, and leaves nothing behind."""

import signal
import subprocess
import sys
import threading
import time

import duckdb
import ibis
import orjson
import pytest
from ibis import _
from processes import gone, runs
from pyspark import SparkContext

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.engine.spark import SparkEngine
from fangxian.errors import FangxianError
from fangxian.facts import CheckIn

PEOPLE, DAYS, DELIVERIES = 120_000, 20, 24

CHECK_INS = """
    SELECT (md5_number_lower(person || '/' || day) >> 1)::BIGINT AS fact_id,
           instant AS known_at, 'spec' AS source, 'spec' AS delivery_id, md5(person::VARCHAR) AS person_id, instant AS from_at,
           CASE WHEN day % 5 > 0 THEN 36 + (person * 7 + day) % 20 / 10.0::DOUBLE END AS temperature_c, '' AS symptoms
    FROM (SELECT person, day, TIMESTAMP '2020-02-01 01:00:00' + to_days(day::INTEGER) AS instant
          FROM range({first}, {end}) people (person), range({days}) days (day))
"""

STARTS_A_CLUSTER = """
import time
from fangxian.engine.spark_cluster import SparkCluster
with SparkCluster(workers=1, memory="512m") as cluster:
    print(*[tether.process.pid for tether in cluster.processes], flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def millions(tmp_path_factory):
    """Give a lake of 2.4 million check-ins in 24 deliveries, so that a job has many tasks."""
    lake, share = Lake.create(tmp_path_factory.mktemp("millions") / "lake"), PEOPLE // DELIVERIES
    for number in range(DELIVERIES):
        facts = CHECK_INS.format(first=number * share, end=(number + 1) * share, days=DAYS)
        with lake.delivery(f"spec{number}") as folder:
            duckdb.sql(f"COPY ({facts}) TO '{folder / 'check_in.parquet'}' (FORMAT parquet)")
            (folder / "receipt.json").write_bytes(orjson.dumps({"source": "spec"}))
    return lake


def weeks_of_check_ins():
    """Return, for each person, how many full weeks there are, the highest temperature, and the first facts."""
    check_in = CheckIn.table()
    order = ibis.window(group_by="person_id", order_by="day")
    days = check_in.mutate(day=(_.from_at + ibis.interval(hours=8)).date())
    weeks = days.mutate(first=_.day.lag(6).over(order)).mutate(whole=ibis.ifelse(_.day.delta(_.first, unit="day") == 6, 1, 0))
    return weeks.group_by("person_id").agg(weeks=_.whole.sum(), hottest=_.temperature_c.max(), because=_.fact_id.collect().sort())


def executors() -> int:
    """Return how many executors the running context has."""
    return SparkContext._active_spark_context._jsc.sc().getExecutorMemoryStatus().size() - 1


def tasks() -> tuple[int, int]:
    """Return how many tasks of the running stages are done and under way."""
    tracker = SparkContext._active_spark_context.statusTracker()
    stages = [stage for each in tracker.getActiveStageIds() if (stage := tracker.getStageInfo(each))]
    return sum(stage.numCompletedTasks for stage in stages), sum(stage.numActiveTasks for stage in stages)


def until(ready, *, within=240.0):
    deadline = time.monotonic() + within
    while not ready():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_a_worker_killed_in_mid_job_changes_nothing_in_the_answer(spark_cluster, millions):
    expression, answers = weeks_of_check_ins(), []
    with SparkEngine(millions, master=spark_cluster.master) as engine:
        engine.session.conf.set("spark.sql.files.maxPartitionBytes", "1m")  # a task for each file
        until(lambda: executors() == 2)
        job = threading.Thread(target=lambda: answers.append(engine.rows(expression)))
        job.start()
        until(lambda: tasks()[0] >= 4 and tasks()[1] >= 1)
        spark_cluster.kill_worker(0)
        until(lambda: executors() == 1)
        assert job.is_alive(), "the job was over before the worker was gone"
        job.join()
        spark_cluster.add_workers(1)
        until(lambda: executors() == 2)
    with DuckDBEngine(millions, memory="2GB") as duckdb_engine:
        expected = duckdb_engine.rows(expression)
    assert expected.num_rows == PEOPLE
    (answer,) = answers
    assert answer.sort_by("person_id").equals(expected.sort_by("person_id"))


def test_a_process_uses_one_master_and_says_so(spark_master, empty_lake):
    with SparkEngine(empty_lake, master=spark_master), pytest.raises(FangxianError, match="already runs Spark on"):
        SparkEngine(empty_lake, master="spark://127.0.0.1:1")


@pytest.mark.parametrize("master", ["spark://127.0.0.1:1", "spark://127.0.0.1:1,127.0.0.1:2", "spark://nowhere"])
def test_a_cluster_that_nobody_runs_is_named_at_once(spark_cluster, master):
    from_scratch = f"from fangxian.engine import spark_session; spark_session.new_session(master='{master}')"
    refused = subprocess.run([sys.executable, "-c", from_scratch], capture_output=True, text=True, check=False, timeout=60)
    assert f"The Spark cluster at {master} gave us nothing to compute on." in refused.stderr


def test_a_cluster_dies_with_the_process_that_started_it(spark_cluster):
    with subprocess.Popen([sys.executable, "-c", STARTS_A_CLUSTER], stdout=subprocess.PIPE, text=True) as owner:
        processes = [int(number) for number in owner.stdout.readline().split()]
        assert len(processes) == 2
        assert all(runs(process) for process in processes)
        owner.send_signal(signal.SIGKILL)
    assert all(gone(process) for process in processes)
