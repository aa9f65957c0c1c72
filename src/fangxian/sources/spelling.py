"""How agencies spell, as DuckDB expressions: widths of digits, stray blanks, signs for nothing, and forms of dates.

Every function takes and returns SQL text; none reads data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WIDE: Final = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000\u00a0\t\r"
NARROW: Final = "".join(chr(code) for code in range(0x21, 0x7F)) + "    "
_COMMON_WIDE: Final = "".join(chr(code) for code in range(0xFF0D, 0xFF1B)) + "\u3000\u00a0\t\r"
_COMMON_NARROW: Final = "".join(chr(code) for code in range(0x2D, 0x3B)) + "    "
_INVISIBLE: Final = "\u200b\ufeff"
NOTHING: Final = ("", "-", "--", "—", "——", "/", "\\N", "NULL", "null", "None", "NaN", "N/A")
"""What agencies write into a cell that has nothing to say."""

_DAY: Final = "(19|20)[0-9]{2}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_INSTANT: Final = _DAY + "[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
_MIDNIGHT: Final = "( 0?0:00(:00)?|T00:00:00([.]0+)?Z?)?"

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
    # Most cells are tidy, and what is asked first is cheap. `translate` builds its table anew for every row: most that need one
    # need a short one.
    odd = f"strlen({cell}) <> length({cell}) AND regexp_matches({cell}, '[\u200b\ufeff\uff01-\uff5e\u3000\u00a0]')"
    rare = f"regexp_matches({cell}, '[\uff01-\uff0c\uff1b-\uff5e]')"
    blank = " OR ".join(f"{end}_with({cell}, '{character}')" for end in ("starts", "ends") for character in (" ", "\t", "\r"))
    return f"""(CASE
        WHEN {odd} THEN trim(CASE
            WHEN {rare} THEN translate({cell}, {text(WIDE + _INVISIBLE)}, {text(NARROW)})
            ELSE translate({cell}, {text(_COMMON_WIDE + _INVISIBLE)}, {text(_COMMON_NARROW)}) END)
        WHEN {blank} THEN trim({cell}, ' \t\r')
        ELSE {cell} END)"""


def said(cell: str) -> str:
    """Return the expression of a tidied cell that is null if it says nothing.

    DuckDB computes an expression as often as it is written: give this one the name of a column, not what makes it.
    """
    return f"(CASE WHEN {cell} NOT IN ({texts(NOTHING)}) THEN {cell} END)"


def instant(cell: str) -> str:
    """Return the UTC timestamp of a cell that holds a local instant; null where no form fits, or the year is absurd.

    Forms: `2020-02-11 08:30:00`, `2020/2/11 8:30`, `20200211083000`; seconds and leading zeros may be missing where there are
    separators, and 24:00 is the end of a day.
    """
    return f"({_parsed(cell, separated=_INSTANT, digits=14, form='%Y%m%d%H%M%S')} - {ZONE_OFFSET})"


def zoned_instant(cell: str) -> str:
    """Return the UTC timestamp of a cell that holds an instant with its zone: 2020-02-11T08:30:00+08:00, or Z; null for any other form."""
    form = r"((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]+)?)(?:Z|([+-])([0-9]{2}):([0-9]{2}))"

    def part(number: int) -> str:
        return f"nullif(regexp_extract({cell}, {text(f'^{form}$')}, {number}), '')"

    # A cast to TIMESTAMP forgets the zone, and one to TIMESTAMP WITH TIME ZONE asks for an extension.
    minutes = f"coalesce(CAST({part(3)} AS INTEGER) * 60 + CAST({part(4)} AS INTEGER), 0)"
    ahead = f"CASE {part(2)} WHEN '-' THEN -1 ELSE 1 END"
    return f"(TRY_CAST({part(1)} AS TIMESTAMP) - to_minutes({ahead} * {minutes}))"


def day(cell: str) -> str:
    """Return the date of a cell that holds a local day; null where no form fits, or the year is absurd.

    Forms: `2020-02-11`, `2020/2/11`, `20200211`, and a midnight, which is how spreadsheets and other systems write a day.
    """
    return f"CAST({_parsed(cell, separated=_DAY + _MIDNIGHT, digits=8, form='%Y%m%d')} AS DATE)"


def day_first(cell: str) -> str:
    """Return the date of a cell that holds a local day as 11/02/2020; null where the form does not fit, or the year is absurd."""
    said = f"regexp_extract({cell}, '^([0-9]{{1,2}}/[0-9]{{1,2}}/(19|20)[0-9]{{2}})( |$)', 1)"
    return f"CAST(TRY_STRPTIME(nullif({said}, ''), '%d/%m/%Y') AS DATE)"


def month_first(cell: str) -> str:
    """Return the date of a cell that holds a local day as 02/11/2020, 02.11.2020 or 02-11-2020, or in a form of `day`; else null."""
    said = f"regexp_extract({cell}, '^([0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-](19|20)[0-9]{{2}})$', 1)"
    return f"coalesce(CAST(TRY_STRPTIME(nullif(regexp_replace({said}, '[.-]', '/', 'g'), ''), '%m/%d/%Y') AS DATE), {day(cell)})"


def inside(cell: str, path: str) -> str:
    """Return the expression of what a JSON path leads to in a cell that holds JSON; without a path, of the cell itself.

    >>> inside('"subject"', "")
    '"subject"'
    """
    return f"json_extract_string(TRY_CAST({cell} AS JSON), {text(path)})" if path else cell


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


def _parsed(cell: str, *, separated: str, digits: int, form: str) -> str:
    # A cast takes a quarter of the time of a list of forms, and is kept from guessing by the pattern: without it, 2020021, a day
    # cut short, would be the first of February.
    return f"""(CASE
        WHEN regexp_full_match({cell}, '{separated}') THEN TRY_CAST({cell} AS TIMESTAMP)
        WHEN regexp_full_match({cell}, '(19|20)[0-9]{{{digits - 2}}}') THEN try_strptime({cell}, '{form}') END)"""
