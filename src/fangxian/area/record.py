"""Levels as facts: what a scheme gives is written into the lake as a delivery of source `area`, for code rules to read.

A level fact carries as `known_at` the instant that it was computed for, so a past decision finds the levels of its time. A
later computation that comes to something else takes back what no longer holds and adds what does; one that comes to the
same writes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import ibis
import ibis.expr.types as ir
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.area.levels import area_levels
from fangxian.area.scheme import Scheme
from fangxian.engine.lake import Lake
from fangxian.engine.opening import Engine
from fangxian.engine.writers import writing
from fangxian.errors import FangxianError
from fangxian.facts import AreaCases, AreaCluster, AreaLevel, AreaWithdrawal, Fact
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known, instant

SOURCE: Final = "area"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What one computation wrote: how many levels it added and took back; no delivery where nothing changed."""

    known_at: datetime
    added: int
    withdrawn: int
    delivery_id: str | None


class _Span(NamedTuple):
    region_code: str
    from_at: datetime
    until_at: datetime | None
    level: str


def record_levels(engine: Engine, *, scheme: Scheme, known_at: datetime) -> Recorded:
    """Compute a scheme's levels as known at an instant and bring the lake's level facts up to that.

    Raises FangxianError where levels of a later instant are already there: history is written forwards.
    """
    _expect_forwards(engine, scheme, known_at)
    computed = {_span(row) for row in area_levels(engine, scheme=scheme, known_at=known_at).to_pylist()}
    standing = {_span(row): int(row["fact_id"]) for row in engine.rows(_recorded(scheme, known_at)).to_pylist()}
    added = sorted(computed - standing.keys(), key=lambda span: (span.region_code, span.from_at))
    withdrawn = sorted((span.region_code, fact_id) for span, fact_id in standing.items() if span not in computed)
    if not added and not withdrawn:
        return Recorded(known_at=known_at, added=0, withdrawn=0, delivery_id=None)
    delivery_id = _deliver(engine.lake, scheme, known_at, added=added, withdrawn=withdrawn)
    engine.refresh()
    return Recorded(known_at=known_at, added=len(added), withdrawn=len(withdrawn), delivery_id=delivery_id)


def record_as_learned(engine: Engine, *, scheme: Scheme, known_at: datetime) -> Iterator[Recorded]:
    """Record the levels of the end of each local day on which something was learned, and of `known_at`, in order.

    Days before the latest recorded instant are passed over, so that an interrupted run can be taken up again.
    """
    latest = _latest_recorded(engine, scheme)
    ends = [end for end in _ends_of_days_of_learning(engine, scheme) if end < known_at and (latest is None or end >= latest)]
    for end in (*ends, known_at):
        yield record_levels(engine, scheme=scheme, known_at=end)


def _recorded(scheme: Scheme, known_at: datetime) -> ir.Table:
    """Return the scheme's level facts that stand in the lake at an instant."""
    stored = Known(instant(known_at), scheme.utc_offset).facts(AreaLevel)
    ours = stored.filter(stored.scheme == scheme.name, stored.source == SOURCE)
    return ours.select("region_code", "from_at", "until_at", "level", "fact_id")


def _latest_recorded(engine: Engine, scheme: Scheme) -> datetime | None:
    """Return the latest instant that the scheme's levels were recorded for, counting those at which some were taken back."""
    levels, withdrawals = AreaLevel.table(), AreaWithdrawal.table()
    ours = levels.filter(levels.scheme == scheme.name, levels.source == SOURCE)
    taken_back = withdrawals.filter(withdrawals.fact_type == AreaLevel.name).inner_join(
        ours, [withdrawals.withdrawn_fact_id == ours.fact_id, withdrawals.region_code == ours.region_code]
    )
    written = ibis.union(ours.select("known_at"), taken_back.select(known_at=withdrawals.known_at))
    latest: datetime | None = engine.rows(written.agg(latest=written.known_at.max()))["latest"][0].as_py()
    return latest


def _expect_forwards(engine: Engine, scheme: Scheme, known_at: datetime) -> None:
    latest = _latest_recorded(engine, scheme)
    if latest is not None and latest > known_at:
        raise FangxianError(
            f"Levels of {scheme.name} were already recorded as known at {latest} UTC, later than {known_at} UTC.",
            known="Levels are recorded forwards in time, so that no past decision changes.",
            done="Nothing was written.",
            next_step="Leave --write out to see the levels of that time, or name a later instant.",
        )


def _ends_of_days_of_learning(engine: Engine, scheme: Scheme) -> list[datetime]:
    """Return the ends of the local days on which counts, clusters or withdrawals became known, in order."""
    known = ibis.union(*(fact_type.table().select("known_at") for fact_type in (AreaCases, AreaCluster)))
    withdrawals = AreaWithdrawal.table()
    known = ibis.union(known, withdrawals.filter(withdrawals.fact_type != AreaLevel.name).select("known_at"))
    minutes = int(scheme.utc_offset.total_seconds() // 60)
    days = known.select(day=(known.known_at + ibis.interval(minutes=minutes)).date()).distinct()
    ends = days.select(ends_at=(days.day.cast(INSTANT) + ibis.interval(days=1) - ibis.interval(minutes=minutes)).cast(INSTANT))
    return sorted(engine.rows(ends)["ends_at"].to_pylist())


def _deliver(lake: Lake, scheme: Scheme, known_at: datetime, *, added: Iterable[_Span], withdrawn: Iterable[tuple[str, int]]) -> str:
    """Write additions and withdrawals as one delivery, named by its content; return its name."""
    levels = [_level_fact(scheme, known_at, span) for span in added]
    withdrawals = [_withdrawal_fact(known_at, region_code, fact_id) for region_code, fact_id in withdrawn]
    content = orjson.dumps([scheme.name, known_at, levels, withdrawals], option=orjson.OPT_SORT_KEYS)
    digest = hashlib.sha256(content).hexdigest()
    delivery_id = f"{SOURCE}-{digest[:32]}"
    with writing(lake), lake.delivery(delivery_id) as folder:
        for fact_type, facts in ((AreaLevel, levels), (AreaWithdrawal, withdrawals)):
            if facts:
                pq.write_table(_table(fact_type, facts, delivery_id), folder / f"{fact_type.name}.parquet", compression="zstd")
        receipt = {
            "delivery_id": delivery_id,
            "source": SOURCE,
            "scheme": scheme.name,
            "known_at": known_at.isoformat(),
            "sha256": digest,
            "rows": {"read": len(levels) + len(withdrawals), "quarantined": 0},
            "refused": {},
            "facts": {AreaLevel.name: len(levels), AreaWithdrawal.name: len(withdrawals)},
            "flags": [],
        }
        (folder / "receipt.json").write_bytes(orjson.dumps(receipt, option=orjson.OPT_INDENT_2))
    return delivery_id


def _level_fact(scheme: Scheme, known_at: datetime, span: _Span) -> dict[str, Any]:
    # The instant is part of the record number: a level that is taken back and later comes again is another fact, and the
    # withdrawal of the first does not meet it.
    number = f"{scheme.name}|{span.region_code}|{span.from_at.isoformat()}|{span.until_at}|{span.level}|{known_at.isoformat()}"
    return {"fact_id": _fact_id(number), "known_at": known_at, "source": SOURCE, "scheme": scheme.name, **span._asdict()}


def _withdrawal_fact(known_at: datetime, region_code: str, fact_id: int) -> dict[str, Any]:
    return {
        "fact_id": _fact_id(f"withdrawal|{region_code}|{fact_id}"),
        "known_at": known_at,
        "source": SOURCE,
        "region_code": region_code,
        "from_at": known_at,
        "fact_type": AreaLevel.name,
        "withdrawn_fact_id": fact_id,
        "reason": "replaced",
    }


def _fact_id(record_number: str) -> int:
    """Return 63 bits of the MD5 of `area:<record number>`, as the sources' own fact ids are made."""
    digest = hashlib.md5(f"{SOURCE}:{record_number}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") >> 1


def _table(fact_type: type[Fact], facts: list[dict[str, Any]], delivery_id: str) -> pa.Table:
    schema = PyArrowSchema.from_ibis(fact_type.schema())
    return pa.Table.from_pylist([{**fact, "delivery_id": delivery_id} for fact in facts], schema=schema)


def _span(row: dict[str, Any]) -> _Span:
    return _Span(row["region_code"], row["from_at"], row["until_at"], row["level"])
