"""How commands print: one language, numbers to the right, words that are folded and never cut, titles that do not wrap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text as Line

from fangxian.facts import Text
from fangxian.policy.regions import region_name

console: Final = Console(highlight=False)
messages: Final = Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Reader:
    """Who reads what a command prints; `language` is "zh" or "en"."""

    language: str

    def say(self, zh: str, en: str) -> str:
        """Return one of two wordings."""
        return en if self.language == "en" else zh

    def of(self, text: Text) -> str:
        """Return a text in the reader's language."""
        return text.in_language(self.language)

    def name(self, zh: str, en: str) -> Column:
        """Return a column of names and codes, which stand on one line each."""
        return Column(self.say(zh, en), no_wrap=True)

    def words(self, zh: str, en: str) -> Column:
        """Return a column of words, which take as many lines as they need."""
        return Column(self.say(zh, en), overflow="fold")

    def number(self, zh: str, en: str) -> Column:
        """Return a column of numbers."""
        return Column(self.say(zh, en), justify="right", no_wrap=True)

    def region(self, code: str | None) -> tuple[str, str]:
        """Return a region's code and name, as two cells."""
        return (code, region_name(code)) if code else ("–", self.say("住址不详", "home unknown"))


def plain_table(*columns: Column) -> Table:
    """Return an empty table ruled under its headings only: the width is for what it holds."""
    return Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)


def print_table(table: Table, title: str = "") -> None:
    """Print a table under a title of any length, with a blank line before it."""
    console.print()
    if title:
        print_line(title, style="bold")
    console.print(table)


def print_line(line: str, style: str = "") -> None:
    """Print a sentence: on a terminal it wraps at words and keeps its indent; in a file or pipe it stays one line."""
    indent = len(line) - len(line.lstrip())
    if console.is_terminal:
        console.print(Padding(Line(line.lstrip(), style), (0, 0, 0, indent), expand=False))
    else:
        console.print(line, style=style, soft_wrap=True, markup=False)
