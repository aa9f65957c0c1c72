"""What a gate says about a scanned text, and the words for whoever stands there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from fangxian.facts import Text
from fangxian.policy.colour import Colour
from fangxian.signed.credential import DayCredential, PaperCredential


class Outcome(StrEnum):
    """How the verification of a text ended; only COLOUR lets anybody pass, and only if the colour is green."""

    COLOUR = "colour"
    ELSEWHERE = "elsewhere"
    EXPIRED = "expired"
    SCREENSHOT = "screenshot"
    CLOCK = "clock"
    REPLAY = "replay"
    REVOKED = "revoked"
    FORGED = "forged"
    FOREIGN = "foreign"
    DAMAGED = "damaged"

    @property
    def words(self) -> Text:
        """What it is, and what the guard does now."""
        return _words()[self]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """An outcome, and what may be shown of the code; `colour` and the rest are there only where the signatures are right.

    `changed` says that the colour is another than the code's own, by the file of changes. The ages say how old the gate's files were, and
    `files_are_old` that what it knew was older than a day credential can be: then say so to the guard, and go on.
    """

    outcome: Outcome
    credential: DayCredential | PaperCredential | None = None
    colour: Colour | None = None
    changed: bool = False
    trust_age: timedelta
    changes_age: timedelta | None
    files_are_old: bool
    clock_off_by: timedelta | None = None

    @property
    def passes(self) -> bool:
        """Whether the gate opens."""
        return self.outcome is Outcome.COLOUR and self.colour is Colour.GREEN

    @property
    def words(self) -> Text:
        """What it is, and what the guard does now."""
        said = _colour_words()[self.colour] if self.outcome is Outcome.COLOUR and self.colour else self.outcome.words
        if not self.files_are_old:
            return said
        return Text(said.zh + _old_words().zh, f"{said.en} {_old_words().en}")


@cache
def packaged_words() -> dict[str, Any]:
    """Return what guards read and hear, as gates that judge by themselves are given it: outcomes, colours, old files."""
    loaded: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("words.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def _words() -> dict[Outcome, Text]:
    return {Outcome(name): Text(**words) for name, words in packaged_words()["outcomes"].items()}


@cache
def _colour_words() -> dict[Colour, Text]:
    return {Colour(name): Text(**words) for name, words in packaged_words()["colours"].items()}


@cache
def _old_words() -> Text:
    return Text(**packaged_words()["old_files"])
