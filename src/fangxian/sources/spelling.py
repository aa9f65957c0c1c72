"""How agencies spell, as DuckDB expressions: widths of digits, stray blanks, signs for nothing, and forms of dates.

Every function takes and returns SQL text; none reads data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WIDE: Final = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000\u00a0\t\r"
NARROW: Final = "".join(chr(code) for code in range(0x21, 0x7F)) + "    "
INVISIBLE: Final = "\u200b\ufeff"
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


def tidied(cell: str) -> str:
    """Return the expression of a cell without stray blanks, with half-width letters and digits."""
    # `translate` builds its table anew for every row, so it is kept for the few cells that need it.
    odd = f"regexp_matches({cell}, '[\t\r\u200b\ufeff\uff01-\uff5e\u3000\u00a0]')"
    return f"trim(CASE WHEN {odd} THEN translate({cell}, {text(WIDE + INVISIBLE)}, {text(NARROW)}) ELSE {cell} END)"


def said(cell: str) -> str:
    """Return the expression of a tidied cell that is null if it says nothing.

    DuckDB computes an expression as often as it is written: give this one the name of a column, not what makes it.
    """
    return f"(CASE WHEN {cell} NOT IN ({texts(NOTHING)}) THEN {cell} END)"


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


def is_list(cell: str) -> str:
    """Return the condition that a cell holds a JSON list; false for text that is no JSON."""
    return f"coalesce(TRY(json_type({cell})) = 'ARRAY', false)"


def record_number(source: str, record: str) -> str:
    """Return the fact id of a source's record: the lower 63 bits of MD5 over `<source>:<record number>`."""
    return cited_fact(f"{text(source + ':')} || {record}")


def cited_fact(citation: str) -> str:
    """Return the fact id of an expression that holds `<source>:<record number>`."""
    return f"CAST(md5_number_lower({citation}) >> 1 AS BIGINT)"


def _parsed(cell: str, forms: tuple[str, ...]) -> str:
    # %d and %H are content with one digit: without this look, 2020021, a day cut short, would be the first of February.
    whole = f"regexp_matches({cell}, '^(19|20)[0-9]{{2}}([-/]|[0-9]{{4}}$|[0-9]{{10}}$)')"
    return f"(CASE WHEN {whole} THEN try_strptime({cell}, [{texts(forms)}]) END)"
