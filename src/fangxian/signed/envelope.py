"""What a QR holds: a prefix and Base45 (RFC 9285); for an HCERT, zlib between Base45 and the signed bytes.

zlib has many encodings of the same bytes, and which one a library writes depends on its version. Signatures and ids do not
shrink either (a day credential of 242 bytes takes 253 at any level). So the only zlib accepted and written is a single stored block:
every HCERT reader opens it, it has one form, and reading it inflates nothing.
"""

from __future__ import annotations

import struct
import zlib
from enum import StrEnum
from typing import Final

import base45
import numpy as np

from fangxian.signed.unreadable import UnreadableError

LONGEST_TEXT: Final = 1_200
"""Characters; a phone's code has about 500, and version 25 of a QR with ECC Q holds 1,000."""
_ALPHABET: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES: Final = bytes(_ALPHABET.index(byte) if byte in _ALPHABET else 255 for byte in range(256))
_PLACES: Final = np.array([1, 45, 2025], np.uint32)
_STORED: Final = b"\x78\x01\x01"
"""zlib's header for no compression, and the head of a stored block that is the last."""


class Form(StrEnum):
    """Which kind of code a text is, by its prefix."""

    CREDENTIAL = "HC1:"
    PHONE = "FX1:"
    PLACE = "FX2:"
    CERTIFICATE = "FX3:"


def write(form: Form, signed: bytes) -> str:
    """Return the text of a QR around signed bytes."""
    return form + str(base45.b45encode(_stored(signed) if form is Form.CREDENTIAL else signed), "ascii")


def read(text: str) -> tuple[Form, bytes]:
    """Return the kind of code and the signed bytes; raises UnreadableError for anything that `write` would not have written."""
    if len(text) > LONGEST_TEXT:
        raise UnreadableError
    for form in Form:
        if text.startswith(form):
            body = _from_base45(text[len(form) :])
            return form, _from_stored(body) if form is Form.CREDENTIAL else body
    raise UnreadableError


def _from_base45(text: str) -> bytes:
    """Return the bytes of Base45, in a seventh of the library's time: gates read thousands a second."""
    try:
        values = text.encode("ascii").translate(_VALUES)
    except UnicodeEncodeError:
        raise UnreadableError from None
    whole = len(values) // 3 * 3
    numbers = np.frombuffer(values, np.uint8, whole).reshape(-1, 3) @ _PLACES
    rest = values[whole:]
    last = int.from_bytes(rest[:1]) + 45 * int.from_bytes(rest[1:])
    if 255 in values or len(rest) == 1 or last > 255 or numbers.max(initial=0) > 0xFFFF:
        raise UnreadableError
    return numbers.astype(">u2").tobytes() + bytes([last] if rest else [])


def _stored(data: bytes) -> bytes:
    return _STORED + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data + struct.pack(">I", zlib.adler32(data))


def _from_stored(body: bytes) -> bytes:
    data = body[len(_STORED) + 4 : -4]
    if _stored(data) != body:
        raise UnreadableError
    return data
