"""What the area rules say, worked out one area and one day at a time; slow, and written without the product's code."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

Row = dict[str, Any]
COLOURS = ["green", "blue", "yellow", "orange", "red"]


class Span(NamedTuple):
    """From when until when an area is at a level; `until_at` None while it lasts."""

    region_code: str
    from_at: datetime
    until_at: datetime | None
    level: str


def spans(scheme: str, cases: list[Row], clusters: list[Row], withdrawals: list[Row], *, known_at: datetime) -> set[Span]:
    """Return the spans of every area of Zhejiang (or, for the ECDC, of any area)."""
    level_of, first_day, stands, hours = {
        "zhejiang-five-colour": (five_colour, date(2020, 2, 9), 3, 8),
        "cn-2020-02": (low_medium_high, date(2020, 2, 17), 3, 8),
        "ecdc-2021": (traffic_light, date(2021, 1, 1), 7, 1),
    }[scheme]
    found: set[Span] = set()
    standing_clusters = standing(clusters, "area_cluster", withdrawals, known_at)
    for region_code, counts in by_region(standing(cases, "area_cases", withdrawals, known_at)).items():
        days = sorted(counts)
        open_span: Span | None = None
        for position, day in enumerate(days):
            if day < first_day:
                continue
            # As many clusters as had their latest case in the 14 days up to this one.
            recent = sum(
                c["region_code"] == region_code and day - timedelta(days=14) < local_day(c["from_at"], hours) <= day
                for c in standing_clusters
            )
            level = level_of(day, counts, recent)
            starts = midnight_after(day, hours)
            next_day = days[position + 1] if position + 1 < len(days) else None
            ends = min(starts + timedelta(days=stands), midnight_after(next_day, hours)) if next_day else starts + timedelta(days=stands)
            if open_span and open_span.level == level and open_span.until_at == starts:
                open_span = open_span._replace(until_at=ends)
            else:
                if open_span:
                    found.add(open_span)
                open_span = Span(region_code, starts, ends, level) if level else None
            if open_span and not next_day and ends > known_at:
                open_span = open_span._replace(until_at=None)
        if open_span:
            found.add(open_span)
    return found


def five_colour(day: date, counts: dict[date, Row], clusters: int) -> str:
    """Return the colour of a day."""
    row = counts[day]
    total = row["confirmed_total"]
    if total == 0:
        return "green"
    points = 10 if total < 10 else 35 if total < 20 else 55 if total < 50 else 60 if total < 100 else 80
    share = 1 if row.get("local_total") is None else row["local_total"] / total
    score = points + 10 * share + [0, 5, 10][min(clusters, 2)]
    base = 1 if score < 35 else 2 if score < 55 else 3 if score < 80 else 4
    quiet = quiet_days(day, counts)
    down = 0
    if day >= date(2020, 2, 12) and clusters == 0 and quiet is not None:
        down = 4 if quiet >= 12 else 2 if quiet >= 7 else 1 if quiet >= 3 and base >= 3 else 0
    return COLOURS[max(base - down, 0)]


def low_medium_high(day: date, counts: dict[date, Row], clusters: int) -> str:
    """Return the nation's level of a day."""
    total, quiet = counts[day]["confirmed_total"], quiet_days(day, counts)
    if total > 50 and clusters:
        return "high"
    return "low" if total == 0 or (quiet is not None and quiet >= 14) else "medium"


def traffic_light(day: date, counts: dict[date, Row], clusters: int) -> str | None:
    """Return the ECDC's colour of a day."""
    row, week, fortnight = counts[day], counts.get(day - timedelta(days=7)), counts.get(day - timedelta(days=14))
    if not week or not fortnight or not row.get("population"):
        return None
    if row.get("tested_total") is None or week.get("tested_total") is None:
        return None
    tested = row["tested_total"] - week["tested_total"]
    if tested * 100_000 / row["population"] < 300:
        return "grey"
    rate = max(row["confirmed_total"] - fortnight["confirmed_total"], 0) * 100_000 / row["population"]
    positive = max(row["confirmed_total"] - week["confirmed_total"], 0) / tested
    if rate >= 500:
        return "dark_red"
    if day < date(2021, 6, 14):
        if rate >= 150 or (rate >= 50 and positive >= 0.04):
            return "red"
        return "orange" if rate >= 25 or positive >= 0.04 else "green"
    if rate >= 200 or (rate >= 75 and positive >= 0.04):
        return "red"
    if rate >= 75 or (rate >= 50 and positive >= 0.01) or positive >= 0.04:
        return "orange"
    return "green"


def quiet_days(day: date, counts: dict[date, Row]) -> int | None:
    """Return the days since a count last rose, None if it never did."""
    before, last_rise = 0, None
    for each in sorted(counts):
        if each > day:
            break
        if counts[each]["confirmed_total"] > before:
            last_rise = each
        before = counts[each]["confirmed_total"]
    return None if last_rise is None else (day - last_rise).days


def standing(rows: list[Row], fact_type: str, withdrawals: list[Row], known_at: datetime) -> list[Row]:
    """Return the rows that are known and not taken back."""
    taken_back = {
        (w["region_code"], w["withdrawn_fact_id"]) for w in withdrawals if w["fact_type"] == fact_type and w["known_at"] <= known_at
    }
    return [r for r in rows if r["known_at"] <= known_at and (r["region_code"], r["fact_id"]) not in taken_back]


def by_region(rows: list[Row]) -> dict[str, dict[date, Row]]:
    """Return the last known row of each area and day."""
    found: dict[str, dict[date, Row]] = defaultdict(dict)
    for row in sorted(rows, key=lambda r: (r["known_at"], r["fact_id"])):
        found[row["region_code"]][row["reported_on"]] = row
    return found


def midnight_after(day: date, hours: int) -> datetime:
    """Return the UTC instant at which a day ends on clocks `hours` ahead."""
    return datetime(day.year, day.month, day.day) + timedelta(days=1, hours=-hours)


def local_day(at: datetime, hours: int) -> date:
    """Return the day on clocks `hours` ahead."""
    return (at + timedelta(hours=hours)).date()
