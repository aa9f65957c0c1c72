"""What goes out about cases and contacts, before any system's own words: one row each, with the record numbers they are cited by."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pyarrow as pa

from fangxian.trace.chain.chaining import Chains


def case_rows(chains: Chains) -> pl.DataFrame:
    """Return the cases, in order of number.

    Shape: case (a record number: `FX` and the diagnosis' own), person_id, number, status, onset_on, found_at (local, without a zone),
    found_on (local).
    """
    offset = chains.scheme.utc_offset
    return chains.cases.sort("number").select(
        "person_id",
        "number",
        "status",
        "onset_on",
        case=_record("case_fact_id"),
        found_at=pl.col("found_at") + offset,
        found_on=(pl.col("found_at") + offset).dt.date(),
    )


def contact_rows(contacts: pa.Table, chains: Chains) -> pl.DataFrame:
    """Return the contacts of cases that are in the chains, by case, person and setting.

    Shape: contact (a record number), case, case_person_id, person_id, contact_class, setting, from_at, until_at (local, without a zone),
    from_on, until_on (local). `contacts` are as `trace.contacts.contacts` returns them.
    """
    offset: timedelta = chains.scheme.utc_offset
    cases = chains.cases.select(case_person_id="person_id", case_number="number", of_case=_record("case_fact_id"))
    told = pl.DataFrame(contacts).join(cases, on="case_person_id").sort("case_number", "person_id", "setting")
    local = {name: pl.col(name) + offset for name in ("from_at", "until_at")}
    joined = pl.concat_str(pl.col("of_case"), pl.col("person_id").str.slice(0, 12), pl.col("setting"), separator="-")
    return told.select(
        "case_person_id",
        "person_id",
        "contact_class",
        "setting",
        contact=joined,
        case="of_case",
        from_at=local["from_at"],
        until_at=local["until_at"],
        from_on=local["from_at"].dt.date(),
        until_on=local["until_at"].dt.date(),
    )


def _record(column: str) -> pl.Expr:
    return "FX" + pl.col(column).cast(pl.String)
