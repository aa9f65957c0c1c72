"""Who arrived, in plain Python over lists of facts: slow, and written from docs/finding.md, not from the expressions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]


def standing(facts: Mapping[str, list[dict[str, Any]]], name: str, known_at: datetime) -> list[dict[str, Any]]:
    taken_back = {
        (row["person_id"], row["withdrawn_fact_id"])
        for row in facts["withdrawal"]
        if row["fact_type"] == name and row["known_at"] <= known_at
    }
    return [row for row in facts[name] if row["known_at"] <= known_at and (row["person_id"], row["fact_id"]) not in taken_back]


class Oracle:
    """One search in one small world."""

    def __init__(self, facts, *, prefixes: Iterable[str], since_at: datetime, known_at: datetime, sources: Mapping[str, set[str]]) -> None:
        self.prefixes, self.since_at, self.known_at = tuple(prefixes), since_at, known_at
        self.facts = {
            name: [row for row in standing(facts, name, known_at) if row["source"] in sources.get(name, set())]
            for name in facts
            if name != "withdrawal"
        }

    def inside(self, code: str | None) -> bool:
        return code is not None and code.startswith(self.prefixes)

    def reasons(self, person: str) -> list[tuple[Any, ...]]:
        """(from_at, fact_type, fact_id, source, until_at, own word), the latest first."""
        found = set()
        for row in self.of(person, "region_stay"):
            if self.inside(row["region_code"]) and (row["until_at"] is None or row["until_at"] > self.since_at):
                found.add((row["from_at"], "region_stay", row["fact_id"], row["source"], row["until_at"], row["basis"] == "declared"))
        for row in self.of(person, "trip"):
            out = self.inside(row["from_region_code"]) and not self.inside(row["to_region_code"])
            if out and row["from_at"] >= self.since_at:
                found.add((row["from_at"], "trip", row["fact_id"], row["source"], row["from_at"], False))
        for row in self.of(person, "checkpoint_pass"):
            came = self.inside(row["came_from_region_code"]) and not self.inside(row["region_code"])
            if came and row["from_at"] >= self.since_at:
                found.add((row["from_at"], "checkpoint_pass", row["fact_id"], row["source"], row["from_at"], True))
        for row in self.of(person, "health_declaration"):
            if "42".startswith(self.prefixes) and row["stayed_in_key_area"] and row["from_at"] >= self.since_at:
                found.add((row["from_at"], "health_declaration", row["fact_id"], row["source"], row["from_at"], True))
        return sorted((each for each in found if each[0] <= self.known_at), key=lambda each: each[:3], reverse=True)

    def place(self, person: str) -> tuple[str, str] | None:
        """Where somebody is, and by which type of fact."""
        homes = [
            row
            for row in self.of(person, "residence")
            if row["from_at"] <= self.known_at
            and (row["until_at"] is None or row["until_at"] > self.known_at)
            and not self.inside(row["region_code"])
        ]
        if homes:
            home = max(homes, key=lambda row: (row["from_at"], row["fact_id"]))
            grid, street = home["grid_code"] or "", home["street_code"] or ""
            finest = (
                grid if len(grid) == 12 and grid.isdigit() else street if len(street) == 9 and street.isdigit() else home["region_code"]
            )
            return finest, "residence"
        seen = []
        for row in self.of(person, "region_stay"):
            going_on = row["until_at"] is None or row["until_at"] > self.known_at
            if row["from_at"] <= self.known_at and (going_on or not self.inside(row["region_code"])):
                last = self.known_at if going_on else row["until_at"]
                seen.append((last, 3, row["fact_id"], row["region_code"], "region_stay"))
        for row in self.of(person, "checkpoint_pass"):
            seen.append((row["from_at"], 2, row["fact_id"], row["region_code"], "checkpoint_pass"))
        for row in self.of(person, "trip"):
            seen.append((row["until_at"] or row["from_at"], 1, row["fact_id"], row["to_region_code"], "trip"))
        for row in self.of(person, "enrolment"):
            seen.append((row["from_at"], 0, row["fact_id"], row["region_code"], "enrolment"))
        seen = [each for each in seen if each[0] <= self.known_at]
        return max(seen)[3:] if seen else None

    def arrivals(self) -> dict[str, tuple[Any, ...]]:
        """By person: area, placed by, reasons, sources, surety, the latest reason."""
        found = {}
        for person in {row["person_id"] for rows in self.facts.values() for row in rows}:
            reasons, place = self.reasons(person), self.place(person)
            if not reasons or (place and self.inside(place[0])):
                continue
            sources = len({each[3] for each in reasons})
            recorded = any(not each[5] for each in reasons)
            surety = "several_sources" if sources > 1 else "one_record" if recorded else "own_word"
            area, placed_by = place or (None, None)
            found[person] = (area, placed_by, len(reasons), sources, surety, *reasons[0][1:4])
        return found

    def of(self, person: str, name: str) -> list[dict[str, Any]]:
        return [row for row in self.facts[name] if row["person_id"] == person]
