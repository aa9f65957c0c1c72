"""The two files that gates hold, as they stand now: the trust list, and the changes of colour."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from fangxian.signed.changes import Changes
from fangxian.signed.key_files import read_public
from fangxian.signed.key_folder import ROOT_PUBLIC
from fangxian.signed.keys import point
from fangxian.signed.times import seconds
from fangxian.signed.trust import TrustList
from fangxian.store.tokens import changed_tokens
from fangxian.web.gate.gates import Gates

TRUST_LASTS: Final = timedelta(minutes=1)
CHANGES_LAST: Final = timedelta(seconds=3)
"""How old a file is at most when a gate asks for it; many that ask at once make one."""


@dataclass(frozen=True)
class File:
    """A signed file as it is sent."""

    data: bytes
    made_at: datetime

    @property
    def tag(self) -> str:
        """The file's ETag."""
        return f'"{sha256(self.data).hexdigest()[:32]}"'


class GateFiles:
    """Makes the files when they are asked for and the last ones are too old; safe to ask from many threads."""

    def __init__(self, gates: Gates) -> None:
        """Make the files of these gates."""
        self._gates, self._lock = gates, threading.Lock()
        self._trust: tuple[TrustList, File] | None = None
        self._changes: tuple[Changes, File] | None = None

    @property
    def root(self) -> bytes:
        """The point of the root key, which a device is given when it is opened."""
        return point(read_public(self._gates.keys.folder / ROOT_PUBLIC))

    def trust(self) -> tuple[TrustList, File]:
        """Return the trust list and its file."""
        with self._lock:
            at = self._gates.clock()
            if self._trust is None or at - self._trust[1].made_at >= TRUST_LASTS:
                made = self._gates.keys.trust_list(at=at)
                self._trust = made, File(made.write(root=self._gates.keys.root), at)
            return self._trust

    def trust_so_far(self) -> tuple[TrustList, File] | None:
        """Return the trust list and its file without waiting for anybody, None where they must be made anew."""
        made = self._trust
        return made if made and self._gates.clock() - made[1].made_at < TRUST_LASTS else None

    def changes(self) -> File:
        """Return the file of changes."""
        with self._lock:
            at = self._gates.clock()
            if self._changes is None or at - self._changes[1].made_at >= CHANGES_LAST:
                rows = changed_tokens(self._gates.store, self._gates.policy, at=at)
                made = Changes.of(rows, region_code=self._gates.keys.region_code, sequence=seconds(at), issued_at=at)
                self._changes = made, File(made.write(by=self._gates.keys.signer(at)), at)
            return self._changes[1]
