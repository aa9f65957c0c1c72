"""A signed text of one use, and whose it is: what places' codes and certificates of release have in common."""

from __future__ import annotations

from datetime import datetime

from fangxian.signed import cose, envelope
from fangxian.signed.envelope import Form
from fangxian.signed.trust import TrustedKey, TrustList
from fangxian.signed.unreadable import UnreadableError


def believed(text: str, form: Form, *, context: bytes, trust: TrustList, at: datetime) -> tuple[bytes, TrustedKey] | None:
    """Return a text's payload and the trusted key that signed it for this use, None where none did.

    Whether the key could speak for that time and region is for whoever reads the payload. Raises UnreadableError for another form.
    """
    found, body = envelope.read(text)
    if found is not form:
        raise UnreadableError
    signed = cose.read(body)
    key = trust.by_id.get(signed.key_id or b"")
    if key is None or key.is_revoked(at) or not signed.signed_by(key.public, context=context):
        return None
    return signed.payload, key
