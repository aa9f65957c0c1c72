"""Cells that name a person: kind of document and number, which become a `person_id` at the door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Final

from fangxian.facts import Text
from fangxian.sources import spelling
from fangxian.sources.cells import MEND, Cell
from fangxian.sources.id_numbers import DEFAULT_KIND, Fault
from fangxian.sources.refusal import Reason, Refusal


@dataclass(frozen=True)
class Person(Cell):
    """Whom a row is about: `column` holds the number, `kind_column` the kind of document, resident id where it is absent."""

    column: str = "证件号码"
    kind_column: str = "证件类型"
    kind: ClassVar[Text] = Text("证件号码；入门即化为 `person_id`，原文不留", "id number; becomes `person_id` at the door and is not kept")

    def columns(self) -> tuple[str, ...]:
        """Return the columns of the number and of the kind of document."""
        return (self.kind_column, self.column)

    def optional_columns(self) -> tuple[str, ...]:
        """Return the kind of document: a file without it holds resident ids."""
        return (self.kind_column,)

    @property
    def document(self) -> str:
        """The expression of the kind of document, as the file words it."""
        return f"coalesce({spelling.name(self.kind_column)}, {spelling.text(DEFAULT_KIND)})"

    @property
    def joined(self) -> str:
        """The name under which the table of people is joined for this cell."""
        return spelling.name(f"person of {self.column}")

    @property
    def fault(self) -> str:
        """The name of the column that holds what is wrong with the number."""
        return spelling.name(f"fault of {self.column}")

    def value(self) -> str:
        """Return the person's id, null where the number is wrong."""
        return f"{self.joined}.person_id"

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Refuse a number that is missing or wrong, with the kind of its fault."""
        yield from super().refusals(value)
        for fault in Fault:
            yield Refusal(
                column=self.column,
                reason=fault.reason,
                when=f"{self.fault} = {spelling.text(fault)}",
                remedy=fault.remedy,
            )


@dataclass(frozen=True)
class DocumentKind(Person):
    """The kind of document that a person was enrolled with, in the product's words."""

    kind: ClassVar[Text] = Text("证件类型", "kind of document")

    def value(self) -> str:
        """Return the product's word for the kind of document."""
        return f"{self.joined}.id_type"

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Yield nothing: the person's own cell refuses."""
        return iter(())


PSEUDONYM: Final = "[0-9a-f]{32}"
"""How a `person_id` is written."""


@dataclass(frozen=True)
class Pseudonym(Cell):
    """A `person_id` itself, as another system that was given it sends it back."""

    kind: ClassVar[Text] = Text("`person_id`（32 位十六进制）", "`person_id`, 32 hexadecimal digits")

    def value(self) -> str:
        """Return the id, null where it is none."""
        return f"(CASE WHEN regexp_full_match({self.text}, '{PSEUDONYM}') THEN {self.text} END)"

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Refuse what is no person_id."""
        yield from super().refusals(value)
        yield self.not_understood(value, reason=Reason.WRONG_ID, remedy=_NO_PSEUDONYM)


@dataclass(frozen=True)
class PersonOrPseudonym(Person):
    """Whom a row is about: a `person_id` in the column `pseudonym` where one stands there, else an id number in `column`.

    `kind_column` says where the other system writes which document that is: a passport where it says so, else a resident id. With none
    all numbers are resident ids.
    """

    pseudonym: str = field(default="", kw_only=True)
    optional: bool = field(default=True, kw_only=True)
    kind: ClassVar[Text] = Text(
        "证件号码（入门即化为 `person_id`，原文不留）；已有 `person_id` 的可不填",
        "id number, which becomes `person_id` at the door and is not kept",
    )

    def columns(self) -> tuple[str, ...]:
        """Return the columns of the number, of its kind and of the pseudonym."""
        return tuple(name for name in (self.kind_column, self.column, self.pseudonym) if name)

    def optional_columns(self) -> tuple[str, ...]:
        """Return those of the number: a pseudonym is enough."""
        return self.columns()[:-1]

    @property
    def document(self) -> str:
        """The expression of the kind of document, in the words of our own files."""
        if not self.kind_column:
            return spelling.text(DEFAULT_KIND)
        return (
            f"(CASE WHEN contains(lower({spelling.name(self.kind_column)}), 'passport') THEN '护照' ELSE {spelling.text(DEFAULT_KIND)} END)"
        )

    def value(self) -> str:
        """Return the person's id, null where there is neither a pseudonym nor a right number."""
        own = spelling.name(self.pseudonym)
        return f"(CASE WHEN regexp_full_match({own}, '{PSEUDONYM}') THEN {own} ELSE {super().value()} END)"

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Refuse a row that has neither, and a number that is wrong."""
        yield Refusal(column=self.column, reason=Reason.MISSING, when=f"{value} IS NULL AND {self.text} IS NULL", remedy=_NO_PSEUDONYM)
        yield from super().refusals(value)


_NO_PSEUDONYM: Final = Text(
    f"须有证件号码，或此前由本系统导出的 person_id（32 位十六进制）。{MEND.zh}",
    f"Give an id number, or a person_id that this system exported: 32 hexadecimal digits. {MEND.en}",
)
