"""Telling like texts from unlike ones without keeping them: pairs of letters become numbers under a secret salt.

Two texts are as alike as the share of numbers that they have in common (Jaccard 1912). Of a long text the smallest 64 numbers are
kept, which estimate that share (Broder 1997): a comparison costs the same however long they are.
"""

from __future__ import annotations

import unicodedata
from hashlib import blake2b
from itertools import pairwise
from typing import Final

MOST: Final = 64
"""So many numbers are kept of a text."""


def marks(text: str, salt: bytes) -> list[int]:
    """Return the numbers of a text, at most 64, sorted; width, case, blanks and punctuation do not matter.

    >>> marks("翠苑 一区３幢", b"salt") == marks("翠苑一区3幢", b"salt")
    True
    """
    letters = [letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum()]
    pairs = {first + second for first, second in pairwise(letters)} or set(letters)
    return sorted({int.from_bytes(blake2b(pair.encode(), key=salt[:32], digest_size=4).digest(), "big", signed=True) for pair in pairs})[
        :MOST
    ]
