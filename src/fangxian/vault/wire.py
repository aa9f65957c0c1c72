"""Messages on the vault's socket: four bytes of length, then CBOR; a request is a map with `do`, a reply one with `done` or `refused`."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import cbor2

LONGEST: Final = 8 * 1024 * 1024
"""Bytes of the longest message."""

MOST: Final = 10_000
"""Items of the longest batch: so many take some 20 ms, and nobody waits longer for another's batch."""


class MisreadError(Exception):
    """What came is no message; the connection is of no use any more. Says nothing of what came."""


@dataclass(frozen=True)
class Line:
    """One end of a connection."""

    connected: socket.socket

    def send(self, message: dict[str, Any]) -> None:
        """Send a message. Raises MisreadError where it is too long or holds what cannot be written."""
        try:
            data = cbor2.dumps(message)
        except (cbor2.CBOREncodeError, UnicodeEncodeError):
            raise MisreadError from None
        if len(data) > LONGEST:
            raise MisreadError
        self.connected.sendall(len(data).to_bytes(4, "big") + data)

    def receive(self) -> dict[str, Any] | None:
        """Return the next message, or None where the other end closed. Raises MisreadError for anything else, half a message too."""
        head = self._read(4)
        if not head:
            return None
        length = int.from_bytes(head, "big")
        data = self._read(length) if len(head) == 4 and length <= LONGEST else b""
        if not data or len(data) != length:
            raise MisreadError
        return _message(data)

    def _read(self, length: int) -> bytes:
        """Return so many bytes, or fewer where the other end closed; memory grows with what comes, not with what was announced."""
        read = bytearray()
        while len(read) < length and (part := self.connected.recv(min(length - len(read), 1 << 16))):
            read += part
        return bytes(read)


def _message(data: bytes) -> dict[str, Any]:
    stream = BytesIO(data)
    try:
        message = cbor2.CBORDecoder(stream).decode()
    except Exception:
        raise MisreadError from None
    if not isinstance(message, dict) or not all(isinstance(name, str) for name in message):
        raise MisreadError
    return message
