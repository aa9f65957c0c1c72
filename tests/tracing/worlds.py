"""Random small worlds to trace in: a dozen people whose times, seats and places are few, so that they meet at the edges."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.facts import Fact, fact_type
from tracing.oracle import Row, midnight

KNOWN_AT = datetime(2020, 3, 16, 4)
FIRST_DAY = date(2020, 3, 5)
MINUTES = (0, 0, 8 * 60, 10 * 60, 10 * 60 + 15, 10 * 60 + 16, 10 * 60 + 45, 11 * 60, 13 * 60, 14 * 60 + 59, 23 * 60)
"""Minutes of a day at which something begins or ends: 15 minutes together, an hour's stay and four hours are among what they make."""

SEATS = {
    "aircraft": ("12A", "12C", "12D", "12排J座", "09F", "15A", "16A", "8", None),
    "train": (
        "12A",
        "12B",
        "12F",
        "3A",
        "45",
        "41",
        "31",
        "61",
        "7下铺",
        "9中铺",
        "12上铺",
        None,
        "软卧13下",
        "软卧16上",
        "软卧17下",
        "13下",
    ),
    "coach": ("1A", "3B", "5", "12", "23", "2下铺", None),
    "ship": ("1", None),
    "metro": (None,),
}
NUMBERS = {"aircraft": ("MU",), "train": ("G", "6"), "coach": ("C",), "ship": ("S",), "metro": ("M",)}


class World:
    """The facts of a world, by kind, whose people, places and runs no other world has."""

    def __init__(self, number: int) -> None:
        """Make a world; the same number makes the same world."""
        self.number, self.random = number, Random(number)
        self.facts: dict[str, list[Row]] = {}
        self.people = [f"{number:016x}{n:016x}" for n in range(9)]
        self.modes = self.random.choice((("train",), ("train",), ("aircraft", "coach"), ("ship", "metro")))
        # Neighbours in the list are those that are near one another: a world has a few of them.
        first = self.random.randrange(len(SEATS["train"]) - 3)
        self.seats = {**SEATS, "train": SEATS["train"][first : first + 4]}
        self.carriages = self.random.choice((("5",), ("5", "05", "5", "6", None)))
        for person_id in self.people[:3]:
            self._fall_ill(person_id)
        for person_id in self.people:
            self._live(person_id)
        if self.random.random() < 0.2:
            self._crowd()
        self._repeat_and_withdraw()

    def _write(self, of: str, person_id: str, from_at: datetime, **said: Any) -> None:
        known_at = from_at + self.random.choice((timedelta(), timedelta(hours=1), timedelta(days=1), timedelta(days=9)))
        row = {"fact_id": self.random.getrandbits(62), "person_id": person_id, "from_at": from_at, "known_at": known_at, **said}
        self.facts.setdefault(of, []).append(row)

    def _moment(self, *, days: int = 9) -> datetime:
        day = FIRST_DAY + timedelta(days=self.random.randrange(days))
        tick = self.random.choice((0,) * 8 + (1, -1))
        return midnight(day) + timedelta(minutes=self.random.choice(MINUTES), microseconds=tick)

    def _later(self, from_at: datetime, *, hours: tuple[float, ...]) -> datetime | None:
        chosen = self.random.choice((None, *hours))
        return None if chosen is None else from_at + timedelta(hours=chosen)

    def _fall_ill(self, person_id: str) -> None:
        for _ in range(self.random.choice((1, 1, 2, 3))):
            onset_on = FIRST_DAY + timedelta(days=self.random.randrange(12))
            status = self.random.choice(
                ("confirmed", "confirmed", "clinically_confirmed", "asymptomatic", "suspected", "excluded", "discharged")
            )
            at = self._moment() + timedelta(days=self.random.choice((2, 3, 3, -16, -40)) if self.random.random() < 0.9 else 0)
            self._write("diagnosis", person_id, at, status=status, onset_on=self.random.choice((onset_on, onset_on, None)))
        for _ in range(self.random.randrange(3)):
            outcome = self.random.choice(("positive", "positive", "negative"))
            self._write("lab_test", person_id, self._moment(), outcome=outcome, method="pcr")

    def _live(self, person_id: str) -> None:
        choose, number = self.random.choice, self.number
        for _ in range(choose((0, 0, 1, 2))):
            self._write("medical_measure", person_id, self._moment(days=12), kind=choose(("central", "central", "home", "released")))
        if self.random.random() < 0.5:
            from_at = choose((midnight(date(2019, 1, 1)), self._moment()))
            until_at = choose((None, None, self._moment(days=12)))
            until_at = until_at if until_at is None or until_at >= from_at else None
            self._write("household", person_id, from_at, until_at=until_at, household_id=f"h{number}-{choose('ab')}")
        if self.random.random() < 0.5:
            said = {"organisation_id": f"o{number}-{choose('ab')}", "premises_id": choose(("1", "2", None)), "region_code": "330100"}
            self._write("workplace", person_id, choose((midnight(date(2019, 1, 1)), self._moment())), until_at=None, **said)
        for _ in range(self.random.randrange(6)):
            self._visit(person_id, self._moment(), choose("ab"))
        for _ in range(self.random.randrange(5)):
            self._travel(person_id)
        if (self.modes != ("ship", "metro") and self.random.random() < 0.3) or self.random.random() < 0.1:
            self._serve(person_id)

    def _visit(self, person_id: str, from_at: datetime, place: str) -> None:
        outcome = self.random.choice(("passed", "passed", "passed", "emergency", "refused"))
        until_at = None if outcome == "refused" else self._later(from_at, hours=(0, 0.25, 1, 3, 4, 5, 30, 100))
        said = {"place_id": f"p{self.number}-{place}", "outcome": outcome, "region_code": "330100"}
        self._write("gate_visit", person_id, from_at, until_at=until_at, **said)

    def _travel(self, person_id: str) -> None:
        choose = self.random.choice
        mode = choose(self.modes)
        on = FIRST_DAY + timedelta(days=choose((3, 3, 4)))
        from_at = midnight(on) + timedelta(minutes=choose(MINUTES[1:5]), days=choose((0, 0, 0, 1)))
        said = {
            "mode": mode,
            "number": choose((f"{choose(NUMBERS[mode])}{self.number + 1000}",) * 9 + (None,)),
            "travelled_on": on,
            "carriage": choose(self.carriages) if mode in ("train", "ship") else choose((None, "Y")),
            "seat": choose(self.seats[mode]),
            "from_region_code": "330100",
            "to_region_code": "420100",
        }
        until_at = self._later(from_at, hours=(0.25, 2, 5, 20, 100))
        self._write("trip", person_id, from_at, until_at=until_at, **said)
        if until_at and self.random.random() < 0.2:
            self._write("trip", choose(self.people), until_at, until_at=until_at + timedelta(hours=1), **said)

    def _serve(self, person_id: str) -> None:
        choose, mode = self.random.choice, self.modes[0]
        on = FIRST_DAY + timedelta(days=choose((3, 3, 4)))
        from_at = midnight(on) + timedelta(minutes=choose(MINUTES[1:5]))
        said = {
            "mode": mode,
            "number": f"{choose(NUMBERS[mode])}{self.number + 1000}",
            "travelled_on": on,
            "carriage": choose(self.carriages) if mode in ("train", "ship") else None,
            "first_row": choose((1, 9, 15, None)) if mode == "aircraft" else None,
            "last_row": choose((15, 18, 18, None)) if mode == "aircraft" else None,
        }
        self._write("crew_duty", person_id, from_at, until_at=self._later(from_at, hours=(2, 5, 20)), **said)

    def _crowd(self) -> None:
        """Add just about as many people as are still few, where the first case works and visits."""
        many = 30 + self.random.choice((-1, 0, 1))
        others = [f"{self.number:016x}{100 + n:016x}" for n in range(many)]
        at = self._moment()
        for person_id in (self.people[0], *others):
            said = {"place_id": f"p{self.number}-crowd", "outcome": "passed", "region_code": "330100"}
            self._write("gate_visit", person_id, at, until_at=at + timedelta(hours=1), **said)
            said = {"organisation_id": f"o{self.number}-crowd", "premises_id": "1", "region_code": "330100"}
            self._write("workplace", person_id, midnight(date(2019, 1, 1)), until_at=None, **said)

    def _repeat_and_withdraw(self) -> None:
        for kind in list(self.facts):
            for row in list(self.facts[kind]):
                if self.random.random() < 0.05:
                    self.facts[kind].append({**row, "known_at": row["known_at"] + timedelta(hours=self.random.choice((1, 1, 99)))})
                if self.random.random() < 0.06:
                    reason = self.random.choice(("wrong_value", "corrected"))
                    person_id = self.random.choice((row["person_id"],) * 5 + (self.people[0],))
                    at = row["known_at"] + timedelta(hours=self.random.choice((0, 1, 99)))
                    said = {"fact_type": kind, "withdrawn_fact_id": row["fact_id"], "reason": reason}
                    self._write("withdrawal", person_id, at, **said)


def together(worlds: list[World]) -> dict[str, list[Row]]:
    """Return the facts of several worlds, by kind."""
    facts: dict[str, list[Row]] = {}
    for world in worlds:
        for kind, rows in world.facts.items():
            facts.setdefault(kind, []).extend(rows)
    return facts


def tables(facts: dict[str, list[Row]]) -> dict[type[Fact], pa.Table]:
    """Return facts as stored tables."""
    filler = {"source": "world", "delivery_id": "world"}
    schemas = {kind: PyArrowSchema.from_ibis(fact_type(kind).schema()) for kind in facts}
    return {fact_type(kind): pa.Table.from_pylist([{**filler, **row} for row in rows], schemas[kind]) for kind, rows in facts.items()}
