"""A standalone Spark cluster of real processes on this machine: what tests and benches run the engine on."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from fangxian.engine.spark_session import java
from fangxian.engine.tether import Tether
from fangxian.errors import FangxianError

START_WITHIN: Final = 120.0
"""Seconds in which a master and its workers must be up."""

_DAEMON_MEMORY: Final = "256m"


class SparkCluster:
    """A master and its workers, each a process of its own on the loopback interface; nothing is left of them afterwards.

    Ports are chosen by the system. A worker offers one core and `memory` to executors. There is no authentication: it
    is for tests and benches with invented people, on a machine whose users trust each other.
    """

    def __init__(self, *, workers: int = 2, memory: str = "1g") -> None:
        """Prepare a cluster of `workers` workers; entering the context starts it."""
        self.folder = Path(tempfile.mkdtemp(prefix="fangxian-spark-"))
        self.number_of_workers, self.memory = workers, memory
        self.master = ""
        self.processes: list[Tether] = []
        self.started = 0

    def __enter__(self) -> Self:
        """Start the master, then the workers, and return when all workers are registered."""
        try:
            self._spawn("master.Master", "--webui-port", "0", "--port", "0")
            self.master = self._in_log(r"Starting Spark master at (spark://\S+)", times=1)
            self.add_workers(self.number_of_workers)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Kill every process of the cluster and remove its files."""
        self.close()

    def add_workers(self, number: int) -> None:
        """Start so many workers more, and return when all are registered; running jobs use them too."""
        for _ in range(number):
            offer = ("--cores", "1", "--memory", self.memory, "--work-dir", str(self.folder / "work"))
            self._spawn("worker.Worker", "--webui-port", "0", *offer, self.master)
        self._in_log(r"Registering (worker)", times=self.started - 1)

    def kill_worker(self, number: int) -> None:
        """Kill a worker and its executors with SIGKILL, as if its machine had lost power. Those that live count from 0."""
        self.processes.pop(number + 1).kill()

    def close(self) -> None:
        """Kill every process of the cluster and remove its files."""
        for process in self.processes:
            process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _spawn(self, daemon: str, *arguments: str) -> None:
        """Start one of Spark's own daemons, which writes to a log of its own."""
        import pyspark

        home = str(Path(pyspark.__file__).parent)
        environment = os.environ | {
            "SPARK_HOME": home,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(self.folder),
            "SPARK_DAEMON_MEMORY": _DAEMON_MEMORY,
            "JAVA_HOME": str(java().resolve().parent.parent),
        }
        command = [f"{home}/bin/spark-class", f"org.apache.spark.deploy.{daemon}", "--host", "127.0.0.1", *arguments]
        log = self.folder / f"{self.started}.log"
        self.processes.append(Tether.start(command, log=log, environment=environment))
        self.started += 1

    def _in_log(self, pattern: str, *, times: int) -> str:
        """Return what the master wrote in the group of `pattern`, once it has written it so many times.

        Raises FangxianError when a process has ended or the time is up.
        """
        deadline = time.monotonic() + START_WITHIN
        while len(found := re.findall(pattern, (self.folder / "0.log").read_text(errors="replace"))) < times:
            if time.monotonic() > deadline or not all(process.alive for process in self.processes):
                raise FangxianError(
                    "The Spark cluster did not start.",
                    known="\n".join(log.read_text(errors="replace")[-1000:] for log in sorted(self.folder.glob("*.log"))),
                    next_step="Free some memory (about 2 GB), then try again.",
                )
            time.sleep(0.05)
        return str(found[0])
