"""`fangxian verify`: a turnstile's scanner on one side, yes or no on the other, without a network."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from fangxian.errors import FangxianError
from fangxian.facts.known import now
from fangxian.policy.moment import moment
from fangxian.policy.policy import policy
from fangxian.signed.changes import Changes
from fangxian.signed.envelope import LONGEST_TEXT
from fangxian.signed.judging import Gate
from fangxian.signed.key_files import read_public
from fangxian.signed.key_folder import ROOT_PUBLIC
from fangxian.signed.newest_seen import NewestSeen
from fangxian.signed.reading import read
from fangxian.signed.seen import Seen
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Verdict


def verify(
    trust: Annotated[Path, typer.Option(help="The trust list: whose signatures are believed.", show_default=False)],
    root: Annotated[
        Path | None, typer.Option(help="The root's public key, put on this device once, by hand; root.pub beside the list by default.")
    ] = None,
    changes: Annotated[Path | None, typer.Option(help="The file of changes of colour and revoked papers.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="The instant to verify at, on China's clocks, to try it out. Now by default.")
    ] = None,
) -> None:
    """Verify health codes: one code a line on standard input, one line of JSON for each on standard output, at once.

    Files that are replaced while it runs are read again. Ends with 0 if every code was green and passed, 1 if any was not, 2 if a
    file cannot be read or is older than one seen before (numbers are kept in a `.seen` file beside the trust list).
    """
    root = root or trust.with_name(ROOT_PUBLIC)
    for named, file in (("--trust", trust), ("--root", root), ("--changes", changes)):
        if file is not None and not file.is_file():
            raise FangxianError(f"There is no file {file}.", done="Nothing was verified.", next_step=f"Name it: {named}.")
    files = _Files(trust, root, changes)
    fixed = moment(at, policy("national")) if at else None
    everybody_passed = True
    for text in _lines():
        instant = fixed or now()
        gate = files.gate(instant)
        verdict = gate.judge(read(text, trust=gate.trust), at=instant)
        sys.stdout.write(_line(verdict) + "\n")
        sys.stdout.flush()
        everybody_passed &= verdict.passes
    raise typer.Exit(0 if everybody_passed else 1)


class _Files:
    """A gate's files, read again when they are replaced; a bad new file is told of, and the good old one kept."""

    def __init__(self, trust: Path, root: Path, changes: Path | None) -> None:
        self._trust, self._changes = trust, changes
        self._root: EllipticCurvePublicKey = read_public(root)
        self._seen = Seen()
        self._stamp = self._stamps()
        self._gate = self._read(now())

    def gate(self, at: datetime) -> Gate:
        stamp = self._stamps()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._gate = self._read(at)
            except (FangxianError, OSError) as error:
                sys.stderr.write(f"{error}\n")
        return self._gate

    def _read(self, at: datetime) -> Gate:
        newest = NewestSeen.beside(self._trust)
        trust = TrustList.read(self._trust.read_bytes(), root=self._root, newest_seen=newest.trust)
        changes = None
        if self._changes:
            changes = Changes.read(self._changes.read_bytes(), trust=trust, at=at, newest_seen=newest.changes)
        newest.keep(trust=trust.sequence, changes=changes.sequence if changes else None)
        return Gate(trust=trust, changes=changes, seen=self._seen)

    def _stamps(self) -> list[tuple[int, int] | None]:
        """Return when each file was last written, and its size; None for one that is missing at this moment."""
        paths = [path for path in (self._trust, self._changes) if path]
        return [(path.stat().st_mtime_ns, path.stat().st_size) if path.exists() else None for path in paths]


def _lines() -> Iterator[str]:
    """Yield what the scanner sends, line by line; of a line longer than any code only the start, which no code is."""
    while line := sys.stdin.buffer.readline(LONGEST_TEXT + 2):
        cut = line
        while not cut.endswith(b"\n") and (cut := sys.stdin.buffer.readline(LONGEST_TEXT + 2)):
            line = line[:LONGEST_TEXT] + b"?"
        yield line.rstrip(b"\r\n").decode("ascii", "replace")


def _line(verdict: Verdict) -> str:
    """Return a verdict as JSON; neither a name nor a token is in it."""
    ages = {"trust_age_s": verdict.trust_age, "changes_age_s": verdict.changes_age, "clock_off_by_s": verdict.clock_off_by}
    said = {
        "outcome": verdict.outcome,
        "colour": verdict.colour,
        "passes": verdict.passes,
        "valid_until": verdict.credential.valid_until if verdict.credential else None,
        **{name: round(age.total_seconds()) for name, age in ages.items() if age is not None},
        "zh": verdict.words.zh,
        "en": verdict.words.en,
    }
    return orjson.dumps(said, option=orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z).decode()


commands = (verify,)
