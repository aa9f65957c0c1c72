"""The vault's folder: every key in a file of its own, wrapped by the master key.

`master.key` may lie elsewhere (another medium, what a secret manager mounts): without it the folder opens nothing.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fangxian.errors import FangxianError
from fangxian.signed.files import expect_closed, write_file

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_HEAD: Final = b"fangxian key 1\n"
_MARK_BYTES: Final = 8
_FILE_BYTES: Final = len(_HEAD) + _MARK_BYTES + NONCE_BYTES + KEY_BYTES + 16


@dataclass(frozen=True, repr=False)
class VaultFolder:
    """An opened folder of wrapped keys. It has no printable form."""

    path: Path
    _master: AESGCM

    @classmethod
    def make(cls, path: Path, *, identity_key: Path | None = None, master: Path | None = None) -> Self:
        """Make the keys of a new vault in a new or empty folder; `identity_key` is a key file by which people are named already."""
        if path.exists() and any(path.iterdir()):
            raise FangxianError(f"{path} is not empty.", done="No key was made.", next_step="Name a new folder.")
        if any((above / "lake.json").exists() for above in (path.absolute(), *path.absolute().parents)):
            raise FangxianError("The vault may not lie inside a lake.", done="No key was made.", next_step="Name a folder outside of it.")
        first = identity_key.read_bytes() if identity_key else secrets.token_bytes(KEY_BYTES)
        if len(first) != KEY_BYTES:
            raise FangxianError(f"{identity_key} is not an identity key: it should hold {KEY_BYTES} bytes.", done="No key was made.")
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        master = master or path / "master.key"
        if not master.exists():
            write_file(master, secrets.token_bytes(KEY_BYTES), private=True)
        made = cls(path, _read_master(master))
        for name, key in {"identity/1": first, "phone": secrets.token_bytes(KEY_BYTES), "day": secrets.token_bytes(KEY_BYTES)}.items():
            made.keep(name, key)
        return made

    @classmethod
    def open(cls, path: Path, *, master: Path | None = None) -> Self:
        """Open a vault's folder; raises FangxianError where it is none, is not closed to others, or the master key is another."""
        cls.proofs_of(path)
        expect_closed(path)
        opened = cls(path, _read_master(master or path / "master.key"))
        opened.key("identity/1")
        return opened

    @property
    def proofs(self) -> Path:
        """Where the proofs of destroyed keys stand."""
        return self.proofs_of(self.path)

    @staticmethod
    def proofs_of(path: Path) -> Path:
        """Return where the proofs of a folder stand, which can be read without its master key; raises FangxianError where it is none."""
        if not (path / "keys").is_dir():
            raise FangxianError(
                f"{path} is no vault's folder.",
                done="No key was made: under new keys everybody would become somebody else.",
                next_step="Bring the folder back from its backup, or make a first one with `fangxian vault make`.",
            )
        return path / "destroyed.jsonl"

    def key(self, name: str) -> bytes:
        """Return a key; raises FangxianError where there is none, or the master key does not open it."""
        try:
            data = self._file(name).read_bytes()
            nonce = data[len(_HEAD) + _MARK_BYTES :][:NONCE_BYTES]
            return self._master.decrypt(nonce, data[-KEY_BYTES - 16 :], _bound(name, data[len(_HEAD) :][:_MARK_BYTES]))
        except (FileNotFoundError, InvalidTag, ValueError):
            raise FangxianError(
                f"The key {name} is not in the vault's folder, or the master key does not open it.",
                done="Nothing was sealed, opened or named.",
                next_step="Bring the folder and its master key back from their backups.",
            ) from None

    def has(self, name: str) -> bool:
        """Whether there is a key of this name."""
        return self._file(name).exists()

    def keep(self, name: str, key: bytes) -> None:
        """Write a key durably, directories included: what it seals may be committed elsewhere a moment later."""
        path, nonce, mark = self._file(name), os.urandom(NONCE_BYTES), key_mark(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, _HEAD + mark + nonce + self._master.encrypt(nonce, key, _bound(name, mark)), private=True)
        for directory in (path.parent, *path.parent.parents):
            _settle(directory)
            if directory == self.path:
                break

    def overwrite(self, mark: str) -> None:
        """Overwrite and remove every file of the folder that holds the key with a mark, whatever its name."""
        for path in [path for path, found in marks_in(self.path) if found == mark]:
            with path.open("r+b") as file:
                file.write(os.urandom(_FILE_BYTES))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            _settle(path.parent)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder for one process; raises FangxianError where another has it."""
        with (self.path / "lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FangxianError(f"A vault runs on {self.path} already.", next_step="Use that one, or stop it first.") from None
            yield

    def _file(self, name: str) -> Path:
        return self.path / "keys" / f"{name}.key"


def key_mark(key: bytes) -> bytes:
    """Return the eight bytes that tell a key from another and say nothing else about it."""
    return sha256(b"fangxian key mark\n" + key).digest()[:_MARK_BYTES]


def marks_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file at any depth that holds a wrapped key, with the key's mark in hexadecimal; archives are not looked into."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size == _FILE_BYTES:
            data = path.read_bytes()
            if data.startswith(_HEAD):
                yield path, data[len(_HEAD) :][:_MARK_BYTES].hex()


def _bound(name: str, mark: bytes) -> bytes:
    return name.encode() + b"|" + mark


def _read_master(path: Path) -> AESGCM:
    expect_closed(path)
    key = path.read_bytes() if path.exists() else b""
    if len(key) != KEY_BYTES:
        raise FangxianError(f"{path} holds no master key of {KEY_BYTES} bytes.", next_step="Name the vault's own with --master.")
    return AESGCM(key)


def _settle(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
