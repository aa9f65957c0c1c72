"""Finding everybody who came from an area in a lake of many facts, splitting and dispatching them to the prefectures of a province.

Beside the search stands what somebody would write by hand who knows that one question and these facts: which of them are taken
back, that a stay in Hubei is over; nothing of agreements and reasons. Dispatching is all of it: rows, parcels with their Merkle
roots, tasks, in one transaction.
"""

import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

import polars as pl

from bench.stores import copy_of, filled, server
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.finding.agreements import FIELDS_OF_SEARCH
from fangxian.finding.search import Search
from fangxian.finding.splitting import Level, split
from fangxian.policy.policy import policy
from fangxian.policy.regions import regions
from fangxian.services.searching import Answer, answer
from fangxian.sources.catalogue import all_sources
from fangxian.store.store import Store
from fangxian.work.roles import Role
from fangxian.work.searches import Read, Ways, ask, record_turn
from fangxian.work.source_agreements import agree
from fangxian.world.benchmark import write_benchmark

SICHUAN: Final = "510000"
SINCE: Final = date(2020, 1, 10)
SEARCH: Final = Search(areas=("420000",), since=SINCE)
AGREED_AT: Final = datetime(2020, 1, 20)
KNOWN_AT: Final = datetime(2020, 2, 20, 16)
PEOPLE_TO_FACTS: Final = 0.1455
"""People to a fact: so that one in 263 facts is about whoever is found, as 380,000 are of 100 M."""

Returned = TypeVar("Returned")

BY_HAND: Final = """
WITH came AS (
    SELECT person_id FROM {region_stay} WHERE region_code LIKE '42%' AND until_at > {since}
    UNION SELECT person_id FROM {trip} WHERE from_region_code LIKE '42%' AND from_at >= {since}
    UNION SELECT person_id FROM {checkpoint_pass} WHERE came_from_region_code LIKE '42%' AND from_at >= {since}
    UNION SELECT person_id FROM {health_declaration} WHERE stayed_in_key_area AND from_at >= {since}
), home AS (
    SELECT person_id, any_value(coalesce(street_code, region_code)) AS area_code
    FROM {residence} SEMI JOIN came USING (person_id) GROUP BY 1
), seen AS (
    SELECT person_id, arg_max(area_code, (last_at, surer, fact_id)) AS area_code
    FROM (
        SELECT person_id, region_code AS area_code, until_at AS last_at, 3 AS surer, fact_id
        FROM {region_stay} WHERE region_code NOT LIKE '42%'
        UNION ALL SELECT person_id, to_region_code, until_at, 1, fact_id FROM {trip}
        UNION ALL SELECT person_id, region_code, from_at, 2, fact_id FROM {checkpoint_pass}
        UNION ALL SELECT person_id, region_code, from_at, 0, fact_id FROM {enrolment}
    ) SEMI JOIN came USING (person_id) GROUP BY 1
)
SELECT person_id, coalesce(home.area_code, seen.area_code) AS area_code
FROM came LEFT JOIN home USING (person_id) LEFT JOIN seen USING (person_id)
"""


@dataclass(frozen=True, kw_only=True)
class FindingFigures:
    """What one search of a lake came to, and how long each step took, in seconds; the next day's turn found nobody new."""

    people: int
    facts: int
    arrivals: int
    prefectures: int
    find_s: float
    by_hand_s: float
    dispatch_s: float
    total_s: float
    next_day_s: float
    different_rows: int


def measure_finding(scratch: Path, *, sizes: tuple[int, ...], say: Callable[[str], None]) -> list[FindingFigures]:
    """Search lakes of so many facts, smallest first; a lake is made where it is not there already."""
    found = []
    for facts in sizes:
        path = lake_of_sichuan(scratch, facts, say)
        with server(scratch) as conninfo, _store(conninfo) as store, DuckDBEngine(Lake.open(path)) as engine:
            say(f"finding in {facts:,} facts")
            found.append(_measure(engine, store, facts))
    return found


def lake_of_sichuan(scratch: Path, facts: int, say: Callable[[str], None]) -> Path:
    """Return a lake about the people of Sichuan's 21 prefectures, of whom one in 36 was in Hubei."""
    path = scratch / f"sichuan-{facts}"
    if not (path / "current.json").exists():
        shutil.rmtree(path, ignore_errors=True)
        say(f"making {facts:,} facts")
        counties = [r["region_code"] for r in regions(KNOWN_AT.date()).to_pylist() if r["level"] == 3 and r["region_code"][:2] == "51"]
        write_benchmark(path, people=int(facts * PEOPLE_TO_FACTS), facts=facts, seed=11, regions=tuple(counties))
    return path


def _measure(engine: DuckDBEngine, store: Store, facts: int) -> FindingFigures:
    by_hand_s, by_hand = _by_hand(engine)
    find_s, answered = _timed(lambda: _answer(store, engine))
    dispatch_s, prefectures = _timed(lambda: _dispatch(store, answered, KNOWN_AT))
    next_day_s, _ = _timed(lambda: _dispatch(store, _answer(store, engine), KNOWN_AT + timedelta(days=1)))
    ours = pl.DataFrame(pl.from_arrow(answered.found.people.select(["person_id", "area_code"])))
    different = ours.join(by_hand, on=["person_id", "area_code"], how="anti", nulls_equal=True).height
    different += by_hand.join(ours, on=["person_id", "area_code"], how="anti", nulls_equal=True).height
    return FindingFigures(
        people=int(facts * PEOPLE_TO_FACTS),
        facts=facts,
        arrivals=ours.height,
        prefectures=prefectures,
        find_s=find_s,
        by_hand_s=by_hand_s,
        dispatch_s=dispatch_s,
        total_s=find_s + dispatch_s,
        next_day_s=next_day_s,
        different_rows=different,
    )


def _answer(store: Store, engine: DuckDBEngine) -> Answer:
    return answer(store, engine, SEARCH, policy("national"), purpose="arrivals", known_at=KNOWN_AT, at=KNOWN_AT)


def _dispatch(store: Store, answered: Answer, at: datetime) -> int:
    """Hand everybody out and return how many prefectures they were split to."""

    standing = ask(store, SEARCH, actor="bench", role=Role.OFFICER, purpose="arrivals", region_code=SICHUAN, at=at)
    read = Read(agreements=[each.agreement_id for each in answered.agreements], left_out=answered.may_read.names_left_out())
    record_turn(store, standing, answered.found.people, read=read, ways=Ways(), actor="bench", role=Role.OFFICER, known_at=at, at=at)
    return split(answered.found.people, Level.PREFECTURE).drop_nulls("area_code").height


def _by_hand(engine: DuckDBEngine) -> tuple[float, pl.DataFrame]:
    known = f"known_at <= timestamp '{KNOWN_AT}'"
    tables = {fact.name: f"(SELECT * FROM {fact.name} WHERE {known})" for fact in FIELDS_OF_SEARCH}
    taken_back = f"(SELECT person_id, withdrawn_fact_id AS fact_id FROM withdrawal WHERE fact_type = 'region_stay' AND {known})"
    tables["region_stay"] = f"(FROM {tables['region_stay']} ANTI JOIN {taken_back} AS back USING (person_id, fact_id))"
    query = BY_HAND.format(**tables, since=f"timestamp '{SEARCH.since_at(timedelta(hours=8))}'")
    seconds = []
    for _ in range(3):
        took, found = _timed(lambda: engine.connection.execute(query).to_arrow_table())
        seconds.append(took)
    return statistics.median(seconds[1:]), pl.DataFrame(pl.from_arrow(found))


@contextmanager
def _store(conninfo: str) -> Iterator[Store]:
    """Give an empty store with an agreement with every source."""
    filled(conninfo, "finding", lambda _: None)
    with copy_of(conninfo, "finding") as database, Store.open(database) as store:
        for source in all_sources():
            if fields := sorted(fact.name for fact in FIELDS_OF_SEARCH if fact in source.fact_types()):
                agree(
                    store,
                    actor="bench",
                    role="officer",
                    source=source.name,
                    purpose="arrivals",
                    fields=fields,
                    until_at=AGREED_AT + timedelta(days=90),
                    signers=("first", "second"),
                    at=AGREED_AT,
                )
        yield store


def _timed(do: Callable[[], Returned]) -> tuple[float, Returned]:
    started = time.perf_counter()
    done = do()
    return time.perf_counter() - started, done
