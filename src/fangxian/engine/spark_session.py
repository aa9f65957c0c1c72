"""Spark sessions: one context for each process, and how it is set so that Spark answers as the other engines do."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from fangxian.errors import FangxianError

if TYPE_CHECKING:
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

LOCAL: Final = "local[*]"
"""Spark inside this process, on all cores: no cluster."""

LOCAL_MEMORY: Final = "4GB"
"""What Spark may use on this machine unless told otherwise: its own default, 1 GB, is too little for a province."""

EXECUTORS_WITHIN: Final = 120.0
"""Seconds in which a cluster must give us its first executor; Spark itself would wait for ever, in silence."""

SETTINGS: Final = {
    # Instants are stored without a zone and mean UTC; any other type or zone would shift them in silence.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    # Adaptive execution joins small partitions, so the number is an upper limit on the memory of one task.
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.shuffle.partitions": "32",
    # The files of a lake are listed here: a job on the cluster for it costs more than it saves.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
    # A result that is asked for is wanted whole; the driver's memory is the limit.
    "spark.driver.maxResultSize": "0",
    # The pages of Spark's own server show plans, and plans show people; nobody may look without a purpose.
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.catalogImplementation": "in-memory",
}


def java() -> Path:
    """Return the Java that Spark will run on.

    Raises FangxianError where there is none, or one older than 17, with the package that brings it.
    """
    home = os.environ.get("JAVA_HOME")
    found = f"{home}/bin/java" if home else shutil.which("java")
    said = ""
    if found and Path(found).exists():
        said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603 - a path, no shell
        version = re.search(r'version "(\d+)', said)
        if version and int(version[1]) >= 17:
            return Path(found)
    raise FangxianError(
        "Spark needs Java 17 or later, and this machine has none."
        if not said
        else "Spark needs Java 17 or later; this machine's is older.",
        known="It looked at JAVA_HOME, then at `java` on the path.",
        next_step="Install it: `apt-get install openjdk-17-jre-headless` (Debian 12), or use the engine duckdb, which needs no Java.",
    )


def new_session(*, master: str | None = None, memory: str | None = None) -> SparkSession:
    """Return a Spark session with views of its own, on this process's one context, which is started if there is none.

    `memory` (as in "4GB") limits the process that computes: this one without a cluster, each executor on one.
    The context ends with the process, or with `stop`. Raises FangxianError where Java or pyspark is missing, where
    the cluster does not answer, and where the process already runs on another master.
    """
    java()
    try:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession
    except ImportError:
        raise FangxianError(
            "The engine spark needs the package pyspark.", next_step="Install it: `pip install 'fangxian[spark]'`."
        ) from None
    wanted, running = master or LOCAL, SparkContext._active_spark_context
    if running is None:
        return SparkSession(_start(_configuration(wanted, memory)))
    if running.master != wanted:
        raise FangxianError(
            f"This process already runs Spark on {running.master}; it cannot run it on {wanted} too.",
            next_step="Use one master in one process.",
        )
    return SparkSession(running).newSession()


def stop() -> None:
    """End this process's Spark context, if it has one: its executors go, and every session on it is void."""
    from pyspark.sql import SparkSession

    if session := SparkSession.getActiveSession():
        session.stop()


def _configuration(master: str, memory: str | None) -> SparkConf:
    from pyspark import SparkConf

    scratch = Path(tempfile.gettempdir())
    settings = SETTINGS | {"spark.sql.warehouse.dir": str(scratch / "fangxian-spark-warehouse")}
    if master.startswith("local"):
        memory = memory or LOCAL_MEMORY
    if memory:
        process = "driver" if master.startswith("local") else "executor"
        settings[f"spark.{process}.memory"] = memory.lower().removesuffix("b")
    if master.startswith("local") or urlsplit(master).hostname in {"127.0.0.1", "localhost"}:
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # read by the process that Spark starts, before any setting
    return SparkConf().setMaster(master).setAppName("fangxian").setAll(list(settings.items()))


def _start(configuration: SparkConf) -> SparkContext:
    from py4j.protocol import Py4JError
    from pyspark import SparkContext

    master = str(configuration.get("spark.master"))
    if master.startswith("spark://") and not any(_answers(address) for address in master.removeprefix("spark://").split(",")):
        raise _no_cluster(master)
    try:
        context = SparkContext(conf=configuration)
        _await_executor(context, master)
    except (Py4JError, RuntimeError) as error:
        raise _no_cluster(master) from error
    return context


def _answers(address: str) -> bool:
    """Whether anybody listens at "host:port": Spark itself takes a minute to find out that nobody does."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except (OSError, ValueError):
        return False
    return True


def _await_executor(context: SparkContext, master: str) -> None:
    """Return when somebody is there to compute; stop the context and raise FangxianError when nobody comes."""
    deadline = time.monotonic() + EXECUTORS_WITHIN
    while not master.startswith("local") and context._jsc.sc().getExecutorMemoryStatus().size() < 2:  # the driver is one
        if time.monotonic() > deadline:
            context.stop()
            raise _no_cluster(master)
        time.sleep(0.1)


def _no_cluster(master: str) -> FangxianError:
    return FangxianError(
        f"The Spark cluster at {master} gave us nothing to compute on.",
        known="Its address is wrong, it is down, or no worker has the memory and the core that one executor needs.",
        next_step="Look at the master's own page, ask for less memory, or use the engine duckdb.",
    )
