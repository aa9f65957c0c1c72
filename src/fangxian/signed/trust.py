"""The trust list: whose signatures a gate believes, signed by a root key that is kept offline.

    [ region, sequence, issued, [ [region, point, not before, not after, revoked (0: is not)], … ] ]

A key is believed for what it signed from `not_before` until `not_after`. From `revoked_at` on nothing that it signed is
believed, however old it says it is: whoever holds a leaked key can write any date. Phones get a new credential in
seconds; papers must be printed again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from fangxian.errors import FangxianError
from fangxian.signed import cbor, cose
from fangxian.signed.cose import Signer
from fangxian.signed.keys import key_id
from fangxian.signed.times import instant, seconds
from fangxian.signed.unreadable import UnreadableError

_CONTEXT: Final = b"fangxian trust list"


@dataclass(frozen=True, kw_only=True)
class TrustedKey:
    """A public key by its point (65 bytes), the region it signs for, and when it does; plain values, so it goes to other processes."""

    region_code: str
    point: bytes
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None = None

    @cached_property
    def key_id(self) -> bytes:
        """The key's name."""
        return key_id(self.public)

    @property
    def public(self) -> EllipticCurvePublicKey:
        """The key that verifies."""
        return _opened(self.point)

    def could_sign(self, issued_at: datetime) -> bool:
        """Return whether something issued at an instant can be this key's."""
        return self.not_before <= issued_at < self.not_after

    def is_revoked(self, at: datetime) -> bool:
        """Return whether nothing of this key is believed any more at an instant."""
        return self.revoked_at is not None and at >= self.revoked_at


@dataclass(frozen=True, kw_only=True)
class TrustList:
    """The keys that a region's gates believe: its own, and those of regions that it recognises."""

    region_code: str
    sequence: int
    issued_at: datetime
    keys: tuple[TrustedKey, ...]

    @cached_property
    def by_id(self) -> dict[bytes, TrustedKey]:
        """The keys by their names."""
        return {key.key_id: key for key in self.keys}

    def write(self, *, root: Signer) -> bytes:
        """Return the list as a file, signed by the root key."""
        payload = [self.region_code, self.sequence, seconds(self.issued_at), [_written(key) for key in self.keys]]
        return cose.sign(cbor2.dumps(payload, canonical=True), by=root, context=_CONTEXT)

    @classmethod
    def read(cls, data: bytes, *, root: EllipticCurvePublicKey, newest_seen: int = 0) -> TrustList:
        """Return the list in a file; raises FangxianError for a list that is not the root's, or older than one seen before."""
        signed = cose.read(data)
        if not signed.signed_by(root, context=_CONTEXT):
            raise FangxianError(
                "The trust list is not signed by the root key that this gate was given.",
                known=f"The root key's id is {key_id(root).hex()}.",
                done="Nothing was verified.",
                next_step="Fetch the list again; if that does not help, ask whoever keeps the root key.",
            )
        match cbor.read(signed.payload):
            case [str(region), int(sequence), issued, [*keys]]:
                found = cls(region_code=region, sequence=sequence, issued_at=instant(issued), keys=tuple(_keys(keys)))
                _check_not_older(found.sequence, newest_seen)
                return found
        raise UnreadableError


@lru_cache(maxsize=256)
def _opened(point: bytes) -> EllipticCurvePublicKey:
    return cose.public_key(point)


def _written(key: TrustedKey) -> list[Any]:
    revoked = 0 if key.revoked_at is None else seconds(key.revoked_at)
    return [key.region_code, key.point, seconds(key.not_before), seconds(key.not_after), revoked]


def _keys(rows: Iterable[Any]) -> Iterable[TrustedKey]:
    for row in rows:
        match row:
            case [str(region), bytes(at), not_before, not_after, revoked]:
                _opened(at)
                yield TrustedKey(
                    region_code=region,
                    point=at,
                    not_before=instant(not_before),
                    not_after=instant(not_after),
                    revoked_at=None if revoked == 0 else instant(revoked),
                )
            case _:
                raise UnreadableError


def _check_not_older(sequence: int, newest_seen: int) -> None:
    """Refuse a list from before one that was seen: it may believe a key that has been revoked since."""
    if sequence < newest_seen:
        raise FangxianError(
            f"The trust list is number {sequence}, and this gate has seen number {newest_seen}.",
            done="The older list was refused; nothing was verified.",
            next_step="Fetch the newest list.",
        )
