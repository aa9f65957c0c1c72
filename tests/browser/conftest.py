"""The demonstration of 2,000 people, made and served by the command that a newcomer types, and a browser to open it in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .signed_page import open_signed_page

PEOPLE = int(os.environ.get("FANGXIAN_DEMO_PEOPLE", "2000"))
"""More, for pictures with more colours."""
FANGXIAN = [sys.executable, "-c", "from fangxian.cli.app import main; main()"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VENDOR = Path(__file__).parents[2] / "src" / "fangxian" / "web" / "static" / "vendor"


class Demonstration(NamedTuple):
    """Where the demonstration lies, and what its command said."""

    folder: Path
    said: str


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `fangxian demo` in a folder to its end."""
    command = [*FANGXIAN, "demo", "--dir", str(folder), "--no-serve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"}, timeout=500, check=False)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """Give a demonstration that was made in a folder of its own."""
    folder = tmp_path_factory.mktemp("demonstration") / "demo"
    made = demo(folder, "--people", str(PEOPLE), "--language", "en")
    assert made.returncode == 0, made.stderr
    return Demonstration(folder, made.stdout)


class Links(NamedTuple):
    """The links that the demonstration's command prints: its province, the code on a phone, staff, and a gate, which opens once."""

    province: str
    phone: str
    staff: str
    gate: str


@pytest.fixture(scope="session")
def links(demonstration: Demonstration) -> Iterator[Links]:
    """Give the links of the demonstration, served."""
    command = [*FANGXIAN, "demo", "--dir", str(demonstration.folder), "--people", str(PEOPLE), "--port", "0"]
    environment = {**os.environ, "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        said = (line.split()[0] for line in process.stdout if "http://" in line)
        yield Links(*islice(said, len(Links._fields)))
        process.terminate()


@pytest.fixture(scope="session")
def address(links: Links) -> str:
    """Give the address of the demonstration's province."""
    return links.province


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Give a browser; a machine that has none, or that has not fetched the page's libraries, skips."""
    if CHROMIUM is None:
        pytest.skip("Chromium is missing: install the package chromium to run the browser tests")
    if not VENDOR.exists():
        pytest.skip("the page's libraries are missing: `make test` fetches them")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_page(chromium: Browser) -> Iterator[Page]:
    """Give an empty page in which the browser's reading of signed codes is loaded; nothing is fetched."""
    opened = open_signed_page(chromium)
    yield opened
    opened.close()
