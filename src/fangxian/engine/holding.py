"""Folders that readers hold open: whoever removes old ones leaves these.

A reader holds a shared lock on the folder itself, a remover takes it alone. The system lets go of a lock when its holder
dies, so nothing has to be cleaned up after a page or a notebook that was killed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import Self
from uuid import uuid4


class Holder:
    """The folders that one reader holds; each is held once, however often it is asked for."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._held: dict[tuple[int, int], int] = {}

    def hold(self, folder: Path) -> None:
        """Keep a folder from being removed until `release`. Raises FileNotFoundError where it is not there, or no longer."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            # Looked at again under the lock: between opening and locking the folder may have been removed.
            if _identity(os.stat(folder)) != _identity(os.fstat(descriptor)):
                raise FileNotFoundError(folder)
        except BaseException:
            os.close(descriptor)
            raise
        if self._held.setdefault(_identity(os.fstat(descriptor)), descriptor) != descriptor:
            os.close(descriptor)

    def release(self) -> None:
        """Let go of everything."""
        while self._held:
            os.close(self._held.popitem()[1])

    def __enter__(self) -> Self:
        """Return the holder itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Let go of everything."""
        self.release()

    def __del__(self) -> None:
        """Let go of what a reader that was never closed held."""
        self.release()


def remove_unheld(folder: Path, *, by_way_of: Path) -> bool:
    """Remove a folder, or a file that lies where folders do, unless a reader holds it; return whether it is gone.

    It leaves its place in one step, to the folder `by_way_of`: a reader finds all of it or nothing.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        leaving = folder.rename(by_way_of / uuid4().hex)
    except FileNotFoundError:
        return True
    except OSError:
        # Held; or on a file system where a folder cannot be locked alone: then nothing is ever removed, which costs only space.
        return False
    else:
        shutil.rmtree(leaving, ignore_errors=True) if leaving.is_dir() else leaving.unlink()
        return True
    finally:
        os.close(descriptor)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
