"""The slow, obvious chains: who is a case by `cn-2020`, who may have infected whom and with which share, told pair by pair.

Written from the texts of policy/national/chain.yaml, over the slow tracer; its numbers are those of the texts. The serial interval is
that of Nishiura et al. (lognormal, mean 4.7, standard deviation 2.9 days), which was the newest from 4 to 18 March 2020.
"""

import math
from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import product
from typing import NamedTuple

from tracing.oracle import DAY, Meeting, Oracle, Row, day_of, midnight

UNSEEN, UNTOLD = 0.03, 0.001
LEAST, MOST = 1, 14
NEAREST = ("household", "adjacent", "same_row", "near_rows", "same_compartment", "near_bays", "same_cabin")
NEAREST += ("crew", "same_premises", "same_place", "same_carriage", "aboard", "seat_unknown", "reused_seat", "same_cell")
RATES = {
    ("train", "adjacent"): (3.5, 1.3),
    ("train", "same_row"): (1.5, 0.15),
    ("train", "near_rows"): (0.32, 0.15),
    ("train", "same_compartment"): (1.5, 0.15),
    ("train", "near_bays"): (0.32, 0.15),
    ("train", "same_carriage"): (0.1, 0.02),
    ("train", "seat_unknown"): (0.1, 0.02),
    ("train", "aboard"): (0.01, 0),
    ("train", "reused_seat"): (0.075, 0),
    ("aircraft", "adjacent"): (3.5, 1.3),
    ("aircraft", "same_row"): (1.5, 0.15),
    ("aircraft", "near_rows"): (0.32, 0.15),
    ("aircraft", "seat_unknown"): (0.1, 0),
    ("aircraft", "aboard"): (0.03, 0),
    ("coach", "adjacent"): (3.5, 1.3),
    ("coach", "same_row"): (1.5, 0.15),
    ("coach", "near_rows"): (0.32, 0.15),
    ("coach", "seat_unknown"): (0.32, 0.15),
    ("coach", "aboard"): (0.2, 0.1),
    ("ship", "same_cabin"): (3.5, 0.15),
    ("ship", "seat_unknown"): (0.1, 0),
    ("ship", "aboard"): (0.03, 0),
    ("household", "household"): (15, 0),
    ("workplace", "same_premises"): (1, 0),
    ("venue", "same_place"): (0.1, 0.1),
    ("other", "aboard"): (0.01, 0),
}
"""Percent, and percent an hour."""


class Member(NamedTuple):
    """A case."""

    person_id: str
    case_fact_id: int
    found_at: datetime
    status: str
    basis: str
    day: date


def interval_probability(days: int) -> float:
    """Return how likely so many days are."""
    variance = math.log(1 + (2.9 / 4.7) ** 2)
    middle = math.log(4.7) - variance / 2

    def below(at: float) -> float:
        return 0.5 * (1 + math.erf((math.log(at) - middle) / math.sqrt(2 * variance))) if at > 0 else 0.0

    return (below(days + 0.5) - below(days - 0.5)) / below(40.5) if -20 <= days <= 40 else 0.0


USUAL = sum(interval_probability(days) ** 2 for days in range(-20, 41))


class ChainOracle:
    """The chains of a world."""

    def __init__(self, oracle: Oracle) -> None:
        """Look at what a slow tracer knows."""
        self.oracle = oracle
        people = {row["person_id"] for row in oracle.facts.get("diagnosis", ())}
        self.members = {person: member for person in people if (member := self._member(person))}

    def _member(self, person_id: str) -> Member | None:
        said = self.oracle.of("diagnosis", person_id)
        exclusions = [row["from_at"] for row in said if row["status"] == "excluded"]
        standing = [
            row
            for row in said
            if row["status"] != "excluded" and not (row["status"] == "suspected" and any(at >= row["from_at"] for at in exclusions))
        ]
        making = [row for row in standing if self._counts(row)]
        if not making:
            return None
        first = min(making, key=lambda row: (row["from_at"], row["fact_id"]))
        found_at = first["from_at"]
        onsets = [row["onset_on"] for row in standing if row["onset_on"] and midnight(row["onset_on"]) <= found_at]
        positive = [row["from_at"] for row in self.oracle.of("lab_test", person_id) if row["outcome"] == "positive"]
        samples = [at for at in positive if found_at - 14 * DAY < at <= found_at]
        if onsets:
            basis, day = "onset", min(onsets)
        elif samples:
            basis, day = "sample", day_of(min(samples))
        else:
            basis, day = "diagnosis", day_of(found_at)
        return Member(person_id, first["fact_id"], found_at, first["status"], basis, day)

    def _counts(self, row: Row) -> bool:
        if day_of(row["from_at"]) < date(2020, 1, 20):
            return False
        return row["status"] == "confirmed" or (row["status"] == "asymptomatic" and day_of(row["from_at"]) >= date(2020, 1, 28))

    def links(self) -> dict[tuple[str, str], tuple[str, int]]:
        """Return the last finding of each pair of infector and infected, with the number of the link."""
        diagnosed: dict[int, str] = {}
        for row in self.all_diagnoses():
            diagnosed[row["fact_id"]] = row["person_id"]
        last: dict[tuple[str, str], Row] = {}
        for row in self.oracle.facts.get("infection_link", ()):
            infector = diagnosed.get(row["infector_fact_id"])
            if infector and infector != row["person_id"]:
                pair = infector, row["person_id"]
                if pair not in last or _order(row) > _order(last[pair]):
                    last[pair] = row
        return {pair: (row["finding"], row["fact_id"]) for pair, row in last.items()}

    def all_diagnoses(self) -> list[Row]:
        """Return every diagnosis that was ever known, withdrawn ones too."""
        return [row for row in self.everything["diagnosis"] if row["known_at"] <= self.oracle.known_at]

    everything: dict[str, list[Row]]

    def candidates(self) -> dict[tuple[str, str], tuple[str, int | None, float, float]]:
        """Return of each pair of infector and infected: origin, days, attack percent and share."""
        met = self.oracle.meetings()
        links = self.links()
        found: dict[tuple[str, str], tuple[str, int, float, float]] = {}
        for infector, infected in product(self.members.values(), self.members.values()):
            pair = infector.person_id, infected.person_id
            if infector == infected:
                continue
            risk = self._risk([each for each in met if (each.case_person_id, each.person_id) == pair], infected)
            days = (infected.day - infector.day).days
            origin = links[pair][0] if pair in links else "traced"
            weight = 0.0 if origin == "struck" else risk * interval_probability(days)
            if weight > 0 or origin != "traced":
                found[pair] = origin, days, 100 * risk, weight
        return {pair: (origin, days, percent, self._share(pair, found)) for pair, (origin, days, percent, _) in found.items()}

    def _share(self, pair: tuple[str, str], found: dict[tuple[str, str], tuple[str, int, float, float]]) -> float:
        rivals = {other: each for other, each in found.items() if other[1] == pair[1]}
        added = [other for other, each in rivals.items() if each[0] == "added"]
        if added:
            return 1 / len(added) if pair in added else 0.0
        return found[pair][3] / (sum(each[3] for each in rivals.values()) + UNSEEN * USUAL)

    def _risk(self, met: list[Meeting], infected: Member) -> float:
        begins = midnight(infected.day) - MOST * DAY
        ends = midnight(infected.day) + DAY - LEAST * DAY if infected.basis == "onset" else infected.found_at
        of_setting: dict[str, list[tuple[int, timedelta]]] = defaultdict(list)
        for each in met:
            from_at, until_at = max(each.from_at, begins), min(each.until_at, ends)
            if from_at < until_at:
                of_setting[each.setting].append((NEAREST.index(each.nearness), until_at - from_at))
        escape = 1.0
        for setting, meetings in of_setting.items():
            nearness = NEAREST[min(nearness for nearness, _ in meetings)]
            hours = sum(time.total_seconds() for _, time in meetings) / 3600
            rate = RATES.get((setting, nearness))
            escape *= 1 - min(0.999_999, (rate[0] + rate[1] * hours) / 100 if rate else UNTOLD)
        return 1 - escape


def _order(row: Row) -> tuple[datetime, datetime, int]:
    return row["from_at"], row["known_at"], row["fact_id"]
