"""Make what the demo or the tests need, once: environment, locked packages, page libraries.

`python3 -m tools.set_up demo|test`, with nothing but the standard library. What was made is written to `.venv/set-up.json`
with a digest of all that it depends on: a second run changes nothing, takes no time and needs no network.
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Final

from tools import environment, machine, page_libraries
from tools.stop import stop

ROOT: Final = Path(__file__).parents[1]
DONE: Final = ROOT / ".venv" / "set-up.json"
PURPOSES: Final = ("demo", "test")
"""What an environment can be for; a later one includes the earlier ones."""


def digest(*files: str) -> str:
    """Return a digest of files' contents, by paths from the root."""
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in files)).hexdigest()


def wanted(purpose: str) -> dict[str, str]:
    """Return what must stand in `.venv/set-up.json` for a purpose, by what was made."""
    return {
        "root": str(ROOT),
        purpose: digest("pyproject.toml", "requirements/build.txt", f"requirements/{purpose}.txt"),
        "page": digest("package-lock.json", "tools/front_end.py"),
    }


def made() -> dict[str, Any]:
    """Return what was made before; empty where nothing was, or where the folder has moved since."""
    try:
        found: dict[str, Any] = json.loads(DONE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if found.get("root") == str(ROOT) and environment.works() else {}


def main(purpose: str) -> None:
    """Make what is missing for a purpose and say what the machine lacks."""
    needed, before = wanted(purpose), made()
    if needed.items() <= before.items() and page_libraries.are_there():
        return
    started = time.monotonic()
    if not before:
        print(f"[1/3] Python environment in .venv, from Python {sys.version.split()[0]}", flush=True)
        environment.create(anew=DONE.exists())
    if needed[purpose] != before.get(purpose):
        print("[2/3] Python packages, as locked in requirements/", flush=True)
        environment.install(purpose)
        before |= {"root": str(ROOT)} | {p: wanted(p)[p] for p in PURPOSES[: PURPOSES.index(purpose) + 1]}
        write(before)
    if needed["page"] != before.get("page") or not page_libraries.are_there():
        print("[3/3] page libraries, as locked in package-lock.json", flush=True)
        page_libraries.fetch()
        write(before | {"page": needed["page"]})
    print(f"Ready in {time.monotonic() - started:.0f} s; the next run starts at once, without a network too.", flush=True)
    if purpose == "test":
        machine.say_what_is_missing()


def write(value: dict[str, Any]) -> None:
    """Write down what was made."""
    DONE.write_text(json.dumps(value, indent=2), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] not in [[purpose] for purpose in PURPOSES]:
        stop("Usage: sh tools/set_up demo|test")
    os.chdir(ROOT)
    main(sys.argv[1])
