"""What the guards walk over: the project's files and its own modules."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "fangxian"
NOT_OURS = {".git", ".venv", ".build", "node_modules", "vendor", "__pycache__", "dist", "data"}


@cache
def files() -> tuple[Path, ...]:
    """Return every file of the project: what git tracks or would, and everything outside ignored folders without git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode == 0:
        found = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not NOT_OURS.intersection(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file()))


def texts(*suffixes: str) -> Iterator[tuple[Path, str]]:
    """Yield the project's text files, or those with one of the suffixes, with their contents; binary files are passed over."""
    for path in files():
        if not suffixes or path.suffix in suffixes:
            try:
                yield path, path.read_text("utf-8")
            except UnicodeDecodeError:
                continue


@cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    """Return the syntax tree of every module of the package."""
    return tuple((path, ast.parse(path.read_text("utf-8"))) for path in files() if path.suffix == ".py" and path.is_relative_to(SOURCE))
