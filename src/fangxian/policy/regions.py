"""The regions of China by GB/T 2260: which codes exist, since and until when, and which code came after.

The table is read at run time from the installed python-stdnum (`stdnum/cn/loc.dat`, LGPL), and mended by
`regions_supplements.yaml` where it lacks or mistakes something. It knows years, not days, so a choice is made:

- `regions(on)` takes a change of year Y to be in force from 1 January of Y + 1. Changes are approved in the course of a
  year and agencies' files follow later; 下城 and 江干 (ended in 2021) stand in early 2020, and so does 龙港 (since 2019).
- `expect_region(code, on)` accepts the old code and the new one throughout the year of the change: both arrive in files.

Every code has six digits and its place in the hierarchy is in the code: a county's parent is its first four digits with
`00`, a prefecture's parent its first two with `0000`. So in 北京, 天津, 上海 and 重庆 (11, 12, 31, 50), and for counties directly
under a province (4190, 4290, 4690, 6590), the parent is the pseudo-prefecture that GB/T 2260 has for it (110100 市辖区, 429000
省直辖县级行政单位): it is a code and not a place, and it is of level 2 as the prefectures are. The rows 市辖区 of the counties'
level (330101) and the statistical codes of development zones (xxxx71 to xxxx79) are not regions and are not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from fangxian.errors import FangxianError

PROVINCE, PREFECTURE, COUNTY = 1, 2, 3

_KNOWN: Final = pa.schema(
    {
        "region_code": pa.string(),
        "name": pa.string(),
        "level": pa.int8(),
        "parent_code": pa.string(),
        "since_year": pa.int16(),
        "until_year": pa.int16(),
    }
)
_LATER: Final = pa.schema({"region_code": pa.string(), "later_code": pa.string(), "since_year": pa.int16(), "note": pa.string()})
_SIX_DIGITS: Final = re.compile(r"[0-9]{6}")
_NAMED: Final = re.compile(r"(?:\[(\d{4})?-(\d{4})?\])?([^,\[]+)")


@dataclass(frozen=True, kw_only=True)
class Region:
    """One region as in force on a day."""

    region_code: str
    name: str
    level: int
    parent_code: str | None


def level_of(code: str) -> int:
    """Return the level that a six-digit code is of: 1 province, 2 prefecture, 3 county.

    >>> [level_of(code) for code in ("330000", "330100", "330106")]
    [1, 2, 3]
    """
    return PROVINCE if code.endswith("0000") else PREFECTURE if code.endswith("00") else COUNTY


def parent_of(code: str) -> str | None:
    """Return the code of the region that a code lies in, None for a province.

    >>> parent_of("330106"), parent_of("330100"), parent_of("330000")
    ('330100', '330000', None)
    """
    return {PROVINCE: None, PREFECTURE: f"{code[:2]}0000", COUNTY: f"{code[:4]}00"}[level_of(code)]


def lies_in(code: str, area: str) -> bool:
    """Return whether a code is of six digits and names a region or one of its parts.

    >>> lies_in("330106", "330100"), lies_in("330100", "330100"), lies_in("330200", "330100"), lies_in("3301", "330100")
    (True, True, False, False)
    """
    return re.fullmatch("[0-9]{6}", code) is not None and code.startswith(re.sub("(00)+$", "", area))


@cache
def known_codes() -> pa.Table:
    """Return every code that ever was, one row for each name it had.

    Shape: region_code, name, level (int8), parent_code (null for a province), since_year and until_year (int16; null where
    the start precedes the table or the code stands). Sorted by code, then year.
    """
    supplements = _packaged("regions_supplements.yaml")
    found = [(code, name, since, until) for code, name, since, until in _stdnum_rows() if code not in supplements]
    for code, names in supplements.items():
        found += [(code, named["name"], named.get("since_year"), named.get("until_year")) for named in names]
    found.sort(key=lambda row: (row[0], row[2] or 0))
    columns = zip(*((code, name, level_of(code), parent_of(code), since, until) for code, name, since, until in found), strict=True)
    return pa.table(list(columns), schema=_KNOWN)


@cache
def regions(on: date) -> pa.Table:
    """Return the regions in force on a day: region_code, name, level, parent_code; one row a code."""
    known = known_codes()
    begun = pc.fill_null(pc.less(known["since_year"], on.year), True)
    not_ended = pc.fill_null(pc.greater_equal(known["until_year"], on.year), True)
    return known.filter(pc.and_(begun, not_ended)).select(["region_code", "name", "level", "parent_code"])


def region_name(code: str) -> str:
    """Return the last name that a code had; nothing for a code that never was.

    >>> region_name("330106"), region_name("000000")
    ('西湖区', '')
    """
    return _last_names().get(code, "")


def place_name(code: str) -> str:
    """Return what people call the place of a code: a pseudo-prefecture is called by its province; the code where it has no name.

    >>> place_name("330100"), place_name("310100"), place_name("000000")
    ('杭州市', '上海市', '000000')
    """
    name = region_name(code)
    stands_for_province = level_of(code) == PREFECTURE and name.endswith(("辖区", "县", "单位", "区划"))
    return (region_name(f"{code[:2]}0000") if stands_for_province else name) or code


@cache
def _last_names() -> dict[str, str]:
    return {row["region_code"]: row["name"] for row in known_codes().to_pylist()}


@cache
def later_codes() -> pa.Table:
    """Return the codes that followed codes that ended: region_code, later_code, since_year, note.

    A divided region has several rows. Complete for Zhejiang and Sichuan since 2013 and for the country from 2019 to 2021.
    """
    rows = [(code, *later) for code, all_later in _packaged("regions_later.yaml").items() for later in all_later]
    return pa.table(list(zip(*sorted(rows), strict=True)), schema=_LATER)


def expect_region(code: str, on: date) -> Region:
    """Return the region that a code names on a day.

    In the year of a change the old and the new code are accepted. Raises FangxianError with the nearest codes in force,
    and with the code that came after where the given one has ended.
    """
    standing = _standing_in(on.year)
    if code in standing:
        return standing[code]
    # What stands in a region column may be anything, an id number too: only what looks like a code is repeated.
    if not _SIX_DIGITS.fullmatch(code):
        raise FangxianError("A region code is not six digits.", next_step="Give a six-digit GB/T 2260 code, for example 330106.")
    later = later_codes().filter(pc.equal(later_codes()["region_code"], code)).to_pylist()
    followed = "".join(f" It was followed by {row['later_code']} in {row['since_year']} ({row['note']})." for row in later)
    raise FangxianError(
        f"There is no region {code} on {on}.{followed}",
        known="Nearest codes: " + ", ".join(f"{near} {standing[near].name}" for near in _nearest(code, standing)) + ".",
        next_step="Give a six-digit GB/T 2260 code that is in force on the day.",
    )


def province(code: str) -> Region:
    """Return a province by its two digits or its six-digit code; raises FangxianError for one that does not exist."""
    provinces = {r["region_code"]: r for r in known_codes().filter(pc.equal(known_codes()["level"], PROVINCE)).to_pylist()}
    found = provinces.get(code.ljust(6, "0") if len(code) in (2, 6) else "")
    if found is None:
        raise FangxianError(
            f"There is no province {code!r}.",
            known="Provinces: " + ", ".join(f"{c[:2]} {row['name']}" for c, row in provinces.items()) + ".",
            next_step="Give the two digits of a province, for example 33 or 51.",
        )
    return Region(**{name: found[name] for name in ("region_code", "name", "level", "parent_code")})


def _nearest(code: str, standing: Iterable[str]) -> list[str]:
    """Return the three nearest codes: by province, then by prefecture, then by number."""
    return sorted(standing, key=lambda other: (other[:2] != code[:2], other[:4] != code[:4], abs(int(code) - int(other)), other))[:3]


@cache
def _standing_in(year: int) -> dict[str, Region]:
    """Return the regions that stood at any time of a year; where a code changed its name, the later name."""
    known = known_codes()
    begun = pc.fill_null(pc.less_equal(known["since_year"], year), True)
    not_ended = pc.fill_null(pc.greater_equal(known["until_year"], year), True)
    rows = known.filter(pc.and_(begun, not_ended)).select(["region_code", "name", "level", "parent_code"]).to_pylist()
    return {row["region_code"]: Region(**row) for row in rows}


def _packaged(name: str) -> dict[str, Any]:
    """Return a YAML mapping that lies beside this module."""
    loaded: dict[str, Any] = yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return loaded


def _stdnum_rows() -> list[tuple[str, str, int | None, int | None]]:
    """Read python-stdnum's table: code, name, first year, last year, one row a name.

    Lines are `33 province="浙江省"` and, below it, `  0103 county="[1983-2021]下城区"`, several names separated by commas.
    """
    rows: list[tuple[str, str, int | None, int | None]] = []
    digits = ""
    for line in files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8").splitlines():
        place, _, quoted = line.partition('="')
        if place.endswith(" province"):
            digits = place[:2]
        elif place.endswith(" county"):
            code = digits + place.split()[0]
            for since, until, name in _NAMED.findall(quoted.rstrip('"')):
                if not (name == "市辖区" and level_of(code) == COUNTY):
                    rows.append((code, name, int(since) if since else None, int(until) if until else None))
    return rows
