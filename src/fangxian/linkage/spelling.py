"""Birth dates, phones, id numbers and sexes in one spelling, as DuckDB expressions over cleaned cells; none reads data."""

from __future__ import annotations

from typing import Final

from fangxian.sources.id_numbers import check_character

_YEAR_FIRST: Final = "^(?:公历)?((?:18|19|20)[0-9]{2})[^0-9]+([0-9]{1,2})[^0-9]+([0-9]{1,2})"
_TOGETHER: Final = "^((?:18|19|20)[0-9]{2})([0-9]{2})([0-9]{2})$"
_DAY_FIRST: Final = "^([0-9]{1,2})[^0-9]+([0-9]{1,2})[^0-9]+((?:18|19|20)[0-9]{2})$"

SEXES: Final = {"男": "m", "女": "f", "m": "m", "f": "f", "male": "m", "female": "f", "男性": "m", "女性": "f", "1": "m", "2": "f"}


def birth(cell: str) -> str:
    """Return the expression of a birth date as eight digits; null where no form fits or there is no such day.

    Forms: `1980-01-02`, `1980/1/2`, `1980年1月2日`, `1980.1.2`, `19800102`, and day first, `02/01/1980`. A month above 12 beside a
    day that could be one is a swap, and is swapped back.
    """
    parts = [
        f"coalesce(nullif(regexp_extract({cell}, '{_YEAR_FIRST}', {y}), ''), nullif(regexp_extract({cell}, '{_TOGETHER}', {y}), ''), "
        f"nullif(regexp_extract({cell}, '{_DAY_FIRST}', {d}), ''))"
        for y, d in ((1, 3), (2, 2), (3, 1))
    ]
    # A list of one gives each part a name, so that it is computed once.
    return (
        f"list_transform([[CAST({parts[0]} AS INTEGER), CAST({parts[1]} AS INTEGER), CAST({parts[2]} AS INTEGER)]], lambda part: "
        f"{_day('CASE WHEN part[2] > 12 AND part[3] <= 12 THEN [part[1], part[3], part[2]] ELSE part END')})[1]"
    )


def _day(parts: str) -> str:
    text = "printf('%04d-%02d-%02d', p[1], p[2], p[3])"
    valid = f"TRY_CAST({text} AS DATE) BETWEEN DATE '1880-01-01' AND DATE '2099-12-31'"
    return f"list_transform([{parts}], lambda p: CASE WHEN p[1] IS NOT NULL AND {valid} THEN replace({text}, '-', '') END)[1]"


def swapped(birth: str) -> str:
    """Return the expression of eight digits of a birth date with day and month swapped, whether or not there is such a day."""
    return f"(substr({birth}, 1, 4) || substr({birth}, 7, 2) || substr({birth}, 5, 2))"


def phone(cell: str) -> str:
    """Return the expression of a phone number's digits, without the country's prefix before a mobile; null for what is none."""
    digits = f"regexp_replace({cell}, '[^0-9]', '', 'g')"
    mobile = f"nullif(regexp_extract({digits}, '^(?:0086|86)?(1[0-9]{{10}})$', 1), '')"
    return f"coalesce({mobile}, CASE WHEN length({digits}) BETWEEN 7 AND 12 THEN {digits} END)"


def id_number(cell: str) -> str:
    """Return the expression of an id number in capitals without blanks, the old form of 15 digits in the new one of 18."""
    bare = f"regexp_replace(upper({cell}), '[^0-9A-Z]', '', 'g')"
    upgraded = f"(left({bare}, 6) || '19' || substr({bare}, 7))"
    return (
        f"CASE WHEN regexp_full_match({bare}, '[0-9]{{15}}') THEN {upgraded} || {check_character(upgraded)} "
        f"WHEN length({bare}) >= 6 THEN {bare} END"
    )


def birth_in(number: str) -> str:
    """Return the expression of the birth date in a resident id of 18 characters; null where it has none."""
    return f"CASE WHEN regexp_full_match({number}, '[0-9]{{17}}[0-9X]') THEN {_day_of(f'substr({number}, 7, 8)')} END"


def _day_of(eight: str) -> str:
    return f"CASE WHEN try_strptime({eight}, '%Y%m%d') IS NOT NULL AND {eight} BETWEEN '18800101' AND '20991231' THEN {eight} END"


def sex(cell: str) -> str:
    """Return the expression of a sex, m or f; null for another word."""
    cases = " ".join(f"WHEN '{theirs}' THEN '{ours}'" for theirs, ours in SEXES.items())
    return f"(CASE lower({cell}) {cases} END)"


def sex_in(number: str) -> str:
    """Return the expression of the sex in a resident id of 18 characters; its 17th digit is odd for men."""
    return (
        f"CASE WHEN regexp_full_match({number}, '[0-9]{{17}}[0-9X]') "
        f"THEN CASE WHEN CAST(substr({number}, 17, 1) AS INTEGER) % 2 = 1 THEN 'm' ELSE 'f' END END"
    )
