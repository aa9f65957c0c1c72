"""What a gate calls: a scanned text in, a verdict out; without a network, and whatever the text is."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from os import cpu_count
from typing import Final

from fangxian.signed.changes import Changes
from fangxian.signed.judging import Gate
from fangxian.signed.limits import LIMITS, Limits
from fangxian.signed.reading import Reading, read
from fangxian.signed.seen import Seen
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Outcome, Verdict

_CHUNK: Final = 250


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A text that a gate scanned, and when by its clock."""

    text: str
    at: datetime


def verify(text: str, *, trust: TrustList, changes: Changes | None, at: datetime, seen: Seen, limits: Limits = LIMITS) -> Verdict:
    """Return the verdict on a text at an instant; raises nothing, whatever the text."""
    return Gate(trust=trust, changes=changes, seen=seen, limits=limits).judge(read(text, trust=trust), at=at)


def verify_batch(
    scans: Sequence[Scan], *, trust: TrustList, changes: Changes | None, seen: Seen, limits: Limits = LIMITS, threads: int | None = None
) -> list[Verdict]:
    """Return the verdicts on scans that a gate kept while it was offline, in their order, each at its own instant.

    Signatures are checked on all cores at once: OpenSSL lets go of Python's lock while it works.
    """
    gate = Gate(trust=trust, changes=changes, seen=seen, limits=limits)
    chunks = [scans[start : start + _CHUNK] for start in range(0, len(scans), _CHUNK)]

    def read_all(chunk: Sequence[Scan]) -> list[Reading | Outcome]:
        return [read(scan.text, trust=trust) for scan in chunk]

    with ThreadPoolExecutor(threads or cpu_count()) as pool:
        readings = [reading for chunk in pool.map(read_all, chunks) for reading in chunk]
    return [gate.judge(reading, at=scan.at) for reading, scan in zip(readings, scans, strict=True)]
