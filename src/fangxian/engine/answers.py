"""Answers: what was computed from a lake's facts and is kept beside them, until newer ones take their place.

An answer is a folder `answers/<name>/<number>/` that never changes; a new one gets the next number. Whoever writes one
removes those that are older than the newest few of its name, save what a reader holds: so no view, page or notebook loses
the files it reads, and a lake that decides every hour does not grow without end.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from fangxian.engine.holding import Holder, remove_unheld
from fangxian.engine.lake import Lake, explaining_full_disk, join
from fangxian.engine.writers import writing


def write_answer(lake: Lake, name: str, write: Callable[[Path], object], *, keep: int = 1) -> Path:
    """Let `write(folder)` fill a new folder, make it the newest answer called `name`, and return where it is.

    Of its name the newest `keep` stay, and older ones that a reader holds. Holds the writing lock: without it, an ingest that
    starts meanwhile would sweep the half-written answer away.
    """
    part = lake.path / "staging" / uuid4().hex
    with writing(lake), explaining_full_disk(lake.path):
        part.mkdir(parents=True)
        try:
            write(part)
            place = _join_as_newest(part, lake.path / "answers" / name)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        for old in _versions(place.parent)[:-keep]:
            remove_unheld(old, by_way_of=lake.path / "staging")
    return place


@contextmanager
def newest_answer(lake: Lake, name: str) -> Iterator[Path | None]:
    """Give the folder of the newest answer called `name`, held while the block reads it; None where there is none."""
    with Holder() as holder:
        yield _hold_newest(holder, lake.path / "answers" / name)


def _hold_newest(holder: Holder, folder: Path) -> Path | None:
    while versions := _versions(folder):
        try:
            holder.hold(versions[-1])
        except FileNotFoundError:
            continue  # A newer one came meanwhile.
        return versions[-1]
    return None


def _join_as_newest(part: Path, folder: Path) -> Path:
    """Move a finished folder to the next free number; several writers may be at it."""
    folder.mkdir(parents=True, exist_ok=True)
    newest = max((int(version.name) for version in _versions(folder)), default=0)
    return next(place for number in itertools.count(newest + 1) if join(part, place := folder / str(number)))


def _versions(folder: Path) -> list[Path]:
    """Return the answers of one name, the newest last."""
    found = folder.iterdir() if folder.exists() else iter(())
    return sorted((path for path in found if path.name.isdecimal()), key=lambda path: int(path.name))
