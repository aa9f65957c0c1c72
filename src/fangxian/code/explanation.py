"""An explanation: everything a person may know about the colour of a code, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from fangxian.facts import Fact
from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy, Wording


@dataclass(frozen=True)
class FactSeen:
    """A fact behind a hit: its type and its stored columns."""

    fact_type: type[Fact]
    values: dict[str, Any]

    @property
    def mark(self) -> str:
        """What tells this fact from any other and says nothing of it: its place among the reasons changes when others come."""
        return sha256(f"{self.fact_type.name}:{self.values['fact_id']}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Progress:
    """How many consecutive normal check-ins a person has of those needed, counted up to the instant asked about."""

    done: int
    needed: int


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One hit, with the wording that made it and the facts that it rests on."""

    wording: Wording
    colour: Colour
    from_at: datetime
    until_at: datetime | None
    because: tuple[FactSeen, ...]
    progress: Progress | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of colour that will come by itself, with nothing new becoming known."""

    at: datetime
    colour: Colour


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a person's code has its colour at an instant, as known at an instant."""

    person_id: str
    policy: Policy
    at: datetime
    known_at: datetime
    colour: Colour | None
    """The colour; None where the person has no code (not enrolled) and no hit."""
    reasons: tuple[Reason, ...]
    coming: tuple[Reason, ...]
    changes: tuple[Change, ...]
    nothing_known: bool
    """Whether the person had no code by then and there is no hit at all: past, present or to come."""
