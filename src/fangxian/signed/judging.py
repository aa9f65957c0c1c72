"""From a credential whose signatures are right to a verdict: its time, the gate's memory, and the gate's files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fangxian.policy.colour import Colour
from fangxian.signed.changes import Changes
from fangxian.signed.credential import PaperCredential
from fangxian.signed.limits import LIMITS, Limits
from fangxian.signed.reading import Reading
from fangxian.signed.seen import Seen
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Outcome, Verdict


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What one gate holds: its two files, its memory, and the numbers it goes by."""

    trust: TrustList
    changes: Changes | None = None
    seen: Seen
    limits: Limits = LIMITS

    def judge(self, reading: Reading | Outcome, *, at: datetime) -> Verdict:
        """Return the verdict on a reading at an instant of this gate's clock."""
        if isinstance(reading, Outcome):
            return self._verdict(reading, at)
        refused, off_by = self._untimely(reading, at)
        if refused:
            return self._verdict(refused, at, reading, clock_off_by=off_by)
        return self._by_colour(reading, at)

    def _untimely(self, reading: Reading, at: datetime) -> tuple[Outcome | None, timedelta | None]:
        """Return why a code does not count at this instant, if it does not, and by how much this gate's clock is off, if it is."""
        credential, signed_at = reading.credential, reading.signed_at
        if reading.key.is_revoked(at):
            return Outcome.REVOKED, None
        if isinstance(credential, PaperCredential):
            signed_at = None
        elif signed_at is None:
            return Outcome.SCREENSHOT, None
        off_by = self.seen.clock_off_by(credential.token_id, age=at - signed_at) if signed_at else None
        if off_by is not None or max(signed_at or at, credential.issued_at) > at + self.limits.allowed_clock_skew:
            return Outcome.CLOCK, off_by
        if signed_at and at - signed_at > self.limits.code_good_for:
            return Outcome.SCREENSHOT, None
        if at >= credential.valid_until:
            return Outcome.EXPIRED, None
        if signed_at and self.seen.again(credential.token_id, signed_at, at=at):
            return Outcome.REPLAY, None
        return None, None

    def _by_colour(self, reading: Reading, at: datetime) -> Verdict:
        credential = reading.credential
        change = self.changes.about(credential.token_id) if self.changes else None
        if change and change.colour is None and change.since_at <= at:
            return self._verdict(Outcome.REVOKED, at, reading)
        # A credential that was signed after the change knows of it; only an older one is corrected.
        corrected = change is not None and credential.issued_at <= change.since_at <= at
        colour = change.colour if change and corrected else credential.colour
        elsewhere = reading.key.region_code != self.trust.region_code
        return self._verdict(
            Outcome.ELSEWHERE if elsewhere else Outcome.COLOUR, at, reading, colour=colour, changed=colour is not credential.colour
        )

    def _verdict(
        self,
        outcome: Outcome,
        at: datetime,
        reading: Reading | None = None,
        *,
        colour: Colour | None = None,
        changed: bool = False,
        clock_off_by: timedelta | None = None,
    ) -> Verdict:
        trust_age = at - self.trust.issued_at
        changes_age = at - self.changes.issued_at if self.changes else None
        return Verdict(
            outcome=outcome,
            credential=reading.credential if reading else None,
            colour=colour,
            changed=changed,
            trust_age=trust_age,
            changes_age=changes_age,
            # The trust list is signed where the root key is brought out; the file of changes says by itself how fresh the gate is.
            files_are_old=(trust_age if changes_age is None else changes_age) > self.limits.files_old_after,
            clock_off_by=clock_off_by,
        )
