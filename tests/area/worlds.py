"""Random small areas, with ties at the boundaries made on purpose; rules concern areas one by one, so many share a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from area.counts import end_of
from fangxian.facts import AreaCases, AreaCluster

Row = dict[str, Any]
ROUND = (9, 10, 19, 20, 49, 50, 51, 99, 100)
"""Totals on either side of a boundary."""


@dataclass
class Worlds:
    """Facts about many areas, packed."""

    cases: list[Row] = field(default_factory=list)
    clusters: list[Row] = field(default_factory=list)
    withdrawals: list[Row] = field(default_factory=list)


def random_worlds(random: Random, *, areas: int, since: date, days: int) -> Worlds:
    """Return random counts, clusters and withdrawals of areas 330111, 330112, ... (none ends in 00)."""
    worlds = Worlds()
    for number in range(areas):
        _area(random, worlds, f"33{number // 88 + 1:02}{number % 88 + 11:02}", since, days)
    for number, row in enumerate(worlds.cases + worlds.clusters + worlds.withdrawals):
        row.setdefault("fact_id", number)
    return worlds


def _area(random: Random, worlds: Worlds, region_code: str, since: date, days: int) -> None:
    total, tested = random.choice([0, 0, 1, *ROUND]), 0
    share, population = random.choice([None, 0.0, 0.5, 1.0]), random.choice([None, 100_000, 100_000, 1000])
    busy, missing, pace = random.choice([0.02, 0.1, 0.5]), random.choice([0.0, 0.1, 0.5]), random.choice([50, 50, 1000, 10_000])
    for day in (since + timedelta(days=n) for n in range(days)):
        if random.random() < busy:
            jumps = [r - total for r in ROUND if r > total][:2]
            total += random.choice([1, 1, 2, 25, -1, *jumps])
        total, tested = max(total, 0), tested + random.choice([0, pace, pace, pace])
        for _ in range(random.choice([1, 1, 1, 2])):
            if random.random() >= missing:
                worlds.cases.append(_count(random, region_code, day, total, share=share, population=population, tested=tested))
                total = max(total + random.choice([0, 0, 0, 1, -1]), 0)
                if random.random() < 0.05:
                    _take_back(random, worlds, worlds.cases[-1], AreaCases.name)
        if random.random() < 0.04:
            at = end_of(day) - timedelta(hours=random.choice([0, 1, 12, 24]))
            late = timedelta(days=random.choice([0, 1, 40]))
            cluster = {"region_code": region_code, "from_at": at, "known_at": at + late, "setting": "venue", "cases": 2}
            worlds.clusters.append(cluster)
            if random.random() < 0.2:
                _take_back(random, worlds, cluster, AreaCluster.name)


def _count(random: Random, region_code: str, day: date, total: int, *, share: float | None, population: int | None, tested: int) -> Row:
    late = timedelta(hours=random.choice([0, 0, 0, 9, 48, 24 * 40]))
    return {
        "region_code": region_code,
        "reported_on": day,
        "from_at": end_of(day),
        "known_at": end_of(day) + late,
        "confirmed_total": total,
        "local_total": None if share is None else int(share * total),
        "population": population,
        "tested_total": tested if random.random() < 0.95 else None,
    }


def _take_back(random: Random, worlds: Worlds, row: Row, fact_type: str) -> None:
    row["fact_id"] = 1_000_000 + len(worlds.withdrawals)
    known_at = row["known_at"] + timedelta(days=random.choice([0, 1, 5, 40]))
    about = {"fact_type": fact_type, "withdrawn_fact_id": row["fact_id"], "reason": "wrong_value"}
    worlds.withdrawals.append({"region_code": row["region_code"], "from_at": known_at, "known_at": known_at} | about)
