"""A child process that cannot outlive the process that started it, even where that one is killed with SIGKILL."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# The child holds the reading end of a pipe whose writing end only we hold. When we end, however we end, the pipe
# closes and a watcher in the child's process group sends the signal. `exec` keeps the shell's number, so the number
# that we know is the program's own.
_TETHER = 'exec 3<&0; { cat <&3 >/dev/null; kill -s "$0" -- "$1$$"; } & shift; exec "$@" </dev/null 3<&-'


def _for_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@dataclass(frozen=True)
class Tether:
    """A running program in a process group of its own, ended when this process ends."""

    process: subprocess.Popen[bytes]

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        user: int | None = None,
        farewell: str = "KILL",
        whole_group: bool = True,
    ) -> Self:
        """Start `command`, which writes to `log`, as the user with number `user` (the present one by default).

        If we die first, the signal `farewell` goes to the whole group, or to the program alone.
        """
        group = "-" if whole_group else ""
        with open(log, "ab", opener=_for_owner_alone) as output:
            return cls(
                subprocess.Popen(  # noqa: S603 - the command is ours, not read from anywhere
                    ["/bin/sh", "-c", _TETHER, farewell, group, *command],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=dict(environment),
                    start_new_session=True,
                    cwd="/",
                    user=user,
                    group=user,
                    extra_groups=None if user is None else [],
                )
            )

    @property
    def alive(self) -> bool:
        """Whether the program is still running."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End the program and all that it started, at once, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()

    def end(self, *, farewell: signal.Signals, within: float) -> None:
        """Ask the program to end, and kill what is left of its group after `within` seconds or once it has ended."""
        self.process.send_signal(farewell)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(within)
        self.kill()
