"""From a scanned text to a credential whose signatures are right: everything that asks neither the time nor the gate's memory.

Signatures come before what they sign: nothing of a credential is read before its signature is found right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from fangxian.signed import claims, cose, envelope, phone
from fangxian.signed.credential import DayCredential, PaperCredential
from fangxian.signed.trust import TrustedKey, TrustList
from fangxian.signed.unreadable import UnreadableError
from fangxian.signed.verdict import Outcome

_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A credential, the key that signed it, and when the phone signed its minute: None on paper, or where the minute is missing."""

    credential: DayCredential | PaperCredential
    key: TrustedKey
    signed_at: datetime | None


def read(text: str, *, trust: TrustList) -> Reading | Outcome:
    """Return what a text says, or as what it is refused: damaged, foreign or forged. Raises nothing."""
    return read_all([text], trust=trust)[0]


def read_all(texts: Sequence[str], *, trust: TrustList) -> list[Reading | Outcome]:
    """Return what each text says, as `read` does of one.

    Step by step for all, rather than text by text: what a step works with stays in the processor's cache.
    """
    shown = _each(texts, _shown)
    signed = _each(shown, lambda one: _signed(one, trust))
    return _each(_each(signed, _claimed), _by_its_phone)


def _each(values: Sequence[_In | Outcome], step: Callable[[_In], _Out | Outcome]) -> list[_Out | Outcome]:
    """Take a step with whatever was not refused before; what turns out to be unreadable is damaged."""
    found: list[_Out | Outcome] = []
    for value in values:
        try:
            found.append(value if isinstance(value, Outcome) else step(value))
        except UnreadableError:
            found.append(Outcome.DAMAGED)
    return found


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A credential as it was shown, and the minute around it: None on paper, or where it is missing."""

    signed: cose.Signed
    minute: phone.Minute | None


def _shown(text: str) -> _Shown:
    form, body = envelope.read(text)
    if form not in (envelope.Form.CREDENTIAL, envelope.Form.PHONE):
        raise UnreadableError
    minute = phone.read(body) if form is envelope.Form.PHONE else None
    return _Shown(signed=cose.read(minute.credential if minute else body), minute=minute)


def _signed(shown: _Shown, trust: TrustList) -> tuple[_Shown, TrustedKey] | Outcome:
    if shown.signed.key_id is None:
        raise UnreadableError
    key = trust.by_id.get(shown.signed.key_id)
    if key is None:
        return Outcome.FOREIGN
    return (shown, key) if shown.signed.signed_by(key.public) else Outcome.FORGED


def _claimed(signed: tuple[_Shown, TrustedKey]) -> tuple[phone.Minute | None, Reading] | Outcome:
    shown, key = signed
    credential = claims.read(shown.signed.payload)
    # A key speaks for its own region and its own time; whoever steals one cannot speak for another.
    if credential.region_code != key.region_code or not key.could_sign(credential.issued_at):
        return Outcome.FORGED
    return shown.minute, Reading(credential=credential, key=key, signed_at=shown.minute.signed_at if shown.minute else None)


def _by_its_phone(claimed: tuple[phone.Minute | None, Reading]) -> Reading | Outcome:
    minute, reading = claimed
    if minute is None:
        return reading
    if isinstance(reading.credential, PaperCredential):
        raise UnreadableError
    signs = minute.signed.signed_by(cose.public_key(reading.credential.phone_key), context=phone.CONTEXT)
    return reading if signs else Outcome.FORGED
