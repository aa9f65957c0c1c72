"""Sealing what goes to another region: to a key of theirs that signs nothing, by HPKE (RFC 9180) over P-256 and AES-256-GCM.

The key is asked for under the agreement each time and comes in a signed answer, so nobody else's is believed, and a new one counts at once.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from fangxian.exchange.message import Kind, Message
from fangxian.exchange.posting import send
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.exchange.taking import Answer
from fangxian.services.living import Living
from fangxian.signed import cbor, cose
from fangxian.signed.key_folder import KeyFolder
from fangxian.signed.keys import point
from fangxian.signed.unreadable import UnreadableError

_SUITE: Final = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_CONTEXT: Final = b"fangxian parcel"


def tell_key(living: Living, message: Message) -> Answer:
    """Answer with the key to which others seal. A ring that keeps none, such as an HSM's, takes no parcels."""
    if not isinstance(living.signing.ring, KeyFolder):
        raise RefusedMessageError(Refusal.UNKNOWN)
    return Kind.KEY, {"key": point(living.signing.ring.sealing.public)}


def key_of(living: Living, region_code: str) -> EllipticCurvePublicKey:
    """Return the key to which what goes to a region is sealed. Raises RefusedMessageError where it gives none."""
    answer = send(living, region_code, Kind.KEY, lambda _: {})
    given = answer.body.get("key")
    if answer.kind is not Kind.KEY or not isinstance(given, bytes):
        raise RefusedMessageError(Refusal.FAILED)
    try:
        return cose.public_key(given)
    except UnreadableError:
        raise RefusedMessageError(Refusal.FAILED) from None


def seal_rows(rows: list[list[Any]], key: EllipticCurvePublicKey, *, parcel_id: UUID, page: int) -> bytes:
    """Return rows sealed to a key, for one page of one parcel and no other."""
    return _SUITE.encrypt(cbor2.dumps(rows, canonical=True), key, _about(parcel_id, page))


def open_rows(living: Living, sealed: bytes, *, parcel_id: UUID, page: int) -> list[Any]:
    """Return the rows that were sealed to our key. Raises RefusedMessageError for what was not, or is no list of rows."""
    if not isinstance(living.signing.ring, KeyFolder):
        raise RefusedMessageError(Refusal.UNKNOWN)
    try:
        rows = cbor.read(_SUITE.decrypt(sealed, living.signing.ring.sealing.private, _about(parcel_id, page)))
    except (InvalidTag, ValueError, UnreadableError):
        raise RefusedMessageError(Refusal.UNREADABLE) from None
    if not isinstance(rows, list):
        raise RefusedMessageError(Refusal.UNREADABLE)
    return rows


def _about(parcel_id: UUID, page: int) -> bytes:
    return _CONTEXT + parcel_id.bytes + page.to_bytes(4, "big")
