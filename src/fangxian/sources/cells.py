"""Cells: how one column of a file becomes one value of a fact, and what makes it refused.

A cell is a value: it holds the column's name and yields DuckDB expressions. The machinery in `plan` puts them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from fangxian.facts import Text
from fangxian.facts.run_numbers import AROUND, BETWEEN, LEADING_ZEROS
from fangxian.sources import spelling
from fangxian.sources.refusal import Reason, Refusal

MEND: Final = Text("请在原件中更正该行后重新报送。", "Correct the row at its origin and send it again.")


@dataclass(frozen=True)
class Cell:
    """One column of a file, read one way; subclasses say which way. An `optional` cell may be empty, its column absent.

    Where the column holds JSON, `path` leads to the text that is meant: `$.identifier.value`.
    """

    column: str
    optional: bool = field(default=False, kw_only=True)
    path: str = field(default="", kw_only=True)
    kind: ClassVar[Text] = Text("文本", "text")

    @property
    def text(self) -> str:
        """The expression of the cell's cleaned text."""
        return spelling.inside(spelling.name(self.column), self.path)

    def columns(self) -> tuple[str, ...]:
        """Return the columns of the file that are read."""
        return (self.column,)

    def optional_columns(self) -> tuple[str, ...]:
        """Return those columns that a file may lack."""
        return self.columns() if self.optional else ()

    def value(self) -> str:
        """Return the expression of the value, null where there is none."""
        return self.text

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Yield what refuses a row because of this cell, `value` being the name that the value goes by."""
        if not self.optional:
            yield Refusal(
                column=self.column,
                reason=Reason.MISSING,
                when=f"{self.text} IS NULL",
                remedy=Text(f"“{self.column}”为必填项。{MEND.zh}", f"{self.column} must be filled in. {MEND.en}"),
            )

    def not_understood(self, value: str, *, reason: Reason, remedy: Text) -> Refusal:
        """Return the refusal of a cell that has text and no value."""
        return Refusal(column=self.column, reason=reason, when=f"{self.text} IS NOT NULL AND {value} IS NULL", remedy=remedy)

    def describe(self) -> Text:
        """Return what the generated page says of the column."""
        return self.kind


@dataclass(frozen=True)
class Plain(Cell):
    """Text that is kept as it stands: a number or code of the agency's own."""


@dataclass(frozen=True)
class Constant(Cell):
    """A value that no column holds: every fact of the source has it."""

    kind: ClassVar[Text] = Text("固定值", "always the same")

    def columns(self) -> tuple[str, ...]:
        """Return nothing: no column is read."""
        return ()

    def value(self) -> str:
        """Return the constant."""
        return spelling.text(self.column)

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Yield nothing."""
        return iter(())


@dataclass(frozen=True)
class Word(Cell):
    """A word of the source's own vocabulary."""

    words: Mapping[str, str] = field(default_factory=dict, hash=False)

    def value(self) -> str:
        """Return the product's word."""
        return spelling.translated(self.text, self.words)

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Refuse a word that the adapter does not know, and say which it knows."""
        yield from super().refusals(value)
        known = "、".join(self.words), ", ".join(self.words)
        yield self.not_understood(
            value,
            reason=Reason.UNKNOWN_WORD,
            remedy=Text(
                f"可用的词：{known[0]}。若该词合理，请在来源声明中登记；否则请来源单位更正后重报。",
                f"It knows: {known[1]}. If the word is legitimate, add it to the source's declaration; otherwise ask the source to resend.",
            ),
        )

    def describe(self) -> Text:
        """Return every word and what it becomes."""
        pairs = (f"{theirs} → {f'`{ours}`' if ours else '∅'}" for theirs, ours in self.words.items() if theirs.lower() != ours.lower())
        own = (f"`{theirs}`" for theirs, ours in self.words.items() if theirs.lower() == ours.lower())
        listed = " · ".join((*pairs, *own))
        return Text(listed, listed)


@dataclass(frozen=True)
class WordOrElse(Word):
    """A word of which the source knows more than we do: what is empty or not known stands for `otherwise`."""

    otherwise: str = field(default="", kw_only=True)
    optional: bool = field(default=True, kw_only=True)

    def value(self) -> str:
        """Return the product's word."""
        return f"coalesce({super().value()}, {spelling.text(self.otherwise)})"

    def describe(self) -> Text:
        """Return every word and what it becomes, and what all others do."""
        words = super().describe()
        return Text(f"{words.zh} · 其余 → `{self.otherwise}`", f"{words.en} · all others → `{self.otherwise}`")


@dataclass(frozen=True)
class FirstWord(Word):
    """The first word of a cell that says more."""

    def value(self) -> str:
        """Return the product's word."""
        return spelling.translated(f"split_part({self.text}, ' ', 1)", self.words)


@dataclass(frozen=True)
class Words(Word):
    """Several words in one cell, joined by `^`, a comma or a blank; they come out sorted, comma-joined, each once.

    A word that stands for nothing (`无`) becomes the empty string, and so does an empty cell.
    """

    def value(self) -> str:
        """Return the product's words, null if one of them is not known."""
        split = "string_split_regex(theirs, '[\\^,，、;；|\\s]+')"
        each = f"list_transform({split}, lambda word: {spelling.translated('word', self.words)})"
        joined = "array_to_string(list_sort(list_distinct(list_filter(ours, lambda word: word <> ''))), ',')"
        known = "len(list_filter(ours, lambda word: word IS NULL)) = 0"
        # A list of one list gives the inner list a name, so that it is made once; and it is made for what the column says,
        # not for every row: a million rows say a few hundred things.
        translated = f"list_transform([{each}], lambda ours: CASE WHEN {known} THEN {joined} END)[1]"
        sayings = f"SELECT theirs, {translated} AS ours FROM (SELECT DISTINCT {self.text} AS theirs FROM cell)"
        return f"(CASE WHEN {self.text} IS NULL THEN '' ELSE (SELECT any_value(ours) FROM ({sayings}) WHERE theirs = cell.{self.text}) END)"


@dataclass(frozen=True)
class Number(Cell):
    """A decimal number; a unit behind it (36.5℃) is ignored."""

    kind: ClassVar[Text] = Text("数值", "number")
    sql_type: ClassVar[str] = "DOUBLE"
    form: ClassVar[str] = r"^([-+]?[0-9]+(?:\.[0-9]+)?) ?(?:℃|°C|度|[cC人例])?$"

    def value(self) -> str:
        """Return the number, null where the text is none."""
        return f"TRY_CAST(nullif(regexp_extract({self.text}, {spelling.text(self.form)}, 1), '') AS {self.sql_type})"

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Refuse what is not a number."""
        yield from super().refusals(value)
        yield self.not_understood(
            value, reason=Reason.UNREADABLE, remedy=Text(f"须为数字，例如 36.5。{MEND.zh}", f"Write a number, such as 36.5. {MEND.en}")
        )


@dataclass(frozen=True)
class Count(Number):
    """A whole number; 12.0 is 12."""

    kind: ClassVar[Text] = Text("整数", "whole number")
    sql_type: ClassVar[str] = "BIGINT"
    form: ClassVar[str] = r"^(-?[0-9]+)(?:\.0+)? ?[人例]?$"


@dataclass(frozen=True)
class CitedFact(Cell):
    """A fact that is named by its source's record number: `source` is given here, or stands in the cell before a colon.

    `part` names the fact of a row that yields several: 2 for the second.
    """

    source: str = ""
    part: int = 1
    kind: ClassVar[Text] = Text("所引用的记录", "the record it cites")

    def value(self) -> str:
        """Return the fact id, null where the citation has no source."""
        suffix = f" || '#{self.part}'" if self.part > 1 else ""
        if self.source:
            return spelling.record_number(self.source, f"{self.text}{suffix}")
        return f"(CASE WHEN regexp_matches({self.text}, '^[a-z-]+:.+') THEN {spelling.cited_fact(self.text + suffix)} END)"

    def refusals(self, value: str) -> Iterator[Refusal]:
        """Refuse a citation that does not say whose record it cites."""
        yield from super().refusals(value)
        if not self.source:
            yield self.not_understood(
                value,
                reason=Reason.UNREADABLE,
                remedy=Text("写作“来源:编号”，例如 disease-control:BG0001。", "Write source:number, for example disease-control:BG0001."),
            )

    def describe(self) -> Text:
        """Return whose records are cited."""
        whose = self.source or "<source>"
        suffix = f"#{self.part}" if self.part > 1 else ""
        return Text(f"引用 `{whose}:<编号>{suffix}`", f"cites `{whose}:<record number>{suffix}`")


@dataclass(frozen=True)
class RunNumber(Cell):
    """A flight or train number: upper case, no blanks, no leading zeros behind the letters (BA027 is BA27)."""

    kind: ClassVar[Text] = Text("班次号（规范为 BA27、G7349）", "run number, normalised: BA27, G7349")

    def value(self) -> str:
        """Return the normalised number."""
        alone = f"regexp_replace(upper({self.text}), {spelling.text(AROUND)}, '', 'g')"
        bare = f"regexp_replace({alone}, {spelling.text(BETWEEN)}, '', 'g')"
        return f"regexp_replace({bare}, {spelling.text(LEADING_ZEROS)}, '\\1\\2')"
