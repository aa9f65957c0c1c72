"""Cells that hold a time: an instant, a day, and the start or end of a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Final

from fangxian.facts import Text
from fangxian.sources import spelling
from fangxian.sources.cells import MEND, Cell
from fangxian.sources.refusal import Reason, Refusal

EARLIEST: Final = date(1920, 1, 1)
"""The first day that a cell may hold."""


@dataclass(frozen=True)
class _Time(Cell):
    """A time; one more than a day after the file came is refused unless it `may_be_future` (a ticket, an end).

    One before 1920 is refused too: no cell is a day of birth, and a spreadsheet writes 1900-01-01 where it holds nothing.
    """

    may_be_future: bool = field(default=False, kw_only=True)
    forms: ClassVar[Text]

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Refuse what is no time, and what has not happened yet."""
        yield from super().refusals(value)
        yield self.not_understood(
            value, reason=Reason.UNREADABLE, remedy=Text(f"写作 {self.forms.zh}。{MEND.zh}", f"Write {self.forms.en}. {MEND.en}")
        )
        yield Refusal(
            column=self.column,
            reason=Reason.TOO_EARLY,
            when=f"{value} < DATE '{EARLIEST}'",
            remedy=Text(
                f"早于 {EARLIEST:%Y} 年：表格软件常把空单元格写成 1900 年，请核对。{MEND.zh}",
                f"Before {EARLIEST:%Y}: spreadsheets make a day of 1900 of an empty cell; check. {MEND.en}",
            ),
        )
        if not self.may_be_future:
            yield Refusal(
                column=self.column,
                reason=Reason.FUTURE,
                when=f"{value} > getvariable('latest')",
                remedy=Text(
                    f"时间晚于收到文件后一天，请核对年份与时钟。{MEND.zh}", f"Later than a day after the file came: check. {MEND.en}"
                ),
            )


@dataclass(frozen=True)
class Instant(_Time):
    """A local instant to the second, in one of the forms; becomes UTC. `or_day` names a column to fall back on.

    The fallback is the start of that day: a time that is not known, of a day that is.
    """

    or_day: str = field(default="", kw_only=True)
    kind: ClassVar[Text] = Text("时刻（北京时间）", "instant (China time)")
    forms: ClassVar[Text] = Text("2020-02-11 08:30:00", "2020-02-11 08:30:00")

    def columns(self) -> tuple[str, ...]:
        """Return the column and the one to fall back on."""
        return (self.column, self.or_day) if self.or_day else (self.column,)

    def optional_columns(self) -> tuple[str, ...]:
        """Return those that a file may lack; the column to fall back on is none of them."""
        return (self.column,) if self.optional else ()

    def value(self) -> str:
        """Return the UTC timestamp."""
        own = spelling.instant(self.text)
        if not self.or_day:
            return own
        fallback = spelling.start_of(spelling.day(spelling.name(self.or_day)))
        return f"(CASE WHEN {self.text} IS NULL THEN {fallback} ELSE {own} END)"


@dataclass(frozen=True)
class ZonedInstant(_Time):
    """An instant that names its own zone, as ISO 8601 and FHIR write it; becomes UTC."""

    kind: ClassVar[Text] = Text("时刻（带时区）", "instant with its zone")
    forms: ClassVar[Text] = Text("2020-02-11T08:30:00+08:00", "2020-02-11T08:30:00+08:00")

    def value(self) -> str:
        """Return the UTC timestamp."""
        return spelling.zoned_instant(self.text)


@dataclass(frozen=True)
class Reported(Instant):
    """When the agency sent the row; a row that does not say became known when its file came."""

    optional: bool = field(default=True, kw_only=True)
    kind: ClassVar[Text] = Text("时刻（北京时间）；空则为收到文件之时", "instant (China time); the time of receipt where it is empty")

    def value(self) -> str:
        """Return the UTC timestamp."""
        return f"(CASE WHEN {self.text} IS NULL THEN getvariable('received_at') ELSE {spelling.instant(self.text)} END)"


@dataclass(frozen=True)
class Day(_Time):
    """A local day; `day_first` where the source writes 11/02/2020, `month_first` where it writes 02/11/2020."""

    day_first: bool = field(default=False, kw_only=True)
    month_first: bool = field(default=False, kw_only=True)
    kind: ClassVar[Text] = Text("日期", "day")
    forms: ClassVar[Text] = Text("2020-02-11", "2020-02-11")

    def value(self) -> str:
        """Return the date."""
        if self.month_first:
            return spelling.month_first(self.text)
        return spelling.day_first(self.text) if self.day_first else spelling.day(self.text)


@dataclass(frozen=True)
class StartOfDay(Day):
    """A local day that stands for the instant it begins at."""

    kind: ClassVar[Text] = Text("日期（取当日零时）", "day (its start)")

    def value(self) -> str:
        """Return the UTC timestamp of the local midnight that opens the day."""
        return spelling.start_of(super().value())


@dataclass(frozen=True)
class EndOfDay(Day):
    """A local day that stands for the instant it ends at: someone who leaves on a day was there on that day."""

    kind: ClassVar[Text] = Text("日期（取当日 24 时）", "day (its end)")

    def value(self) -> str:
        """Return the UTC timestamp of the local midnight that closes the day."""
        return spelling.start_of(f"({super().value()} + 1)")
