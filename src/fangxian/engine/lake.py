"""The lake: a folder of Parquet files that holds everything that was ever known.

Layout, and why it survives a kill at any moment: a delivery is written under `staging/` and becomes part of the lake by
one rename of its folder, so a reader sees all of it or nothing. A delivery is named by its content, so the same file
twice is the same folder. Compaction writes a new generation beside the old and switches `current.json` in one rename; the
old one is removed when no reader holds it.

    lake.json                       what this folder is, and which format it has
    deliveries/<delivery_id>/       <fact_type>.parquet, quarantine.parquet, receipt.json
    compacted/<generation>/         <fact_type>.<number>.parquet, sorted by person from file to file
                                    <fact_type>.by_meeting.<number>.parquet, some of them again, sorted by where people meet
    current.json                    the generation in force and the deliveries it has absorbed
    answers/<name>/<number>/        what was computed (see `engine.answers`); may be deleted and computed again
    staging/                        half-written work; swept when a writer starts
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4

import orjson

from fangxian.engine.holding import Holder, remove_unheld
from fangxian.engine.snapshot import Snapshot
from fangxian.errors import FangxianError
from fangxian.facts import Fact

FORMAT: Final = 1


def _sync(path: Path) -> None:
    """Make a file or folder durable: what was acknowledged is there after a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON so that a reader sees the old file or the new one, never a part."""
    part = path.with_name(f"{path.name}.{uuid4().hex}.part")
    part.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2))
    _sync(part)
    part.replace(path)
    _sync(path.parent)


def _read_json(path: Path) -> dict[str, Any]:
    """Read one of the lake's own JSON files. Raises FangxianError where it is damaged, FileNotFoundError where there is none."""
    try:
        value = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise FangxianError(
            f"{path} is damaged: it is not what the lake writes.",
            done="Nothing was changed.",
            next_step="Restore the lake from a backup.",
        )
    return value


@contextmanager
def explaining_full_disk(path: Path) -> Iterator[None]:
    """Turn "no space left" into an error that says what to do."""
    try:
        yield
    except Exception as error:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        if not full and "No space left" not in str(error):
            raise
        raise FangxianError(
            f"The disk under {path} is full.",
            done="Nothing of this run was added; what was in the lake before is untouched.",
            next_step="Free some space, then run the same command again.",
        ) from error


@dataclass(frozen=True)
class Lake:
    """An opened lake. Make one with `Lake.create` or `Lake.open`."""

    path: Path
    _receipts: dict[str, dict[str, Any]] = field(default_factory=dict, compare=False, repr=False)
    """What was read before, by delivery: a receipt never changes, and whoever keeps a lake open asks for all of them often."""

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make `path` a lake, or open it if it is one already.

        Raises FangxianError where `path` holds something else.
        """
        if (path / "lake.json").exists():
            return cls.open(path)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise FangxianError(
                f"{path} is not empty and not a lake.", next_step="Name an empty or new folder for the lake, or an existing lake."
            )
        with explaining_full_disk(path):
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.mkdir(mode=0o700)
            for folder in ("deliveries", "compacted", "answers", "staging"):
                (path / folder).mkdir(exist_ok=True)
            _write_json(path / "lake.json", {"format": FORMAT, "what": "fangxian lake"})
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an existing lake. Raises FangxianError for anything else, and for a lake of a newer format."""
        try:
            written = orjson.loads((path / "lake.json").read_bytes())
        except (OSError, orjson.JSONDecodeError):
            raise FangxianError(
                f"{path} is not a lake: it has no readable lake.json.",
                next_step="Name a folder made by `fangxian ingest` or `fangxian demo`, or ingest a file into a new one.",
            ) from None
        if not isinstance(written, dict) or not isinstance(written.get("format"), int):
            raise FangxianError(f"{path}/lake.json does not say which format the lake has.", next_step="Restore it from a backup.")
        if written["format"] > FORMAT:
            raise FangxianError(
                f"{path} was written in lake format {written['format']}; this version reads up to {FORMAT}.",
                done="Nothing was changed.",
                next_step="Install a newer version of fangxian.",
            )
        return cls(path)

    # -- reading -------------------------------------------------------------------------------------------------

    def current(self) -> dict[str, Any]:
        """Return the generation in force: `{"generation": int, "absorbed": [delivery_id, ...]}`."""
        try:
            value: dict[str, Any] = _read_json(self.path / "current.json")
        except FileNotFoundError:
            return {"generation": 0, "absorbed": []}
        return value

    def delivery_ids(self) -> list[str]:
        """Return the committed deliveries, in order of name."""
        found = (self.path / "deliveries").iterdir()
        return sorted(p.name for p in found if p.name in self._receipts or (p / "receipt.json").exists())

    def receipts(self) -> list[dict[str, Any]]:
        """Return the receipt of every committed delivery: source, file, digest, rows in, rows refused, flags."""
        names = self.delivery_ids()
        for name in names:
            if name not in self._receipts:
                self._receipts[name] = _read_json(self.path / "deliveries" / name / "receipt.json")
        return [self._receipts[name] for name in names]

    def snapshot(self) -> Snapshot:
        """Return which files are the lake's now. They may be removed once they are out of force: see `held_snapshot`."""
        current = self.current()
        # Deliveries are listed after: one that a compaction absorbs meanwhile stays, and is read beside the older generation.
        deliveries = tuple(self.delivery_ids())
        return Snapshot(self.path, int(current["generation"]), deliveries, frozenset(current["absorbed"]))

    def held_snapshot(self, holder: Holder) -> Snapshot:
        """Return which files are the lake's now, and let `holder` keep them there.

        Raises FangxianError where the generation in force is not there.
        """
        while True:
            snapshot = self.snapshot()
            if snapshot.generation == 0:
                return snapshot
            try:
                holder.hold(snapshot.compacted)
            except FileNotFoundError:
                # Out of force and removed since current.json was read, or lost.
                if self.snapshot().generation == snapshot.generation:
                    raise FangxianError(
                        f"{self.path} has lost its files: generation {snapshot.generation}, which is in force, is not there.",
                        done="Nothing was read.",
                        next_step="Restore the lake from a backup.",
                    ) from None
            else:
                return snapshot

    def files(self, fact_type: type[Fact]) -> list[str]:
        """Return the Parquet files that now hold every fact of a type; for several types at once ask one `snapshot`."""
        return self.snapshot().files(fact_type)

    def quarantine_files(self) -> list[str]:
        """Return the Parquet files of refused rows, one for each delivery that had any."""
        found = (self.path / "deliveries" / name / "quarantine.parquet" for name in self.delivery_ids())
        return [str(p) for p in found if p.exists()]

    # -- writing -------------------------------------------------------------------------------------------------

    def sweep(self) -> None:
        """Remove what an interrupted writer left behind, and generations out of force that no reader holds.

        Call it only where no other writer is at work.
        """
        staging = self.path / "staging"
        staging.mkdir(exist_ok=True)
        in_force = str(self.current()["generation"])
        for folder in (*staging.iterdir(), *(found for found in self._generations() if found.name != in_force)):
            remove_unheld(folder, by_way_of=staging)

    def staging_folder(self, holder: Holder) -> Path:
        """Return a new folder under `staging` for a reader's half-done work, which `holder` keeps from being swept.

        In a lake that may only be read it is not made.
        """
        while True:
            folder = self.path / "staging" / uuid4().hex
            try:
                folder.mkdir(parents=True)
                holder.hold(folder)
            except FileNotFoundError:
                continue  # Swept between the two.
            except OSError:
                pass
            return folder

    def next_generation(self) -> int:
        """Return the number of a generation that is not there yet."""
        return 1 + max([int(self.current()["generation"]), *(int(found.name) for found in self._generations())])

    def _generations(self) -> list[Path]:
        return [path for path in (self.path / "compacted").iterdir() if path.name.isdecimal()]

    @contextmanager
    def delivery(self, delivery_id: str) -> Iterator[Path]:
        """Give a folder to write a delivery into; it joins the lake, whole, when the block ends without an error.

        The block must write `receipt.json` last. If the delivery is there already, what was written is thrown away.
        """
        part = self.path / "staging" / f"{delivery_id}.{uuid4().hex}"
        with explaining_full_disk(self.path):
            part.mkdir(parents=True)
            try:
                yield part
                join(part, self.path / "deliveries" / delivery_id)
            finally:
                shutil.rmtree(part, ignore_errors=True)

    def switch(self, generation: int, absorbed: list[str]) -> None:
        """Make a compacted generation the one in force."""
        _write_json(self.path / "current.json", {"generation": generation, "absorbed": sorted(absorbed)})


def join(part: Path, place: Path) -> bool:
    """Move a finished folder to its place in one step, durably; return False, and move nothing, where one is there already."""
    for file in part.iterdir():
        _sync(file)
    _sync(part)
    try:
        part.rename(place)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        return False
    _sync(place.parent)
    return True
