"""What a source is: one declaration that the door, the documents and the commands all read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from fangxian.facts import Fact, PersonFact, Text, Withdrawal
from fangxian.sources.cells import Cell, CitedFact, Constant
from fangxian.sources.people import Person, PersonOrPseudonym, Pseudonym
from fangxian.sources.times import Reported

REPORTED: Final = Reported("上报时间")
"""When the agency sent the row, in nearly every file."""


class Format(StrEnum):
    """The form in which an agency has agreed to send. The door reads each of them from anybody, and tells them apart itself."""

    CSV = "CSV, UTF-8"
    CSV_GB18030 = "CSV, GB18030"
    EXCEL = "Excel"
    JSON_LINES = "JSON lines, UTF-8"
    PARQUET = "Parquet"


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """How often a source delivers, and how long after an event its row is late (never, where rows tell of no event)."""

    every: timedelta
    late_after: timedelta | None = None


@dataclass(frozen=True)
class Yields:
    """Facts of one type that each row gives: which cell becomes which column.

    `when` names a column: a row where it is empty gives no such fact. `each` names a column that holds a JSON list of
    objects: every one of them gives a fact, and cells named `<each>.<key>` read it.
    """

    fact_type: type[Fact]
    cells: Mapping[str, Cell] = field(hash=False)
    when: str = ""
    each: str = ""


def yields(fact_type: type[Fact], /, *, when: str = "", each: str = "", **cells: Cell) -> Yields:
    """Declare the facts of a row: `yields(CheckIn, from_at=Instant("打卡时间"), ...)`.

    The person is read from 证件类型 and 证件号码 unless a cell for `person_id` says otherwise.
    """
    person = {"person_id": Person()} if issubclass(fact_type, PersonFact) and "person_id" not in cells else {}
    return Yields(fact_type, {**person, **cells}, when=when, each=each)


def replaces(fact_type: type[Fact], column: str, *, source: str, at: Cell) -> Yields:
    """Declare that a row which names an earlier record in `column` takes that record back, as of wrong value."""
    return yields(
        Withdrawal,
        when=column,
        from_at=at,
        fact_type=Constant(fact_type.name),
        withdrawn_fact_id=CitedFact(column, source=source, optional=True),
        reason=Constant("wrong_value"),
    )


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source: who sends what, how often, and what its rows say.

    `record` are the columns that together number a row; `reported` is the cell that tells when the agency sent it (the
    time of ingest where it is empty). `unread` are columns that identify people and are never read; `noted` are columns
    without use for any fact that help an agency find its row.
    """

    name: str
    agency: Text
    format: Format
    record: tuple[str, ...]
    cadence: Cadence
    facts: tuple[Yields, ...]
    reported: Cell = REPORTED
    unread: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    quirks: tuple[Text, ...] = ()

    def cells(self) -> tuple[Cell, ...]:
        """Return every cell that reads the row itself, each once: the reported time first, then in the order of the facts."""
        return tuple(cell for cell in self._all_cells() if not self._list_of(cell))

    def cells_of_each(self, column: str) -> tuple[Cell, ...]:
        """Return every cell that reads the items of a list column, each once."""
        return tuple(cell for cell in self._all_cells() if self._list_of(cell) == column)

    def lists(self) -> tuple[str, ...]:
        """Return the columns that hold lists."""
        return tuple(dict.fromkeys(facts.each for facts in self.facts if facts.each))

    def columns(self) -> tuple[str, ...]:
        """Return the columns of the file that are read, in the order of first use, without those inside lists."""
        used = [column for cell in self.cells() for column in cell.columns()]
        return tuple(dict.fromkeys((*self.record, *used, *self.lists(), *self.noted)))

    def optional_columns(self) -> frozenset[str]:
        """Return the columns that a file may lack."""
        required = {column for cell in self.cells() for column in set(cell.columns()) - set(cell.optional_columns())}
        return frozenset(self.columns()) - required - set(self.record)

    def identifying_columns(self) -> frozenset[str]:
        """Return the columns that may say who somebody is: they are shown and kept nowhere."""
        cells = [cell for facts in self.facts for cell in facts.cells.values()]
        people = {cell.column for cell in cells if isinstance(cell, Person | Pseudonym)}
        people |= {cell.pseudonym for cell in cells if isinstance(cell, PersonOrPseudonym)}
        return frozenset(people | set(self.unread))

    def fact_types(self) -> tuple[type[Fact], ...]:
        """Return the types of fact that the source gives, each once."""
        return tuple(dict.fromkeys(facts.fact_type for facts in self.facts))

    def _all_cells(self) -> dict[Cell, None]:
        return dict.fromkeys([self.reported, *(cell for facts in self.facts for cell in facts.cells.values())])

    def _list_of(self, cell: Cell) -> str:
        """Return the list column whose items a cell reads, or nothing for a cell of the row itself."""
        return next((each for each in self.lists() if any(c.startswith(f"{each}.") for c in cell.columns())), "")
