"""Contacts as facts: what tracing finds is written into the lake as exposures of source `trace`, for code rules to read.

An exposure carries as `known_at` the instant that it was computed for. A later tracing of the same cases that comes to something
else takes back what no longer follows and adds what does; one that comes to the same writes nothing. It says when and in what
kind of place, and names the case by a number that leads nowhere: a contact learns no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import ibis
import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.engine.writers import writing
from fangxian.errors import FangxianError
from fangxian.facts import Diagnosis, Exposure, PersonFact, Withdrawal
from fangxian.facts.known import instant
from fangxian.trace.contact_facts import SAME, SOURCE, change, exposures, withdrawals
from fangxian.trace.tracing import Traced


@dataclass(frozen=True, kw_only=True)
class RecordedContacts:
    """What one tracing wrote: how many exposures it added and took back; no delivery where nothing changed."""

    added: int
    withdrawn: int
    delivery_id: str | None


def record_contacts(engine: DuckDBEngine, traced: Traced, person_ids: Sequence[str], *, known_at: datetime) -> RecordedContacts:
    """Bring the lake's exposures by the people who were traced up to what was found; whoever is no case any more exposed nobody.

    Raises FangxianError where exposures of a later instant are already there: history is written forwards.
    """
    _expect_forwards(engine, known_at)
    found = change(traced, _standing(engine, person_ids, known_at), known_at=known_at)
    if found.nothing:
        return RecordedContacts(added=0, withdrawn=0, delivery_id=None)
    facts = {
        Exposure: exposures(found.added, source=SOURCE, known_at=known_at),
        Withdrawal: withdrawals(found.ended, source=SOURCE, known_at=known_at),
    }
    delivery_id = deliver(engine.lake, {each: table for each, table in facts.items() if table.num_rows}, known_at)
    engine.refresh()
    return RecordedContacts(added=found.added.height, withdrawn=found.ended.height, delivery_id=delivery_id)


def _expect_forwards(engine: DuckDBEngine, known_at: datetime) -> None:
    written = (each.table().select("source", "known_at") for each in (Exposure, Withdrawal))
    ours = ibis.union(*written).filter(lambda t: t.source == SOURCE)
    latest: datetime | None = engine.rows(ours.agg(latest=ours.known_at.max()))["latest"][0].as_py()
    if latest is not None and latest > known_at:
        raise FangxianError(
            f"Contacts were already recorded as known at {latest} UTC, later than {known_at} UTC.",
            known="Contacts are recorded forwards in time, so that no past decision changes.",
            done="Nothing was written.",
            next_step="Leave --write out to see the contacts of that time, or name a later instant.",
        )


def _standing(engine: DuckDBEngine, person_ids: Sequence[str], known_at: datetime) -> pl.DataFrame:
    """Return the exposures that stand of ours, by any diagnosis of these people: `SAME` and fact_id."""
    engine.register("traced_people", pa.table({"case_person_id": pa.array(person_ids, pa.string())}))
    exposures, withdrawals = (ibis.table(each.schema(), name=each.name) for each in (Exposure, Withdrawal))
    diagnoses, people = ibis.table(Diagnosis.schema(), name=Diagnosis.name), ibis.table({"case_person_id": "string"}, name="traced_people")
    theirs = diagnoses.semi_join(people, diagnoses.person_id == people.case_person_id)
    ours = exposures.filter(exposures.source == SOURCE, exposures.known_at <= instant(known_at))
    ours = ours.semi_join(theirs, ours.case_fact_id == theirs.fact_id)
    taken_back = withdrawals.filter(withdrawals.fact_type == Exposure.name, withdrawals.known_at <= instant(known_at))
    standing = ours.anti_join(taken_back, [ours.person_id == taken_back.person_id, ours.fact_id == taken_back.withdrawn_fact_id])
    return pl.DataFrame(engine.rows(standing.select(*SAME, "fact_id").distinct()))


def deliver(lake: Lake, facts: Mapping[type[PersonFact], pa.Table], known_at: datetime, *, source: str = SOURCE) -> str:
    """Write facts as one delivery of `source`, named by its content; return its name."""
    counts = {fact_type.name: table.num_rows for fact_type, table in facts.items()}
    numbers = sorted(number for table in facts.values() for number in table["fact_id"].to_pylist())
    digest = hashlib.sha256(orjson.dumps([known_at, numbers])).hexdigest()
    delivery_id = f"{source}-{digest[:32]}"
    with writing(lake), lake.delivery(delivery_id) as folder:
        for fact_type, table in facts.items():
            schema = PyArrowSchema.from_ibis(fact_type.schema())
            named = table.append_column("delivery_id", pa.repeat(delivery_id, table.num_rows)).select(schema.names).cast(schema)
            pq.write_table(named, folder / f"{fact_type.name}.parquet", compression="zstd")
        receipt = {
            "delivery_id": delivery_id,
            "source": source,
            "known_at": known_at.isoformat(),
            "received_at": known_at.isoformat(),
            "sha256": digest,
            "rows": {"read": len(numbers), "quarantined": 0},
            "refused": {},
            "facts": counts,
            "flags": [],
        }
        (folder / "receipt.json").write_bytes(orjson.dumps(receipt, option=orjson.OPT_INDENT_2))
    return delivery_id
