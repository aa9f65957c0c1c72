"""What a phone does each half minute: sign the credential it holds and the instant with the key that cannot leave it.

This is the reference for the phone's page, which does the same with WebCrypto; gates read what comes of it.

    [ credential (its COSE_Sign1, bytes), instant ]    signed with the context "fangxian minute", without a key id
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import cbor2

from fangxian.signed import cbor, cose, envelope
from fangxian.signed.cose import Signed, Signer
from fangxian.signed.times import instant, seconds
from fangxian.signed.unreadable import UnreadableError

CONTEXT: Final = b"fangxian minute"


@dataclass(frozen=True, kw_only=True)
class Minute:
    """What a phone signed: a credential's bytes and the instant."""

    signed: Signed
    credential: bytes
    signed_at: datetime


def show(credential: str, *, at: datetime, by: Signer) -> str:
    """Return the text that a phone shows: a credential's text and the instant, signed by the phone."""
    _, held = envelope.read(credential)
    payload = cbor2.dumps([held, seconds(at)], canonical=True)
    return envelope.write(envelope.Form.PHONE, cose.sign(payload, by=by, context=CONTEXT, names_key=False))


def read(body: bytes) -> Minute:
    """Return what a phone signed, its signature not yet checked; raises UnreadableError."""
    signed = cose.read(body)
    match cbor.read(signed.payload):
        case [bytes(credential), at] if signed.key_id is None:
            return Minute(signed=signed, credential=credential, signed_at=instant(at))
    raise UnreadableError
