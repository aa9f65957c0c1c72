"""How agencies spell, as DuckDB expressions: widths of digits, stray blanks, signs for nothing, and forms of dates.

Every function takes and returns SQL text; none reads data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WIDE: Final = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000\u00a0"
NARROW: Final = "".join(chr(code) for code in range(0x21, 0x7F)) + "  "
NOTHING: Final = ("", "-", "--", "—", "——", "/", "\\N", "NULL", "null", "None", "NaN", "N/A")
"""What agencies write into a cell that has nothing to say."""

INSTANT_FORMS: Final = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
)
DAY_FORMS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%d 00:00:00", "%Y/%m/%d 0:00")

# China has kept one zone without summer time since 1992, and no source reports instants before that year: a fixed
# offset is exact, and spares the ICU extension at every door.
ZONE_OFFSET: Final = "INTERVAL 8 HOURS"
EARLIEST: Final = "TIMESTAMP '1900-01-01'"


def text(value: str) -> str:
    """Return a string literal.

    >>> text("a'b")
    "'a''b'"
    """
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """Return a quoted identifier.

    >>> name("上报时间")
    '"上报时间"'
    """
    return '"' + value.replace('"', '""') + '"'


def texts(values: tuple[str, ...]) -> str:
    """Return a comma-joined list of string literals."""
    return ", ".join(text(value) for value in values)


def cleaned(cell: str) -> str:
    """Return the expression of a cell without stray blanks, with half-width letters and digits; null if it says nothing."""
    # `translate` builds its table anew for every row, so it is kept for the few cells that need it.
    wide = f"regexp_matches({cell}, '[\uff01-\uff5e\u3000\u00a0]')"
    narrow = f"CASE WHEN {wide} THEN translate({cell}, {text(WIDE)}, {text(NARROW)}) ELSE {cell} END"
    trimmed = f"trim({narrow}, ' \t\r\u200b\ufeff')"
    return f"(CASE WHEN {trimmed} IN ({texts(NOTHING)}) THEN NULL ELSE {trimmed} END)"


def instant(cell: str) -> str:
    """Return the UTC timestamp of a cell that holds a local instant; null where no form fits or the year is absurd."""
    return f"({_parsed(cell, INSTANT_FORMS)} - {ZONE_OFFSET})"


def day(cell: str) -> str:
    """Return the date of a cell that holds a local day; null where no form fits or the year is absurd."""
    return f"CAST({_parsed(cell, DAY_FORMS)} AS DATE)"


def start_of(local_day: str) -> str:
    """Return the UTC timestamp at which a local day begins."""
    return f"(CAST({local_day} AS TIMESTAMP) - {ZONE_OFFSET})"


def local_day(instant: str) -> str:
    """Return the local day that a UTC timestamp falls on."""
    return f"CAST({instant} + {ZONE_OFFSET} AS DATE)"


def translated(cell: str, words: Mapping[str, str]) -> str:
    """Return the word that a cell's word stands for, null where it is not known; letter case is ignored."""
    cases = " ".join(f"WHEN {text(theirs.lower())} THEN {text(ours)}" for theirs, ours in words.items())
    return f"(CASE lower({cell}) {cases} END)"


def record_number(source: str, record: str) -> str:
    """Return the fact id of a source's record: the lower 63 bits of MD5 over `<source>:<record number>`."""
    return cited_fact(f"{text(source + ':')} || {record}")


def cited_fact(citation: str) -> str:
    """Return the fact id of an expression that holds `<source>:<record number>`."""
    return f"CAST(md5_number_lower({citation}) >> 1 AS BIGINT)"


def _parsed(cell: str, forms: tuple[str, ...]) -> str:
    # A day of one digit satisfies %d: without this guard 2020021, a day cut short, would be the first of February.
    whole = f"(length({cell}) IN (8, 14) OR regexp_matches({cell}, '[-/]'))"
    parsed = f"try_strptime({cell}, [{texts(forms)}])"
    return f"(CASE WHEN {parsed} >= {EARLIEST} AND {whole} THEN {parsed} END)"
