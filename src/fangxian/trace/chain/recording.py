"""Links by hand as facts: an investigator adds or strikes a link, says when and on what grounds, and may take it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import ibis
import pyarrow as pa
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.errors import FangxianError
from fangxian.facts import Diagnosis, InfectionLink, PersonFact, Withdrawal
from fangxian.facts.known import instant
from fangxian.sources.spelling import record_number
from fangxian.trace.record import deliver

SOURCE: Final = "chain"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What an investigator found about two people; `found_at` is UTC, without a zone, and `found_by` an id, never a name."""

    person_id: str
    infector_person_id: str
    finding: str
    grounds: str
    found_by: str
    found_at: datetime


def record_link(engine: DuckDBEngine, found: Found, *, known_at: datetime) -> int:
    """Write a link as a fact about the infected person and return its number.

    Raises FangxianError where nobody diagnosed the one or the other, or where a promise of the fact is broken: nothing is written then.
    """
    diagnoses = _diagnoses(engine, found, known_at)
    row = {**asdict(found), "infector_fact_id": diagnoses[found.infector_person_id], "from_at": found.found_at}
    said = "concat_ws('|', person_id, infector_fact_id, finding, from_at, found_by, known_at)"
    fact = _fact(engine, InfectionLink, {**row, "known_at": known_at}, said)
    _expect_kept(engine, fact)
    deliver(engine.lake, {InfectionLink: fact.drop_columns("delivery_id")}, known_at, source=SOURCE)
    engine.refresh()
    return int(fact["fact_id"][0].as_py())


def withdraw_link(engine: DuckDBEngine, person_id: str, link_fact_id: int, *, known_at: datetime) -> None:
    """Take a link back, whoever said it. Raises FangxianError where there is no such link of the person, or it was taken back before."""
    facts, withdrawals = InfectionLink.table(), Withdrawal.table()
    of_person = facts.filter(facts.person_id == person_id, facts.fact_id == link_fact_id, facts.known_at <= instant(known_at))
    same = [
        withdrawals.fact_type == InfectionLink.name,
        withdrawals.withdrawn_fact_id == link_fact_id,
        withdrawals.known_at <= instant(known_at),
    ]
    before = withdrawals.filter(withdrawals.person_id == person_id, *same)
    if not engine.rows(of_person.limit(1)).num_rows or engine.rows(before.limit(1)).num_rows:
        raise FangxianError(
            "There is no such link of that person to take back.",
            done="Nothing was written.",
            next_step="Take the number of a standing link from `fangxian chain --links`.",
        )
    row = {"person_id": person_id, "withdrawn_fact_id": link_fact_id, "fact_type": InfectionLink.name, "reason": "wrong_value"}
    said = "concat_ws('|', 'withdrawal', person_id, withdrawn_fact_id)"
    fact = _fact(engine, Withdrawal, {**row, "from_at": known_at, "known_at": known_at}, said)
    deliver(engine.lake, {Withdrawal: fact.drop_columns("delivery_id")}, known_at, source=SOURCE)
    engine.refresh()


def _diagnoses(engine: DuckDBEngine, found: Found, known_at: datetime) -> dict[str, int]:
    """Return a diagnosis of the infector, by person, where both were diagnosed."""
    if found.person_id == found.infector_person_id:
        raise FangxianError("Nobody infects themselves.", done="Nothing was written.", next_step="Name two different people.")
    facts = Diagnosis.table()
    both = facts.filter(facts.person_id.isin([found.person_id, found.infector_person_id]), facts.known_at <= instant(known_at))
    rows = engine.rows(both.select("person_id", "fact_id", "from_at").order_by("from_at", "fact_id")).to_pylist()
    first = {row["person_id"]: row["fact_id"] for row in reversed(rows)}
    if len(first) < len({found.person_id, found.infector_person_id}):
        raise FangxianError(
            "Of one of the two no diagnosis is known.",
            known="A link joins two people who were diagnosed.",
            done="Nothing was written.",
            next_step="Take both from the list of cases (`fangxian chain --cases`).",
        )
    return first


def _fact(engine: DuckDBEngine, fact_type: type[PersonFact], row: Mapping[str, object], said: str) -> pa.Table:
    """Return a fact of ours as a table of one row, numbered by what it says; the delivery's name comes later."""
    engine.register("said_by_hand", pa.Table.from_pylist([dict(row)]))
    number = engine.connection.execute(f"SELECT {record_number(SOURCE, said)} FROM said_by_hand").fetchone()
    fact = {name: row.get(name) for name in fact_type.columns} | {
        "fact_id": number[0] if number else 0,
        "source": SOURCE,
        "delivery_id": "",
    }
    return pa.Table.from_pylist([fact], schema=PyArrowSchema.from_ibis(fact_type.schema()))


def _expect_kept(engine: DuckDBEngine, fact: pa.Table) -> None:
    """Raise FangxianError where the fact breaks a promise of its type, which are the same at the door."""
    engine.register("link_by_hand", fact)
    broken = engine.rows(InfectionLink.broken(ibis.table(InfectionLink.schema(), name="link_by_hand")))
    if broken.num_rows:
        raise FangxianError(
            "The link cannot be recorded.",
            known="; ".join(sorted(set(broken["promise_en"].to_pylist()))),
            done="Nothing was written.",
            next_step="Correct it and say it again.",
        )
