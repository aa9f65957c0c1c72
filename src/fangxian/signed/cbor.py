"""Deterministic CBOR (RFC 8949, 4.2.1) in, and nothing else.

A decoder of all of CBOR also knows tags that count, import or grow; this one knows the six kinds that signed codes are
made of: whole numbers, bytes, text, arrays and maps. Lengths and numbers are of the shortest form, keys of a map stand in
bytewise order, each once. So what is read has one form, and `cbor2` writes that same form back.
"""

from __future__ import annotations

from typing import Any, Final

from fangxian.signed.unreadable import UnreadableError

MOST_NESTED: Final = 5
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_LONG_FORMS: Final = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}
"""Additional information: how many bytes follow, and the least number that needs them."""


def read(data: bytes) -> Any:
    """Return the one value that `data` is the deterministic encoding of; raises UnreadableError if there is none."""
    value, end = _item(data, 0, MOST_NESTED)
    if end != len(data):
        raise UnreadableError
    return value


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """Read the item that starts at a place; return it and the place after it."""
    kind, number, at = _head(data, at)
    if kind == _UNSIGNED:
        return number, at
    if kind == _NEGATIVE:
        return -1 - number, at
    if kind in (_BYTES, _TEXT):
        return _string(data, at, at + number, as_text=kind == _TEXT)
    # Every item takes a byte, so a length beyond the data's end is refused before anything is made of it.
    if kind > _MAP or depth == 0 or number > len(data) - at:
        raise UnreadableError
    return _array(data, at, number, depth - 1) if kind == _ARRAY else _map(data, at, number, depth - 1)


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the kind and the number of an item's head, and the place after it."""
    if at >= len(data):
        raise UnreadableError
    kind, number = data[at] >> 5, data[at] & 31
    if number < 24:
        return kind, number, at + 1
    if number not in _LONG_FORMS:
        raise UnreadableError
    size, least = _LONG_FORMS[number]
    after = at + 1 + size
    number = int.from_bytes(data[at + 1 : after], "big")
    if after > len(data) or number < least:
        raise UnreadableError
    return kind, number, after


def _string(data: bytes, start: int, end: int, *, as_text: bool) -> tuple[bytes | str, int]:
    if end > len(data):
        raise UnreadableError
    if not as_text:
        return data[start:end], end
    try:
        return data[start:end].decode(), end
    except UnicodeDecodeError:
        raise UnreadableError from None


def _array(data: bytes, at: int, length: int, depth: int) -> tuple[list[Any], int]:
    values = []
    for _ in range(length):
        value, at = _item(data, at, depth)
        values.append(value)
    return values, at


def _map(data: bytes, at: int, length: int, depth: int) -> tuple[dict[int | str, Any], int]:
    values: dict[int | str, Any] = {}
    before = b""
    for _ in range(length):
        start = at
        key, at = _item(data, at, 0)
        encoded = data[start:at]
        if not isinstance(key, int | str) or encoded <= before:
            raise UnreadableError
        values[key], at = _item(data, at, depth)
        before = encoded
    return values, at
