"""What a gate calls: a scanned text in, a verdict out; without a network, and whatever the text is."""

from __future__ import annotations

from datetime import datetime

from fangxian.signed.changes import Changes
from fangxian.signed.judging import Gate
from fangxian.signed.limits import LIMITS, Limits
from fangxian.signed.reading import read
from fangxian.signed.seen import Seen
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Verdict


def verify(text: str, *, trust: TrustList, changes: Changes | None, at: datetime, seen: Seen, limits: Limits = LIMITS) -> Verdict:
    """Return the verdict on a text at an instant; raises nothing, whatever the text."""
    return Gate(trust=trust, changes=changes, seen=seen, limits=limits).judge(read(text, trust=trust), at=at)
