"""A PostgreSQL server of our own, from the programs that pip brings; a system's or a managed one is a conninfo string."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from fangxian.engine.tether import Tether
from fangxian.errors import FangxianError
from fangxian.store.database_folder import ROLE, DatabaseFolder

log = logging.getLogger(__name__)

START_WITHIN: Final = 60.0
"""Seconds in which a server must answer; recovery after a kill is part of it."""

_LOOKS_EVERY: Final = 0.5

STOP_WITHIN: Final = 30.0
"""Seconds in which a server must end in order; afterwards it is killed, which costs a recovery but no data."""

SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # the path of a socket may have 107 characters: the loopback has no such limit
    "timezone": "UTC",
    # A province's deliveries and decisions come by the million rows: room to write them without a checkpoint every few seconds.
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    # What people are and did stands in statements and in the details of errors: neither goes to the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class PostgresServer:
    """Runs PostgreSQL on a folder while its context is open; what was committed survives a kill of either of us.

    The server ends when this process does. It takes passwords only (SCRAM), from this machine only.
    """

    def __init__(self, folder: Path, *, package: Path | None = None, watched: bool = False) -> None:
        """Prepare a server whose data live in `folder`, which is made if need be; entering the context starts it.

        A watched one is started again where it dies while the context is open: it recovers, and is where it was.
        """
        self.folder = DatabaseFolder(folder.absolute(), package)
        self._running: Tether | None = None
        self._port = 0
        self._watched, self._end = watched, threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="fangxian-postgresql", daemon=True)

    @property
    def conninfo(self) -> str:
        """How to reach the server: a libpq connection string with the password in it, so keep it out of logs."""
        return self._conninfo(self._port)

    def running_conninfo(self) -> str | None:
        """Return how to reach a server that somebody else runs on this folder; None where nobody does."""
        import psycopg

        if (port := self.folder.running_port) is None:
            return None
        try:
            psycopg.connect(self._conninfo(port), connect_timeout=5).close()
        except (psycopg.OperationalError, OSError):
            return None
        return self._conninfo(port)

    def _conninfo(self, port: int) -> str:
        return f"host=127.0.0.1 port={port} dbname=postgres user={ROLE} password={self.folder.password}"

    @property
    def process_id(self) -> int:
        """The number of the server's main process. Raises FangxianError where none was started."""
        if self._running is None:
            raise FangxianError("The PostgreSQL server is not running.", next_step="Start it first.")
        return self._running.process.pid

    def start(self) -> None:
        """Start the server, made anew where the folder is empty, and return when it answers.

        Raises FangxianError where it does not, with the end of its log.
        """
        programs = self.folder.prepare()
        self._port = self._port or _free_port()
        options = [f"--{name}={value}" for name, value in (SETTINGS | {"port": str(self._port)}).items()]
        self._running = Tether.start(
            [str(programs / "postgres"), "-D", str(self.folder.data), *options],
            log=self.folder.log,
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            user=self.folder.user,
            farewell="INT",
            whole_group=False,
        )
        try:
            self._await_answer()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server in order: it finishes what it is writing and sends every client away."""
        if self._running:
            self._running.end(farewell=signal.SIGINT, within=STOP_WITHIN)
            self._running = None

    def restart(self) -> None:
        """Stop the server, if it still runs, and start it on the same port."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        if self._watched:
            self._watcher.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop the server."""
        self._end.set()
        if self._watched:
            self._watcher.join()
        self.stop()

    def _watch(self) -> None:
        while not self._end.wait(_LOOKS_EVERY):
            if self._running is None or not self._running.alive:
                log.warning("PostgreSQL ended; it is started again")
                # What is left of the one that died may still hold the folder for a moment.
                with suppress(FangxianError):
                    self.restart()

    def _await_answer(self) -> None:
        import psycopg

        deadline = time.monotonic() + START_WITHIN
        while self._running and self._running.alive and time.monotonic() < deadline:
            try:
                psycopg.connect(self.conninfo, connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise FangxianError(
            f"PostgreSQL did not start on {self.folder.path}.",
            known=self.folder.log.read_text(errors="replace")[-1000:].strip(),
            next_step="If another server runs on this folder, stop it, then try again.",
        )


def _free_port() -> int:
    """Return a port that nobody on this machine listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
