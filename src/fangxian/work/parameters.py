"""How long an answer, a task, a second signature and a renewal may take, how much a worker carries: the numbers of `parameters.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from fangxian.policy.colour import Colour
from fangxian.policy.numbers import Number, read_numbers
from fangxian.work.task import TaskKind


@cache
def numbers() -> Mapping[str, Number]:
    """Return every number, by name."""
    return read_numbers(files(__package__).joinpath("parameters.yaml"))


def answer_within(colour: Colour, day: date) -> timedelta:
    """Return how long the answer to an appeal may take that was opened on a day by somebody of a colour."""
    return timedelta(hours=numbers()[f"answer_{colour}_within"].on(day))


def proposal_lapses_after(day: date) -> timedelta:
    """Return how long what was proposed on a day (a decision, a renewal, that two rows are one person) waits for the second signature."""
    return timedelta(hours=numbers()["proposal_lapses_after"].on(day))


def pair_judged_within(day: date) -> timedelta:
    """Return how long a doubtful pair that was opened on a day waits to be judged."""
    return timedelta(hours=numbers()["pair_judged_within"].on(day))


def pair_put_off_for(day: date) -> timedelta:
    """Return how long a pair that was put off on a day waits."""
    return timedelta(hours=numbers()["pair_put_off_for"].on(day))


def renewal_lasts(day: date) -> timedelta:
    """Return how long a policy stays in force that was renewed on a day."""
    return timedelta(days=numbers()["renewal_lasts"].on(day))


def longest_words(day: date) -> int:
    """Return how many characters an appeal or an answer may have on a day."""
    return numbers()["longest_words"].on(day)


def task_due_within(kind: TaskKind, day: date) -> timedelta:
    """Return within what time a task of a kind that was opened on a day is to be done."""
    return timedelta(hours=numbers()[f"{kind}_within"].on(day))


def asked_again_after(day: date) -> timedelta:
    """Return how long after a task was done, as of a day, none of its kind is opened about the same person."""
    return timedelta(days=numbers()["asked_again_after"].on(day))


def day_load(day: date) -> int:
    """Return how many tasks a worker carries in a day."""
    return numbers()["day_load"].on(day)


def nobody_there_at_most(day: date) -> int:
    """Return after how many knocks with nobody there a task goes to the supervisor."""
    return numbers()["nobody_there_at_most"].on(day)


def shift_lasts(day: date) -> timedelta:
    """Return for how long after a worker began the day tasks are assigned to them, and what their phone holds can be read."""
    return timedelta(hours=numbers()["shift_lasts"].on(day))


def visit_taken_within(day: date) -> timedelta:
    """Return how old a knock may be that was kept on a phone and is sent later."""
    return timedelta(hours=numbers()["visit_taken_within"].on(day))
