"""The key that signs today: fetched once, and again each minute, so that a rotation or a revocation takes hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from fangxian.signed.cose import Signer
from fangxian.signed.key_ring import KeyRing

_LOOK_AGAIN_AFTER: Final = timedelta(minutes=1)


@dataclass
class Signing:
    """Gives the signing key of a ring; opening an encrypted key takes longer than a thousand signatures."""

    ring: KeyRing
    _signer: Signer | None = field(default=None, repr=False)
    _read_at: datetime = field(default=datetime.min)

    @property
    def region_code(self) -> str:
        """The region that the keys sign for."""
        return self.ring.region_code

    def signer(self, at: datetime) -> Signer:
        """Return the key that signs at an instant; raises FangxianError where none may."""
        if self._signer is None or not timedelta() <= at - self._read_at < _LOOK_AGAIN_AFTER:
            self._signer, self._read_at = self.ring.signer(at), at
        return self._signer
