"""From a scanned text to a credential whose signatures are right: everything that asks neither the time nor the gate's memory.

Signatures come before what they sign: nothing of a credential is read before its signature is found right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fangxian.signed import claims, cose, envelope, phone
from fangxian.signed.credential import DayCredential, PaperCredential
from fangxian.signed.trust import TrustedKey, TrustList
from fangxian.signed.unreadable import UnreadableError
from fangxian.signed.verdict import Outcome


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A credential, the key that signed it, and when the phone signed its minute: None on paper, or where the minute is missing."""

    credential: DayCredential | PaperCredential
    key: TrustedKey
    signed_at: datetime | None


def read(text: str, *, trust: TrustList) -> Reading | Outcome:
    """Return what a text says, or as what it is refused: damaged, foreign or forged. Raises nothing."""
    try:
        return _read(text, trust)
    except UnreadableError:
        return Outcome.DAMAGED


def _read(text: str, trust: TrustList) -> Reading | Outcome:
    form, body = envelope.read(text)
    if form not in (envelope.Form.CREDENTIAL, envelope.Form.PHONE):
        raise UnreadableError
    minute = phone.read(body) if form is envelope.Form.PHONE else None
    signed = cose.read(minute.credential if minute else body)
    if signed.key_id is None:
        raise UnreadableError
    key = trust.by_id.get(signed.key_id)
    if key is None:
        return Outcome.FOREIGN
    if not signed.signed_by(key.public):
        return Outcome.FORGED
    credential = claims.read(signed.payload)
    # A key speaks for its own region and its own time; whoever steals one cannot speak for another.
    if credential.region_code != key.region_code or not key.could_sign(credential.issued_at):
        return Outcome.FORGED
    if minute and not _by_its_phone(minute, credential):
        return Outcome.FORGED
    return Reading(credential=credential, key=key, signed_at=minute.signed_at if minute else None)


def _by_its_phone(minute: phone.Minute, credential: DayCredential | PaperCredential) -> bool:
    if isinstance(credential, PaperCredential):
        raise UnreadableError
    return minute.signed.signed_by(cose.public_key(credential.phone_key), context=phone.CONTEXT)
