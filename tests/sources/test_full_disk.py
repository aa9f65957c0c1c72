"""A full disk: a sentence that says so, and a lake that is as it was."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import ingest
from fangxian.sources.identity import KeyFile

from .conftest import RECEIVED_AT, check_in, check_ins


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of 1 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"this machine does not let a file system be mounted: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_delivery_that_does_not_fit_leaves_nothing_behind(small_disk: Path, tmp_path: Path, encoding: str):
    lake = Lake.create(small_disk / "lake")
    key = KeyFile.of(lake, tmp_path / "identity.key")
    path = tmp_path / "file.csv"
    rows = [check_in(os.urandom(32).hex(), 体温="烧") for _ in range(60_000)]
    path.write_text(check_ins(*rows), encoding)
    with pytest.raises(FangxianError, match="full"):
        ingest(lake, source_named("daily-check-in"), path, received_at=RECEIVED_AT, key_holder=key)
    assert Lake.open(lake.path).delivery_ids() == []
    assert list((lake.path / "staging").iterdir()) == []
