"""Cells that name a region: by its GB/T 2260 code, or by its name, in force on the day that the row is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import ClassVar, Final

import duckdb
import pyarrow as pa

from fangxian.facts import Text
from fangxian.policy.regions import known_codes, later_codes
from fangxian.sources import spelling
from fangxian.sources.cells import MEND, Cell
from fangxian.sources.refusal import Reason, Refusal
from fangxian.sources.times import Day, EndOfDay

_FIRST_YEAR: Final = 1980
_TABLES: Final = ("region_year", "region_called", "province_called", "region_hint")


def load_regions(connection: duckdb.DuckDBPyConnection, *, until: date) -> None:
    """Give a connection the tables that region cells read: by code, by name, and what came before and after a code.

    The table of regions knows years: in the year of a change the old code and the new are both accepted, and a name is read as
    the old. A name that several counties of a province bear is nobody's, unless a prefecture bears it too.
    """
    for name, table in _region_tables(until.year).items():
        connection.register(name, table)


@cache
def _region_tables(until_year: int) -> dict[str, pa.Table]:
    """Return the tables by name; they take longer to make than a small file takes to bring in, and only days change them."""
    with duckdb.connect() as connection:
        connection.register("known_code", known_codes())
        connection.register("later_code", later_codes())
        connection.execute(
            f"""
            CREATE TABLE region_year AS
            SELECT region_code, name, level, year, year > coalesce(since_year, 0) AS settled FROM (
                SELECT *, unnest(range(greatest(since_year, {_FIRST_YEAR}), least(until_year, {until_year + 1}) + 1)) AS year
                FROM known_code
            );
            CREATE TABLE region_called AS
            SELECT left(region_code, 2) AS in_province, name AS called, year AS in_year, min_by(region_code, level) AS code_called
            FROM region_year WHERE settled GROUP BY ALL HAVING count(*) FILTER (level = 3) <= 1 OR min(level) < 3;
            CREATE TABLE province_called AS
            SELECT name AS province_name, any_value(left(region_code, 2)) AS province_digits FROM region_year WHERE level = 1 GROUP BY name;
            CREATE TABLE region_span AS
            SELECT region_code, min(since) AS since, max(until) AS until FROM (
                SELECT *, count(*) FILTER (before IS NULL OR since > before + 1) OVER (PARTITION BY region_code ORDER BY since) AS span
                FROM (
                    SELECT region_code, coalesce(since_year, 0) AS since, coalesce(until_year, 9999) AS until,
                        max(until) OVER (PARTITION BY region_code ORDER BY since ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                    FROM known_code
                )
            ) GROUP BY region_code, span;
            CREATE TABLE region_hint AS
            SELECT region_code, {_years("%d–%d 年", "%d 年止", "%d 年起", "历年", between="、")} AS years_zh,
                {_years("%d–%d", "until %d", "since %d", "always")} AS years_en,
                (SELECT string_agg(printf('%s (%d)', later_code, since_year), ', ') FROM later_code l
                 WHERE l.region_code = k.region_code) AS later,
                (SELECT string_agg(region_code, ', ') FROM later_code l WHERE l.later_code = k.region_code) AS earlier
            FROM region_span k GROUP BY region_code;
            """
        )
        made = {name: connection.execute(f"FROM {name}").to_arrow_table() for name in _TABLES}
    return made | {"known_code": known_codes()}


def _years(both: str, until: str, since: str, always: str, *, between: str = ", ") -> str:
    """Return the expression of the years in which a code was in force, in words: a span that has no end in the table is told as open."""
    return (
        f"string_agg(CASE WHEN since = 0 AND until = 9999 THEN '{always}' WHEN since = 0 THEN printf('{until}', until) "
        f"WHEN until = 9999 THEN printf('{since}', since) ELSE printf('{both}', since, until) END, '{between}' ORDER BY since)"
    )


@dataclass(frozen=True)
class Region(Cell):
    """A six-digit GB/T 2260 code that is in force on the day of the cell `on`, an instant or a day."""

    on: Cell = field(default_factory=lambda: Cell(""), kw_only=True)
    kind: ClassVar[Text] = Text("GB/T 2260 六位代码", "six-digit GB/T 2260 code")

    def columns(self) -> tuple[str, ...]:
        """Return the column, and what tells the day."""
        return (self.column, *self.on.columns())

    def optional_columns(self) -> tuple[str, ...]:
        """Return the columns that a file may lack."""
        return (*((self.column,) if self.optional else ()), *self.on.optional_columns())

    def value(self) -> str:
        """Return the code as it stands."""
        return f"(CASE WHEN regexp_full_match({self.text}, '[0-9]{{6}}') THEN {self.text} END)"

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Refuse what is no code, a code that never was, and one that is not in force on the day."""
        yield from super().refusals(value)
        yield self.not_understood(
            value,
            reason=Reason.UNREADABLE,
            remedy=Text(f"写六位代码，例如 330106。{MEND.zh}", f"Write six digits, such as 330106. {MEND.en}"),
        )
        never = f"{value} NOT IN (SELECT region_code FROM known_code)"
        yield Refusal(
            column=self.column,
            reason=Reason.UNKNOWN_REGION,
            when=never,
            remedy=Text(
                f"该代码从未存在，请按 GB/T 2260 核对。{MEND.zh}", f"There never was such a code: look it up in GB/T 2260. {MEND.en}"
            ),
        )
        year = f"year({_day_of(self.on)})"
        yield Refusal(
            column=self.column,
            reason=Reason.REGION_NOT_IN_FORCE,
            when=f"NOT {never} AND {year} IS NOT NULL AND ({value}, {year}) NOT IN (SELECT (region_code, year) FROM region_year)",
            remedy=Text(f"请改用当日有效的代码。{MEND.zh}", f"Use the code in force on the day. {MEND.en}"),
        )


@dataclass(frozen=True)
class NamedRegion(Cell):
    """A region that is named in Chinese, with or without its province's name beside it.

    `column` is the region's own name; where it is empty the row is about the province. `within` is either the column of the
    province's name or the first two digits of a code. `aliases` are other spellings; `not_regions` are names that a
    source counts under and that are no regions: such a row is refused with words that say so, never dropped.
    """

    on: Cell = field(default_factory=lambda: Cell(""), kw_only=True)
    within: str = field(default="", kw_only=True)
    aliases: Mapping[str, str] = field(default_factory=dict, kw_only=True, hash=False)
    kind: ClassVar[Text] = Text("行政区划名称", "name of a region")

    def columns(self) -> tuple[str, ...]:
        """Return the region's column, the province's, and what tells the day."""
        province = () if self.within.isdigit() else (self.within,)
        return (*province, self.column, *self.on.columns())

    def optional_columns(self) -> tuple[str, ...]:
        """Return nothing: names may be empty, and their columns must be there."""
        return ()

    def value(self) -> str:
        """Return the code of the name on the day; null where there is no such region."""
        year = f"year({_day_of(self.on)})"
        own = f"coalesce({spelling.translated(self.text, self.aliases)}, {self.text})" if self.aliases else self.text
        if self.within.isdigit():
            province = spelling.text(self.within)
        else:
            named = spelling.name(self.within)
            province = f"(SELECT any_value(province_digits) FROM province_called WHERE province_name = {named})"
            own = f"coalesce({own}, {named})"
        called = f"in_province = {province} AND called = {own} AND in_year = {year}"
        return f"(SELECT any_value(code_called) FROM region_called WHERE {called})"

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Refuse a row that is about no region."""
        yield Refusal(
            column=self.column,
            reason=Reason.NOT_A_REGION,
            when=f"{value} IS NULL",
            remedy=Text(
                "该行不是当日的行政区划（如境外输入、监狱、师团、开发区、全国合计），没有代码；其人数已含在上级的行内，无须更正。如属拼写有误，请更正。",
                "This row is about no region of that day (imported, prisons, army corps, development zones, the whole country): it has "
                "no code. Its people are in the row of the region above it; nothing need be mended unless it is misspelt.",
            ),
        )


def _day_of(on: Cell) -> str:
    """Return the local day that a cell's time falls on; an end of day belongs to the day that it ends."""
    if isinstance(on, EndOfDay):
        return spelling.day(on.text)
    return on.value() if type(on) is Day else spelling.local_day(on.value())
