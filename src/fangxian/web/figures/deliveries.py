"""The deliveries' figures: what came from whom, and what the cross-checks flagged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from fangxian.engine.lake import Lake
from fangxian.facts import Text
from fangxian.sources.catalogue import agency_of
from fangxian.sources.crosschecks import CHECK_TITLES, Check, lake_flags


@dataclass(frozen=True)
class FromSource:
    """What one source delivered: files, rows read and refused, facts, and the latest receipt (UTC, ISO)."""

    source: str
    deliveries: int
    rows: int
    quarantined: int
    facts: int
    latest: str

    @property
    def latest_at(self) -> datetime:
        """When the last file came: UTC, without a zone."""
        return datetime.fromisoformat(self.latest)

    @property
    def agency(self) -> Text:
        """The agency's name."""
        return agency_of(self.source)


@dataclass(frozen=True)
class Deliveries:
    """All deliveries of a lake by source, the facts they brought by type, and the flags, most frequent first."""

    by_source: list[FromSource]
    facts: dict[str, int]
    flags: list[dict[str, Any]]

    @property
    def flags_by_check(self) -> list[tuple[Text, list[dict[str, Any]]]]:
        """The flags of each check that found something, gravest checks first."""
        found = [(CHECK_TITLES[check], [flag for flag in self.flags if flag["check"] == check]) for check in Check]
        return [(title, flags) for title, flags in found if flags]

    @property
    def total(self) -> FromSource:
        """The sum over all sources."""
        every = self.by_source
        return FromSource(
            "",
            sum(s.deliveries for s in every),
            sum(s.rows for s in every),
            sum(s.quarantined for s in every),
            sum(s.facts for s in every),
            max((s.latest for s in every), default=""),
        )


def deliveries(lake: Lake) -> Deliveries:
    """Sum up the receipts of a lake's files, with the flags as `fangxian check` has them.

    Levels that were computed here and recorded as facts came in no file.
    """
    receipts = sorted((r for r in lake.receipts() if "file_name" in r), key=lambda receipt: str(receipt["source"]))
    facts: Counter[str] = Counter()
    for receipt in receipts:
        facts.update(receipt["facts"])
    by_source = [_sum(name, list(found)) for name, found in groupby(receipts, lambda receipt: str(receipt["source"]))]
    flags = [flag.as_dict() for flag in lake_flags(lake)]
    return Deliveries(by_source, dict(facts.most_common()), sorted(flags, key=lambda flag: -int(flag["times"])))


def _sum(source: str, receipts: list[dict[str, Any]]) -> FromSource:
    return FromSource(
        source,
        len(receipts),
        sum(r["rows"]["read"] for r in receipts),
        sum(r["rows"]["quarantined"] for r in receipts),
        sum(sum(r["facts"].values()) for r in receipts),
        max(r["received_at"] for r in receipts),
    )
