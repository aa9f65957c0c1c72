"""The page of a small province, served by a process of its own: every request of these tests is real HTTP."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from fangxian.engine.lake import Lake
from tests.web.small_province import small_province

SERVE = """
import sys
from pathlib import Path
from fangxian.engine.lake import Lake
from fangxian.web.app import application
from fangxian.web.server import LOOPBACK, serve_application
serve_application(application(Lake.open(Path(sys.argv[1]))), host=LOOPBACK, port=0, on_ready=lambda address: print(address, flush=True))
"""


class Served(NamedTuple):
    """A lake's page: where it is, and what its process has written."""

    lake: Lake
    address: str
    output: Path


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Give the lake of the small province."""
    return small_province(tmp_path_factory.mktemp("province"))


@pytest.fixture(scope="session")
def served(province: Lake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give the province's page, served on a free port."""
    output = tmp_path_factory.mktemp("served") / "output.txt"
    with (
        output.open("w") as writes,
        subprocess.Popen([sys.executable, "-c", SERVE, str(province.path)], stdout=subprocess.PIPE, stderr=writes, text=True) as process,
    ):
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, output.read_text("utf-8")
        yield Served(province, address, output)
        process.terminate()


@pytest.fixture
def browser(served: Served) -> Iterator[httpx.Client]:
    """Give a client that asks the page as a browser would, with cookies of its own."""
    with httpx.Client(base_url=served.address, trust_env=False, timeout=60) as client:
        yield client
