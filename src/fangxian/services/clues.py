"""Clues: taken from whoever saw something, answered by whoever has to, and followed by a receipt number that names nobody.

A clue is about a place. It is no fact, colours nobody, and nothing of it can be searched by a person's name or number: what is said
in words is sealed, and read one clue at a time by whoever must answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from fangxian.facts import Text
from fangxian.facts.known import now
from fangxian.policy.policy import Policy
from fangxian.services.lapse import expect_recording
from fangxian.services.likeness import marks
from fangxian.services.living import Living
from fangxian.services.receipts import new_receipt, receipt_hash
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import RefusedError
from fangxian.services.reported_words import Said, all_sealed, opened, sealed
from fangxian.store.store import Event, Store
from fangxian.vault.vault import Vault
from fangxian.work import clue_rows, clues
from fangxian.work.clue import Clue, ClueState, Finding, OpeningReason
from fangxian.work.clue_arrivals import Arriving, take
from fangxian.work.permissions import Principal
from fangxian.work.reporting_numbers import number

NAME: Final = "clue"
Answers = Mapping[str, Any]
_NO_RECEIPT: Final = Text("没有这个回执号，请核对；到期的线索已销毁。", "There is no such receipt; compare it. Clues end after their time.")


@dataclass(frozen=True)
class Intake:
    """What clues are taken with: an installation, or its store and vault alone. `near` is where a place's name is looked for first."""

    store: Store
    vault: Vault
    policy: Policy
    near: str
    clock: Callable[[], datetime] = now

    @classmethod
    def of(cls, living: Living) -> Intake:
        """Return the intake of an installation."""
        return cls(living.store, living.vault, living.policy, living.region_code, living.clock)

    @property
    def today(self) -> date:
        """The day on the policy's clocks."""
        return self.policy.local(self.clock()).date()


@dataclass(frozen=True)
class Followed:
    """What whoever has a receipt sees of a clue: where it is, until when, and the answer."""

    state: ClueState
    received_at: datetime
    due_at: datetime
    finding: Finding | None
    answer: str


@dataclass(frozen=True, repr=False)
class OpenedClue:
    """A clue with its words, and those that were folded into it, each with a reference and, where it is doubtful, its own words."""

    clue: Clue
    place: str
    words: str
    answer: str
    folded: tuple[tuple[str, Clue, str], ...]
    streets: tuple[tuple[str, str], ...]


def report(living: Living, given: Mapping[str, Sequence[str]]) -> str:
    """Take a clue from whoever saw something, who says who they are or not, and return the receipt number."""
    answers = living.read(NAME, given)
    event = Event(actor="anybody", role="anybody", purpose=clues.PURPOSE, action="clue reported")
    return next(filter(None, take_clues(Intake.of(living), [answers], event, channel="web")))


def take_clues(
    intake: Intake, answers: Sequence[Answers], event: Event, *, channel: str, records: Sequence[str | None] = ()
) -> list[str | None]:
    """Take clues in one transaction: routed and folded in it. Return the receipt of each, None for one whose record came before."""
    at, receipts = intake.clock(), [new_receipt() for _ in answers]
    expect_recording(intake.store, intake.policy, at)
    streets = _streets(intake, {each["region"] for each in answers})
    arriving = _sealed(intake, answers, receipts, streets, channel=channel, records=records or [None] * len(answers), at=at)
    with intake.store.transaction(event, at=at) as transaction:
        taken = take(transaction, arriving)
    return [receipt if each.clue_id in taken else None for each, receipt in zip(arriving, receipts, strict=True)]


def followed(living: Living, typed: str) -> Followed:
    """Return what became of the clue of a receipt. Raises RefusedError where there is none."""
    hashed = receipt_hash(typed)
    found = clue_rows.of_receipt(living.store, hashed) if hashed else None
    if found is None:
        raise RefusedError(_NO_RECEIPT)
    own, head, answer = found
    said = _opened(living, answer, Said.CLUE_ANSWER, head) if answer and own.state is ClueState.ANSWERED else ""
    state = head.state if own.state is ClueState.FOLDED else own.state
    return Followed(state, own.received_at, own.due_at, own.finding, said)


def waiting_clues(living: Living, by: Principal) -> list[tuple[str, clue_rows.Waiting]]:
    """Return the clues that somebody may answer, the most urgent first, each with its reference."""
    found = clue_rows.clues_to_answer(living.store, by, at=living.clock())
    references = refer(living, by, Named.CLUE, [(str(each.clue.clue_id),) for each in found])
    return list(zip(references, found, strict=True))


def open_one(living: Living, by: Principal, reference: str) -> OpenedClue:
    """Return a clue with its words, for whoever may answer it; the look is an event."""
    clue, said, folded = clue_rows.open_clue(living.store, by, _meant(living, by, reference), at=living.clock())
    references = refer(living, by, Named.CLUE, [(str(each.clue_id),) for each, _ in folded])
    return OpenedClue(
        clue=clue,
        place=_opened(living, said.place, Said.CLUE_PLACE, clue),
        words=_opened(living, said.words, Said.CLUE_WORDS, clue),
        answer=_opened(living, said.answer, Said.CLUE_ANSWER, clue) if said.answer else "",
        folded=tuple((ref, *_told(living, *each)) for ref, each in zip(references, folded, strict=True)),
        streets=tuple(_streets(Intake.of(living), {clue.region_code}).get(clue.region_code, ())),
    )


def answer(living: Living, by: Principal, reference: str, finding: Finding, words: str) -> None:
    """Say what came of a clue, with words for the reporter."""
    clue = clue_rows.read(living.store, _meant(living, by, reference))
    longest = number("longest_report", living.today(living.clock()))
    if not 0 < len(words.strip()) <= longest:
        raise RefusedError(Text(f"请写明答复，最多 {longest} 个字符。", f"An answer takes some words, and at most {longest} characters."))
    said = sealed(living.vault, words, Said.CLUE_ANSWER, of=clue.clue_id.hex, begun_at=clue.received_at)
    clues.answer_clue(living.store, by, clue.clue_id, finding=finding, answer=said, at=living.clock())


def pass_on(living: Living, by: Principal, reference: str, to: str) -> None:
    """Pass a clue on to a street or a county, by its code."""
    clues.pass_on(living.store, by, _meant(living, by, reference), to=to.strip(), at=living.clock())


def split(living: Living, by: Principal, reference: str) -> None:
    """Take a clue out of the one that it was folded into."""
    clues.split(living.store, by, _meant(living, by, reference), at=living.clock())


def reporter_of(living: Living, by: Principal, reference: str, reason: OpeningReason) -> str | None:
    """Return who reported a clue, None where they did not say; the event names the reason."""
    clue, said = clues.open_reporter(living.store, by, _meant(living, by, reference), reason=reason, at=living.clock())
    return _opened(living, said, Said.CLUE_REPORTER, clue) if said else None


def _sealed(
    intake: Intake,
    answers: Sequence[Answers],
    receipts: Sequence[str],
    streets: Mapping[str, Sequence[tuple[str, str]]],
    *,
    channel: str,
    records: Sequence[str | None],
    at: datetime,
) -> list[Arriving]:
    ids = [uuid4() for _ in answers]
    of = [each.hex for each in ids]
    places, texts = ([each[name] for each in answers] for name in ("place", "words"))
    reporters = [" ".join(filter(None, (each["reporter_name"], each["reporter_phone"]))) for each in answers]
    sealed_places = all_sealed(intake.vault, places, Said.CLUE_PLACE, of=of, begun_at=at)
    sealed_texts = all_sealed(intake.vault, texts, Said.CLUE_WORDS, of=of, begun_at=at)
    sealed_reporters = all_sealed(intake.vault, reporters, Said.CLUE_REPORTER, of=of, begun_at=at)
    salt, salt_before = (intake.vault.day_salt(month) for month in _months(at))
    return [
        Arriving(
            clue_id=clue_id,
            channel=channel,
            record=record,
            kind=said["kind"],
            region_code=said["region"],
            street_code=_street_of(said, streets.get(said["region"], ())),
            happened_on=said["happened_on"],
            place=place,
            words=words,
            reporter=reporter if named else None,
            receipt_hash=receipt_hash(receipt) or b"",
            place_marks=marks(said["place"], salt),
            word_marks=marks(said["words"], salt),
            place_marks_before=marks(said["place"], salt_before),
            word_marks_before=marks(said["words"], salt_before),
        )
        for clue_id, said, record, place, words, reporter, named, receipt in zip(
            ids, answers, records, sealed_places, sealed_texts, sealed_reporters, reporters, receipts, strict=True
        )
    ]


def _months(at: datetime) -> tuple[date, date]:
    """Return the first days of this month and of the last: marks are under the salt of a month."""
    first = at.date().replace(day=1)
    return first, (first - timedelta(days=1)).replace(day=1)


def _streets(intake: Intake, region_codes: set[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the streets that were named of some counties: code and name."""
    with intake.store.pool.connection() as connection:
        rows = connection.execute(
            "SELECT region_code, street_code, name FROM work.street WHERE region_code = ANY (%s) ORDER BY street_code", [list(region_codes)]
        ).fetchall()
    found: dict[str, list[tuple[str, str]]] = {}
    for region_code, street_code, name in rows:
        found.setdefault(region_code, []).append((street_code, name))
    return found


def _street_of(said: Answers, streets: Sequence[tuple[str, str]]) -> str | None:
    """Return the street whose code or name is given, or stands in the place's words: the longest name, and none where two are as long."""
    text = f"{said['street'] or ''} {said['place']}"
    named = {code: len(name) for code, name in streets if name in text or code == (said["street"] or "").strip()}
    longest = [code for code, length in named.items() if length == max(named.values())]
    return longest[0] if len(longest) == 1 else None


def _told(living: Living, clue: Clue, said: clue_rows.Sealed) -> tuple[Clue, str]:
    """Return a clue that was folded with what it says, where somebody should compare it."""
    texts = ((said.place, Said.CLUE_PLACE), (said.words, Said.CLUE_WORDS)) if clue.doubtful else ()
    return clue, " · ".join(_opened(living, text, kind, clue) for text, kind in texts)


def _opened(living: Living, text: bytes, said: Said, clue: Clue) -> str:
    return opened(living.vault, text, said, of=clue.clue_id.hex, begun_at=clue.received_at)


def _meant(living: Living, by: Principal, reference: str) -> UUID:
    return UUID(meant(living, by, Named.CLUE, reference)[0])
