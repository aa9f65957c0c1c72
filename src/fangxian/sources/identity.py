"""Identity at the door: id numbers become person ids under a key that the lake never holds.

`person_id` is the first 16 bytes, in hexadecimal, of HMAC-SHA256 over `<id_type>|<normalised number>`. Whoever has the lake
without the key cannot go from a person id to a number, nor try all numbers; whoever has the key can, so it lies outside
the lake's folder, readable by its owner only, never enters SQL, a log or a message, and is not part of a copy of the lake.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, Self

import pyarrow as pa
import pyarrow.compute as pc

from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.signed.files import expect_closed

KEY_BYTES: Final = 32
_BLOCK_BYTES: Final = 64


class KeyHolder(Protocol):
    """Whoever computes person ids: a key in a file, or a service that never shows its key."""

    def person_ids(self, id_types: pa.Array, numbers: pa.Array) -> pa.Array:
        """Return the person id, 32 hexadecimal digits, of each pair of id type and normalised number."""

    def mark(self) -> str:
        """Return a value that tells this key from another and says nothing else about it."""


def key_path(lake: Path) -> Path:
    """Return where the key of a lake lies unless it is told otherwise: `<lake>.key/identity.key`, beside the lake.

    >>> key_path(Path("/data/zhejiang")).as_posix()
    '/data/zhejiang.key/identity.key'
    """
    whole = lake.absolute()
    return whole.with_name(f"{whole.name}.key") / "identity.key"


@dataclass(frozen=True, repr=False)
class KeyFile:
    """A key that was read from a file. It has no printable form."""

    _key: bytes

    @classmethod
    def of(cls, lake: Lake, path: Path | None = None) -> Self:
        """Read the key of a lake, or make it if this is the lake's first.

        Raises FangxianError where the lake has people already and the key is missing, or is not the one that named them:
        under another key every person would silently become somebody else.
        """
        path = path or key_path(lake.path)
        if path.resolve().is_relative_to(lake.path.resolve()):
            raise FangxianError("The key may not lie inside the lake.", next_step="Name a file outside the lake's folder with --key.")
        marks = {receipt["key_mark"] for receipt in lake.receipts() if receipt.get("key_mark")}
        if not path.exists():
            if marks:
                raise FangxianError(
                    f"The identity key {path} is missing, and this lake's people were named with it.",
                    done="Nothing was added.",
                    next_step="Bring the key back from its backup, or name it with --key.",
                )
            _make(path)
        expect_closed(path)
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise FangxianError(f"{path} is not an identity key: it should hold {KEY_BYTES} bytes.", next_step="Bring the key back.")
        holder = cls(key)
        if marks - {holder.mark()}:
            raise FangxianError(
                f"{path} is not the key that this lake's people were named with.",
                done="Nothing was added.",
                next_step="Name the right key with --key.",
            )
        return holder

    def person_ids(self, id_types: pa.Array, numbers: pa.Array) -> pa.Array:
        """Return the person id, 32 hexadecimal digits, of each pair of id type and normalised number."""
        messages = pc.binary_join_element_wise(id_types, numbers, "|").cast(pa.binary()).to_pylist()
        # The one loop over people in the product: no library computes HMACs over an array, and doing it in SQL would put
        # the key into SQL. It runs over distinct numbers, and each costs under a microsecond: the key's two blocks are
        # hashed once and their states copied (RFC 2104, section 4).
        inner, outer = _states(self._key)
        digests = bytearray()
        for message in messages:
            inside, outside = inner.copy(), outer.copy()
            inside.update(message)
            outside.update(inside.digest())
            digests += outside.digest()[:16]
        joined = digests.hex().encode()
        offsets = pa.array(range(0, len(joined) + 1, 32), pa.int64()).buffers()[1]
        return pa.LargeStringArray.from_buffers(len(messages), offsets, pa.py_buffer(joined)).cast(pa.string())

    def mark(self) -> str:
        """Return a value that tells this key from another and says nothing else about it."""
        marked: str = self.person_ids(pa.array(["key"]), pa.array(["mark"]))[0].as_py()
        return marked[:8]


def _states(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    padded = key.ljust(_BLOCK_BYTES, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in padded)), hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))


def _make(path: Path) -> None:
    """Write a new random key that only its owner can read; give way to a key that another process made meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
