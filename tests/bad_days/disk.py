"""A disk of a test's own whose power can be cut: what was not written through to it by then never was."""

import fcntl
import os
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SHUTDOWN = 0x8004587D
"""Linux's EXT4_IOC_SHUTDOWN: the file system ends at once, as tests of file systems do it."""
_WRITE_NOTHING = struct.pack("I", 2)
"""Its flag EXT4_GOING_FLAGS_NOLOGFLUSH: neither files nor the journal go to the disk any more."""

SIZE = 2 << 30


@dataclass
class Disk:
    """An ext4 file system in a file, mounted at `folder`."""

    image: Path
    folder: Path

    def cut_power(self) -> None:
        """Lose everything that the disk was not made to write: pages in memory, and the journal that was not committed."""
        opened = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(opened, _SHUTDOWN, _WRITE_NOTHING)
        finally:
            os.close(opened)

    def power_on(self) -> None:
        """Mount again what is on the disk; whoever had files open there must have ended."""
        until = time.monotonic() + 30
        while subprocess.run(["umount", self.folder], capture_output=True, check=False).returncode:
            assert time.monotonic() < until, "somebody still has files open there"
            time.sleep(0.2)
        subprocess.run(["mount", "-o", "loop", self.image, self.folder], check=True)


@contextmanager
def own_disk() -> Iterator[Disk | None]:
    """Give a disk; None where we may not mount one."""
    with tempfile.TemporaryDirectory(prefix="fangxian-power-") as place:
        Path(place).chmod(0o755)
        disk = Disk(Path(place) / "image", Path(place) / "disk")
        disk.folder.mkdir()
        with disk.image.open("wb") as file:
            file.truncate(SIZE)
        commands = (["mkfs.ext4", "-q", disk.image], ["mount", "-o", "loop", disk.image, disk.folder])
        if not all(_done(command) for command in commands):
            yield None
            return
        disk.folder.chmod(0o755)
        try:
            yield disk
        finally:
            subprocess.run(["umount", "-l", disk.folder], check=False)


def _done(command: list[str | Path]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
