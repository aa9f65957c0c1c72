"""The vault as other processes reach it: through its socket, one connection a client, shared by its threads."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import pyarrow as pa

from fangxian.errors import FangxianError, UnavailableError
from fangxian.vault.proofs import Destruction, proof_of
from fangxian.vault.vault import Vault
from fangxian.vault.wire import MOST, Line, MisreadError

ANSWERS_WITHIN: Final = 60.0
_Item = TypeVar("_Item")


class VaultClient(Vault):
    """A vault behind a socket. Where the connection breaks it connects once more, to the same keys or not at all."""

    def __init__(self, socket_path: Path) -> None:
        """Connect. Raises FangxianError where no vault answers."""
        self._path = socket_path
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._mark: str | None = None
        self._salt: tuple[date, bytes] | None = None
        with self._lock:
            self._connect()

    def mark(self) -> str:
        """Return the mark of the key that people are named by: the same as long as this client lives."""
        return str(self._mark)

    def expect_answer(self) -> None:
        """Ask the vault itself, and nothing that is kept here; raises FangxianError where it does not answer."""
        self._ask("mark")

    def person_ids(self, id_types: pa.Array, numbers: pa.Array) -> pa.Array:
        """Return the person id of each pair."""
        pairs = list(zip(id_types.to_pylist(), numbers.to_pylist(), strict=True))
        found = _by_parts(pairs, lambda part: self._ask("person_ids", id_types=[one[0] for one in part], numbers=[one[1] for one in part]))
        return pa.array(found, pa.string())

    def renamed(self, person_ids: pa.Array, *, named_by: str) -> pa.Array:
        """Return what people are called now."""
        found = _by_parts(person_ids.to_pylist(), lambda part: self._ask("renamed", person_ids=part, named_by=named_by))
        return pa.array(found, pa.string())

    def phone_indexes(self, phones: Sequence[str]) -> list[bytes]:
        """Return each number's index."""
        return _by_parts(phones, lambda part: self._ask("phone_indexes", phones=part))

    def day_salt(self, on: date) -> bytes:
        """Return the salt of a local day's token ids, asked for once a day: everybody's code of the morning needs the same."""
        if self._salt is None or self._salt[0] != on:
            self._salt = on, bytes(self._ask("day_salt", on=on.isoformat()))
        return self._salt[1]

    def seal_many(self, texts: Sequence[str], *, person_ids: Sequence[str], retention: str, period: str, field: str) -> list[bytes]:
        """Seal one field of many people."""
        return self._each("seal_many", "texts", texts, person_ids, retention=retention, period=period, field=field)

    def unseal_many(self, sealed: Sequence[bytes], *, person_ids: Sequence[str], retention: str, period: str, field: str) -> list[str]:
        """Open one field of many people."""
        return self._each("unseal_many", "sealed", sealed, person_ids, retention=retention, period=period, field=field)

    def reseal(
        self, sealed: Sequence[bytes], *, person_ids: Sequence[str], named_by: str, retention: str, period: str, field: str
    ) -> list[bytes]:
        """Seal the same people's texts for what they are called now."""
        return self._each("reseal", "sealed", sealed, person_ids, named_by=named_by, retention=retention, period=period, field=field)

    def destroy(self, retention: str, period: str, *, at: datetime) -> Destruction:
        """Destroy a key; asked again, the vault returns the first proof."""
        return proof_of(self._ask("destroy", retention=retention, period=period, at=at.isoformat()))

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connection."""
        self.close()

    def _each(self, do: str, name: str, items: Sequence[Any], person_ids: Sequence[str], **where: str) -> list[Any]:
        rows = list(zip(items, person_ids, strict=True))
        return _by_parts(rows, lambda part: self._ask(do, **{name: [row[0] for row in part]}, person_ids=[row[1] for row in part], **where))

    def _ask(self, do: str, **given: Any) -> Any:
        """Send a request and return its answer; every request may be sent twice, so it is where the vault went away meanwhile."""
        with self._lock:
            for last in (False, True):
                try:
                    return self._answer({"do": do, **given})
                except OSError:
                    self._drop()
                    if last:
                        raise _no_answer(self._path) from None
                except MisreadError:
                    self._drop()
                    raise FangxianError(
                        "What was asked of the vault is too long, or cannot be written.", done="Nothing was done."
                    ) from None
        raise AssertionError

    def _answer(self, request: dict[str, Any]) -> Any:
        line = self._line or self._connect()
        line.send(request)
        reply = line.receive()
        if reply is None:
            raise ConnectionResetError
        if "refused" in reply:
            what, known, done, next_step = map(str, reply["refused"])
            raise FangxianError(what, known=known, done=done, next_step=next_step)
        return reply["done"]

    def _connect(self) -> Line:
        """Connect and see that people are named as before: another key would silently make everybody somebody else."""
        connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connected.settimeout(ANSWERS_WITHIN)
        self._line = Line(connected)
        try:
            connected.connect(str(self._path))
            mark = self._answer({"do": "mark"})
        except (OSError, MisreadError):
            self._drop()
            raise _no_answer(self._path) from None
        if self._mark not in (None, mark):
            self._drop()
            raise FangxianError(
                "The vault came back with another key than it had.",
                done="Nothing was asked of it.",
                next_step="If the key was rotated, finish the renaming (docs/vault.md), then start this program again.",
            )
        self._mark = mark
        return self._line

    def _drop(self) -> None:
        if self._line:
            self._line.connected.close()
            self._line = None


def _by_parts(items: Sequence[_Item], ask: Callable[[list[_Item]], list[Any]]) -> list[Any]:
    return [answer for start in range(0, len(items), MOST) for answer in ask(list(items[start : start + MOST]))]


def _no_answer(path: Path) -> UnavailableError:
    return UnavailableError(f"No vault answers on {path}.", next_step="Start it with `fangxian vault serve`, as the same user.")
