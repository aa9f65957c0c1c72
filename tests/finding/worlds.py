"""Random small worlds of people who come and go, whose edges meet on purpose: the day, the instant, equal times, several sources."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.facts import CheckpointPass, Enrolment, Fact, GateVisit, HealthDeclaration, RegionStay, Residence, Trip, Withdrawal
from tests.finding.test_arrivals import LOCAL

TYPES = (RegionStay, Trip, CheckpointPass, GateVisit, HealthDeclaration, Enrolment, Residence, Withdrawal)
SINCE_AT = datetime(2020, 1, 10) - LOCAL
KNOWN_AT = datetime(2020, 2, 10)
INSTANTS = (
    SINCE_AT - timedelta(days=3),
    SINCE_AT,
    SINCE_AT + timedelta(days=9),
    KNOWN_AT - timedelta(days=1),
    KNOWN_AT,
    KNOWN_AT + timedelta(hours=1),
)
REGIONS = ("420100", "420106", "420200", "510104", "510700", "420000")
SOURCES = ("railway", "spec", "silent")

Facts = dict[str, list[dict[str, Any]]]


class World:
    """Some facts about four people."""

    def __init__(self, number: int) -> None:
        self.number, self.random = number, Random(number)
        self.facts: Facts = {each.name: [] for each in TYPES}
        for who in range(4):
            person = f"{number:016x}{who:016x}"
            for _ in range(self.random.randint(1, 7)):
                self.say(person, self.random.choice(TYPES[:-1]))
            if self.random.random() < 0.5:
                self.come_and_go(person)
            if self.random.random() < 0.2:
                self.deny(person)
            for name in list(self.facts):
                for row in self.facts[name]:
                    if row["person_id"] == person and name != "withdrawal" and self.random.random() < 0.12:
                        self.take_back(name, row)

    def say(self, person: str, fact_type: type[Fact]) -> None:
        pick = self.random.choice
        begins, ends = sorted((pick(INSTANTS), pick(INSTANTS)))
        region, row = pick(REGIONS), dict.fromkeys(fact_type.columns)
        row |= {"person_id": person, "fact_id": self.random.randint(1, 6), "known_at": pick(INSTANTS[2:]), "source": pick(SOURCES)}
        row |= {"delivery_id": "spec", "from_at": begins}
        values = {
            "until_at": pick((None, ends)),
            "region_code": region,
            "basis": pick(("roaming", "declared")),
            "mode": "train",
            "travelled_on": begins.date(),
            "from_region_code": pick(REGIONS),
            "to_region_code": pick(REGIONS),
            "checkpoint_id": "k",
            "place_id": "p",
            "outcome": pick(("passed", "passed", "refused")),
            "came_from_region_code": pick((None, *REGIONS)),
            "symptoms": "",
            "contacted_case": "no",
            "stayed_in_key_area": pick((True, False)),
            "id_type": "resident_id",
            "street_code": pick((None, region + "001", "K7")),
            "grid_code": pick((None, region + "001002", "K7", "12345678901x")),
        }
        row |= {name: value for name, value in values.items() if name in fact_type.columns}
        if all((each["person_id"], each["fact_id"]) != (person, row["fact_id"]) for each in self.facts[fact_type.name]):
            self.facts[fact_type.name].append(row)

    def come_and_go(self, person: str) -> None:
        """Pass a gate on several days, most of them in one prefecture."""
        region = self.random.choice(("510104", "510700"))
        for number in range(self.random.randint(3, 7)):
            row = dict.fromkeys(GateVisit.columns) | {"person_id": person, "fact_id": 10 + number, "source": self.random.choice(SOURCES)}
            at = KNOWN_AT - timedelta(days=self.random.randint(0, 14), hours=self.random.choice((0, 8, 9)))
            row |= {"from_at": at, "known_at": at, "delivery_id": "spec", "place_id": "p", "outcome": "passed"}
            self.facts["gate_visit"].append(row | {"region_code": region if self.random.random() < 0.9 else "510104"})

    def deny(self, person: str) -> None:
        """Declare no stay, about two weeks after one; and let the register have a home of theirs twice."""
        said_at = KNOWN_AT - timedelta(days=self.random.choice((1, 2)))
        no = dict.fromkeys(HealthDeclaration.columns) | {"person_id": person, "fact_id": 20, "source": "spec", "delivery_id": "spec"}
        no |= {"from_at": said_at, "known_at": said_at, "symptoms": "", "contacted_case": "no", "stayed_in_key_area": False}
        self.facts["health_declaration"].append(no)
        left = said_at - timedelta(days=14, hours=self.random.choice((-1, 0, 1)))
        stay = dict.fromkeys(RegionStay.columns) | {"person_id": person, "fact_id": 20, "source": "spec", "delivery_id": "spec"}
        stay |= {"from_at": left - timedelta(days=3), "until_at": left, "known_at": left, "basis": "roaming", "region_code": "420106"}
        self.facts["region_stay"].append(stay)
        homes = [row for row in self.facts["residence"] if row["person_id"] == person]
        self.facts["residence"] += [row | {"fact_id": 20} for row in homes[:1]]

    def take_back(self, name: str, row: Mapping[str, Any]) -> None:
        number = len(self.facts["withdrawal"]) + 1
        self.facts["withdrawal"].append(
            dict.fromkeys(Withdrawal.columns)
            | {"person_id": row["person_id"], "fact_id": number, "known_at": self.random.choice(INSTANTS[2:]), "source": row["source"]}
            | {"delivery_id": "spec", "from_at": row["from_at"], "fact_type": name, "withdrawn_fact_id": row["fact_id"]}
            | {"reason": "wrong_value"}
        )


def tables(worlds: Iterable[World]) -> dict[type[Fact], pa.Table]:
    """Return the facts of several worlds together."""
    rows: Facts = {each.name: [] for each in TYPES}
    for world in worlds:
        for name, found in world.facts.items():
            rows[name] += found
    return {each: pa.Table.from_pylist(rows[each.name], schema=PyArrowSchema.from_ibis(each.schema())) for each in TYPES}
