"""Writers of a lake: several may add deliveries at once, and what dead ones left is swept when nobody is at work."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fangxian.errors import FangxianError

if TYPE_CHECKING:
    from fangxian.engine.lake import Lake


@contextmanager
def in_turn(lake: Lake) -> Iterator[None]:
    """Wait until no other delivery is joining the lake, and keep others from it: what is looked up stays true until one has joined."""
    with (lake.path / "joining.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def writing(lake: Lake, *, alone: bool = False) -> Iterator[None]:
    """Hold the lake's writing lock; sweep what interrupted writers left if no other is at work.

    The system lets go of the lock when its holder dies. `alone` keeps every other writer out, and raises FangxianError while
    one is at work.
    """
    with (lake.path / "writing.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if alone:
                raise FangxianError(
                    f"Another command is writing to {lake.path}.", next_step="Wait until it has ended, then run the command again."
                ) from None
        else:
            lake.sweep()
        if not alone:
            fcntl.flock(lock, fcntl.LOCK_SH)
        yield
