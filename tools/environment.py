"""The Python environment in .venv: made by venv, filled by pip from the locks, every file checked by its hash."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import venv
from collections import deque
from pathlib import Path
from typing import Final

from tools.stop import stop

VENV: Final = Path(__file__).parents[1] / ".venv"
PYTHON: Final = VENV / "bin" / "python"
NEEDED_GB: Final = 4
"""Free disk space that an environment for the tests takes while it is made: 2.2 GB stay, the rest is unpacked on the way."""


def works() -> bool:
    """Say whether the environment's Python starts."""
    try:
        return subprocess.run([PYTHON, "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def create(*, anew: bool) -> None:
    """Make the environment; one that works is kept, unless it is to be made `anew`."""
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        stop(
            f"This Python {version} cannot make environments: its module ensurepip is a package of its own on Debian and Ubuntu.",
            f"  sudo apt install python{version}-venv",
            "Then run the same command again.",
        )
    free = shutil.disk_usage(VENV.parent).free / 1e9
    if free < NEEDED_GB:
        stop(f"The disk has {free:.1f} GB free; set-up needs {NEEDED_GB} GB.", "Free some space, then run the same command again.")
    if anew or not works():
        venv.create(VENV, with_pip=True, symlinks=True, clear=True)
    elif subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode:
        subprocess.run([PYTHON, "-m", "ensurepip", "--upgrade"], check=True, stdout=subprocess.DEVNULL)


def install(lock: str) -> None:
    """Install `requirements/<lock>.txt` and this project itself, in place.

    The tools that build packages come first, from a lock of their own: nothing is fetched that is not locked.
    """
    _pip("install", "--require-hashes", "--requirement", "requirements/build.txt", title="build tools")
    _pip("install", "--require-hashes", "--no-build-isolation", "--requirement", f"requirements/{lock}.txt", title=lock)
    _pip("install", "--no-deps", "--no-build-isolation", "--no-index", "--editable", ".", title="fangxian")


def install_node() -> None:
    """Install Node as a Python package, for machines that have none."""
    _pip("install", "--require-hashes", "--requirement", "requirements/node.txt", title="node")


def _pip(*arguments: str, title: str) -> None:
    """Run pip and show where it is; on failure, show its last words and stop."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    own = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PYTHONUNBUFFERED": "1", "PYTHONNOUSERSITE": "1"}
    last: deque[str] = deque(maxlen=25)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=own, text=True) as pip:
        for line in pip.stdout or ():
            last.append(line.rstrip())
            _show(title, line)
    _end_line()
    if pip.returncode:
        stop(
            *last,
            "",
            f"pip could not install requirements ({title}); its last words are above. What is installed so far is kept.",
            "If the network or the package index was out of reach, run the same command again;",
            "behind a mirror, name it first: export PIP_INDEX_URL=...",
        )


def _show(title: str, line: str) -> None:
    """Show a line of pip's as a short word of progress: what it fetches, builds or installs."""
    fetched = re.match(r"\s*(?:Downloading|Using cached) (\S+?)-[\d.]+\S*( \(.*\))?", line)
    if fetched:
        word = f"fetching {fetched[1]}{fetched[2] or ''}"
    elif line.startswith("Building wheels"):
        word = line.strip().replace("Building wheels for collected packages:", "building")
    elif line.startswith("Installing collected"):
        word = f"installing {line.count(',') + 1} packages"
    else:
        return
    if sys.stdout.isatty():
        print(f"\r\033[K      {title}: {word}"[: shutil.get_terminal_size().columns], end="", flush=True)
    else:
        print(f"      {title}: {word}", flush=True)


def _end_line() -> None:
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
