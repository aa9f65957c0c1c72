"""The claims of a credential: values on one side, the CWT payload (RFC 8392) inside an HCERT on the other.

    {1: "CN", 4: until, 6: issued, 7: token id, 8: {1: COSE_Key},
     -260: {-7: {"c": colour, "l": level, "n": name, "r": region, "vu": until}}}

A paper has `"p": 1` in place of claim 8. Sub-claim -7 is negative because none is assigned to health codes: WHO's
specification leaves negative numbers free for development.
"""

from __future__ import annotations

import re
from typing import Any, Final

import cbor2

from fangxian.policy.colour import Colour
from fangxian.signed import cbor
from fangxian.signed.credential import Credential, DayCredential, PaperCredential
from fangxian.signed.times import instant, seconds
from fangxian.signed.unreadable import UnreadableError

_ISSUER, _UNTIL, _ISSUED, _TOKEN, _HOLDER, _HCERT = 1, 4, 6, 7, 8, -260
_HEALTH_CODE: Final = -7
_COUNTRY: Final = "CN"
_REGION: Final = re.compile(r"[0-9]{6}")
_LONGEST_NAME: Final = 8
_COLOURS: Final = {(str(colour), colour.level): colour for colour in Colour}
"""What a colour and its level say together: neither is believed without the other."""


def write(credential: Credential) -> bytes:
    """Return the payload of a credential."""
    said: dict[str, Any] = {
        "c": str(credential.colour),
        "l": credential.colour.level,
        "n": credential.masked_name,
        "r": credential.region_code,
        "vu": seconds(credential.valid_until),
    }
    payload: dict[int, Any] = {
        _ISSUER: _COUNTRY,
        _UNTIL: seconds(credential.valid_until),
        _ISSUED: seconds(credential.issued_at),
        _TOKEN: credential.token_id,
    }
    if isinstance(credential, DayCredential):
        x, y = credential.phone_key[1:33], credential.phone_key[33:]
        payload[_HOLDER] = {1: {1: 2, -1: 1, -2: x, -3: y}}
    else:
        said["p"] = 1
    return cbor2.dumps(payload | {_HCERT: {_HEALTH_CODE: said}}, canonical=True)


def read(payload: bytes) -> DayCredential | PaperCredential:
    """Return the credential of a payload; raises UnreadableError unless every claim is there, and nothing besides."""
    match cbor.read(payload):
        case {1: "CN", 4: until, 6: issued, 7: bytes(token_id), -260: {-7: {**said}, **more}, **rest} if not more:
            if len(token_id) != 16 or said.get("vu") != until or not isinstance(until, int):
                raise UnreadableError
            common = _said(said) | {"token_id": token_id, "issued_at": instant(issued), "valid_until": instant(until)}
            return _held(common, said, rest)
    raise UnreadableError


def _said(said: dict[Any, Any]) -> dict[str, Any]:
    """Return what the health code's own sub-claim says."""
    match said:
        case {"c": str(colour), "l": str(level), "n": str(name), "r": str(region)}:
            known = _COLOURS.get((colour, level))
            if known and _REGION.fullmatch(region) and 0 < len(name) <= _LONGEST_NAME and name.isprintable():
                return {"colour": known, "masked_name": name, "region_code": region}
    raise UnreadableError


def _held(common: dict[str, Any], said: dict[Any, Any], rest: dict[Any, Any]) -> DayCredential | PaperCredential:
    """Return the credential for its holder: a phone's key, or paper, never both."""
    match rest:
        case {8: {1: {1: 2, -1: 1, -2: bytes(x), -3: bytes(y), **more}, **further}, **others} if not (more or further or others):
            if len(said) == 5 and len(x) == len(y) == 32:
                return DayCredential(**common, phone_key=b"\x04" + x + y)
        case {**nothing} if not nothing and len(said) == 6 and said.get("p") == 1:
            return PaperCredential(**common)
    raise UnreadableError
