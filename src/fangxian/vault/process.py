"""The vault as a child of the process that needs it; it ends with that process, and a watched one is started again where it dies."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from fangxian.engine.tether import Tether
from fangxian.errors import FangxianError
from fangxian.vault.client import VaultClient

log = logging.getLogger(__name__)

START_WITHIN: Final = 60.0
_LOOKS_EVERY: Final = 0.5
STOP_WITHIN: Final = 5.0


class VaultProcess:
    """Runs a vault on a folder while its context is open; `client()` reaches it.

    A watched one is started again where it dies while the context is open, on the same socket and with the same keys.
    """

    def __init__(self, folder: Path, *, socket_path: Path | None = None, master: Path | None = None, watched: bool = False) -> None:
        """Prepare a vault on a folder that `VaultFolder.make` made; without `socket_path` its socket lies in a folder of its own."""
        self._own = None if socket_path else Path(tempfile.gettempdir(), f"fangxian-vault-{secrets.token_hex(16)}")
        self.socket_path = (socket_path or Path(self._own or "", "socket")).absolute()
        self.folder, self._master = folder.absolute(), master
        self._running: Tether | None = None
        self._said_before = 0
        self._watched, self._over = watched, threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="fangxian-vault", daemon=True)

    @property
    def log(self) -> Path:
        """The file to which the process writes when it ends by itself, and why."""
        return self.folder / "vault.log"

    @property
    def process_id(self) -> int | None:
        """The number of the process, None where none was started."""
        return self._running.process.pid if self._running else None

    def client(self) -> VaultClient:
        """Return a new connection to the vault. Raises FangxianError where it does not answer."""
        return VaultClient(self.socket_path)

    def start(self) -> None:
        """Start the process and return when it answers. Raises FangxianError where it does not, with its own words."""
        if not self.folder.is_dir():
            raise FangxianError(f"{self.folder} is no vault's folder.", next_step="Make one with `fangxian vault make`.")
        if self._own:
            self._own.mkdir(mode=0o700, exist_ok=True)
        options = ["--dir", str(self.folder), "--socket", str(self.socket_path)]
        if self._master:
            options += ["--master", str(self._master.absolute())]
        package = Path(__file__).parents[2]
        self._said_before = self.log.stat().st_size if self.log.exists() else 0
        self._running = Tether.start(
            [sys.executable, "-m", "fangxian.vault", *options], log=self.log, environment={"PATH": os.defpath, "PYTHONPATH": str(package)}
        )
        try:
            self._await_answer()
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """End the process."""
        if self._running:
            self._running.end(farewell=signal.SIGTERM, within=STOP_WITHIN)
            self._running = None

    def __enter__(self) -> Self:
        """Start the process."""
        self.start()
        if self._watched:
            self._watcher.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the process, and remove the folder of its socket."""
        self._over.set()
        if self._watched:
            self._watcher.join()
        self._end()

    def _watch(self) -> None:
        while not self._over.wait(_LOOKS_EVERY):
            if self._running is None or not self._running.alive:
                log.warning("the vault ended; it is started again")
                # What is left of the one that died may still hold the folder for a moment.
                with suppress(FangxianError, OSError):
                    self.stop()
                    self.start()

    def _end(self) -> None:
        self.stop()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_WITHIN
        while self._running and self._running.alive and time.monotonic() < deadline:
            try:
                self.client().close()
            except FangxianError:
                time.sleep(0.02)
            else:
                return
        raise FangxianError(
            f"The vault did not start on {self.folder}.",
            known=self._said(),
            next_step="Mend what it says, then try again.",
        )

    def _said(self) -> str:
        """Return what the process that was started last wrote, and nothing of those before it."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as written:
            written.seek(self._said_before)
            return written.read().decode(errors="replace")[-1000:].strip()
