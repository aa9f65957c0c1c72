"""Unified social credit codes (GB 32100): how an organisation's number is written, and what is wrong with one that is not.

Eighteen characters of an alphabet without I, O, S, V and Z. The last makes the sum of all, weighted by powers of three, divisible by 31.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from fangxian.facts import Text

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH: Final = 18
WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(LENGTH - 1))

_MISSING: Final = Text("请填写单位的统一社会信用代码。", "Give the organisation's unified social credit code.")
_CHARACTERS: Final = Text(
    "统一社会信用代码只有数字和大写字母，不用 I、O、S、V、Z：请看是否把 1 写成了 I，把 0 写成了 O。",
    "A unified social credit code has digits and capital letters other than I, O, S, V and Z: look for an I that is a 1, an O that is a 0.",
)
_CHECK: Final = Text(
    "代码的校验位不符，多为抄错一位或颠倒两位：请对照营业执照或单位公告逐位核对。",
    "The check character does not fit: mostly one character is mistyped, or two are swapped. Compare it with the organisation's licence.",
)


def spelled(typed: str) -> str:
    """Return a code as the standard writes it: without spaces, in capitals, and not in the wide characters of Chinese keyboards."""
    return "".join(unicodedata.normalize("NFKC", typed).split()).upper()


def fault_of(code: str) -> Text | None:
    """Return what is wrong with a code that is spelled as the standard writes it; None where nothing is."""
    if not code:
        return _MISSING
    if len(code) != LENGTH:
        return Text(
            f"统一社会信用代码是 {LENGTH} 位，所填的是 {len(code)} 位。",
            f"A unified social credit code has {LENGTH} characters; this one has {len(code)}.",
        )
    if set(code) - set(ALPHABET):
        return _CHARACTERS
    return None if check_character(code[:-1]) == code[-1] else _CHECK


def check_character(characters: str) -> str:
    """Return the check character of the seventeen before it."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(characters, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]
