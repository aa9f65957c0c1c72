"""ES256 signatures over bytes: COSE_Sign1 (RFC 9052, 4.2 and 4.4; RFC 9053, 2.1), in one form only.

    18([ protected, {}, payload, signature ])      protected = {1: -7, 4: key id}, or {1: -7} where the payload names the key

What is signed is `["Signature1", protected, context, payload]`. The context (COSE's external_aad) is empty for an HCERT and
names the use for everything else, so that a signature made for one use never counts for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from fangxian.signed import cbor
from fangxian.signed.unreadable import UnreadableError

ES256: Final = ECDSA(SHA256())
_TAG: Final = b"\xd2"
_HALF: Final = 32
_UNNAMED: Final = b"\xa1\x01\x26"
_NAMED: Final = b"\xa2\x01\x26\x04\x48"
"""The protected headers: {1: -7} whole, and {1: -7, 4: ...} up to the eight bytes of the key id."""


class Signer(Protocol):
    """A private P-256 key, wherever it lives; a KMS or an HSM is one by having these two."""

    @property
    def key_id(self) -> bytes:
        """Eight bytes that name the key."""

    def sign(self, message: bytes) -> bytes:
        """Return the ES256 signature of a message: r and s, 32 bytes each."""


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A COSE_Sign1 as read; nothing of it is believed before `signed_by` is true."""

    protected: bytes
    key_id: bytes | None
    payload: bytes
    signature: bytes

    def signed_by(self, key: EllipticCurvePublicKey, *, context: bytes = b"") -> bool:
        """Return whether a key signed this payload for this use."""
        r, s = (int.from_bytes(half, "big") for half in (self.signature[:_HALF], self.signature[_HALF:]))
        try:
            key.verify(encode_dss_signature(r, s), _to_be_signed(self.protected, context, self.payload), ES256)
        except InvalidSignature:
            return False
        return True


def sign(payload: bytes, *, by: Signer, context: bytes = b"", names_key: bool = True) -> bytes:
    """Return the COSE_Sign1 of a payload; without `names_key` the reader must know the key from the payload."""
    protected = _NAMED + by.key_id if names_key else _UNNAMED
    signature = by.sign(_to_be_signed(protected, context, payload))
    return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]), canonical=True)


def read(data: bytes) -> Signed:
    """Return a COSE_Sign1's parts; raises UnreadableError for every form but ours, unknown headers included."""
    if not data.startswith(_TAG):
        raise UnreadableError
    match cbor.read(data[1:]):
        case [bytes(protected), {**unprotected}, bytes(payload), bytes(signature)] if not unprotected:
            if len(signature) == 2 * _HALF:
                return Signed(protected=protected, key_id=_key_id(protected), payload=payload, signature=signature)
    raise UnreadableError


def raw_signature(der: bytes) -> bytes:
    """Return r and s, 32 bytes each, of a signature in DER."""
    return b"".join(number.to_bytes(_HALF, "big") for number in decode_dss_signature(der))


def public_key(point: bytes) -> EllipticCurvePublicKey:
    """Return the P-256 key of an uncompressed point (65 bytes); raises UnreadableError if it is not on the curve."""
    try:
        if len(point) == 1 + 2 * _HALF:
            return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        pass
    raise UnreadableError


def _key_id(protected: bytes) -> bytes | None:
    """Return the key id of a protected header; the two headers that there are have one encoding each."""
    if protected == _UNNAMED:
        return None
    if len(protected) == len(_NAMED) + 8 and protected.startswith(_NAMED):
        return protected[len(_NAMED) :]
    raise UnreadableError


def _to_be_signed(protected: bytes, context: bytes, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, context, payload])
