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
    if at >= len(data):
        raise UnreadableError
    first = data[at]
    kind, number = first >> 5, first & 31
    if number < 24:
        at += 1
    else:
        number, at = _long_number(data, at, number)
    if kind == _UNSIGNED:
        return number, at
    if kind == _NEGATIVE:
        return -1 - number, at
    # Every item takes a byte, so a length beyond the data's end is refused before anything is made of it.
    end = at + number
    if end > len(data):
        raise UnreadableError
    if kind == _BYTES:
        return data[at:end], end
    if kind == _TEXT:
        return _text(data[at:end]), end
    if kind > _MAP or depth == 0:
        raise UnreadableError
    return (_array if kind == _ARRAY else _map)(data, at, number, depth - 1)


def _long_number(data: bytes, at: int, form: int) -> tuple[int, int]:
    """Return the number of an item's head that does not fit its first byte, and the place after it."""
    if form not in _LONG_FORMS:
        raise UnreadableError
    size, least = _LONG_FORMS[form]
    after = at + 1 + size
    number = int.from_bytes(data[at + 1 : after], "big")
    if after > len(data) or number < least:
        raise UnreadableError
    return number, after


def _text(encoded: bytes) -> str:
    try:
        return encoded.decode()
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
        key, value_at = _item(data, at, 0)
        encoded = data[at:value_at]
        if type(key) is bytes or encoded <= before:
            raise UnreadableError
        values[key], at = _item(data, value_at, depth)
        before = encoded
    return values, at
