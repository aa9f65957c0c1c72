"""Cross-checks: what a data officer would look at twice. They flag, and repair nothing.

- a cumulative count that falls from one day to the next;
- a province whose count is not the sum of its parts on a day, those parts included that are no regions (imported cases,
  prisons, development zones) and therefore stand in quarantine;
- codes of regions that do not exist, or do not on the day (their rows stand in quarantine);
- rows that came later than the source's cadence allows;
- records that the source said again with other content: corrected by the later known, or, of one known time, both standing.

They read only counts of areas, codes and times; no flag is about a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import duckdb

from fangxian.engine.holding import Holder
from fangxian.engine.lake import Lake
from fangxian.engine.snapshot import Snapshot
from fangxian.facts import AreaCases, Text, fact_type
from fangxian.sources import spelling
from fangxian.sources.catalogue import all_sources
from fangxian.sources.corrections import standing_ties
from fangxian.sources.places import NamedRegion, load_regions
from fangxian.sources.refusal import Reason
from fangxian.sources.source import Source

CUMULATIVE: Final = {
    "confirmed_total": Text("累计确诊", "confirmed cases"),
    "cured_total": Text("累计治愈", "the cured"),
    "dead_total": Text("累计死亡", "the dead"),
    "local_total": Text("本地病例", "local cases"),
    "tested_total": Text("累计检测", "people tested"),
}


class Check(StrEnum):
    """What was looked at; `CHECK_TITLES` has the words."""

    FALLING = "falling"
    SUM = "sum"
    CODE = "code"
    LATE = "late"
    CORRECTED = "corrected"
    TIED = "tied"


OF_A_DELIVERY: Final = (Check.LATE, Check.CORRECTED)
"""Checks that only a delivery itself can make; over the whole lake they are as its receipts tell."""

CHECK_TITLES: Final = {
    Check.FALLING: Text("累计数下降", "a cumulative count falls"),
    Check.SUM: Text("省与各地之和不符", "a province is not the sum of its parts"),
    Check.CODE: Text("区划代码无效", "a region's code is not valid"),
    Check.LATE: Text("迟报", "late"),
    Check.CORRECTED: Text("已报记录更正", "records corrected"),
    Check.TIED: Text("同一编号同时两种内容", "one record number with two contents at one time"),
}


@dataclass(frozen=True, kw_only=True)
class Flag:
    """One finding: of which check and source, about which region, how often (days or rows), from when to when, in words."""

    check: Check
    source: str
    region_code: str
    times: int
    first_on: date | None
    last_on: date | None
    zh: str
    en: str

    def as_dict(self) -> dict[str, Any]:
        """Return the flag as the receipt keeps it."""
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(self).items()}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Flag:
        """Return the flag that a receipt keeps."""
        days = {k: date.fromisoformat(kept[k]) if kept[k] else None for k in ("first_on", "last_on")}
        return cls(**{**kept, **days, "check": Check(kept["check"])})


def delivery_flags(connection: duckdb.DuckDBPyConnection, source: Source, folder: Path) -> list[Flag]:
    """Return the flags of one delivery, written to `folder`, over a connection that has its facts and the regions."""
    cases = [str(p) for p in (folder / f"{AreaCases.name}.parquet",) if p.exists()]
    refused = [str(p) for p in (folder / "quarantine.parquet",) if p.exists()]
    return [
        *_area_flags(connection, [source], cases, refused),
        *_code_flags(connection, refused),
        *_late(connection, source),
        *_said_twice(connection, source),
    ]


def lake_flags(lake: Lake) -> list[Flag]:
    """Return the flags over everything a lake has: areas and codes and ties looked at again, the rest as each delivery told it."""
    with duckdb.connect() as connection, Holder() as holder:
        load_regions(connection, until=date.today())
        snapshot, refused = lake.held_snapshot(holder), lake.quarantine_files()
        told = [Flag.of(flag) for receipt in lake.receipts() for flag in receipt.get("flags", [])]
        areas = _area_flags(connection, all_sources(), snapshot.files(AreaCases), refused)
        # Ties that were told of once may have ended since; where none ever was, no fact is read.
        ties = _ties(connection, snapshot, {flag.source for flag in told if flag.check is Check.TIED})
        return [*areas, *_code_flags(connection, refused), *(flag for flag in told if flag.check in OF_A_DELIVERY), *ties]


def _area_flags(connection: duckdb.DuckDBPyConnection, sources: Sequence[Source], cases: list[str], refused: list[str]) -> list[Flag]:
    if not cases:
        return []
    # A later report of a day replaces an earlier one, so only the last of each day is compared.
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE day_cases AS SELECT * FROM read_parquet([{spelling.texts(tuple(cases))}])
        QUALIFY row_number() OVER (PARTITION BY source, region_code, reported_on ORDER BY known_at DESC, fact_id DESC) = 1;
        CREATE OR REPLACE TEMP TABLE region_name AS SELECT region_code, max_by(name, year) AS name FROM region_year GROUP BY region_code
        """
    )
    return [*_falling(connection), *_sums(connection, sources, refused)]


def _falling(connection: duckdb.DuckDBPyConnection) -> list[Flag]:
    rows = connection.execute(
        f"""
        SELECT source, region_code, coalesce(any_value(name), region_code), total, count(*), min(reported_on), max(reported_on),
            arg_min((reported_on, before, now), now - before)
        FROM (
            SELECT source, region_code, reported_on, total, now,
                lag(now) OVER (PARTITION BY source, region_code, total ORDER BY reported_on) AS before
            FROM (UNPIVOT day_cases ON {", ".join(CUMULATIVE)} INTO NAME total VALUE now)
        ) LEFT JOIN region_name USING (region_code)
        WHERE now < before GROUP BY source, region_code, total ORDER BY source, region_code, total
        """
    ).fetchall()
    return [
        Flag(
            check=Check.FALLING,
            source=source,
            region_code=code,
            times=times,
            first_on=first,
            last_on=last,
            zh=f"{name}{CUMULATIVE[total].zh}下降 {times} 次，最多一次在 {worst[0]}：由 {worst[1]} 降为 {worst[2]}。",
            en=f"{CUMULATIVE[total].en} of {name} fall {_many(times, 'time')}; most on {worst[0]}, from {worst[1]} to {worst[2]}.",
        )
        for source, code, name, total, times, first, last, worst in rows
    ]


def _sums(connection: duckdb.DuckDBPyConnection, sources: Sequence[Source], refused: list[str]) -> list[Flag]:
    """Compare each province with its prefectures and with those counties whose prefecture has no row on the day."""
    _gather_unplaced(connection, sources, refused)
    rows = connection.execute(
        """
        WITH prefecture AS (SELECT source, reported_on, left(region_code, 4) AS prefix FROM day_cases WHERE region_code LIKE '%00'),
        part AS (
            SELECT source, reported_on, left(region_code, 2) || '0000' AS region_code, sum(confirmed_total) AS parts FROM day_cases
            WHERE region_code NOT LIKE '%0000' AND (
                region_code LIKE '%00'
                OR (source, reported_on, left(region_code, 4)) NOT IN (SELECT (source, reported_on, prefix) FROM prefecture)
            )
            GROUP BY ALL
        ),
        compared AS (
            SELECT source, region_code, reported_on, confirmed_total AS whole, parts, coalesce(apart.confirmed, 0) AS unplaced
            FROM day_cases JOIN part USING (source, reported_on, region_code)
            LEFT JOIN unplaced AS apart USING (source, reported_on, region_code)
        )
        SELECT source, region_code, coalesce(any_value(name), region_code), count(*), min(reported_on), max(reported_on),
            arg_max((reported_on, whole, parts, unplaced), abs(whole - parts - unplaced))
        FROM compared LEFT JOIN region_name USING (region_code)
        WHERE whole <> parts + unplaced GROUP BY source, region_code ORDER BY source, region_code
        """
    ).fetchall()
    return [
        Flag(
            check=Check.SUM,
            source=source,
            region_code=code,
            times=times,
            first_on=first,
            last_on=last,
            zh=f"{name}有 {times} 天与各地之和不符，相差最大在 {day}：全省 {whole}，各地合计 {parts}，无区划代码的行 {unplaced}。",
            en=f"{name} is not the sum of its parts on {_many(times, 'day')}; most on {day}: it says {whole}, its parts {parts}, "
            f"rows without a region {unplaced}.",
        )
        for source, code, name, times, first, last, worst in rows
        for day, whole, parts, unplaced in (worst,)
    ]


def _gather_unplaced(connection: duckdb.DuckDBPyConnection, sources: Sequence[Source], refused: list[str]) -> None:
    """Make the table `unplaced`: cases by province and day that a source counts under something that is no region."""
    connection.execute("CREATE OR REPLACE TEMP TABLE unplaced (source VARCHAR, region_code VARCHAR, reported_on DATE, confirmed HUGEINT)")
    for source in sources:
        for facts in source.facts:
            region = facts.cells.get("region_code")
            if not refused or facts.fact_type is not AreaCases or not isinstance(region, NamedRegion) or region.within.isdigit():
                continue
            cell = {k: f"cells[{spelling.text(facts.cells[k].column)}]" for k in ("reported_on", "confirmed_total")}
            connection.execute(
                f"""
                INSERT INTO unplaced
                SELECT source, region_code, {spelling.day(cell["reported_on"])} AS reported_on,
                    sum(TRY_CAST({cell["confirmed_total"]} AS BIGINT))
                FROM read_parquet([{spelling.texts(tuple(refused))}])
                JOIN (SELECT DISTINCT region_code, name FROM region_year WHERE level = 1) AS province
                    ON name = cells[{spelling.text(region.within)}]
                WHERE source = {spelling.text(source.name)} AND reason = '{Reason.NOT_A_REGION}' GROUP BY ALL
                """
            )


def _code_flags(connection: duckdb.DuckDBPyConnection, refused: list[str]) -> list[Flag]:
    if not refused:
        return []
    rows = connection.execute(
        f"""
        SELECT source, value, reason, any_value(reason_zh), any_value(reason_en),
            any_value(years_zh), any_value(years_en), any_value(later), any_value(earlier),
            count(DISTINCT (delivery_id, row_number))
        FROM read_parquet([{spelling.texts(tuple(refused))}]) LEFT JOIN region_hint ON region_code = value
        WHERE reason IN ('{Reason.UNKNOWN_REGION}', '{Reason.REGION_NOT_IN_FORCE}') AND value IS NOT NULL
        GROUP BY source, value, reason ORDER BY source, value
        """
    ).fetchall()
    return [
        Flag(
            check=Check.CODE,
            source=source,
            region_code=code,
            times=times,
            first_on=None,
            last_on=None,
            zh=f"代码 {code}：{zh}，{times} 行" + _codes_near("；", "有效年份", years_zh, "其后", later, "此前", earlier) + "。",
            en=f"code {code}: {en}, {_many(times, 'row')}"
            + _codes_near("; ", "in force", years_en, "later", later, "earlier", earlier)
            + ".",
        )
        for source, code, _, zh, en, years_zh, years_en, later, earlier, times in rows
    ]


def _many(count: int, noun: str) -> str:
    """Return a count with its English noun.

    >>> _many(1, "row"), _many(2, "row")
    ('1 row', '2 rows')
    """
    return f"{count:,} {noun}{'s' if count != 1 else ''}"


def _codes_near(between: str, *pairs: str | None) -> str:
    return "".join(f"{between}{word} {value}" for word, value in zip(pairs[::2], pairs[1::2], strict=True) if value)


def _late(connection: duckdb.DuckDBPyConnection, source: Source) -> list[Flag]:
    """Flag rows that were sent later after what they tell of than the source's cadence allows."""
    if source.cadence.late_after is None:
        return []
    ended = "coalesce(until_at, from_at)" if "until_at" in source.facts[0].fact_type.columns else "from_at"
    seconds = int(source.cadence.late_after.total_seconds())
    found = connection.execute(
        f"""
        SELECT count(*), min({spelling.local_day(ended)}), max({spelling.local_day(ended)}), max(epoch(known_at - {ended})) / 3600
        FROM facts_0 WHERE epoch(known_at - {ended}) > {seconds}
        """
    ).fetchone()
    if not found or not found[0]:
        return []
    times, first, last, hours = found
    return [
        Flag(
            check=Check.LATE,
            source=source.name,
            region_code="",
            times=times,
            first_on=first,
            last_on=last,
            zh=f"{times} 行迟于约定的 {seconds / 3600:g} 小时，最迟 {hours:.0f} 小时。",
            en=f"{_many(times, 'row')} came later than the agreed {seconds / 3600:g} hours; the latest after {hours:.0f}.",
        )
    ]


_SAID_TWICE: Final = {
    Check.CORRECTED: Text(
        "{}：{} 条已报记录内容有变，以最后获知的为准，此前的不再成立。",
        "{}: {} record(s) were said again with other content; what was known last stands, what was known before no longer.",
    ),
    Check.TIED: Text(
        "{}：{} 个编号在同一时刻有两种内容，均保留；请来源以较晚的上报时间重报正确的一条。",
        "{}: {} record number(s) have two contents of one known time, and both stand: the source has to send the right one again, "
        "with a later time of report.",
    ),
}


def _said_twice(connection: duckdb.DuckDBPyConnection, source: Source) -> list[Flag]:
    """Flag the records that were said again with other content, and those of which two contents stand."""
    rows = connection.execute(
        f"SELECT said, fact_type, times FROM (UNPIVOT said_twice ON {', '.join(_SAID_TWICE)} INTO NAME said VALUE times) "
        "WHERE times > 0 ORDER BY ALL"
    ).fetchall()
    return [_said_twice_flag(Check(check), source.name, fact_type(name).title, times) for check, name, times in rows]


def _ties(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, sources: set[str]) -> list[Flag]:
    """Flag the record numbers of sources of which two contents still stand."""
    counted = [
        (source.name, each.title, standing_ties(connection, snapshot, each, source.name))
        for source in all_sources()
        if source.name in sources
        for each in source.fact_types()
    ]
    return [_said_twice_flag(Check.TIED, source, title, times) for source, title, times in counted if times]


def _said_twice_flag(check: Check, source: str, title: Text, times: int) -> Flag:
    words = _SAID_TWICE[check]
    zh, en = words.zh.format(title.zh, times), words.en.format(title.en, times)
    return Flag(check=check, source=source, region_code="", times=times, first_on=None, last_on=None, zh=zh, en=en)
