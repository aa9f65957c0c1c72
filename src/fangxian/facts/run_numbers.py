"""How the number of a flight or a train is written: BA27, BA027, ba 0027 and 航班BA27 are one."""

import re
import unicodedata
from typing import Final

BETWEEN: Final = "[ -]"
"""What is written between the letters and the digits, and means nothing."""

LEADING_ZEROS: Final = "^([A-Z]{1,2}|[0-9][A-Z]|[A-Z][0-9])0*([1-9][0-9]*)$"
"""An airline's or a train's letters, zeros, and the number."""

AROUND: Final = "航班号|航班|列车|车次|次|^(FLIGHT|FIGHT|TRAIN|SHIP)\\b"
"""Words round a number, and one that a great city misspelt."""


def run_number(text: str) -> str:
    """Return a number as it is kept, whatever way somebody writes it; what has no digits comes back as it is.

    >>> [run_number(each) for each in ("BA027", "ba 0027", "Fight BA27", "Ｇ７３４９次", "3U-08888", "K528")]
    ['BA27', 'BA27', 'BA27', 'G7349', '3U8888', 'K528']
    """
    bare = re.sub(BETWEEN, "", re.sub(AROUND, "", unicodedata.normalize("NFKC", text).upper().strip()))
    return re.sub(LEADING_ZEROS, r"\1\2", bare)
