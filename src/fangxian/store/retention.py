"""How long each class of what is known about people is kept, and what stands under it: the numbers of `retention.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Final

from fangxian.facts import PersonFact, Retention, all_fact_types
from fangxian.policy.numbers import Number, read_numbers

REASON: Final = "reason"
"""The class of kept reasons, which are no facts."""

_BESIDE_FACTS: Final = {
    Retention.MOVEMENT: (
        *("gate.scan", "gate.visitor", "gate.alert", "gate.alert_preview", "code.token"),
        *("work.arrival", "work.arrival_outcome", "work.difference", "exchange.parcel_person"),
    ),
    Retention.CONTROL: (
        *("work.appeal", "work.decision", "work.task", "work.step", "work.visit", "work.photograph", "work.supplies"),
        "work.settled_knock",
        *("work.lead", "work.clue", "work.clue_refused", "work.traced_case", "exchange.statement", "exchange.dispute"),
    ),
    Retention.HEALTH: ("work.assessment", "work.consultation", "work.consultation_word"),
    Retention.REGISTER: ("account.member", "work.doubtful_pair"),
    REASON: ("code.reason_kept",),
}


@cache
def numbers() -> Mapping[str, Number]:
    """Return every number, by name."""
    return read_numbers(files(__package__).joinpath("retention.yaml"))


@cache
def tables() -> Mapping[str, tuple[str, ...]]:
    """Return the tables of the store that end with each class; what is public names nobody and does not end."""
    people = [each for each in all_fact_types() if issubclass(each, PersonFact)]
    of_facts = {str(name): tuple(f"facts.{each.name}" for each in people if each.retention is name) for name in Retention}
    return {name: of_facts.get(name, ()) + _BESIDE_FACTS.get(name, ()) for name in (*of_facts, REASON) if name != Retention.PUBLIC}


def end_of(retention: str, month: date) -> datetime:
    """Return the instant (UTC) at which what became known in a month ends; `month` is its first day."""
    over = next_month(month)
    return datetime.combine(over, time()) + timedelta(days=numbers()[retention].on(over))


def after_lapse(day: date) -> timedelta:
    """Return how long after a lapse on a day everything ends."""
    return timedelta(days=numbers()["after_lapse"].on(day))


def next_month(month: date) -> date:
    """Return the first day of the month after.

    >>> next_month(date(2020, 12, 1))
    datetime.date(2021, 1, 1)
    """
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)
