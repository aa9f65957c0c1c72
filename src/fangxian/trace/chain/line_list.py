"""A frozen line list: the cases as known at an instant, as bytes that can be cited, and a receipt that says how to make them again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
import polars as pl

from fangxian.errors import FangxianError
from fangxian.trace.chain.chaining import Chains
from fangxian.trace.chain.scheme import PARTS

DIGITS: Final = 6
"""Shares are written with so many digits: the last bits of a sum depend on the order in which a machine adds."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a line list is: its content's SHA-256, the instant and the wordings that it follows from, and what the lake had then.

    `known_at` is UTC, without a zone; `deliveries` and `deliveries_sha256` tell whether facts of that time came in since.
    """

    sha256: str
    rows: int
    known_at: str
    scheme: str
    tracing: str
    versions: list[str]
    deliveries: int
    deliveries_sha256: str

    @property
    def citation(self) -> str:
        """One line to cite the list by."""
        definition = next(version for version in self.versions if version.startswith("case_definition"))
        return f"Line list sha256:{self.sha256}, {self.rows} cases, known at {self.known_at}Z, {self.scheme} ({definition}), {self.tracing}"

    def written(self) -> bytes:
        """Return the receipt as JSON, the same bytes each time."""
        return orjson.dumps({**vars(self), "citation": self.citation}, option=orjson.OPT_INDENT_2) + b"\n"


def line_list(chains: Chains) -> bytes:
    """Return the cases as CSV, in order of number: the same chains give the same bytes.

    Days are days of the scheme's zone. `clusters` are joined by a blank. There are ids of people in it, and nothing else that names one.
    """
    offset = chains.scheme.utc_offset
    links = chains.links().select("person_id", "infector_number", "setting", "origin")
    clusters = chains.clusters.group_by("person_id").agg(pl.col("cluster").sort().cast(pl.String).str.join(" ").alias("clusters"))
    told = chains.cases.join(links, on="person_id", how="left").join(clusters, on="person_id", how="left").sort("number")

    def day(name: str) -> pl.Expr:
        return (pl.col(name) + offset).dt.date()

    listed = told.select(
        "number",
        "person_id",
        "status",
        "onset_on",
        day("sampled_at").alias("sampled_on"),
        day("found_at").alias("found_on"),
        "basis",
        "generation",
        "tree",
        "infector_number",
        pl.col("share").round(DIGITS),
        pl.col("unknown_share").round(DIGITS),
        "setting",
        "origin",
        "clusters",
    )
    return listed.write_csv().encode("utf-8")


def receipt_of(chains: Chains, content: bytes, deliveries: Iterable[str]) -> Receipt:
    """Return the receipt of a line list that was made from a lake of these deliveries."""
    names = sorted(deliveries)
    return Receipt(
        sha256=hashlib.sha256(content).hexdigest(),
        rows=chains.cases.height,
        known_at=chains.known_at.isoformat(),
        scheme=chains.scheme.name,
        tracing=chains.trace_scheme.name,
        versions=[chains.scheme.at(part, chains.known_at).version for part in PARTS],
        deliveries=len(names),
        deliveries_sha256=hashlib.sha256("\n".join(names).encode()).hexdigest(),
    )


def receipt_from(content: bytes) -> Receipt:
    """Return the receipt that a file holds. Raises FangxianError for anything else."""
    try:
        said: dict[str, Any] = orjson.loads(content)
        said.pop("citation", None)
        found = Receipt(**said)
        datetime.fromisoformat(found.known_at)
    except (orjson.JSONDecodeError, TypeError, ValueError, AttributeError) as error:
        raise FangxianError(
            "That is no receipt of a line list.", next_step="Name the .receipt.json that was written beside the list."
        ) from error
    return found


def differences(stated: Receipt, again: Receipt, content: bytes) -> Sequence[str]:
    """Return in plain words what does not agree: the file with its receipt, or the lake today with the list; nothing where all is well."""
    found = []
    if hashlib.sha256(content).hexdigest() != stated.sha256:
        found.append("The file is not the one that the receipt is of.")
    if again.sha256 != stated.sha256:
        found.append("The lake gives another list today.")
        if again.deliveries_sha256 != stated.deliveries_sha256:
            found.append(f"Since then its deliveries changed from {stated.deliveries} to {again.deliveries}.")
        if again.versions != stated.versions:
            found.append(f"The wordings changed: {', '.join(stated.versions)}; now {', '.join(again.versions)}.")
    return found
