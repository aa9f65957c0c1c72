"""Chains of a lake at an instant: members, candidates, the likeliest forest, clusters, and what they say; on DuckDB and on Spark."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl
import polars.selectors as selectors
import pyarrow as pa

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.opening import Engine
from fangxian.facts.known import Known, instant
from fangxian.trace.chain.candidates import candidates, in_time, shares
from fangxian.trace.chain.clusters import clusters
from fangxian.trace.chain.figures import SerialInterval, reproduction, serial_interval
from fangxian.trace.chain.forest import SETTLED_DIGITS, components, likeliest_forest, with_generations
from fangxian.trace.chain.intervals import by_days, typical
from fangxian.trace.chain.links import links
from fangxian.trace.chain.members import members
from fangxian.trace.chain.scheme import ChainScheme
from fangxian.trace.compiled import Around, Compiled, Everything
from fangxian.trace.scheme import TraceScheme
from fangxian.trace.tracing import Tracing

_MEMBERS: Final = "chain_members"
_MEETINGS: Final = "chain_meetings"
_IN_TIME: Final = "chain_meetings_in_time"
_LINKS: Final = "chain_links"
_INTERVALS: Final = "chain_intervals"
_WEIGHED: Final = "chain_weighed"


@dataclass(frozen=True, kw_only=True)
class Chains:
    """Who infected whom, as known at an instant.

    `cases`: one row a case, in order of number: number (from 1, by when it was found), person_id, case_fact_id, status, found_at,
    onset_on, sampled_at, basis, day_at, infector_person_id and share (of the likeliest source; null where it is unknown),
    unknown_share, generation, tree and component (numbers of the first case of each), candidates (how many), infected (how many).
    `candidates`: as `candidate.shares` says, with number and infector_number. `clusters`: cluster (from 1), setting, person_id, number.
    """

    scheme: ChainScheme
    trace_scheme: TraceScheme
    known_at: datetime
    cases: pl.DataFrame
    candidates: pl.DataFrame
    clusters: pl.DataFrame
    serial_interval: SerialInterval
    reproduction: pl.DataFrame

    def links(self) -> pl.DataFrame:
        """Return the links of the likeliest forest: the columns of `candidates`, with the basis of both and their generation."""
        return _links(self.cases, self.candidates)


class Chaining:
    """A scheme of chains over a scheme of tracing, as known at an instant, compiled for an engine."""

    def __init__(self, scheme: ChainScheme, trace: TraceScheme, *, known_at: datetime, dialect: str = DuckDBEngine.dialect) -> None:
        """Compile for `known_at` (UTC, without a zone) and engines of a dialect."""
        self.scheme, self.trace_scheme, self.known_at = scheme, trace, known_at
        self.tracing = Tracing(trace, known_at=known_at, dialect=dialect)
        known = Known(instant(known_at), scheme.utc_offset)
        found, linked = members(scheme, known), links(known)
        of = ibis.table(found.schema(), name=_MEMBERS)
        met = in_time(scheme, of, _meetings(), known_at=known_at)
        said = scheme.at("serial_interval", known_at)
        self._intervals = by_days(said.value("distribution"), mean=said.value("mean_days"), sd=said.value("sd_days"))
        intervals = ibis.table({"days": "int64", "probability": "float64"}, name=_INTERVALS)
        told = ibis.table(linked.schema(), name=_LINKS)
        weighed = candidates(scheme, trace, of, ibis.table(met.schema(), name=_IN_TIME), told, intervals, known_at=known_at)
        shared = shares(scheme, ibis.table(weighed.schema(), name=_WEIGHED), usual=typical(self._intervals), known_at=known_at)
        grouped = clusters(scheme, known, of, known_at=known_at)
        self._find, self._link, self._met, self._weigh, self._share, self._cluster = (
            Compiled(each, dialect) for each in (found, linked, met, weighed, shared, grouped)
        )

    def chain(self, engine: DuckDBEngine, person_ids: Sequence[str]) -> Chains:
        """Return the chains of the people of `person_ids` who are cases, from the facts around them."""
        return self._chain(self.tracing.trace(engine, person_ids).meetings, engine.around, person_ids)

    def chain_met(self, engine: DuckDBEngine, person_ids: Sequence[str], met: pa.Table) -> Chains:
        """Return the chains of people by meetings that others found: the shape of `trace.rule.meetings`."""
        return self._chain(met, engine.around, person_ids)

    def chain_all(self, engine: Engine) -> Chains:
        """Return the chains of every case of a lake, from all of its facts."""
        met = self.tracing.trace_all(engine).meetings
        return self._chain(met, lambda person_ids, fact_types: nullcontext(Everything(engine)), [])

    def _chain(self, met: pa.Table, around: Around, person_ids: Sequence[str]) -> Chains:
        with around(person_ids, self._find.reads | self._link.reads | self._cluster.reads) as tables:
            found = self._find.rows(tables, self.known_at)
            tables.register(_MEMBERS, found)
            tables.register(_MEETINGS, met)
            tables.register(_LINKS, self._link.rows(tables, self.known_at))
            tables.register(_INTERVALS, self._intervals)
            tables.register(_IN_TIME, self._met.rows(tables, self.known_at))
            tables.register(_WEIGHED, self._weigh.rows(tables, self.known_at))
            shared, grouped = self._share.rows(tables, self.known_at), self._cluster.rows(tables, self.known_at)
        return self._told(found, shared, grouped)

    def _told(self, found: pa.Table, shared: pa.Table, grouped: pa.Table) -> Chains:
        cases, who = _settled(found), _settled(shared)
        told = _numbered(cases, who)
        numbers = told.select("person_id", "number")
        infectors = numbers.rename({"person_id": "infector_person_id", "number": "infector_number"})
        who = who.join(numbers, on="person_id").join(infectors, on="infector_person_id")
        who = who.sort(["number", "share", "infector_number"], descending=[False, True, False])
        return Chains(
            scheme=self.scheme,
            trace_scheme=self.trace_scheme,
            known_at=self.known_at,
            cases=told,
            candidates=who,
            clusters=_clusters(pl.DataFrame(grouped), numbers),
            serial_interval=serial_interval(_links(told, who)),
            reproduction=reproduction(told, who, known_at=self.known_at),
        )


def _settled(found: pa.Table) -> pl.DataFrame:
    """Return rows whose numbers have the digits that count."""
    return pl.DataFrame(found).with_columns(selectors.float().round(SETTLED_DIGITS))


def _meetings() -> ir.Table:
    schema = {
        "case_fact_id": "int64",
        "case_person_id": "string",
        "person_id": "string",
        "setting": "string",
        "contact_class": "string",
        "nearness": "string",
        "certainty": "string",
        "from_at": "timestamp(6)",
        "until_at": "timestamp(6)",
        "case_because": "int64",
        "because": "int64",
    }
    return ibis.table(schema, name=_MEETINGS)


def _links(cases: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    chosen = cases.filter(pl.col("infector_person_id").is_not_null())
    chosen = chosen.select("person_id", "infector_person_id", "basis", "generation", "unknown_share")
    of_infector = cases.select(infector_person_id="person_id", infector_basis="basis")
    pair = ["person_id", "infector_person_id"]
    return chosen.join(candidates, on=pair).join(of_infector, on="infector_person_id").sort("number")


def _numbered(cases: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Return every case with its number and its place in the likeliest forest: the shape of `Chains.cases`."""
    forest = with_generations(likeliest_forest(cases, candidates))
    told = cases.join(forest, on="person_id").join(components(cases, candidates), on="person_id")
    told = (
        told.sort("found_at", "case_fact_id", "person_id").with_row_index("number", offset=1).with_columns(pl.col("number").cast(pl.Int64))
    )
    numbers = told.select("person_id", "number")
    for name in ("root", "component"):
        least = told.join(numbers.rename({"number": "least"}), on="person_id").group_by(f"{name}_person_id").agg(pl.col("least").min())
        told = told.join(least, on=f"{name}_person_id").rename({"least": "tree" if name == "root" else name}).drop(f"{name}_person_id")
    named = candidates.group_by("person_id").agg(pl.len().alias("candidates"))
    infected = told.group_by(pl.col("infector_person_id").alias("person_id")).agg(pl.len().alias("infected"))
    told = told.join(named, on="person_id", how="left").join(infected, on="person_id", how="left")
    told = told.with_columns(
        pl.col("candidates", "infected").fill_null(0).cast(pl.Int64),
        share=pl.when(pl.col("infector_person_id").is_not_null()).then("share"),
    )
    return told.sort("number")


def _clusters(grouped: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Return the members of clusters, which are numbered by their first cases: cluster, setting, person_id, number."""
    by = ["setting", "place", "run"]
    told = grouped.join(numbers, on="person_id")
    first = told.group_by(by).agg(pl.col("number").min().alias("first")).sort("first", *by).with_row_index("cluster", offset=1)
    return told.join(first, on=by).select(pl.col("cluster").cast(pl.Int64), "setting", "person_id", "number").sort("cluster", "number")
