"""How long answers may take, how alike two clues must be, how long words may be: the numbers of `reporting.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from fangxian.policy.numbers import Number, read_numbers


@cache
def numbers() -> Mapping[str, Number]:
    """Return every number, by name."""
    return read_numbers(files(__package__).joinpath("reporting.yaml"))


def number(name: str, day: date) -> int:
    """Return a number as it is on a day."""
    return numbers()[name].on(day)


def within(name: str, day: date) -> timedelta:
    """Return a span of hours as it is on a day."""
    return timedelta(hours=number(name, day))
