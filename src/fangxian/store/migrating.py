"""Migrations: numbered SQL files that bring a database to the schema of this version, each once, all or none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

import psycopg

from fangxian.errors import FangxianError


@dataclass(frozen=True)
class Migration:
    """One file: its number, its name and its statements."""

    number: int
    name: str
    statements: str

    @property
    def digest(self) -> str:
        """SHA-256 of the statements: a migration that was applied somewhere is never edited."""
        return sha256(self.statements.encode()).hexdigest()


@cache
def migrations() -> tuple[Migration, ...]:
    """Return every migration of this version, in order."""
    files = (file for file in resources.files("fangxian.store.migrations").iterdir() if file.name.endswith(".sql"))
    return tuple(
        Migration(int(file.name.partition("_")[0]), file.name, file.read_text("utf-8"))
        for file in sorted(files, key=lambda file: file.name)
    )


def migrate(conninfo: str) -> int:
    """Bring the database to this version's schema and return how many migrations that took.

    `conninfo` must belong to a role that may create schemas. Raises FangxianError, and changes nothing, where the database is
    of a newer version or a migration was edited after it was applied.
    """
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('fangxian migrate'))")
        connection.execute("CREATE SCHEMA IF NOT EXISTS store")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS store.migration (number int PRIMARY KEY, name text NOT NULL, digest text NOT NULL, "
            "applied_at timestamptz NOT NULL DEFAULT now())"
        )
        applied = _applied(connection)
        _expect_ours(applied)
        missing = [each for each in migrations() if each.number not in applied]
        for each in missing:
            connection.execute(each.statements.encode())
            connection.execute(
                "INSERT INTO store.migration (number, name, digest) VALUES (%s, %s, %s)", [each.number, each.name, each.digest]
            )
        return len(missing)


def expect_migrated(connection: psycopg.Connection[Any]) -> None:
    """Raise FangxianError where a database does not have this version's schema."""
    made = connection.execute("SELECT to_regclass('store.migration') IS NOT NULL").fetchone()
    applied = _applied(connection) if made and made[0] else {}
    _expect_ours(applied)
    if len(applied) < len(migrations()):
        raise FangxianError(
            "The database does not have this version's schema yet.",
            known=f"{len(migrations()) - len(applied)} of {len(migrations())} migrations are missing.",
            next_step="Run `fangxian store migrate` with a role that may create schemas.",
        )


def _applied(connection: psycopg.Connection[Any]) -> dict[int, str]:
    return {int(row[0]): str(row[1]) for row in connection.execute("SELECT number, digest FROM store.migration").fetchall()}


def _expect_ours(applied: dict[int, str]) -> None:
    ours = {each.number: each for each in migrations()}
    if newer := sorted(set(applied) - set(ours)):
        raise FangxianError(
            f"The database was written by a newer version of fangxian: it has migration {newer[-1]}, this version ends with {max(ours)}.",
            done="Nothing was changed.",
            next_step="Install the newer version.",
        )
    for number, digest in applied.items():
        if digest != ours[number].digest:
            raise FangxianError(
                f"Migration {ours[number].name} was edited after it was applied to this database.",
                done="Nothing was changed.",
                next_step="Restore the file as it was, and write a new migration instead.",
            )
