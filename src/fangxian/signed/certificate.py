"""The certificate of release: who was under which measures from when until when, and who says so. A third party reads it off the paper.

[ full name, masked number, region, issued by, issued, until, [[measure, from], …] ]     signed by the region's key, "fangxian certificate"

It speaks of what is over, and so has no end of its own; it says nothing about a colour, and opens no gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

import cbor2

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.signed import cbor, cose, envelope
from fangxian.signed.believing import believed
from fangxian.signed.cose import Signer
from fangxian.signed.times import instant, seconds
from fangxian.signed.trust import TrustList
from fangxian.signed.unreadable import UnreadableError

MEASURES: Final = ("home", "central")
MOST_STEPS: Final = 8
"""How many measures one certificate tells of; a QR holds as many with the longest of names."""

_CONTEXT: Final = b"fangxian certificate"
_LONGEST: Final = 60
_NOT_READ: Final = Text("这不是解除证明，或已残损。", "This is no certificate of release, or it is damaged.")
_NOT_BELIEVED: Final = Text(
    "解除证明的签名不对，或签发密钥不在名单上、已吊销。",
    "The certificate's signature is wrong, or its key is not on the list or was revoked.",
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Certificate:
    """What a certificate says; each measure with its beginning, in order, and the release that ended them. It has no printable form."""

    full_name: str
    masked_number: str
    region_code: str
    issued_by: str
    issued_at: datetime
    until_at: datetime
    measures: tuple[tuple[str, datetime], ...]

    def write(self, *, by: Signer) -> str:
        """Return the text of the certificate's QR."""
        texts = [self.full_name, self.masked_number, self.region_code, self.issued_by]
        steps = [[measure, seconds(from_at)] for measure, from_at in self.measures]
        payload = cbor2.dumps([*texts, seconds(self.issued_at), seconds(self.until_at), steps], canonical=True)
        return envelope.write(envelope.Form.CERTIFICATE, cose.sign(payload, by=by, context=_CONTEXT))

    @classmethod
    def read(cls, text: str, *, trust: TrustList, at: datetime) -> Certificate:
        """Return what a certificate's QR says; raises FangxianError if it is none, or no trusted key signed it."""
        try:
            return cls._signed(text, trust, at)
        except UnreadableError:
            raise _refused(_NOT_READ) from None

    @classmethod
    def _signed(cls, text: str, trust: TrustList, at: datetime) -> Certificate:
        said = believed(text, envelope.Form.CERTIFICATE, context=_CONTEXT, trust=trust, at=at)
        if said is None:
            raise _refused(_NOT_BELIEVED)
        payload, key = said
        found = _certificate(payload)
        if found.region_code != key.region_code or not key.could_sign(found.issued_at):
            raise _refused(_NOT_BELIEVED)
        return found


def _certificate(payload: bytes) -> Certificate:
    match cbor.read(payload):
        case [str(name), str(number), str(region), str(issued_by), issued, until, [*steps]] if 0 < len(steps) <= MOST_STEPS:
            measures = tuple(_step(step) for step in steps)
            instants = [*(from_at for _, from_at in measures), instant(until)]
            in_order = all(earlier < later for earlier, later in pairwise(instants)) and instants[-1] <= instant(issued)
            if in_order and all(0 < len(text) <= _LONGEST and text.isprintable() for text in (name, number, region, issued_by)):
                return Certificate(
                    full_name=name,
                    masked_number=number,
                    region_code=region,
                    issued_by=issued_by,
                    issued_at=instant(issued),
                    until_at=instant(until),
                    measures=measures,
                )
    raise UnreadableError


def _step(step: object) -> tuple[str, datetime]:
    match step:
        case [str(measure), from_at] if measure in MEASURES:
            return measure, instant(from_at)
    raise UnreadableError


def _refused(words: Text) -> FangxianError:
    return FangxianError(f"{words.zh} {words.en}", next_step="请当事人重新开具。 Ask the person for a new one.")
