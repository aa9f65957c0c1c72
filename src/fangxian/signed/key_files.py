"""Keys as PEM files: private ones in PKCS#8, encrypted with a passphrase; public ones as SubjectPublicKeyInfo."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from fangxian.errors import FangxianError
from fangxian.signed.files import write_file
from fangxian.signed.keys import PrivateKey


def write_private(path: Path, key: PrivateKey, *, passphrase: bytes) -> None:
    """Write a private key, encrypted."""
    if not passphrase:
        raise FangxianError("A private key is not written without a passphrase.", next_step="Give one that is not empty.")
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    write_file(path, pem, private=True)


def read_private(path: Path, *, passphrase: bytes) -> PrivateKey:
    """Return the private key in a file; raises FangxianError where it is not, or for a wrong passphrase."""
    try:
        key = load_pem_private_key(path.read_bytes(), passphrase)
    except FileNotFoundError:
        raise FangxianError(
            f"The key {path} is not here.", done="Nothing was signed.", next_step="Bring its medium, or name its folder."
        ) from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise FangxianError(
            f"{path} could not be opened with this passphrase.",
            known="It must hold a P-256 key in encrypted PKCS#8.",
            done="Nothing was signed.",
            next_step="Check the passphrase and the file.",
        )
    return PrivateKey(key)


def write_public(path: Path, key: EllipticCurvePublicKey) -> None:
    """Write a public key."""
    write_file(path, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def read_public(path: Path) -> EllipticCurvePublicKey:
    """Return the P-256 key in a file; raises FangxianError if it holds none."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError:
        key = None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise FangxianError(f"{path} holds no P-256 public key.", next_step="Name a PEM file such as root.pub.")
    return key
