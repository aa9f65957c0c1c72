"""Who meets whom on a day: the contacts of the people asked about, at home, at work, at school, on the way and at venues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from fangxian.world.disease import SETTINGS
from fangxian.world.draws import mixed
from fangxian.world.groups import Groups
from fangxian.world.journeys import Mode
from fangxian.world.people import People
from fangxian.world.season import MINUTES_A_DAY, Season
from fangxian.world.vehicles import Trips
from fangxian.world.work import Work

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HOUSEHOLD, WORKPLACE, SCHOOL, TRAIN, AIRCRAFT, COACH, VENUE, OTHER = range(len(SETTINGS))

VENUE_CONTACTS: Final = 5.0
"""People met at venues on an ordinary day for long enough to matter."""

VENUES_A_COUNTY: Final = 40
TABLE: Final = 3
"""Neighbouring households that sit at one table at Spring Festival."""

NEAR_ROWS: Final = 3


@dataclass(frozen=True, kw_only=True)
class Contacts:
    """One entry a contact of `person` (the one asked about) with `other`; `place` names team, run or venue in its setting."""

    person: Integers
    other: Integers
    setting: Integers
    begins_at: Integers
    minutes: Integers
    place: Integers
    adjacent: Flags

    def __len__(self) -> int:
        """Return the number of contacts."""
        return len(self.person)

    def kept(self, keep: Flags | Integers) -> Contacts:
        """Return those contacts for which `keep` is true, or at these places."""
        return Contacts(**{name: column[keep] for name, column in vars(self).items()})

    @classmethod
    def joined(cls, parts: list[Contacts]) -> Self:
        """Put several together."""
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__})


class Society:
    """What decides who meets whom, whoever is ill."""

    def __init__(self, people: People, *, work: Work, trips: Trips, season: Season) -> None:
        """Look up once what every day needs."""
        self.people, self.work, self.trips, self.season = people, work, trips, season
        self._trips_of = Groups.by(trips.person, count=len(people))
        self._run = np.full(len(trips.person), -1, dtype=np.int64)
        place, member = trips.by_run.expand(np.arange(len(trips.by_run.starts) - 1))
        self._run[member] = place
        self._neighbours = Groups.by(people.county)
        self._county_of_household = people.county[people.members.order[people.members.starts[:-1]]]
        self._work_level, self._venue_level = season.level("work"), season.level("venue")
        self._workdays = season.workdays()

    def contacts(self, persons: Integers, *, day: int, away: Flags, random: np.random.Generator) -> Contacts:
        """Return the contacts on a day of the people asked about; `away` tells for everyone who is not at home that day."""
        at_home = persons[~away[persons]]
        parts = [
            self._at_home(at_home, day),
            self._in_teams(at_home, day),
            self._on_the_way(persons, day),
            self._at_venues(at_home, day, random),
            self._at_table(at_home, day),
        ]
        found = Contacts.joined(parts)
        met_on_the_way = np.isin(found.setting, (TRAIN, AIRCRAFT, COACH))
        return found.kept((found.person != found.other) & (met_on_the_way | ~away[found.other]))

    def attends(self, persons: Integers, day: int) -> Flags:
        """Return who goes to work or school on a day: the same answer whoever asks."""
        draw = mixed((persons * 512 + day).astype(np.uint64)) % np.uint64(1000) / 1000
        open_schools = self._workdays[day] and day < self.season.day_of("schools_close")
        return np.where(self.work.is_pupil[persons], open_schools & (draw < 0.97), draw < self._work_level[day])

    def _at_home(self, persons: Integers, day: int) -> Contacts:
        place, other = self.people.members.expand(self.people.household[persons])
        return _contacts(persons[place], other, HOUSEHOLD, day, hour=18, minutes=600, place=self.people.household[other])

    def _in_teams(self, persons: Integers, day: int) -> Contacts:
        there = persons[self.attends(persons, day)]
        place, other = self.work.teams.expand(self.work.team[there])
        both = self.attends(other, day)
        person, other = there[place][both], other[both]
        setting = np.where(self.work.is_pupil[person], SCHOOL, WORKPLACE)
        return _contacts(person, other, setting, day, hour=9, minutes=240, place=self.work.team[person])

    def _on_the_way(self, persons: Integers, day: int) -> Contacts:
        trips = self.trips
        _, own = self._trips_of.expand(persons)
        own = own[trips.leaves_at[own] // MINUTES_A_DAY == day]
        place, theirs = trips.by_run.expand(self._run[own])
        own = own[place]
        begins = np.maximum(trips.leaves_at[own], trips.leaves_at[theirs])
        minutes = np.minimum(trips.arrives_at[own], trips.arrives_at[theirs]) - begins
        same_carriage = trips.carriage[own] == trips.carriage[theirs]
        rows_apart = np.abs(trips.row[own] - trips.row[theirs])
        near = np.where(trips.mode[own] == Mode.AIRCRAFT, rows_apart <= NEAR_ROWS, same_carriage)
        kept = near & (minutes > 0)
        beside = same_carriage & (rows_apart == 0) & (np.abs(trips.seat[own] - trips.seat[theirs]) == 1)
        return Contacts(
            person=trips.person[own][kept],
            other=trips.person[theirs][kept],
            setting=(TRAIN + trips.mode[own])[kept],
            begins_at=begins[kept],
            minutes=minutes[kept],
            place=trips.run[own][kept],
            adjacent=beside[kept],
        )

    def _at_venues(self, persons: Integers, day: int, random: np.random.Generator) -> Contacts:
        met = random.poisson(VENUE_CONTACTS * self._venue_level[day], len(persons))
        person = np.repeat(persons, met)
        county = self.people.county[person]
        first, after = self._neighbours.starts[county], self._neighbours.starts[county + 1]
        other = self._neighbours.order[first + (random.random(len(person)) * (after - first)).astype(np.int64)]
        venue = county * VENUES_A_COUNTY + random.integers(0, VENUES_A_COUNTY, len(person))
        begins = day * MINUTES_A_DAY + random.integers(9 * 60, 20 * 60, len(person))
        return Contacts(
            person=person,
            other=other,
            setting=np.full(len(person), VENUE),
            begins_at=begins,
            minutes=random.integers(15, 120, len(person)),
            place=venue,
            adjacent=np.zeros(len(person), dtype=np.bool_),
        )

    def _at_table(self, persons: Integers, day: int) -> Contacts:
        """Relatives live next door: on the three evenings from New Year's Eve, neighbouring households dine together."""
        if not 0 <= day - self.season.day_of("festival_eve") < 3:
            persons = persons[:0]
        own = self.people.household[persons]
        table = (own // TABLE)[:, None] * TABLE + np.arange(TABLE)
        valid = (table != own[:, None]) & (table < len(self._county_of_household))
        guest, column = np.nonzero(valid)
        host = table[guest, column]
        near = self._county_of_household[host] == self._county_of_household[own[guest]]
        guest, host = guest[near], host[near]
        place, other = self.people.members.expand(host)
        return _contacts(persons[guest[place]], other, OTHER, day, hour=17, minutes=180, place=host[place] // TABLE)


def _contacts(
    person: Integers, other: Integers, setting: Integers | int, day: int, *, hour: int, minutes: int, place: Integers
) -> Contacts:
    """Return contacts that all begin at one hour of a day."""
    count = len(person)
    return Contacts(
        person=person,
        other=other,
        setting=np.broadcast_to(setting, count).astype(np.int64),
        begins_at=np.full(count, day * MINUTES_A_DAY + hour * 60),
        minutes=np.full(count, minutes),
        place=place,
        adjacent=np.zeros(count, dtype=np.bool_),
    )
