"""Short names that stand for ids in text tables, and back: no state, so a name means the same in every table and run."""

import re
from typing import Final

ALPHABET: Final = "0123456789_abcdefghijklmnopqrstuvwxyz"
"""Characters of a fact's symbol, in order: ids sort as their symbols do, so that an ordered array reads in order."""

LONGEST: Final = 12
"""Symbols are numbers in base 38 (the 38th digit, the lowest, is "no more characters"), and 38**12 < 2**63."""

PERSON_ID: Final = re.compile(r"[0-9a-f]{32}")


def fact_id(symbol: str) -> int:
    """Return the 63-bit id that a symbol like `a1` stands for; most are too large for a float to hold exactly.

    >>> fact_symbol(fact_id("visit_12"))
    'visit_12'
    """
    if not 0 < len(symbol) <= LONGEST or set(symbol) - set(ALPHABET):
        raise ValueError(f"{symbol!r} is no fact symbol: use 1 to {LONGEST} of {ALPHABET}")
    number = 0
    for place in range(LONGEST):
        number = number * 38 + (ALPHABET.index(symbol[place]) + 1 if place < len(symbol) else 0)
    return number


def fact_symbol(number: int) -> str:
    """Return the symbol that an id stands for, or the number itself where it was not made by `fact_id`."""
    rest, digits = number, []
    for _ in range(LONGEST):
        rest, digit = divmod(rest, 38)
        digits.append(ALPHABET[digit - 1] if digit else " ")
    symbol = "".join(reversed(digits)).rstrip()
    return symbol if not rest and number > 0 and " " not in symbol else str(number)


def person_id(name: str) -> str:
    """Return the 32 hexadecimal digits that a name of at most 16 bytes stands for; an id that is one already is kept.

    >>> person_name(person_id("ann"))
    'ann'
    """
    if PERSON_ID.fullmatch(name):
        return name
    written = name.encode()
    if not 0 < len(written) <= 16:
        raise ValueError(f"{name!r} is no name for a text table: it needs 1 to 16 bytes")
    return written.hex().ljust(32, "0")


def person_name(identity: str) -> str:
    """Return the name that an id stands for, or the id itself where it was not made by `person_id`."""
    try:
        name = bytes.fromhex(identity).rstrip(b"\0").decode()
    except ValueError:
        return identity
    return name if name and name.isprintable() else identity
