"""Small files: written so that no reader ever meets half of one, and, where they hold secrets, for their owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from fangxian.errors import FangxianError

_ROOT: Final = 0
_OTHERS, _GROUP_WRITES = 0o007, 0o020


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all; a private one for its owner's eyes only."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def expect_closed(path: Path) -> None:
    """Raise FangxianError where a file or folder of secrets is open to others than us, or is somebody else's.

    What root mounts for us (a secret of Kubernetes) may be read by our group; a folder on a medium that nobody writes to is closed.
    What is not there is not looked at.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    ours, folder = found.st_uid == os.geteuid(), stat.S_ISDIR(found.st_mode)
    if not ours and found.st_uid != _ROOT:
        raise FangxianError(
            f"{path} is another user's.",
            known="Whoever owns a secret can read it and put another in its place.",
            done="It was not used.",
            next_step=f"Run this as its owner, or make it yours: chown {os.geteuid()} {path}",
        )
    if not ours and folder and os.statvfs(path).f_flag & os.ST_RDONLY:
        return
    if found.st_mode & (0o077 if ours else _OTHERS | _GROUP_WRITES):
        right = ("700" if folder else "600") if ours else ("750" if folder else "440")
        raise FangxianError(f"Others than its owner may use {path}.", done="It was not used.", next_step=f"Close it: chmod {right} {path}")
