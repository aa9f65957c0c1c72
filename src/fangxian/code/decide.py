"""Deciding everybody: the hits of a policy over a whole lake, stored as an answer that can be computed again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import ibis
import ibis.expr.types as ir
import orjson
import polars as pl
import pyarrow as pa

from fangxian.code.codes import STORED_HITS, codes_at, counts_by_rule, enrolled, homes
from fangxian.code.hits import HITS, batches, hits
from fangxian.engine.answers import write_answer
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.opening import Engine
from fangxian.errors import FangxianError
from fangxian.facts.known import Known, instant
from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy

KEPT: Final = 3
"""Decisions of a policy that stay in the lake, beside those that a reader holds; each can be computed again."""


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
    The engine holds what it decided until it is closed; of a policy's decisions the newest `KEPT` stay, and those that are held.
    """
    known = Known(instant(known_at), policy.utc_offset)
    counted: dict[str, int] = {}

    def write(folder: Path) -> None:
        engine.hold(folder)
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

    folder = write_answer(engine.lake, f"hits-{policy.name}", write, keep=KEPT)
    return Decided(policy, known_at, folder, counted)


def show(engine: Engine, decided: Decided, name: str = STORED_HITS.get_name()) -> ir.Table:
    """Make the hits of a decision readable under `name`, by default as `STORED_HITS`, and return them as an unbound table.

    The engine holds them until it is closed. Raises FangxianError where newer decisions have taken their place.
    """
    try:
        engine.hold(decided.folder)
    except FileNotFoundError:
        raise FangxianError(
            f"The decision in {decided.folder} is no longer there.",
            known=f"A lake keeps the newest {KEPT} of each policy, and those that somebody reads.",
            next_step="Decide again.",
        ) from None
    engine.view(name, [str(path) for path in decided.files])
    return ibis.table(HITS, name=name)


def fingerprint(policy: Policy) -> str:
    """Return 8 hexadecimal digits that differ between policies whose wordings differ: of SHA-256 over all that they say."""
    return sha256(repr(policy.wordings).encode()).hexdigest()[:8]


def _rows_by_rule(file: Path, names: Sequence[str]) -> dict[str, int]:
    counted = pl.scan_parquet(file).group_by("rule").len().collect()
    return dict.fromkeys(names, 0) | dict(counted.iter_rows())


@dataclass(frozen=True)
class Summary:
    """What the codes were at an instant, as three small tables, and how many people had enrolled by then."""

    at: datetime
    enrolled: int
    by_colour: pa.Table
    by_rule: pa.Table
    by_region: pa.Table

    @property
    def not_enrolled(self) -> int:
        """How many people a rule colours who have not enrolled: no share of codes counts them."""
        return int(sum(self.by_colour["people"].to_pylist())) - self.enrolled

    @property
    def green_share(self) -> float:
        """The share of the enrolled who are green, 0 to 1."""
        green = sum(row["people"] for row in self.by_colour.to_pylist() if row["colour"] == Colour.GREEN)
        return green / self.enrolled if self.enrolled else 0.0


def summarise(engine: DuckDBEngine, decided: Decided, *, at: datetime) -> Summary:
    """Count the codes of a decision at an instant.

    Shapes: by_colour (colour, people); by_rule (rule, colour, people); by_region (region_code, colour, people), where
    region_code is the county of residence and is null for people whose home is not known.
    """
    stored = show(engine, decided)
    known = Known(instant(decided.known_at), decided.policy.utc_offset)
    moment = instant(at)
    codes = codes_at(decided.policy, known, stored, moment)
    living, has_code = homes(known, moment), enrolled(decided.policy, known, moment)
    placed = codes.left_join(living, "person_id")
    return Summary(
        at,
        enrolled=int(engine.rows(has_code.agg(people=has_code.count()))["people"][0].as_py()),
        by_colour=engine.rows(_people(codes, "colour")),
        by_rule=engine.rows(counts_by_rule(stored, moment)),
        by_region=engine.rows(_people(placed, "region_code", "colour")),
    )


def _people(codes: ir.Table, *by: str) -> ir.Table:
    return codes.group_by(*by).agg(people=codes.count()).order_by(*by)
