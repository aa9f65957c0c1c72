"""From what gates send to what is recorded: each code read again, judged with the gate's memory, coloured as the store has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from fangxian.code.hits import facts_read
from fangxian.exchange.asking import Recognised
from fangxian.facts import Text
from fangxian.policy.colour import Colour
from fangxian.policy.regions import place_name
from fangxian.services.at_desk import has_fever
from fangxian.services.counting import SCANS
from fangxian.signed.judging import Gate
from fangxian.signed.reading import Reading
from fangxian.signed.seen import Seen
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Outcome, Verdict, packaged_words
from fangxian.store.gate_devices import Device
from fangxian.store.renewals import in_force_until
from fangxian.store.scans import NOT_ENROLLED, Recorded, Visit, record_visits
from fangxian.store.serving import RECENT, colours_then
from fangxian.store.tokens import Holder, holders
from fangxian.store.with_code import with_code
from fangxian.web.gate.gates import Gates
from fangxian.web.gate.sent import Sent
from fangxian.web.words import all_words

RECOGNISED: Final = "recognised"
"""The outcome for a code of another region whose colour that region and our policy say."""


@dataclass(frozen=True, kw_only=True)
class Presented:
    """One scan and what was read of it: a code, a refusal, or the person of the papers; None where nothing was shown."""

    sent: Sent
    read: Reading | Outcome | str | None
    recognised: Recognised | None = None
    """What the region of the code says, where it was asked."""


@dataclass(frozen=True, kw_only=True)
class Sending:
    """What one gate sent at once."""

    device: Device
    presented: Sequence[Presented]
    trust: TrustList


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the store says of those who were scanned: whose tokens, which people of papers have a code, and colours of past instants."""

    holders: Mapping[bytes, Holder]
    enrolled: frozenset[str]
    then: Mapping[tuple[str, datetime], Colour]

    def person(self, read: Reading | Outcome | str | None) -> str | None:
        """Return whom what was read stands for; None where that is not known."""
        if isinstance(read, Reading):
            holder = self.holders.get(read.credential.token_id)
            return holder.person_id if holder else None
        return None if isinstance(read, Outcome) else read


class Scanning:
    """Judges and records what gates send. One thread at a time."""

    def __init__(self, gates: Gates) -> None:
        """Judge for these gates, with no memory of minutes yet."""
        self._gates = gates
        # Asked once now: to look through all rules takes a second, which the first scan would have to wait for.
        facts_read(gates.policy)
        self._seen: dict[UUID, Seen] = {}
        self._in_force_until: datetime | None = None

    def record(self, sendings: Sequence[Sending]) -> list[list[dict[str, Any]]]:
        """Record sendings in one transaction and return the answers to each scan of each, in order.

        Where the policy has lapsed they are judged all the same, and nothing is recorded. Whose code a reading of the temperature
        may change is decided by the upkeep, within seconds: no gate waits for that.
        """
        at = self._gates.clock()
        may_record = self._may_record(at)
        # What was not recorded was not seen: sent again it must not be taken for a replay.
        with ExitStack() as trying, self._gates.store.pool.connection() as connection:
            for gate_id in {sending.device.gate_id for sending in sendings}:
                trying.enter_context(self._seen.setdefault(gate_id, Seen()).unless_it_fails())
            known = self._known(connection, sendings, at)
            visits = [self._visits(sending, known) for sending in sendings]
            first: dict[tuple[UUID, UUID], Visit] = {}
            for visit in (visit for each in visits for visit, _ in each):
                first.setdefault((visit.device.gate_id, visit.scan_id), visit)
            stands = {scan: Recorded(visit.outcome, visit.colour, visit.emergency is not None) for scan, visit in first.items()}
            if not may_record:
                return [[_answer(visit, verdict, stands) for visit, verdict in each] for each in visits]
            stands |= record_visits(connection, list(first.values()), policy=self._gates.policy, at=at)
        for outcome, scans in Counter(visit.outcome for each in visits for visit, _ in each).items():
            SCANS.labels(outcome).inc(scans)
        return [[_answer(visit, verdict, stands) for visit, verdict in each] for each in visits]

    def _may_record(self, at: datetime) -> bool:
        """Return whether the policy is in force; it is asked again only after the end that it was known to have."""
        if self._in_force_until is None or self._in_force_until <= at:
            self._in_force_until = in_force_until(self._gates.store, self._gates.policy, at)
        return self._in_force_until is not None

    def _known(self, connection: psycopg.Connection[Any], sendings: Sequence[Sending], at: datetime) -> _Known:
        """Return whose tokens were shown, which people of papers have a code at all, and the colours then of those scanned a while ago."""
        presented = [each for sending in sendings for each in sending.presented]
        tokens = [each.read.credential.token_id for each in presented if isinstance(each.read, Reading)]
        people = [each.read for each in presented if isinstance(each.read, str) and not isinstance(each.read, Outcome)]
        found = holders(connection, tokens) if tokens else {}
        enrolled = with_code(connection, self._gates.policy, people) if people else frozenset()
        known = _Known(holders=found, enrolled=enrolled, then={})
        past = {(known.person(each.read), each.sent.scanned_at) for each in presented if each.sent.scanned_at < at - RECENT}
        asked = {(person, scanned_at) for person, scanned_at in past if person}
        return replace(known, then=colours_then(connection, self._gates.policy, asked)) if asked else known

    def _colour(self, known: _Known, person: str, at: datetime) -> Colour:
        """Return a colour: of a scan that is on its way from memory, which knows no further back."""
        return known.then.get((person, at)) or self._gates.serving.colour_at(person, at)

    def _visits(self, sending: Sending, known: _Known) -> list[tuple[Visit, Verdict | None]]:
        """Return the visits of a sending in its order, judged in the order of time: of two that show one minute, the first counts."""
        in_time = sorted(range(len(sending.presented)), key=lambda place: sending.presented[place].sent.scanned_at)
        judged = {place: self._visit(sending, sending.presented[place], known) for place in in_time}
        return [judged[place] for place in range(len(judged))]

    def _visit(self, sending: Sending, each: Presented, known: _Known) -> tuple[Visit, Verdict | None]:
        """Return a scan as it is recorded, and the verdict on its code, if one was shown."""
        read, sent, at = each.read, each.sent, each.sent.scanned_at
        if isinstance(read, Reading | Outcome):
            verdict, person = self._judge(sending, read, at, known)
            # Whoever was refused a moment ago and must be let through shows the same minute again.
            present = verdict.outcome is Outcome.COLOUR or sent.emergency is not None
            outcome, colour, passes = str(verdict.outcome), verdict.colour, verdict.passes
            if verdict.outcome is Outcome.ELSEWHERE:
                colour = each.recognised.colour if each.recognised else None
                outcome, passes = RECOGNISED if colour else outcome, colour is Colour.GREEN
        else:
            verdict, person, present = None, read, True
            outcome = "colour" if person in known.enrolled else NOT_ENROLLED if person else "emergency"
            colour = self._colour(known, person, at) if person and person in known.enrolled else None
            passes = colour is Colour.GREEN
        passes = passes and not has_fever(sent.temperature_c)
        did = "emergency" if sent.emergency else sent.did or ("passed" if passes else "refused")
        visit = Visit(
            device=sending.device,
            scan_id=sent.scan_id,
            person_id=person,
            scanned_at=at,
            outcome=outcome,
            colour=colour and str(colour),
            did=did,
            present=present,
            emergency=sent.emergency,
            temperature_c=sent.temperature_c,
        )
        return visit, verdict

    def _judge(self, sending: Sending, read: Reading | Outcome, at: datetime, known: _Known) -> tuple[Verdict, str | None]:
        """Return the verdict on a code, and whose it is: the same person however it ends, so that a scan sent twice is one."""
        verdict = Gate(trust=sending.trust, seen=self._seen[sending.device.gate_id]).judge(read, at=at)
        holder = known.holders.get(read.credential.token_id) if isinstance(read, Reading) else None
        if holder is None or verdict.credential is None:
            return verdict, None
        if verdict.outcome is not Outcome.COLOUR:
            return verdict, holder.person_id
        if holder.revoked_at and holder.revoked_at <= at:
            return replace(verdict, outcome=Outcome.REVOKED, colour=None), holder.person_id
        colour = self._colour(known, holder.person_id, at)
        return replace(verdict, colour=colour, changed=colour is not verdict.credential.colour), holder.person_id


def _answer(visit: Visit, verdict: Verdict | None, stands: Mapping[tuple[UUID, UUID], Recorded]) -> dict[str, Any]:
    """Return what the gate is told of a scan: as it stands, which is as it was sent the first time."""
    first = stands[visit.device.gate_id, visit.scan_id]
    shown = verdict.credential if verdict and first.outcome in (Outcome.COLOUR, Outcome.ELSEWHERE, RECOGNISED) else None
    would_pass = first.outcome in (Outcome.COLOUR, RECOGNISED) and first.colour == Colour.GREEN
    fever = has_fever(visit.temperature_c)
    # A fever is said in the place of a colour that would have passed, never of a worse one.
    words = all_words()["gate.fever"] if fever and would_pass and not first.emergency else words_of(first.outcome, first.colour)
    return {
        "scan_id": str(visit.scan_id),
        "outcome": first.outcome,
        "colour": first.colour,
        "passes": first.emergency or (would_pass and not fever),
        "masked_name": shown.masked_name if shown else None,
        "region": place_name(shown.region_code) if shown and first.outcome != Outcome.COLOUR else None,
        "clock_off_by_s": verdict.clock_off_by.total_seconds() if verdict and verdict.clock_off_by else None,
        "words": {"zh": words.zh, "en": words.en},
    }


def words_of(outcome: str, colour: str | None) -> Text:
    """Return what the guard is told: by the colour where there is one to go by, else by the outcome."""
    said = packaged_words()
    if outcome == Outcome.COLOUR and colour:
        return Text(**said["colours"][colour])
    if outcome == RECOGNISED and colour:
        of_colour, told = said["colours"][colour], all_words()["gate.recognised"]
        return Text(of_colour["zh"] + told.zh, " ".join((of_colour["en"], told.en)))
    return Text(**said["outcomes"][outcome]) if outcome in said["outcomes"] else all_words()[f"gate.{outcome}"]
