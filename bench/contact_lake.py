"""A lake to trace in: visits to places of which few have most, trips with seats, homes and workplaces, and a thousand cases."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
import orjson

from fangxian.engine.compaction import compact
from fangxian.engine.lake import Lake
from fangxian.facts import Diagnosis, GateVisit, Household, MedicalMeasure, PersonFact, Trip, Workplace

CASES: Final = 1_000
KNOWN_AT: Final = datetime(2020, 3, 20)
BYTES_PER_VISIT: Final = 280
"""What a visit takes while the lake is made, with its share of all else: as delivered, twice as sorted, and spilled in between."""

FIRST_DAY: Final = "timestamp '2020-01-19 16:00'"
DAYS: Final = 60
FILES: Final = 8


@dataclass(frozen=True, kw_only=True)
class LakeSize:
    """How much there is of everything, from how many visits there are: as 20 M people made 227 M in two months."""

    visits: int

    @property
    def people(self) -> int:
        """One in 11.35 visits."""
        return self.visits * 20 // 227

    @property
    def trips(self) -> int:
        """30 M to 227 M visits."""
        return self.visits * 30 // 227

    @property
    def places(self) -> int:
        """One to 200 people; a few have most of the visits."""
        return max(100, self.people // 200)


def make_lake(path: Path, size: LakeSize) -> Lake:
    """Make a compacted lake, whose delivery stays beside it unsorted. Raises OSError where the disk is too small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    needed, free = size.visits * BYTES_PER_VISIT, shutil.disk_usage(path.parent).free
    if free < needed:
        raise OSError(f"{size.visits:,} visits need {needed / 1e9:.0f} GB of disk while the lake is made; {free / 1e9:.0f} GB are free")
    lake = Lake.create(path)
    with lake.delivery("bench") as folder, duckdb.connect(config={"memory_limit": "8GB", "temp_directory": str(path / "staging")}) as made:
        made.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false; SET enable_progress_bar = false")
        for fact_type, query in _queries(size).items():
            columns = ", ".join(f'"{name}"' for name in fact_type.columns)
            given = f"SELECT *, 'bench' AS source, 'bench' AS delivery_id FROM ({query})"
            target = str(folder / f"{fact_type.name}.parquet").replace("'", "''")
            made.execute(f"COPY (SELECT {columns} FROM ({given})) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        receipt = {"source": "bench", "delivery_id": "bench", "received_at": KNOWN_AT.isoformat()}
        (folder / "receipt.json").write_bytes(orjson.dumps(receipt))
    compact(lake, memory="8GB")
    return lake


def _queries(size: LakeSize) -> dict[type[PersonFact], str]:
    """Return by type of fact the SQL of everything, drawn by hashes of row numbers: the same in every run."""

    def draw(of: str, upto: object) -> str:
        return f"(hash({of}) % ({upto})::UBIGINT)::BIGINT"

    def share(of: str) -> str:
        return f"({draw(of, 1_000_003)} / 1000003.0)"

    person = f"md5(({draw('(n, 1)', size.people)})::VARCHAR)"
    day = f"({draw('(n, 2)', DAYS)})::INT"
    visit_at = f"{FIRST_DAY} + to_days({day}) + to_seconds(6 * 3600 + {draw('(n, 3)', 16 * 3600)})"
    # Its density falls with the power of 0.8: the first of 100,000 places has two in a hundred of all visits, 80,000 a day.
    place = f"'place-' || floor(pow({share('(n, 4)')} * (pow({size.places}, 0.2) - 1) + 1, 5))::INT"
    run = draw("(n, 5)", max(20, size.trips // (DAYS * 500)))
    leaves = f"{FIRST_DAY} + to_days({day}) + to_seconds(6 * 3600 + {draw(f'({run}, 6)', 12 * 3600)})"
    boards = f"({leaves}) + to_minutes(30 * {draw('(n, 7)', 6)})"
    found = f"timestamp '2020-02-21 04:00' + to_hours({draw('(n, 8)', 26 * 24)})"
    ill = f"md5(({draw('(n, 9)', size.people)})::VARCHAR)"
    cases = f"(SELECT min(n) AS n, {ill} AS person_id FROM range({2 * CASES}) AS rows(n) GROUP BY 2 ORDER BY 1 LIMIT {CASES})"
    return {
        GateVisit: f"""
            SELECT n AS fact_id, {person} AS person_id, {visit_at} AS from_at, from_at AS known_at, '330100' AS region_code,
                {place} AS place_id, CASE WHEN n % 50 = 0 THEN 'refused' ELSE 'passed' END AS outcome,
                CASE WHEN n % 50 > 24 THEN from_at + to_minutes(5 + {draw("(n, 10)", 175)}) END AS until_at
            FROM range({size.visits}) AS rows(n)""",
        Trip: f"""
            SELECT n AS fact_id, {person} AS person_id, {boards} AS from_at, from_at AS known_at,
                from_at + to_minutes(30 + 30 * {draw("(n, 11)", 6)}) AS until_at, 'train' AS mode, 'G' || {run} AS number,
                ({leaves} + INTERVAL 8 HOURS)::DATE AS travelled_on, ({draw("(n, 12)", 16)} + 1)::VARCHAR AS carriage,
                ({draw("(n, 13)", 17)} + 1) || substr('ABCDF', 1 + {draw("(n, 14)", 5)}, 1) AS seat,
                '330100' AS from_region_code, '330300' AS to_region_code
            FROM range({size.trips}) AS rows(n)""",
        Household: f"""
            SELECT n AS fact_id, md5(n::VARCHAR) AS person_id, timestamp '2019-01-01' AS from_at, from_at AS known_at,
                NULL::TIMESTAMP AS until_at, 'home-' || n // 3 AS household_id
            FROM range({size.people}) AS rows(n)""",
        Workplace: f"""
            SELECT n AS fact_id, md5(n::VARCHAR) AS person_id, timestamp '2019-01-01' AS from_at, from_at AS known_at,
                NULL::TIMESTAMP AS until_at, 'firm-' || n % 7919 AS organisation_id, (n // 7919 // 25)::VARCHAR AS premises_id,
                '330100' AS region_code
            FROM range({size.people}) AS rows(n) WHERE n % 2 = 0""",
        Diagnosis: f"""
            SELECT n AS fact_id, person_id, {found} AS from_at, from_at AS known_at, 'confirmed' AS status,
                ({found})::DATE - (1 + {draw("(n, 15)", 6)})::INT AS onset_on, NULL::VARCHAR AS hospital_id
            FROM {cases}""",
        MedicalMeasure: f"""
            SELECT n AS fact_id, person_id, {found} - INTERVAL 10 HOURS AS from_at, from_at AS known_at, 'central' AS kind,
                NULL::VARCHAR AS site_id
            FROM {cases} WHERE n % 3 > 0""",
    }
