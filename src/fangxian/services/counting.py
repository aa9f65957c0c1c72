"""What is counted for whoever watches an installation; no label says whom it was about."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge

SCANS: Final = Counter("fangxian_scans", "Scans answered after their commit, by outcome.", ["outcome"])
CREDENTIALS: Final = Counter("fangxian_credentials", "Day credentials signed and committed, by colour.", ["colour"])
UPKEEP_DONE_AT: Final = Gauge(
    "fangxian_upkeep_done_at_seconds",
    "When a chore was last done, in seconds since 1970: the lag of the seal, of the flow to the lake, and of the others.",
    ["chore"],
    multiprocess_mode="mostrecent",
)
UPKEEP_FAILING: Final = Gauge("fangxian_upkeep_failing", "1 for a chore whose last turn failed.", ["chore"], multiprocess_mode="mostrecent")
