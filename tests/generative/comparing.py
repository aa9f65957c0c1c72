"""What an engine and the oracle conclude about a world, and the first difference in words that can be acted on."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

import ibis
import pyarrow as pa
from lakes import lake_with
from oracle import codes as oracle

from fangxian.code.codes import STORED_HITS, codes_at
from fangxian.code.hits import HITS, all_hits
from fangxian.engine.opening import Engine, open_engine
from fangxian.facts.known import Known, instant
from fangxian.policy.policy import Policy, policy
from generative.worlds import World

Conclusions = dict[str, set[oracle.OracleHit]]


def opened(world: World, name: str, folder: Path, *, master: str | None = None) -> Engine:
    """Return an engine on a lake that holds a world."""
    return open_engine(lake_with(folder / f"world-{world.seed}", world.tables()), name, master=master)


@cache
def _sql(chosen: Policy, known_at: datetime, dialect: str) -> str:
    """Return the SQL of a policy's hits: every world of a run has the same known times, so it is compiled once."""
    return str(ibis.to_sql(all_hits(chosen, Known(instant(known_at), chosen.utc_offset)), dialect=dialect, pretty=False))


def engine_hits(engine: Engine, name: str, known_at: datetime) -> pa.Table:
    """Return the hits of a policy as an engine finds them. Shape: `HITS`."""
    return engine.rows_of(_sql(policy(name), known_at, engine.dialect), HITS)


def by_person(hits: pa.Table) -> Conclusions:
    """Return hits by person."""
    found: Conclusions = {}
    for row in hits.to_pylist():
        hit = oracle.OracleHit(row["rule"], row["colour"], row["from_at"], row["until_at"], tuple(row["because"]))
        found.setdefault(row["person_id"], set()).add(hit)
    return found


def oracle_hits(world: World, name: str) -> Conclusions:
    """Return the hits of a policy as the oracle finds them."""
    found = {person: oracle.hits(name, world.life(person)) for person in world.people}
    return {person: hits for person, hits in found.items() if hits}


def engine_codes(engine: Engine, name: str, hits: pa.Table, known_at: datetime, at: datetime) -> dict[str, str]:
    """Return everybody's code at an instant, from hits that were decided before."""
    engine.register(STORED_HITS.get_name(), hits)
    chosen = policy(name)
    codes = engine.rows(codes_at(chosen, Known(instant(known_at), chosen.utc_offset), STORED_HITS, instant(at)))
    return dict(zip(codes["person_id"].to_pylist(), codes["colour"].to_pylist(), strict=True))


def oracle_codes(world: World, name: str, at: datetime) -> dict[str, str]:
    """Return everybody's code at an instant, as the oracle sees it; people without a code are not in it."""
    found = {person: oracle.code(name, world.life(person), at) for person in world.people}
    return {person: colour for person, colour in found.items() if colour is not None}


def difference(world: World, name: str, engine: Conclusions, expected: Conclusions) -> str:
    """Return the first difference with the facts that it comes from, or an empty string."""
    for person in sorted(engine.keys() | expected.keys()):
        surplus, missing = engine.get(person, set()) - expected.get(person, set()), expected.get(person, set()) - engine.get(person, set())
        if surplus or missing:
            lines = [f"World {world.seed!r}, policy {name}, known at {world.known_at} (all times UTC)."]
            lines += [f"  only the engine finds  {hit}" for hit in sorted(surplus, key=str)]
            lines += [f"  only the oracle finds  {hit}" for hit in sorted(missing, key=str)]
            return "\n".join([*lines, *_facts_of(world.people[person])])
    return ""


def _facts_of(facts: Mapping[str, list[dict[str, object]]]) -> Iterator[str]:
    for kind, rows in sorted(facts.items()):
        for row in sorted(rows, key=lambda row: str(row["from_at"])):
            told = ", ".join(f"{key}={value}" for key, value in row.items() if key != "person_id" and value is not None)
            yield f"  {kind}: {told}"


def rules_reached(found: Conclusions) -> Counter[str]:
    """Return how many hits each rule has: worlds that leave a rule untried prove nothing about it."""
    return Counter(hit.rule for hits in found.values() for hit in hits)
