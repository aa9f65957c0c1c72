"""Whether a process still runs."""

import time
from pathlib import Path


def runs(process_id: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process_id}/status").read_text()
    except FileNotFoundError:
        return False


def gone(process_id: int, *, within: float = 10) -> bool:
    """Whether a process ends within so many seconds."""
    deadline = time.monotonic() + within
    while runs(process_id) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not runs(process_id)
