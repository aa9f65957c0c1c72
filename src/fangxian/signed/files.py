"""Writing small files so that no reader ever meets half of one."""

from __future__ import annotations

import os
from pathlib import Path


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all; a private one for its owner's eyes only."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
