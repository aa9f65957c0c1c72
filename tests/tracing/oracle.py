"""The slow, obvious tracer: who is a case under `cn-2020`, and who met one, told person by person and pair by pair.

Written from the texts of policy/national/trace.yaml and nothing else of the product; its numbers are those of the texts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

Row = dict[str, Any]

SHANGHAI = timedelta(hours=8)
DAY = timedelta(days=1)
BEGINS = date(2020, 1, 20)
TWO_DAYS_BEFORE_ONSET = date(2020, 2, 21)
EVER = datetime(9999, 1, 1)


class Case(NamedTuple):
    """A person who could infect others from one instant until another."""

    case_fact_id: int
    case_person_id: str
    found_at: datetime
    basis: str
    from_at: datetime
    until_at: datetime


class Meeting(NamedTuple):
    """What makes somebody a contact."""

    case_fact_id: int
    case_person_id: str
    person_id: str
    setting: str
    contact_class: str
    nearness: str
    certainty: str
    from_at: datetime
    until_at: datetime
    case_because: int
    because: int


@dataclass(frozen=True)
class Spread:
    """Somebody who may have infected others: a case, or a close contact of one, in whose name it is told."""

    case_fact_id: int
    person_id: str
    from_at: datetime
    until_at: datetime


def midnight(day: date) -> datetime:
    """Return the instant at which a day begins in Shanghai."""
    return datetime(day.year, day.month, day.day) - SHANGHAI


def day_of(at: datetime) -> date:
    """Return the day that it is in Shanghai."""
    return (at + SHANGHAI).date()


class Oracle:
    """What is known of a world at an instant, and what follows."""

    def __init__(self, facts: Mapping[str, Sequence[Row]], known_at: datetime) -> None:
        """Forget what was not known yet and what was taken back."""
        self.known_at = known_at
        self.withdrawals = [w for w in facts.get("withdrawal", ()) if w["known_at"] <= known_at]
        self.facts = {kind: [row for row in rows if self._stands(kind, row)] for kind, rows in facts.items()}

    def _stands(self, kind: str, row: Row) -> bool:
        return row["known_at"] <= self.known_at and not any(
            (w["person_id"], w["fact_type"], w["withdrawn_fact_id"]) == (row["person_id"], kind, row["fact_id"])
            and (w["reason"] != "corrected" or row["known_at"] < w["known_at"])
            for w in self.withdrawals
        )

    def of(self, kind: str, person_id: str) -> list[Row]:
        """Return what stands of a kind about a person."""
        return [row for row in self.facts.get(kind, ()) if row["person_id"] == person_id]

    # -- cases ---------------------------------------------------------------------------------------------------

    def cases(self) -> set[Case]:
        """Return every case."""
        found = {self._case(row["person_id"]) for row in self.facts.get("diagnosis", ())}
        return {case for case in found if case}

    def _case(self, person_id: str) -> Case | None:
        said = self.of("diagnosis", person_id)
        exclusions = [row["from_at"] for row in said if row["status"] == "excluded"]
        standing = [
            row
            for row in said
            if row["status"] != "excluded" and not (row["status"] == "suspected" and any(at >= row["from_at"] for at in exclusions))
        ]
        making = [row for row in standing if row["status"] in ("confirmed", "clinically_confirmed", "asymptomatic")]
        if not making:
            return None
        first = min(making, key=lambda row: (row["from_at"], row["fact_id"]))
        found_at = first["from_at"]
        if day_of(found_at) < BEGINS:
            return None
        onsets = [row["onset_on"] for row in standing if row["onset_on"] and midnight(row["onset_on"]) <= found_at]
        positive = [row["from_at"] for row in self.of("lab_test", person_id) if row["outcome"] == "positive"]
        samples = [at for at in positive if found_at - 14 * DAY < at <= found_at]
        if onsets:
            basis, day = "onset", min(onsets)
        elif samples:
            basis, day = "sample", day_of(min(samples))
        else:
            basis, day = "diagnosis", day_of(found_at)
        days_before = 0 if day_of(found_at) < TWO_DAYS_BEFORE_ONSET else 2
        from_at = midnight(day) - days_before * DAY
        until_at = self._until_isolated(person_id, from_at, found_at, released_by=found_at)
        return Case(first["fact_id"], person_id, found_at, basis, from_at, max(from_at, until_at))

    def _until_isolated(self, person_id: str, from_at: datetime, until_at: datetime, *, released_by: datetime) -> datetime:
        measures = self.of("medical_measure", person_id)
        releases = [row["from_at"] for row in measures if row["kind"] == "released"]
        central = [row["from_at"] for row in measures if row["kind"] == "central"]
        lasting = [at for at in central if not any(at <= released <= released_by for released in releases)]
        if lasting and min(lasting) < until_at:
            return max(min(lasting), from_at)
        return until_at

    # -- meetings ------------------------------------------------------------------------------------------------

    def meetings(self) -> set[Meeting]:
        """Return every meeting with a case."""
        found = set()
        for case in self.cases():
            of = Spread(case.case_fact_id, case.case_person_id, case.from_at, case.until_at)
            if of.from_at < of.until_at:
                found |= {*self._places(of), *self._gates(of), *self._vehicles(of), *self._crews(of)}
        return found

    def secondary_meetings(self) -> set[Meeting]:
        """Return every meeting of a close contact that makes somebody a secondary contact of the case."""
        met, found = self.meetings(), set()
        for case in self.cases():
            close: dict[str, datetime] = {}
            for each in met:
                if (each.case_fact_id, each.case_person_id, each.contact_class) == (case.case_fact_id, case.case_person_id, "close"):
                    close[each.person_id] = min(each.from_at, close.get(each.person_id, EVER))
            for person_id, from_at in close.items():
                until_at = self._until_isolated(person_id, from_at, self.known_at, released_by=from_at)
                if from_at < until_at:
                    theirs = self._places(Spread(case.case_fact_id, person_id, from_at, until_at))
                    found |= {
                        each._replace(case_person_id=case.case_person_id, contact_class="secondary")
                        for each in theirs
                        if each.contact_class == "close" and each.person_id != case.case_person_id and each.person_id not in close
                    }
        return found

    def _places(self, of: Spread) -> Iterator[Meeting]:
        for own, other, from_at, until_at in self._registered(of, "household", lambda row: row["household_id"]):
            yield _meeting(of, own, other, "household", "close", "household", "known", from_at, until_at)

        def premises(row: Row) -> tuple[str, str]:
            return row["organisation_id"], row["premises_id"] or ""

        together = list(self._registered(of, "workplace", premises))
        for own, other, from_at, until_at in together:
            people = {row["person_id"] for _, row, _, _ in together if premises(row) == premises(other)}
            contact_class = "close" if len(people) <= 30 else "general"
            yield _meeting(of, own, other, "workplace", contact_class, "same_premises", "known", from_at, until_at)
        yield from self._venues(of)

    def _registered(self, of: Spread, kind: str, key: Any) -> Iterator[tuple[Row, Row, datetime, datetime]]:
        for own in self.of(kind, of.person_id):
            for other in self.facts[kind]:
                if other["person_id"] != of.person_id and key(own) == key(other):
                    from_at = max(own["from_at"], other["from_at"], of.from_at)
                    until_at = min(own["until_at"] or EVER, other["until_at"] or EVER, of.until_at)
                    if from_at < until_at:
                        yield own, other, from_at, until_at

    def _venues(self, of: Spread) -> Iterator[Meeting]:
        def left(row: Row) -> datetime:
            return row["until_at"] or row["from_at"] + timedelta(minutes=60)

        visits = [row for row in self.facts.get("gate_visit", ()) if row["outcome"] != "refused"]
        for own in visits:
            if own["person_id"] != of.person_id:
                continue
            met = []
            for other in visits:
                from_at, until_at = max(own["from_at"], other["from_at"], of.from_at), min(left(own), left(other), of.until_at)
                if other["person_id"] != of.person_id and other["place_id"] == own["place_id"] and from_at < until_at:
                    met.append((own, other, from_at, until_at))
            # A report that came twice is one visit: whoever is meant is counted once.
            people = {other["person_id"] for _, other, _, _ in met}
            for _, other, from_at, until_at in met:
                close = until_at - from_at >= timedelta(minutes=15) and len(people) <= 30
                certainty = "known" if own["until_at"] and other["until_at"] else "time_assumed"
                yield _meeting(of, own, other, "venue", "close" if close else "general", "same_place", certainty, from_at, until_at)

    def _gates(self, of: Spread) -> Iterator[Meeting]:
        line = timedelta(minutes=5)
        visits = self.facts.get("gate_visit", ())
        for own in self.of("gate_visit", of.person_id):
            for other in visits if own["outcome"] == "refused" and of.from_at < own["from_at"] <= of.until_at else ():
                from_at = max(own["from_at"] - line, other["from_at"] - line, of.from_at)
                until_at = min(own["from_at"], other["from_at"])
                if other["person_id"] != of.person_id and other["place_id"] == own["place_id"] and from_at < until_at:
                    yield _meeting(of, own, other, "venue", "general", "same_place", "time_assumed", from_at, until_at)

    def _crews(self, of: Spread) -> Iterator[Meeting]:
        trips = [Ride(row) for row in self.facts.get("trip", ()) if row["number"]]
        duties = [Ride({**row, "seat": None}) for row in self.facts.get("crew_duty", ())]
        for trip in trips:
            for duty in duties:
                if (trip.mode, trip.number) == (duty.mode, duty.number) and trip.person_id != duty.person_id:
                    if trip.person_id == of.person_id:
                        yield from _served(of, trip, duty, trip, duty)
                    if duty.person_id == of.person_id:
                        yield from _served(of, duty, trip, trip, duty)

    def _vehicles(self, of: Spread) -> Iterator[Meeting]:
        trips = [Ride(row) for row in self.facts.get("trip", ()) if row["number"]]
        for own in trips:
            if own.person_id == of.person_id and own.boards_at < of.until_at and own.alights_at > of.from_at:
                for other in trips:
                    if other.person_id != of.person_id and (other.mode, other.number) == (own.mode, own.number):
                        yield from _aboard(of, own, other)


class Ride:
    """A trip, with what its text says of times and seat."""

    def __init__(self, row: Row) -> None:
        """Read a trip."""
        self.row, self.person_id, self.mode, self.number = row, row["person_id"], row["mode"], row["number"]
        self.travelled_on: date = row["travelled_on"]
        starts_with_the_day = row["from_at"] == midnight(self.travelled_on)
        self.boards_at: datetime = row["from_at"]
        self.alights_at: datetime = row["until_at"] or row["from_at"] + (2 if starts_with_the_day else 1) * DAY
        self.is_timed = row["until_at"] is not None and not starts_with_the_day
        self.carriage = (row["carriage"] or "").upper().lstrip("0")
        self.seat = (row["seat"] or "").upper().lstrip("0")
        number = re.search("[0-9]+", self.seat)
        self.seat_number = int(number[0]) if number else None
        letter = re.search("[0-9]+[^0-9A-Z]*([A-Z])", self.seat)
        self.letter = letter[1] if letter else ""
        self.is_berth = bool(re.search("[上中下卧铺]", self.seat))
        self.is_soft = "软卧" in self.seat

    def row_and_place(self) -> tuple[int | None, int | None]:
        """Return the row, and where in it."""
        letters = {"aircraft": "ABCDEFGHJKL", "train": "ABCDF", "coach": "ABCD"}[self.mode]
        in_row = {"train": 5, "coach": 4}.get(self.mode)
        if self.seat_number is None or self.is_berth:
            return None, None
        if self.letter:
            return self.seat_number, letters.index(self.letter) if self.letter in letters else None
        if in_row:
            return (self.seat_number - 1) // in_row + 1, (self.seat_number - 1) % in_row
        return self.seat_number, None

    def bay(self, *, soft: bool) -> int | None:
        """Return the bay, or the compartment of a soft sleeper."""
        if self.seat_number is None:
            return None
        number = 5 * self.seat_number if self.letter else self.seat_number
        return (number - 1) // (4 if soft else 2 if self.is_berth else 10)


def _aboard(of: Spread, own: Ride, other: Ride) -> Iterator[Meeting]:
    near_day = abs(other.travelled_on - own.travelled_on) <= DAY and own.is_timed and other.is_timed
    if other.travelled_on == own.travelled_on or near_day:
        from_at, until_at = max(own.boards_at, other.boards_at, of.from_at), min(own.alights_at, other.alights_at, of.until_at)
        if from_at < until_at:
            contact_class, nearness, seat_unknown = SEATING[own.mode](own, other)
            certainty = "seat_unknown" if seat_unknown else "known" if own.is_timed and other.is_timed else "time_assumed"
            setting = "other" if own.mode == "metro" else own.mode
            yield _meeting(of, own.row, other.row, setting, contact_class, nearness, certainty, from_at, until_at)
    same_seat = own.seat and (own.seat, own.carriage) == (other.seat, other.carriage)
    same_run = own.mode == "train" and own.travelled_on == other.travelled_on and own.is_timed and other.is_timed
    if same_run and same_seat and other.boards_at >= own.alights_at:
        yield _meeting(of, own.row, other.row, "train", "general", "reused_seat", "known", other.boards_at, other.alights_at)


def _served(of: Spread, own: Ride, other: Ride, trip: Ride, duty: Ride) -> Iterator[Meeting]:
    near_day = abs(other.travelled_on - own.travelled_on) <= DAY and own.is_timed and other.is_timed
    from_at, until_at = max(own.boards_at, other.boards_at, of.from_at), min(own.alights_at, other.alights_at, of.until_at)
    if from_at < until_at and (other.travelled_on == own.travelled_on or near_day):
        serving = _serving(trip, duty)
        nearness = {None: "seat_unknown", True: "crew", False: "aboard"}[serving]
        times = "known" if own.is_timed and other.is_timed else "time_assumed"
        certainty = "seat_unknown" if serving is None else times
        yield _meeting(of, own.row, other.row, own.mode, "close" if serving else "general", nearness, certainty, from_at, until_at)


def _serving(trip: Ride, duty: Ride) -> bool | None:
    """Return whether the crew served where somebody sat; None where nobody knows."""
    if trip.mode == "coach":
        return True
    if trip.mode == "aircraft":
        row, _ = trip.row_and_place()
        first, last = duty.row["first_row"], duty.row["last_row"]
        # A comparison that fails on what is known decides it, whatever is not known of the other end.
        ends = [
            None if row is None or first is None else first <= row + 3,
            None if row is None or last is None else last >= row - 3,
        ]
        return False if False in ends else None if None in ends else True
    return duty.carriage == trip.carriage if duty.carriage and trip.carriage else None


def _by_rows(own: Ride, other: Ride) -> str | None:
    (row, place), (other_row, other_place) = own.row_and_place(), other.row_and_place()
    if row is None or other_row is None:
        return None
    if row == other_row and place is not None and other_place is not None:
        return "adjacent" if abs(place - other_place) <= 1 else "same_row"
    return "near_rows" if abs(row - other_row) <= 3 else "aboard"


def _aircraft(own: Ride, other: Ride) -> tuple[str, str, bool]:
    near = _by_rows(own, other)
    return ("general" if near in (None, "aboard") else "close"), near or "seat_unknown", near is None


def _coach(own: Ride, other: Ride) -> tuple[str, str, bool]:
    return "close", _by_rows(own, other) or "seat_unknown", False


def _ship(own: Ride, other: Ride) -> tuple[str, str, bool]:
    if not own.carriage or not other.carriage:
        return "general", "seat_unknown", True
    return ("close", "same_cabin", False) if own.carriage == other.carriage else ("general", "aboard", False)


def _metro(own: Ride, other: Ride) -> tuple[str, str, bool]:
    return "general", "aboard", False


def _train(own: Ride, other: Ride) -> tuple[str, str, bool]:
    if not own.carriage or not other.carriage:
        return "general", "seat_unknown", True
    if own.carriage != other.carriage:
        return "general", "aboard", False
    soft, sealed = own.is_soft or other.is_soft, own.number[0] in "GDCZTK"
    bays = own.bay(soft=soft), other.bay(soft=soft)
    apart = None if None in bays else abs(bays[0] - bays[1])
    near = _by_rows(own, other)
    if soft and apart == 0:
        nearness = "same_compartment"
    elif (own.is_berth or other.is_berth) and apart is not None and apart <= 1:
        nearness = "near_bays"
    else:
        nearness = near if near not in (None, "aboard") else "same_carriage"
    if sealed and not soft:
        return "close", nearness, False
    close = apart is not None and apart <= (0 if soft else 1)
    return ("close" if close else "general"), nearness, apart is None


SEATING = {"aircraft": _aircraft, "train": _train, "coach": _coach, "ship": _ship, "metro": _metro}


def _meeting(of: Spread, own: Row, other: Row, *said: Any) -> Meeting:
    setting, contact_class, nearness, certainty, from_at, until_at = said
    return Meeting(
        of.case_fact_id,
        of.person_id,
        other["person_id"],
        setting,
        contact_class,
        nearness,
        certainty,
        from_at,
        until_at,
        own["fact_id"],
        other["fact_id"],
    )
