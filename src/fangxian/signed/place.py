"""The code on a place's wall, which people scan to check in: whose place it is, where, and who says so until when.

A county's place is signed by the key of its prefecture: the region is the key's own or lies in it.

[ place id, organisation, address, region, issued by, issued, until ]     signed by the region's key, "fangxian place"
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import cbor2

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.policy.regions import lies_in
from fangxian.signed import cbor, cose, envelope
from fangxian.signed.believing import believed
from fangxian.signed.cose import Signer
from fangxian.signed.times import instant, seconds
from fangxian.signed.trust import TrustList
from fangxian.signed.unreadable import UnreadableError

_CONTEXT: Final = b"fangxian place"
_LONGEST: Final = 60
_NOT_READ: Final = Text("这不是场所码，或已残损。", "This is not a place's code, or it is damaged.")
_NOT_BELIEVED: Final = Text("场所码不是本地签发的，请勿登记。", "The place's code was not issued here; do not check in with it.")
_ENDED: Final = Text("场所码已过期。", "The place's code has ended.")


class PlaceRefusedError(FangxianError):
    """A text that is no place's code, or one that does not count; `words` says which, and what to do."""

    def __init__(self, words: Text) -> None:
        """Keep the words."""
        self.words = Text(f"{words.zh}请向场所索要新的场所码。", f"{words.en} Ask the place for its present code.")
        super().__init__(f"{self.words.zh} {self.words.en}")


@dataclass(frozen=True, kw_only=True)
class PlaceCode:
    """What a place's code says; texts of up to 60 characters."""

    place_id: str
    organisation: str
    address: str
    region_code: str
    issued_by: str
    issued_at: datetime
    valid_until: datetime

    def write(self, *, by: Signer) -> str:
        """Return the text of the place's QR; raises FangxianError for texts that nobody could read back."""
        texts = (self.place_id, self.organisation, self.address, self.region_code, self.issued_by)
        if not _readable(texts):
            raise FangxianError(
                "A text of the place is empty, too long, or holds what cannot be printed.",
                known=f"Each text of a place's code has from 1 to {_LONGEST} characters.",
                done="No code was made.",
                next_step="Shorten or mend the place's id, name and address.",
            )
        payload = cbor2.dumps([*texts, seconds(self.issued_at), seconds(self.valid_until)], canonical=True)
        return envelope.write(envelope.Form.PLACE, cose.sign(payload, by=by, context=_CONTEXT))

    @classmethod
    def read(cls, text: str, *, trust: TrustList, at: datetime) -> PlaceCode:
        """Return what a place's QR says; raises PlaceRefusedError if it is none, has ended, or no trusted key signed it."""
        try:
            found = cls._signed(text, trust, at)
        except UnreadableError:
            raise PlaceRefusedError(_NOT_READ) from None
        if not found.issued_at <= at < found.valid_until:
            raise PlaceRefusedError(_ENDED)
        return found

    @classmethod
    def _signed(cls, text: str, trust: TrustList, at: datetime) -> PlaceCode:
        said = believed(text, envelope.Form.PLACE, context=_CONTEXT, trust=trust, at=at)
        if said is None:
            raise PlaceRefusedError(_NOT_BELIEVED)
        payload, key = said
        found = _place(payload)
        if not lies_in(found.region_code, key.region_code) or not key.could_sign(found.issued_at):
            raise PlaceRefusedError(_NOT_BELIEVED)
        return found


def _place(payload: bytes) -> PlaceCode:
    match cbor.read(payload):
        case [str(place_id), str(organisation), str(address), str(region), str(issued_by), issued, until]:
            if _readable((place_id, organisation, address, region, issued_by)):
                return PlaceCode(
                    place_id=place_id,
                    organisation=organisation,
                    address=address,
                    region_code=region,
                    issued_by=issued_by,
                    issued_at=instant(issued),
                    valid_until=instant(until),
                )
    raise UnreadableError


def _readable(texts: Iterable[str]) -> bool:
    return all(0 < len(text) <= _LONGEST and text.isprintable() for text in texts)
