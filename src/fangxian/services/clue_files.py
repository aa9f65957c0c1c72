"""Clues from a file of the 12345 hotline: CSV in any encoding or Excel; a bad row stays out with its reason, and stops no other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import duckdb

from fangxian.facts import Text
from fangxian.services.clues import NAME, Intake, take_clues
from fangxian.services.questionnaire import Questionnaire, questionnaire
from fangxian.services.refusals import BadAnswerError
from fangxian.sources import spelling
from fangxian.sources.cells import Plain
from fangxian.sources.reading import read
from fangxian.sources.source import Cadence, Format, Source
from fangxian.store.store import Event, Store

RECORD: Final = "工单编号"
COLUMNS: Final = {
    "kind": "类型",
    "region": "区县",
    "street": "街道",
    "place": "地点",
    "happened_on": "发生日期",
    "words": "内容",
    "reporter_name": "来电人",
    "reporter_phone": "来电号码",
}
"""The column of the file in which each question of the questionnaire `clue` is answered."""

_OPTIONAL: Final = ("street", "reporter_name", "reporter_phone")
HOTLINE: Final = Source(
    name="hotline-12345",
    agency=Text("12345 热线", "the 12345 hotline"),
    format=Format.EXCEL,
    record=(RECORD, *(column for key, column in COLUMNS.items() if key not in _OPTIONAL)),
    reported=Plain(RECORD),
    cadence=Cadence(every=timedelta(hours=1), late_after=timedelta(hours=3)),
    facts=(),
    noted=tuple(COLUMNS[key] for key in _OPTIONAL),
)
"""What the hotline sends. It yields no facts: a clue is work, and colours nobody."""

BATCH: Final = 1_000
_ROW_NUMBER: Final = "行"
_BROKEN: Final = Text("行不完整。", "The line is broken.")
_TWICE: Final = Text("编号在文件中重复。", "The record's number stands twice in the file.")


@dataclass(frozen=True)
class RefusedRow:
    """A cell for which a row stays out: where it stands and why, and nothing of what it says."""

    row_number: int
    column: str
    why: Text


@dataclass(frozen=True)
class Imported:
    """What became of a file: how many clues are new, how many came before, and the cells that keep rows out."""

    import_id: UUID
    taken: int
    known: int
    refused: tuple[RefusedRow, ...]

    @property
    def rows_refused(self) -> int:
        """How many rows stay out."""
        return len({each.row_number for each in self.refused})


def import_clues(intake: Intake, path: Path, event: Event) -> Imported:
    """Take the clues of a file, a thousand at a time, each with an event as given; return what became of its rows.

    Sent again, a file brings what is new in it and nothing twice. Raises FangxianError for a file that cannot be read as a whole.
    """
    import_id, refused, good = uuid4(), list[RefusedRow](), dict[str, Mapping[str, Any]]()
    for row_number, record, answers in _read(intake, path):
        if isinstance(answers, BadAnswerError):
            refused += [RefusedRow(row_number, COLUMNS[key], why) for key, why in answers.problems.items()]
        elif not record:
            refused.append(RefusedRow(row_number, RECORD, _BROKEN))
        elif record in good:
            refused.append(RefusedRow(row_number, RECORD, _TWICE))
        else:
            good[record] = answers
    taken = 0
    for records in _batches(list(good)):
        said = Event(**vars(event) | {"event_id": uuid4(), "details": {"import_id": str(import_id), "rows": len(records)}})
        receipts = take_clues(intake, [good[record] for record in records], said, channel="hotline", records=records)
        taken += len(receipts) - receipts.count(None)
    if refused:
        _quarantine(intake, import_id, refused, event)
    return Imported(import_id, taken, len(good) - taken, tuple(refused))


def refused_of(store: Store, import_id: UUID) -> list[tuple[int, str, str]]:
    """Return the cells for which rows of an import stay out: row, column, reason in both languages."""
    with store.pool.connection() as connection:
        return connection.execute(
            "SELECT row_number, column_name, reason FROM work.clue_refused WHERE import_id = %s ORDER BY 1, 2", [import_id]
        ).fetchall()


def _read(intake: Intake, path: Path) -> Iterator[tuple[int, str, Mapping[str, Any] | BadAnswerError]]:
    """Yield each row with its number, its record's number, and its answers or what is wrong with them."""
    asked, today = questionnaire(NAME, intake.today), intake.today
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as scratch:
        read(connection, HOTLINE, path, scratch=Path(scratch))
        broken = connection.execute("SELECT row_number FROM broken_line ORDER BY 1").fetchall()
        # A day is read as every source's is; what is no day comes as it stands, and is refused.
        day = spelling.name(COLUMNS["happened_on"])
        cells = ", ".join(
            f"coalesce(CAST({spelling.day(day)} AS VARCHAR), {day})" if key == "happened_on" else spelling.name(column)
            for key, column in COLUMNS.items()
        )
        rows = connection.execute(f"SELECT row_number, {spelling.name(RECORD)}, {cells} FROM cell ORDER BY 1").fetchall()
    for (row_number,) in broken:
        yield row_number, "", BadAnswerError({"words": _BROKEN})
    for row_number, record, *said in rows:
        given = {key: [text or ""] for key, text in zip(COLUMNS, said, strict=True)}
        given["kind"] = [_kind(asked, given["kind"][0])]
        try:
            yield row_number, record or "", asked.read(given, on=today, near=intake.near)
        except BadAnswerError as bad:
            yield row_number, record or "", bad


def _kind(asked: Questionnaire, text: str) -> str:
    """Return the option that a word of the file means, in whichever language, or the word itself."""
    question = asked.questions[0]
    words = {words: option for option in question.options for words in (*question.option_words(option), option)}
    return words.get(text, text)


def _batches(records: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (records[first : first + BATCH] for first in range(0, len(records), BATCH))


def _quarantine(intake: Intake, import_id: UUID, refused: Sequence[RefusedRow], event: Event) -> None:
    """Keep which rows stay out, and why."""
    details = {"import_id": str(import_id), "rows": len({each.row_number for each in refused})}
    said = Event(actor=event.actor, role=event.role, purpose=event.purpose, action="clue rows refused", details=details)
    columns = [each.column for each in refused]
    reasons = [f"{each.why.zh} {each.why.en}" for each in refused]
    with intake.store.transaction(said, at=intake.clock()) as transaction:
        transaction.connection.execute(
            "INSERT INTO work.clue_refused SELECT %s, row_number, column_name, reason, %s, %s "
            "FROM unnest(%s::int[], %s::text[], %s::text[]) AS row (row_number, column_name, reason) ON CONFLICT DO NOTHING",
            [import_id, transaction.at, said.event_id, [each.row_number for each in refused], columns, reasons],
        )
