"""The vault's own process: it answers on a Unix socket, to processes of the same user only, and says nothing of what it is asked."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import socketserver
import struct
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from fangxian.errors import FangxianError
from fangxian.vault.folder import VaultFolder
from fangxian.vault.local import LocalVault
from fangxian.vault.operations import answer
from fangxian.vault.wire import Line, MisreadError

MOST_CONNECTIONS: Final = 128
SLOWEST: Final = 30.0
"""Seconds that a message may take once it has begun, and a reply to be read."""

_LONGEST_SOCKET_PATH: Final = 100
_SET_DUMPABLE: Final = 4  # PR_SET_DUMPABLE of prctl(2)


def serve(folder: Path, socket_path: Path, *, master: Path | None = None) -> None:
    """Answer on a socket until the process is asked to end. Raises FangxianError where folder or socket are of no use."""
    _close_memory()
    opened = VaultFolder.open(folder, master=master)
    with opened.alone():
        vault, free = LocalVault(opened), _free(socket_path)
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
        with _Server(free, vault) as server:
            try:
                server.serve_forever()
            finally:
                socket_path.unlink(missing_ok=True)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = MOST_CONNECTIONS

    def __init__(self, path: Path, vault: LocalVault) -> None:
        self.vault = vault
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        before = os.umask(0o177)  # the socket is its owner's from its first moment
        try:
            super().__init__(str(path), _Conversation)
        finally:
            os.umask(before)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Whether a connection comes from the same user, and there is a place for it."""
        return _of_same_user(request) and self._places.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Hold a conversation, and give its place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log which kind of error it was: its words could hold what was asked."""
        sys.stderr.write(f"the vault ended a conversation: {type(sys.exception()).__name__}\n")


class _Conversation(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Answer one request after the other until the other end closes, or says what is no message."""
        line = Line(self.request)
        with suppress(MisreadError, ConnectionError, TimeoutError):
            while self._next():
                request = line.receive()
                if request is None:
                    return
                line.send(self._reply(request))

    def _next(self) -> bool:
        """Wait for a message's first byte, as long as it takes; what has begun must then come."""
        self.request.settimeout(None)
        came = bool(self.request.recv(1, socket.MSG_PEEK))
        self.request.settimeout(SLOWEST)
        return came

    def _reply(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"done": answer(self.server.vault, request)}
        except FangxianError as error:
            return {"refused": [error.what, error.known, error.done, error.next_step]}
        except OSError as error:
            return {"refused": ["The vault cannot write to its folder.", error.strerror or "", "", "Make room there, or mend it."]}


def _of_same_user(connected: socket.socket) -> bool:
    if sys.platform != "linux":
        return True  # the socket's own permissions are the guard
    credentials = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1]) == os.geteuid()


def _free(path: Path) -> Path:
    """Return the path of a socket once nothing is there; what a killed vault left is removed."""
    if len(os.fsencode(path)) > _LONGEST_SOCKET_PATH:
        raise FangxianError("The socket's path is too long.", next_step=f"Name one of at most {_LONGEST_SOCKET_PATH} bytes.")
    if path.exists() and not path.is_socket():
        raise FangxianError(f"{path} is there and is no socket.", next_step="Name another path.")
    if path.exists():
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                raise FangxianError(f"Another vault answers on {path}.", next_step="Stop it first, or name another socket.")
        path.unlink()
    return path


def _close_memory() -> None:
    """Let no core be dumped, and no other process of the user read this one's memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
