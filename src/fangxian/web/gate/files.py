"""The two files that gates hold, as they stand now: the trust list, and the changes of colour."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from fangxian.signed.changes import Changes
from fangxian.signed.keys import point
from fangxian.signed.times import seconds
from fangxian.signed.trust import TrustList
from fangxian.store.tokens import changed_tokens
from fangxian.web.gate.gates import Gates

TRUST_LASTS: Final = timedelta(minutes=1)
"""How long the keys are gone by as they were read: a revoked one is refused within this time."""

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
        self._trust: TrustList | None = None
        self._changes: File | None = None

    @property
    def root(self) -> bytes:
        """The point of the root key, which a device is given when it is opened."""
        return point(self._gates.keys.root_public)

    def trust(self) -> TrustList:
        """Return the keys by which this server judges."""
        at = self._gates.clock()
        if self._trust is None or at - self._trust.issued_at >= TRUST_LASTS:
            self._trust = self._gates.keys.trust_list(at=at)
        return self._trust

    def published(self) -> File:
        """Return the trust list by which gates judge: the last that the root key signed."""
        return File(self._gates.keys.published, self._gates.clock())

    def changes(self) -> File:
        """Return the file of changes."""
        with self._lock:
            at = self._gates.clock()
            if self._changes is None or at - self._changes.made_at >= CHANGES_LAST:
                rows = changed_tokens(self._gates.store, self._gates.policy, at=at)
                made = Changes.of(rows, region_code=self._gates.keys.region_code, sequence=seconds(at), issued_at=at)
                self._changes = File(made.write(by=self._gates.keys.signer(at)), at)
            return self._changes
