"""Where a server's signing keys are: a folder of encrypted files (`KeyFolder`), or what takes its place, such as a KMS or an HSM."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from fangxian.signed.cose import Signer
from fangxian.signed.trust import TrustList


class KeyRing(Protocol):
    """One region's keys, and the keys of others that it recognises."""

    @property
    def region_code(self) -> str:
        """The region whose keys these are."""

    @property
    def root_public(self) -> EllipticCurvePublicKey:
        """The public half of the root key, which gates are given once."""

    @property
    def published(self) -> bytes:
        """The trust list that was published last, as gates are given it; raises FangxianError where none was."""

    def trust_list(self, *, at: datetime) -> TrustList:
        """Return the keys as they stand at an instant."""

    def signer(self, at: datetime) -> Signer:
        """Return the key that signs at an instant; raises FangxianError if none does."""
