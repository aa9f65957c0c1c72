"""Deciding everybody: the hits of a policy over a whole lake, stored as an answer that can be computed again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import ibis.expr.types as ir
import orjson
import polars as pl
import pyarrow as pa

from fangxian.code.codes import STORED_HITS, codes_at, counts_by_rule, homes
from fangxian.code.hits import batches, hits
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.opening import Engine
from fangxian.facts.known import Known, instant
from fangxian.policy.policy import Policy


@dataclass(frozen=True)
class Decided:
    """What a decision was about and where its hits are."""

    policy: Policy
    known_at: datetime
    folder: Path
    hits_by_rule: dict[str, int]

    @property
    def files(self) -> list[Path]:
        """The Parquet files of hits, one a batch of wordings."""
        return sorted(self.folder.glob("*.parquet"))


def decide(engine: Engine, policy: Policy, *, known_at: datetime, on_batch: Callable[[list[str]], None] = lambda names: None) -> Decided:
    """Compute the hits of every wording of a policy, as known at an instant, and store them under the lake's answers.

    One batch of wordings at a time: memory holds one batch's work, and `on_batch`, given the rules' names, can show how far it is.
    """
    known = Known(instant(known_at), policy.utc_offset)
    counted: dict[str, int] = {}

    def write(folder: Path) -> None:
        for number, batch in enumerate(batches(policy)):
            names = sorted({wording.rule for wording in batch})
            on_batch(names)
            file = folder / f"{number:02}.parquet"
            engine.write(hits(batch, policy, known), file)
            counted.update(_rows_by_rule(file, names))
        about = {
            "policy": policy.name,
            "wordings": fingerprint(policy),
            "known_at": known_at.isoformat(),
            "engine": engine.name,
            "hits_by_rule": counted,
        }
        (folder / "decision.json").write_bytes(orjson.dumps(about, option=orjson.OPT_INDENT_2))

    # A draft often has the name of the policy that it was copied from: the fingerprint keeps their answers apart.
    folder = engine.lake.write_answer(f"hits-{policy.name}-{fingerprint(policy)}-{known_at:%Y%m%dT%H%M%S.%f}", write)
    return Decided(policy, known_at, folder, counted)


def fingerprint(policy: Policy) -> str:
    """Return 8 hexadecimal digits that differ between policies whose wordings differ: of SHA-256 over all that they say."""
    return sha256(repr(policy.wordings).encode()).hexdigest()[:8]


def _rows_by_rule(file: Path, names: Sequence[str]) -> dict[str, int]:
    counted = pl.scan_parquet(file).group_by("rule").len().collect()
    return dict.fromkeys(names, 0) | dict(counted.iter_rows())


@dataclass(frozen=True)
class Summary:
    """What the codes were at an instant, as three small tables."""

    at: datetime
    by_colour: pa.Table
    by_rule: pa.Table
    by_region: pa.Table


def summarise(engine: DuckDBEngine, decided: Decided, *, at: datetime) -> Summary:
    """Count the codes of a decision at an instant.

    Shapes: by_colour (colour, people); by_rule (rule, colour, people); by_region (region_code, colour, people), where
    region_code is the county of residence and is null for people whose home is not known.
    """
    engine.view(STORED_HITS.get_name(), [str(path) for path in decided.files])
    known = Known(instant(decided.known_at), decided.policy.utc_offset)
    moment = instant(at)
    codes = codes_at(decided.policy, known, STORED_HITS, moment)
    living = homes(known, moment)
    placed = codes.left_join(living, "person_id")
    return Summary(
        at,
        by_colour=engine.rows(_people(codes, "colour")),
        by_rule=engine.rows(counts_by_rule(STORED_HITS, moment)),
        by_region=engine.rows(_people(placed, "region_code", "colour")),
    )


def _people(codes: ir.Table, *by: str) -> ir.Table:
    return codes.group_by(*by).agg(people=codes.count()).order_by(*by)
