"""Signing keys: how a key is named, and one that is held in memory.

A key id is the first eight bytes of the SHA-256 of the key's SubjectPublicKeyInfo in DER. An HCERT hashes a certificate
there; there is no X.509 here: what a certificate would say (whose, from when, until when) the signed trust list says.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fangxian.signed.cose import ES256, raw_signature

KEY_ID_BYTES: Final = 8


@dataclass(frozen=True, eq=False)
class PrivateKey:
    """A signing key held in this process's memory; its representation shows nothing of it."""

    private: EllipticCurvePrivateKey

    @classmethod
    def make(cls) -> PrivateKey:
        """Return a new random key."""
        return cls(generate_private_key(SECP256R1()))

    @property
    def public(self) -> EllipticCurvePublicKey:
        """The public half."""
        return self.private.public_key()

    @property
    def key_id(self) -> bytes:
        """The key's name."""
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """Return the ES256 signature of a message: r and s, 32 bytes each."""
        return raw_signature(self.private.sign(message, ES256))

    def __repr__(self) -> str:
        """Return the key's name."""
        return f"PrivateKey({self.key_id.hex()})"


def key_id(public: EllipticCurvePublicKey) -> bytes:
    """Return the eight bytes that name a key."""
    return hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()[:KEY_ID_BYTES]


def point(public: EllipticCurvePublicKey) -> bytes:
    """Return a key's point, uncompressed: 65 bytes."""
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
