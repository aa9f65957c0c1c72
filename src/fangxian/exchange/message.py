"""A message from one region to another: a COSE_Sign1 under a context of its own, good for ten minutes, each once.

    [ issuer, audience, id, issued, kind, id of the message that it answers (empty: none), {…} ]

The signature is by a signing key of the issuer that the audience's own trust list has: the same key that signs codes, under
another context, so that neither counts for the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

import cbor2

from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.signed import cbor, cose
from fangxian.signed.cose import Signed, Signer
from fangxian.signed.limits import LIMITS
from fangxian.signed.times import instant, seconds
from fangxian.signed.trust import TrustedKey, TrustList
from fangxian.signed.unreadable import UnreadableError

CONTEXT: Final = b"fangxian exchange"
GOOD_FOR: Final = timedelta(minutes=10)
LONGEST: Final = 16_384
"""Bytes; the longest carries the 2,000 characters of an appeal."""


class Kind(StrEnum):
    """What a message is for: six that begin something, and two that only answer."""

    ASK = "ask"
    DISPUTE = "dispute"
    ANSWER = "answer"
    KEY = "key"
    PARCEL = "parcel"
    OUTCOMES = "outcomes"
    STATEMENT = "statement"
    RECEIVED = "received"


@dataclass(frozen=True, kw_only=True, repr=False)
class Message:
    """What one region says to another; it has no printable form, for its body may be about somebody."""

    issuer: str
    audience: str
    kind: Kind
    body: Mapping[str, Any]
    issued_at: datetime
    message_id: UUID = field(default_factory=uuid4)
    answers: UUID | None = None

    def write(self, *, by: Signer) -> bytes:
        """Return the message, signed."""
        answered = self.answers.bytes if self.answers else b""
        about = [self.issuer, self.audience, self.message_id.bytes, seconds(self.issued_at), str(self.kind), answered]
        return cose.sign(cbor2.dumps([*about, dict(self.body)], canonical=True), by=by, context=CONTEXT)


def read(data: bytes, *, trust: TrustList, at: datetime) -> Message:
    """Return a message to the region whose trust list this is. Raises RefusedMessageError for one that is not to be believed.

    Nothing of the payload is read before its signature is found right.
    """
    try:
        if len(data) > LONGEST:
            raise UnreadableError
        signed = cose.read(data)
        key = trust.by_id.get(signed.key_id or b"")
        if key is None or key.is_revoked(at) or not signed.signed_by(key.public, context=CONTEXT):
            raise RefusedMessageError(Refusal.FORGED)
        message = _payload(signed)
    except UnreadableError:
        raise RefusedMessageError(Refusal.UNREADABLE) from None
    _check_from(message, key, trust.region_code)
    if not -LIMITS.allowed_clock_skew <= at - message.issued_at < GOOD_FOR:
        raise RefusedMessageError(Refusal.EXPIRED)
    return message


def _payload(signed: Signed) -> Message:
    match cbor.read(signed.payload):
        case [str(issuer), str(audience), bytes(named), issued, str(kind), bytes(answers), {**body}]:
            # CBOR has whole numbers for names too, and 1 is not "1": one message has one form.
            if kind in list(Kind) and len(named) == 16 and len(answers) in (0, 16) and all(isinstance(name, str) for name in body):
                return Message(
                    issuer=issuer,
                    audience=audience,
                    kind=Kind(kind),
                    body={str(name): value for name, value in body.items()},
                    issued_at=instant(issued),
                    message_id=UUID(bytes=named),
                    answers=UUID(bytes=answers) if answers else None,
                )
    raise UnreadableError


def _check_from(message: Message, key: TrustedKey, here: str) -> None:
    """Refuse a message that its key may not speak for, one to somebody else, and our own brought back to us."""
    spoken_for = message.issuer == key.region_code and key.could_sign(message.issued_at)
    if not spoken_for or message.audience != here or message.issuer == here:
        raise RefusedMessageError(Refusal.FORGED)
