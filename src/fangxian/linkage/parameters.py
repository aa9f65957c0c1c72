"""From where on a match counts: the numbers of `parameters.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from fangxian.policy.numbers import Number, read_numbers


@cache
def numbers() -> Mapping[str, Number]:
    """Return every number, by name."""
    return read_numbers(files(__package__).joinpath("parameters.yaml"))


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Match weights (bits) from which a pair is certain or doubtful, the lead over the next person, and the share known beforehand."""

    certain_from: int
    doubtful_from: int
    ahead_of_next: int
    known_beforehand: float

    @classmethod
    def on(cls, day: date) -> Thresholds:
        """Return the thresholds in force on a day."""
        value = {name: number.on(day) for name, number in numbers().items()}
        return cls(
            certain_from=value["certain_from"],
            doubtful_from=value["doubtful_from"],
            ahead_of_next=value["ahead_of_next"],
            known_beforehand=value["known_beforehand"] / 100,
        )
