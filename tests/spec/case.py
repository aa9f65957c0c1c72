"""A spec case: facts in, hits out, with a sentence that says what it shows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fangxian.facts import Fact, Text

LATER = "2020-06-01 00:00"
"""The known time of cases that do not turn on it: local, after everything in them."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What one rule concludes from a few facts, in each of the policies named. Times are local to Asia/Shanghai.

    `expect` has the columns person_id, colour, from_at, until_at and because, in the form of the facts. Where `rule` is
    empty, the hits of every rule are expected, with a column `rule`.
    """

    policies: tuple[str, ...]
    rule: str
    title: Text
    facts: Mapping[type[Fact], str]
    expect: str
    known_at: str = LATER

    @property
    def name(self) -> str:
        """The case's name in test reports."""
        return f"{self.rule or 'all rules'}: {self.title.en}"


NOBODY = "person_id | colour | from_at | until_at | because"
"""What is expected where no hit is."""


def daily(person: str, first: str, *, days: int, missed: Collection[str] = (), abnormal: Collection[str] = ()) -> str:
    """Return a table of one check-in a day at the same time, named c and the day: c0212. `abnormal` days report a cough.

    >>> print(daily("ann", "2020-02-12 08:00", days=1))
    fact_id | person_id | from_at          | symptoms
    c0212   | ann       | 2020-02-12 08:00 |
    """
    start = datetime.fromisoformat(first)
    lines = ["fact_id | person_id | from_at          | symptoms"]
    for at in (start + timedelta(days=number) for number in range(days)):
        if f"{at:%m-%d}" not in missed:
            lines.append(f"c{at:%m%d}   | {person:9} | {at:%Y-%m-%d %H:%M} | {'cough' if f'{at:%m-%d}' in abnormal else ''}".rstrip())
    return "\n".join(lines)
