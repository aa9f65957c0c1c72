"""Contacts as facts: what follows from a tracing, beside what stands; written alike into a lake and into the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import duckdb
import polars as pl
import pyarrow as pa

from fangxian.facts import Exposure
from fangxian.sources.spelling import record_number
from fangxian.trace.tracing import Traced

SOURCE: Final = "trace"
"""The source of what tracing finds around a case."""

OF_SCANS: Final = "trace-scan"
"""The source of what is found at once where somebody is scanned: a later tracing of the case leaves it as it is."""

SAME: Final = ["person_id", "case_fact_id", "setting", "contact_class", "from_at", "until_at"]
"""What makes two exposures the same."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a tracing adds to what stands, and what it takes back: the shape of `SAME`, and with fact_id what is taken back."""

    added: pl.DataFrame
    ended: pl.DataFrame

    @property
    def nothing(self) -> bool:
        """Whether what was found is what stands."""
        return self.added.is_empty() and self.ended.is_empty()


def change(traced: Traced, standing: pl.DataFrame, *, known_at: datetime) -> Change:
    """Return how what was found differs from what stands: `SAME` and fact_id, of the people who were traced.

    A tracing that did not look for secondary contacts leaves those of standing cases as they are. Where a close contact is not
    isolated yet, a secondary contact has no end: else every tracing would take back what the one before wrote.
    """
    going_on = (pl.col("contact_class") == "secondary") & (pl.col("until_at") >= known_at)
    found = pl.DataFrame(traced.contacts).select(SAME).with_columns(until_at=pl.when(~going_on).then("until_at"))
    added = found.join(standing, on=SAME, how="anti", nulls_equal=True)
    ended = standing.join(found, on=SAME, how="anti", nulls_equal=True)
    if not traced.secondary:
        cases = traced.cases["case_fact_id"].to_pylist()
        ended = ended.filter((pl.col("contact_class") != "secondary") | ~pl.col("case_fact_id").is_in(cases))
    return Change(added=added, ended=ended)


def exposures(added: pl.DataFrame, *, source: str, known_at: datetime) -> pa.Table:
    """Return what is added as facts, less their delivery."""
    # The instant is part of the record number: an exposure that is taken back and later comes again is another fact.
    said = f"concat_ws('|', {', '.join(SAME)}, $known_at)"
    return _facts(
        added.select(SAME),
        f"SELECT *, {record_number(source, said)} AS fact_id, $known_at::TIMESTAMP AS known_at, '{source}' AS source FROM contacts",
        known_at,
    )


def withdrawals(ended: pl.DataFrame, *, source: str, known_at: datetime, reason: str = "replaced") -> pa.Table:
    """Return the taking back of facts, person_id and fact_id, as facts, less their delivery."""
    said = "concat_ws('|', 'withdrawal', person_id, withdrawn_fact_id)"
    return _facts(
        ended.select("person_id", withdrawn_fact_id="fact_id"),
        f"SELECT *, {record_number(source, said)} AS fact_id, "
        f"$known_at::TIMESTAMP AS known_at, $known_at::TIMESTAMP AS from_at, '{Exposure.name}' AS fact_type, "
        f"'{reason}' AS reason, '{source}' AS source FROM contacts",
        known_at,
    )


def _facts(contacts: pl.DataFrame, query: str, known_at: datetime) -> pa.Table:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("contacts", contacts.to_arrow())
        return connection.execute(query, {"known_at": known_at.isoformat()}).to_arrow_table()
