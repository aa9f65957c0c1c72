"""Addresses in parts: the county by its GB/T 2260 code, the text before the first number, and the numbers.

A county is found by the names that open the address, with or without those of its province and prefecture, in full or without
their last word (浙江省杭州市西湖区, 杭州西湖区, 西湖区). A name that several counties have, and that stands alone, finds none.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Final

import duckdb
import pyarrow as pa

from fangxian.policy.regions import parent_of, regions

_LONGEST: Final = 26
_ENDS: Final = "区县市旗"
_NUMERALS: Final = "一二三四五六七八九"
_COUNTED: Final = "号|幢|栋|单元|楼|室|组|弄"


@cache
def openings(on: date) -> pa.Table:
    """Return how addresses open: opening (the text), region_code (of the county that it alone can mean)."""
    named = {row["region_code"]: row["name"] for row in regions(on).to_pylist()}
    found: dict[str, set[str]] = {}
    for code in (code for code, name in named.items() if not code.endswith("00") and name):
        prefecture = parent_of(code)
        province = parent_of(prefecture) if prefecture else None
        for above in _ways(named.get(province or "")):
            for middle in _ways(named.get(prefecture or "")):
                found.setdefault(f"{above}{middle}{named[code]}", set()).add(code)
    alone = [(opening, next(iter(codes))) for opening, codes in found.items() if len(codes) == 1]
    return pa.table({"opening": [one for one, _ in alone], "region_code": [code for _, code in alone]})


def _ways(name: str | None) -> tuple[str, ...]:
    """Return how a higher region is written before a county: in full, short, or not at all."""
    if not name or name in ("市辖区", "县", "省直辖县级行政单位", "自治区直辖县级行政单位"):
        return ("",)
    return tuple(dict.fromkeys((name, name.rstrip("省市") or name, "")))


def load_addresses(connection: duckdb.DuckDBPyConnection, texts: str, *, on: date) -> None:
    """Make the table `spelt_address` (written, region_code, street, numbers) of a query of distinct `written` addresses."""
    connection.register("opening", openings(on))
    ends = ", ".join(f"'{end}'" for end in _ENDS)
    places = f"list_filter(range(2, {_LONGEST}), lambda place: substr(bare, place, 1) IN ({ends}))"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE spelt_address AS
        WITH cleaned AS MATERIALIZED (
            SELECT written, regexp_replace(regexp_replace(written, '^中国|中华人民共和国', ''), '[\\s,，。、·()（）]', '', 'g') AS bare
            FROM ({texts}) WHERE written IS NOT NULL
        ), opened AS (
            SELECT written, any_value(bare) AS bare, arg_max(region_code, place) AS region_code, max(place) AS place
            FROM (SELECT written, bare, unnest({places}) AS place FROM cleaned) JOIN opening ON left(bare, place) = opening
            GROUP BY written
        ), rest AS (
            SELECT written, region_code, {_counted("substr(cleaned.bare, coalesce(place, 0) + 1)")} AS rest
            FROM cleaned LEFT JOIN opened USING (written)
        )
        SELECT written, region_code, nullif(regexp_extract(rest, '^[^0-9]*'), '') AS street,
            nullif(array_to_string(regexp_extract_all(rest, '[0-9]+'), '-'), '') AS numbers
        FROM rest
        """
    )
    connection.unregister("opening")


def _counted(text: str) -> str:
    """Return the expression of a text in which a single numeral before a word that counts (三幢) is a digit."""
    for digit, numeral in enumerate(_NUMERALS, start=1):
        text = f"regexp_replace({text}, '{numeral}({_COUNTED})', '{digit}\\1', 'g')"
    return text
