"""How a register and the data differ, in plain Python over lists of facts: slow, and written from docs/registers.md."""

from datetime import datetime, timedelta
from typing import Any

from tests.finding.oracle import Oracle

AWAY_FOR, SEEN_WITHIN, ASKED_ABOUT, SEEN_ON = timedelta(days=14), timedelta(days=14), timedelta(days=14), 5
LOCAL = timedelta(hours=8)


class RegisterOracle:
    """One comparison in one small world."""

    def __init__(self, facts, *, known_at: datetime, sources) -> None:
        self.known_at = known_at
        self.places = Oracle(facts, prefixes=("42",), since_at=known_at, known_at=known_at, sources=sources)
        self.facts = self.places.facts

    def of(self, person: str, name: str) -> list[dict[str, Any]]:
        return self.places.of(person, name)

    def entries(self, person: str) -> list[tuple[datetime, int, str]]:
        """(since, fact, area), the newest first; of the same instant and fact the area is the least first."""
        found = set()
        for row in self.of(person, "residence"):
            if row["from_at"] <= self.known_at and (row["until_at"] is None or row["until_at"] > self.known_at):
                grid, street = row["grid_code"] or "", row["street_code"] or ""
                area = grid if len(grid) == 12 and grid.isdigit() else street if len(street) == 9 else row["region_code"]
                found.add((row["from_at"], row["fact_id"], area))
        return sorted(sorted(found, key=lambda each: each[2]), key=lambda each: each[:2], reverse=True)

    def sightings(self, person: str) -> list[tuple[Any, ...]]:
        """(from, until, type, fact, region, source)."""
        found = set()
        for row in self.of(person, "region_stay"):
            if row["basis"] != "declared":
                found.add(
                    (row["from_at"], row["until_at"] or self.known_at, "region_stay", row["fact_id"], row["region_code"], row["source"])
                )
        for name, region in (("trip", "to_region_code"), ("checkpoint_pass", "region_code"), ("gate_visit", "region_code")):
            for row in self.of(person, name):
                if row.get("outcome") == "refused":
                    continue
                at = (row["until_at"] or row["from_at"]) if name == "trip" else row["from_at"]
                found.add((at, at, name, row["fact_id"], row[region], row["source"]))
        return [(since, min(until, self.known_at), *rest) for since, until, *rest in found if since <= self.known_at]

    def differences(self, person: str) -> dict[str, tuple[Any, ...]]:
        """By difference: area, because, the other fact, how many sources."""
        found = {}
        entries, seen = self.entries(person), self.sightings(person)
        if len(entries) > 1:
            name = "registered_twice" if len({area for *_, area in entries}) > 1 else "entered_twice"
            found[name] = (entries[-1][2], "residence", entries[-1][1], "residence", entries[0][1], 1)
        if entries:
            _, entry, area = entries[0]
            at_home = [each for each in seen if each[4][:4] == area[:4]]
            home_at = max((each[1] for each in at_home), default=datetime.min)
            since = [each for each in seen if each[4][:4] != area[:4] and each[1] > home_at]
            if since and max(each[1] for each in since) >= min(max(each[0], home_at) for each in since) + AWAY_FOR:
                last = self.last(since, at=1)
                found["not_there"] = (area, "residence", entry, last[2], last[3], len({each[5] for each in since}))
        often = {}
        for each in seen:
            if each[2] in ("gate_visit", "checkpoint_pass") and each[0] > self.known_at - SEEN_WITHIN:
                often.setdefault(each[4][:4], []).append(each)
        often = {within: its for within, its in often.items() if len({(each[0] + LOCAL).date() for each in its}) >= SEEN_ON and not entries}
        if often:
            last = self.last([each for its in often.values() for each in its], at=0)
            found["missing"] = (last[4], last[2], last[3], None, None, len({each[5] for each in often[last[4][:4]]}))
        if denied := self.denied(person):
            found["denied_travel"] = denied
        return found

    def denied(self, person: str) -> tuple[Any, ...] | None:
        said = [row for row in self.of(person, "health_declaration") if row["from_at"] <= self.known_at]
        place = self.places.place(person)
        if not said or not place:
            return None
        last = max(said, key=lambda row: (row["from_at"], row["fact_id"]))
        if last["stayed_in_key_area"]:
            return None
        there = [
            (row["from_at"], row["until_at"], "region_stay", row["fact_id"], row["source"])
            for row in self.of(person, "region_stay")
            if row["basis"] != "declared" and row["region_code"].startswith("42")
        ]
        there += [
            (row["from_at"], row["from_at"], "trip", row["fact_id"], row["source"])
            for row in self.of(person, "trip")
            if row["from_region_code"].startswith("42")
        ]
        asked = [each for each in there if each[0] < last["from_at"] and (each[1] is None or each[1] > last["from_at"] - ASKED_ABOUT)]
        if not asked:
            return None
        latest = self.last(asked, at=0)
        return place[0], "health_declaration", last["fact_id"], latest[2], latest[3], len({each[4] for each in asked})

    @staticmethod
    def last(rows, *, at: int):
        """Return the row of the latest instant; of several the first type, then the highest fact."""
        return sorted(sorted(rows, key=lambda each: (each[2], -each[3])), key=lambda each: each[at], reverse=True)[0]
