"""Random small worlds: a few people with facts that meet at their edges, and the levels of the areas they were in."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import pyarrow as pa
from ibis.formats.pyarrow import PyArrowSchema
from oracle.life import Life, day_of, midnight
from oracle.policies import POLICIES

from fangxian.facts import Fact, fact_type
from generative.instants import TICK, TIMES_OF_DAY, Calendar

Row = dict[str, Any]
RULES: Final = tuple(sorted({rule for policy in POLICIES.values() for rule in policy.rules}))
REGIONS: Final = ("420000", "420100", "421182", "330000", "330300", "330302", "330382", "330381", "330100", "430100")
TEMPERATURES: Final = (None, 36.5, 37.2, 37.29, 37.3, 37.3, 38.9)
SYMPTOMS: Final = ("", "", "", "", "cough", "fever", "cough,fever", "other")

WORDS: Final[Mapping[str, Mapping[str, tuple[Any, ...]]]] = {
    "diagnosis": {"status": ("suspected", "confirmed", "clinically_confirmed", "asymptomatic", "excluded", "discharged")},
    "medical_measure": {"kind": ("home", "central", "released")},
    "exposure": {"contact_class": ("close", "close", "secondary", "general"), "setting": ("venue",), "case_fact_id": (1,)},
    "region_stay": {"region_code": REGIONS, "basis": ("roaming",)},
    "trip": {"from_region_code": REGIONS, "to_region_code": REGIONS, "mode": ("train",)},
    "checkpoint_pass": {"came_from_region_code": (*REGIONS, None), "region_code": ("330100",), "checkpoint_id": ("x",)},
    "health_declaration": {
        "symptoms": SYMPTOMS,
        "temperature_c": TEMPERATURES,
        "contacted_case": ("yes", "no", "no", "unsure"),
        "stayed_in_key_area": (True, False),
    },
    "temperature_reading": {"temperature_c": TEMPERATURES[1:], "site": ("forehead", "axillary", "ear")},
    "fever_clinic_visit": {"outcome": ("fever", "fever", "no_fever", "referred"), "hospital_id": ("x",)},
    "doctor_confirmation": {"finding": ("healthy", "fever_excluded", "referred"), "doctor_id": ("x",)},
    "recognised_code": {
        "region_code": ("420000", "310000"),
        "reason_class": ("case", "contact", "observation", "area", "nothing", "third_region"),
        "statement_id": ("x",),
    },
    "fever_medicine_purchase": {"pharmacy_id": ("x",), "medicine_class": ("antipyretic",)},
}
"""What a fact of each kind may say, beside when."""

CONCERNED: Final[Mapping[str, tuple[str, ...]]] = {
    "diagnosis": ("confirmed-case", "suspected-case", "recovered"),
    "medical_measure": ("central-isolation", "home-observation"),
    "exposure": ("close-contact",),
    "region_stay": ("came-from-key-area", "came-from-watched-area", "stayed-in-high-risk-area", "stayed-in-medium-risk-area"),
    "trip": ("came-from-key-area", "came-from-watched-area"),
    "checkpoint_pass": ("came-from-key-area",),
    "health_declaration": ("declared-contact", "symptoms-reported", "record-expired"),
    "check_in": ("symptoms-reported", "record-expired"),
    "temperature_reading": ("fever-at-gate", "record-expired"),
    "fever_clinic_visit": ("fever-patient", "recovered"),
    "control_list_entry": ("on-control-list",),
    "recognised_code": ("recognised-grave-reason", "recognised-lesser-reason"),
}
"""Which rules conclude something from facts of a kind: most decisions are about one of them."""


def person_id(seed: object, number: int) -> str:
    """Return the id of a person of a world."""
    return hashlib.md5(f"{seed}/{number}".encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class World:
    """People with their facts, and the areas' levels, by name of the fact type."""

    seed: object
    known_at: datetime
    people: Mapping[str, Mapping[str, list[Row]]]
    areas: Mapping[str, list[Row]]

    @property
    def facts(self) -> int:
        """How many facts the world has."""
        return sum(len(rows) for person in self.people.values() for rows in person.values()) + sum(map(len, self.areas.values()))

    def life(self, person: str) -> Life:
        """Return what is known of one person."""
        return Life({**self.people[person], **self.areas}, self.known_at)

    def tables(self) -> dict[type[Fact], pa.Table]:
        """Return the world's facts as stored tables."""
        rows: dict[str, list[Row]] = {kind: list(found) for kind, found in self.areas.items()}
        for facts in self.people.values():
            for kind, found in facts.items():
                rows.setdefault(kind, []).extend(found)
        return {fact_type(kind): table(fact_type(kind), found) for kind, found in rows.items()}


def table(of: type[Fact], rows: list[Row]) -> pa.Table:
    """Return rows as a stored table; what no rule reads is filled in."""
    filler = {"source": "world", "delivery_id": "world"}
    schema = PyArrowSchema.from_ibis(of.schema())
    days = {c.name for c in of.columns.values() if c.dtype == "date" and not c.optional}
    return pa.Table.from_pylist([{**filler, **dict.fromkeys(days, day_of(row["from_at"])), **row} for row in rows], schema=schema)


def world(seed: object, *, people: int, known_at: datetime) -> World:
    """Make a world. The same seed makes the same world."""
    random = Random(str(seed))
    areas = _areas(random, Calendar(random, known_at))
    return World(
        seed, known_at, {person_id(seed, n): Biographer(random, person_id(seed, n), known_at).facts() for n in range(people)}, areas
    )


def _areas(random: Random, calendar: Calendar) -> dict[str, list[Row]]:
    """Levels of areas: mostly of the rule that policies read, some ended, some withdrawn, some of another scheme."""
    levels, withdrawals = [], []
    for code in REGIONS * 2:
        from_at = calendar.moment()
        level = {
            "fact_id": random.getrandbits(62),
            "region_code": code,
            "from_at": from_at,
            "until_at": calendar.later(from_at),
            "known_at": calendar.known(from_at),
            "scheme": random.choice(("cn-2020-02", "cn-2020-02", "cn-2020-02", "listed")),
            "level": random.choice(("high", "high", "medium", "medium", "low")),
        }
        levels.append(level)
        if random.random() < 0.2:
            withdrawals.append(_withdrawal(random, calendar, level, "area_level", {"region_code": random.choice((code, code, REGIONS[0]))}))
        if random.random() < 0.2:
            levels.append({**level, "until_at": calendar.later(from_at), "known_at": calendar.known(from_at)})
            withdrawals.append(_correction(random, level, levels[-1], "area_level", {"region_code": code}))
    return {"area_level": levels, "area_withdrawal": withdrawals}


def _withdrawal(random: Random, calendar: Calendar, fact: Row, kind: str, subject: Row) -> Row:
    at = calendar.moment()
    return {
        "fact_id": random.getrandbits(62),
        "from_at": at,
        "known_at": calendar.known(at),
        "fact_type": kind,
        "withdrawn_fact_id": fact["fact_id"],
        "reason": "wrong_value",
        **subject,
    }


def _correction(random: Random, fact: Row, other: Row, kind: str, subject: Row) -> Row:
    """What the door writes where a record is said again with other content: at the later of both times, or beside them by a tick."""
    at = max(fact["known_at"], other["known_at"]) + random.choice((timedelta(), timedelta(), timedelta(), TICK, -TICK))
    said = {"fact_id": random.getrandbits(62), "from_at": at, "known_at": at, "fact_type": kind, "withdrawn_fact_id": fact["fact_id"]}
    return {**said, "reason": "corrected", **subject}


class Biographer:
    """Writes the facts of one person."""

    def __init__(self, random: Random, person: str, known_at: datetime) -> None:
        """Begin a life."""
        self.random, self.person, self.known_at = random, person, known_at
        self.calendar = Calendar(random, known_at)
        self.written: dict[str, list[Row]] = {}

    def facts(self) -> dict[str, list[Row]]:
        """Return a whole life: a few kinds of facts, check-ins, listings, decisions, repeated reports and withdrawals."""
        for kind in self.random.sample(sorted(WORDS), self.random.randint(1, 4)):
            for _ in range(self.random.randint(1, 3)):
                self._write(kind, {name: self.random.choice(words) for name, words in WORDS[kind].items()})
        if self.random.random() < 0.8:
            self._write("enrolment", {"region_code": "330100", "id_type": "resident_id"})
        for _ in range(self.random.choice((0, 1, 1, 2))):
            self._check_ins()
        for _ in range(self.random.choice((0, 0, 1, 2))):
            self._listing()
        for _ in range(self.random.choice((0, 0, 1, 2))):
            self._decision()
        self._repeat_and_withdraw()
        return self.written

    def _write(self, kind: str, said: Row, *, at: datetime | None = None) -> Row:
        from_at = at or self.calendar.moment()
        unsaid = {c.name: None for c in fact_type(kind).columns.values() if c.optional}
        row = {**unsaid, "fact_id": self.random.getrandbits(62), "person_id": self.person, "from_at": from_at, **said}
        row["known_at"] = self.calendar.known(from_at)
        if "until_at" in fact_type(kind).columns and "until_at" not in said:
            row["until_at"] = self.calendar.later(from_at)
        self.written.setdefault(kind, []).append(row)
        return row

    def _check_ins(self) -> None:
        """A run of about as many days as a rule asks for, perhaps with a day missed, abnormal or doubled."""
        first = day_of(self.calendar.moment()) + timedelta(days=self.random.choice((0, 1, 1, 2)))
        days = self.random.choice((1, 6, 7, 7, 8, 13, 14, 14, 15, 22))
        at = self.random.choice(TIMES_OF_DAY)
        spoilt = self.random.randrange(days) if self.random.random() < 0.5 else None
        for number in range(days):
            said = {"symptoms": "", "temperature_c": self.random.choice((None, 36.5, 36.5, 37.2))}
            if number == spoilt and self.random.random() < 0.5:
                continue
            if number == spoilt:
                said = self.random.choice(({"symptoms": "cough"}, {"symptoms": "", "temperature_c": 37.3}))
            self._write("check_in", said, at=midnight(first + timedelta(days=number)) + at)
            if self.random.random() < 0.05:
                self._write("check_in", {"symptoms": self.random.choice(("", "cough"))}, at=midnight(first + timedelta(days=number)))

    def _any_fact(self) -> tuple[str, Row]:
        kind = self.random.choice(sorted(self.written) or ["nothing"])
        return (kind, self.random.choice(self.written[kind])) if self.written else ("diagnosis", {"fact_id": 7})

    def _listing(self) -> None:
        citable = [(kind, row) for kind in ("diagnosis", "exposure", "region_stay", "trip") for row in self.written.get(kind, ())]
        kind, row = self.random.choice(citable) if citable and self.random.random() < 0.8 else self._any_fact()
        named = kind if kind in ("diagnosis", "exposure", "region_stay") else self.random.choice(("region_stay", "exposure", None))
        action = self.random.choice(("listed", "listed", "removed"))
        said = {"action": action, "cites_fact_type": named, "cites_fact_id": row["fact_id"], "listed_by": "x"}
        if self.random.random() < 0.2:
            said |= {"cites_fact_id": None} if self.random.random() < 0.5 else {"cites_fact_type": None, "cites_fact_id": None}
        self._write("control_list_entry", said)

    def _decision(self) -> None:
        kind, fact = self._any_fact()
        concerned = CONCERNED.get(kind, RULES) if self.random.random() < 0.8 else RULES
        said = {"rule": self.random.choice(concerned), "lifts_fact_id": fact["fact_id"], "reason": "other"}
        signers = self.random.choice((("one", "two"), ("one", "two"), ("one", "one")))
        self._write("personal_decision", {**said, "first_signer_id": signers[0], "second_signer_id": signers[1]})

    def _repeat_and_withdraw(self) -> None:
        for kind in sorted(self.written):
            for row in list(self.written[kind]):
                if self.random.random() < 0.05:
                    self.written[kind].append({**row, "known_at": self.calendar.known(row["from_at"])})
                if self.random.random() < (0.02 if kind == "check_in" else 0.12):
                    self._withdraw(kind, row)
                if self.random.random() < (0.02 if kind == "check_in" else 0.12):
                    self._correct(kind, row)

    def _correct(self, kind: str, row: Row) -> None:
        """Say a record again with other content; now and then it was about another person before."""
        said = {name: self.random.choice(words) for name, words in WORDS.get(kind, {}).items()}
        if "until_at" in row:
            said["until_at"] = self.calendar.later(row["from_at"])
        again = {**row, **said, "known_at": self.random.choice((row["known_at"], self.calendar.known(row["from_at"])))}
        if self.random.random() < 0.7:
            self.written[kind].append(again)
        correction = _correction(self.random, row, again, kind, {"person_id": self.person})
        self.written.setdefault("withdrawal", []).append(correction)

    def _withdraw(self, kind: str, row: Row) -> None:
        """Take a fact back; now and then of the wrong kind, or of another person."""
        named = kind if self.random.random() < 0.9 else "diagnosis"
        person = self.person if self.random.random() < 0.9 else person_id("nobody", self.random.randrange(9))
        withdrawal = _withdrawal(self.random, self.calendar, row, named, {"person_id": person})
        self.written.setdefault("withdrawal", []).append(withdrawal)
