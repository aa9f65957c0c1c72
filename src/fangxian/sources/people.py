"""Cells that name a person: kind of document and number, which become a `person_id` at the door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fangxian.facts import Text
from fangxian.sources import spelling
from fangxian.sources.cells import Cell
from fangxian.sources.id_numbers import DEFAULT_KIND, Fault
from fangxian.sources.refusal import Refusal


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
