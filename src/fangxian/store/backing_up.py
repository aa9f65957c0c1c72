"""A backup of the store: one file by pg_dump, and beside it what must be known to restore it and to see that it is whole.

People's names and numbers in it are sealed: it is no use without the vault, which is backed up apart, on another medium.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Final

import orjson
import psycopg
from psycopg.conninfo import conninfo_to_dict

from fangxian.errors import FangxianError
from fangxian.store.database_folder import PROGRAMS, installed_package

_VARIABLES: Final = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


@dataclass(frozen=True, kw_only=True)
class Backup:
    """What stands beside a backup: its SHA-256, when it was made, and where the store's transactions and seals were then."""

    sha256: str
    backed_up_at: datetime
    backed_up_until: int
    """Everything that transactions before this one wrote is in the backup; of what later ones wrote, some may be."""

    seals: int
    last_hash: str

    @classmethod
    def beside(cls, file: Path) -> Backup:
        """Read what stands beside a backup. Raises FangxianError where there is nothing, or the file is not the one that was made."""
        try:
            said = orjson.loads(_beside(file).read_bytes())
            made = cls(**said | {"backed_up_at": datetime.fromisoformat(said["backed_up_at"])})
            whole = digest(file) == made.sha256
        except (OSError, ValueError, TypeError, KeyError):
            raise FangxianError(
                f"{file} or {_beside(file).name} beside it cannot be read.",
                done="Nothing was restored.",
                next_step="Name a backup that `fangxian store backup` made, with the file beside it.",
            ) from None
        if not whole:
            raise FangxianError(
                f"{file} is not what was backed up: its SHA-256 is another.", done="Nothing was restored.", next_step="Take another copy."
            )
        return made


def back_up(conninfo: str, to: Path, *, at: datetime) -> Backup:
    """Write a backup of a database that may be at work; `to` appears whole or not at all. Raises FangxianError where that fails."""
    with psycopg.connect(conninfo) as connection:
        # Asked before the dump takes its own look: what has ended by now is in it.
        row = connection.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, count(number), "
            "coalesce((SELECT encode(hash, 'hex') FROM audit.seal ORDER BY number DESC LIMIT 1), '') FROM audit.seal"
        ).fetchone()
    assert row is not None  # noqa: S101
    part = to.with_name(f"{to.name}.part")
    part.touch(mode=0o600)
    run(conninfo, "pg_dump", ["--format=custom", "--no-owner", f"--file={part}"])
    _settle(part)
    made = Backup(sha256=digest(part), backed_up_at=at, backed_up_until=row[0], seals=row[1], last_hash=row[2])
    _beside(to).write_bytes(orjson.dumps(asdict(made), option=orjson.OPT_INDENT_2))
    _settle(_beside(to))
    part.rename(to)
    _settle(to.absolute().parent)
    return made


def run(conninfo: str, program: str, options: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs against a database; the password goes by the environment, where others do not see it."""
    known = conninfo_to_dict(conninfo)
    environment = {_VARIABLES[name]: str(value) for name, value in known.items() if name in _VARIABLES}
    rest = {f"PG{name.upper()}": str(value) for name, value in known.items() if name in ("sslmode", "sslrootcert", "sslcert", "sslkey")}
    done = subprocess.run(  # noqa: S603 - our own command
        [str(_program(program)), *options],
        env={"PATH": os.defpath, "LC_ALL": "C", **environment, **rest},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # Of its words the first line alone: what follows may repeat a row.
        first = next(iter(done.stderr.strip().splitlines()), "")
        raise FangxianError(f"{program} failed.", known=first, next_step="Mend what it says, then run the same command again.")


def digest(file: Path) -> str:
    """Return a file's SHA-256."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")


def _program(name: str) -> Path:
    """Return the program that came with our PostgreSQL, or else the system's."""
    try:
        return installed_package() / PROGRAMS / name
    except FangxianError:
        if found := shutil.which(name):
            return Path(found)
        raise


def _settle(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
