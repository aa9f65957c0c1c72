"""Signing a credential: the text that a phone keeps for a day, or that is printed."""

from __future__ import annotations

from datetime import datetime

from fangxian.errors import FangxianError
from fangxian.signed import claims, cose, envelope
from fangxian.signed.cose import Signer
from fangxian.signed.credential import Credential, PaperCredential
from fangxian.signed.limits import LIMITS, Limits


def issue(credential: Credential, *, by: Signer, limits: Limits = LIMITS) -> str:
    """Return the text of a credential, signed; raises FangxianError for one that would last too long, or not at all."""
    longest = limits.paper_longest if isinstance(credential, PaperCredential) else limits.day_credential_longest
    _check_lasts(credential.issued_at, credential.valid_until, longest_hours=longest.total_seconds() / 3600)
    return envelope.write(envelope.Form.CREDENTIAL, cose.sign(claims.write(credential), by=by))


def _check_lasts(issued_at: datetime, valid_until: datetime, *, longest_hours: float) -> None:
    hours = (valid_until - issued_at).total_seconds() / 3600
    if not 0 < hours <= longest_hours:
        raise FangxianError(
            f"A credential cannot last {hours:g} hours.",
            known=f"It may last up to {longest_hours:g} hours from its issue.",
            done="Nothing was signed.",
            next_step="Give it an end within that time.",
        )
