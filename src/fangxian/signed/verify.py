"""What a gate calls: a scanned text in, a verdict out; without a network, and whatever the text is."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
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
    scans: Sequence[Scan], *, trust: TrustList, changes: Changes | None, seen: Seen, limits: Limits = LIMITS, pool: Executor | None = None
) -> list[Verdict]:
    """Return the verdicts on scans that a gate kept while it was offline, in their order, each at its own instant.

    Signatures are checked by the workers of a pool, if there is one. Processes pay, threads hardly: OpenSSL lets go of
    Python's lock while it works, and the other half of the work needs that lock.
    """
    chunks = [[scan.text for scan in scans[start : start + _CHUNK]] for start in range(0, len(scans), _CHUNK)]
    read_in_order = pool.map if pool else map
    readings = chain.from_iterable(read_in_order(partial(_read_all, trust=trust), chunks))
    gate = Gate(trust=trust, changes=changes, seen=seen, limits=limits)
    return [gate.judge(reading, at=scan.at) for reading, scan in zip(readings, scans, strict=True)]


def _read_all(texts: Sequence[str], *, trust: TrustList) -> list[Reading | Outcome]:
    return [read(text, trust=trust) for text in texts]
