"""The pages' own words, in both languages, from each words.yaml of this package; facts, rules and policies name themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from fangxian.facts import Text

LANGUAGES: Final = ("zh", "en")
"""Chinese first: it is what a reader gets who has not chosen."""


@cache
def all_words() -> Mapping[str, Text]:
    """Return every word or sentence of the page by its key, `section.name`."""
    files = sorted(Path(__file__).parent.rglob("words.yaml"))
    sections = [section for file in files for section in yaml.safe_load(file.read_text("utf-8")).items()]
    return {f"{section}.{name}": Text(**words) for section, named in sections for name, words in named.items()}


@dataclass(frozen=True)
class Words:
    """The page's words in one language."""

    language: str

    def __call__(self, key: str, **values: Any) -> str:
        """Return the words of a key, with values filled in. Raises KeyError for a key that does not exist."""
        words = all_words()[key].in_language(self.language)
        return words.format(**values) if values else words

    def of(self, text: Text) -> str:
        """Return a text in this language."""
        return text.in_language(self.language)

    @property
    def other(self) -> str:
        """The language that the page is not in."""
        return next(language for language in LANGUAGES if language != self.language)

    def name(self, name: str, *, of: str) -> str:
        """Return the words for a member of a closed vocabulary: `name("red", of="level")`."""
        return self(f"{of}.{name}")

    def said(self, name: str, *, of: str) -> str:
        """Return the words for a name, or the name itself where it is not of this vocabulary: others may have written it."""
        return self(f"{of}.{name}") if f"{of}.{name}" in all_words() else name
