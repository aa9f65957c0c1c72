"""The two languages of the pages, and the small pieces of Markdown that every page is made of."""

from collections.abc import Iterable
from enum import StrEnum

from fangxian.facts import Text


class Language(StrEnum):
    """A language that pages are written in."""

    ZH = "zh"
    EN = "en"

    def of(self, text: Text) -> str:
        """Return a text in this language."""
        return text.in_language(self)

    def say(self, zh: str, en: str) -> str:
        """Return one of two wordings."""
        return zh if self is Language.ZH else en


def heading(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table; a bar or a line break inside a cell is escaped."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ").strip() for cell in row] for row in (heads, *rows)]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    lines.insert(1, "|" + " --- |" * len(cells[0]))
    return "\n".join(lines)


def page(*blocks: str) -> str:
    """Join blocks into a page; empty blocks are left out."""
    return "\n\n".join(block.strip() for block in blocks if block.strip()) + "\n"


def written_from(language: Language, source: str) -> str:
    """Return the line that says where a page comes from and how to renew it."""
    return language.say(
        f"> 本页由 `make docs` 根据 `{source}` 生成，请勿直接修改。",
        f"> Written by `make docs` from `{source}`: change that, not this page.",
    )


def facts_about(language: Language, pairs: Iterable[tuple[Text, str]]) -> str:
    """Return a list of names with their values."""
    colon = language.say("：", ": ")
    return "\n".join(f"- **{language.of(name)}**{colon}{value}" for name, value in pairs)
