"""The epidemic: cases come in from Hubei, pass the disease on along the contacts they have, are found, traced and isolated.

One day after another; what happens to all people of a day happens at once. Every contact of an infectious person is kept,
and every infection names the contact it came by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from fangxian.world.disease import Disease
from fangxian.world.draws import chosen, stream
from fangxian.world.geography import Atlas
from fangxian.world.journeys import Journeys, Why
from fangxian.world.meetings import HOUSEHOLD, Contacts, Society
from fangxian.world.season import MINUTES_A_DAY
from fangxian.world.tracing import Exposures, trace

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEVER: Final = 10**6
"""The day of what does not happen."""

IMPORT: Final = -1
OBSERVED: Final = 0.5
"""Share of late returnees from Hubei whom their street places under observation."""


@dataclass(frozen=True, kw_only=True)
class Epidemic:
    """One entry a person, days NEVER where nothing happened; then what happened, in tables."""

    infected_at: Integers
    """The minute of the infection; NEVER * 1440 for those spared."""
    infector: Integers
    """Who infected the person; IMPORT for those infected in Hubei, and for those spared."""
    contact: Integers
    """Place of the contact in `contacts`; -1 where there is none."""
    onset: Integers
    """Day of onset; for those without symptoms the day on which it would have been."""
    asymptomatic: Flags
    found: Integers
    """The day on which a hospital finds the case."""
    isolated_from: Integers
    isolated_until: Integers
    contacts: Contacts
    """Every contact of an infectious person, in order of day."""
    exposures: Exposures

    @property
    def infected(self) -> Integers:
        """The infected people."""
        return np.flatnonzero(self.infected_at < NEVER * MINUTES_A_DAY)


class _Course:
    """The state of the epidemic on the day that is being lived."""

    def __init__(self, society: Society, *, disease: Disease, seed: int) -> None:
        count = len(society.people)
        self.society, self.disease, self.season = society, disease, society.season
        self.random = stream(seed, "epidemic")
        self.infected_at = np.full(count, NEVER * MINUTES_A_DAY, dtype=np.int64)
        self.infector = np.full(count, IMPORT, dtype=np.int64)
        self.contact = np.full(count, -1, dtype=np.int64)
        self.onset = np.full(count, NEVER, dtype=np.int64)
        self.asymptomatic = np.zeros(count, dtype=np.bool_)
        self.found = np.full(count, NEVER, dtype=np.int64)
        self.isolated_from = np.full(count, NEVER, dtype=np.int64)
        self.isolated_until = np.full(count, NEVER, dtype=np.int64)

    def infect(self, person: Integers, *, at: Integers, infector: Integers, contact: Integers, home_from: Integers) -> None:
        """Let people be infected, and draw how each infection will run; nobody is found before being home."""
        random, disease, count = self.random, self.disease, len(person)
        self.infected_at[person], self.infector[person], self.contact[person] = at, infector, contact
        incubation = random.lognormal(disease.incubation_log_mean, disease.incubation_log_sd, count)
        onset = at // MINUTES_A_DAY + np.maximum(2, np.rint(incubation)).astype(np.int64)
        self.onset[person] = onset
        self.asymptomatic[person] = random.random(count) < disease.asymptomatic
        response = self.season.day_of("response")
        early, late = disease.days_to_care_before_response, disease.days_to_care_after_response
        mean = np.where(onset < response, np.minimum(early, response - onset + late), late)
        found = onset + 1 + random.gamma(2.0, mean / 2.0).astype(np.int64)
        # Nobody could test before the first kits came, four days before the response.
        found = np.maximum(found, np.maximum(response - 4 + random.integers(0, 4, count), home_from))
        seeks = ~self.asymptomatic[person] & (random.random(count) < disease.seeks_care)
        isolated = self.isolated_from[person] < NEVER
        in_isolation = np.maximum(onset, self.isolated_from[person]) + random.integers(1, 3, count)
        in_isolation = np.where(isolated & (in_isolation < self.isolated_until[person]), in_isolation, NEVER)
        self.found[person] = np.minimum(in_isolation, np.where(seeks, found, NEVER))

    def infectious(self, day: int) -> Integers:
        """Return who may pass the disease on today; those in hospital or in isolation pass it on to nobody outside."""
        since = day - self.onset
        inside = (since >= -self.disease.infectious_days_before_onset) & (since <= self.disease.infectious_days_after_onset)
        return np.flatnonzero(inside & (self.infected_at < day * MINUTES_A_DAY) & (self.found > day))

    def isolated(self, day: int) -> Flags:
        """Return who is under isolation or in hospital today."""
        return (self.isolated_from <= day) & (day < self.isolated_until)

    def spread(self, met: Contacts, *, first: int, day: int) -> None:
        """Let contacts infect; of two that would infect the same person, the first does."""
        chance = self.disease.chances()[met.setting]
        chance = np.where(met.adjacent, self.disease.adjacent_seat_chance, chance)
        chance *= self.disease.infectiousness(day - self.onset[met.person])
        chance *= np.where(self.asymptomatic[met.person], self.disease.asymptomatic_infectiousness, 1.0)
        spared = self.infected_at[met.other] == NEVER * MINUTES_A_DAY
        hit = np.flatnonzero(spared & (self.random.random(len(met)) < chance))
        hit = hit[np.argsort(met.begins_at[hit], kind="stable")]
        _, one = np.unique(met.other[hit], return_index=True)
        hit = hit[one]
        self.infect(
            met.other[hit],
            at=met.begins_at[hit] + met.minutes[hit] // 2,
            infector=met.person[hit],
            contact=first + hit,
            home_from=np.zeros(len(hit), dtype=np.int64),
        )

    def isolate(self, person: Integers, *, since: Integers, until: Integers) -> None:
        """Place people under isolation; those who carry the disease are tested there and found within days."""
        new = self.isolated_from[person] == NEVER
        person, since, until = person[new], since[new], until[new]
        self.isolated_from[person], self.isolated_until[person] = since, until
        carries = self.infected_at[person] < NEVER * MINUTES_A_DAY
        tested = since + self.random.integers(1, 4, len(person))
        self.found[person] = np.where(carries, np.minimum(self.found[person], tested), self.found[person])


def run_epidemic(society: Society, *, journeys: Journeys, atlas: Atlas, disease: Disease, imported: int, seed: int) -> Epidemic:
    """Live through the days: `imported` people come back from Hubei infected, and the disease goes on from them."""
    course = _Course(society, disease=disease, seed=seed)
    _observe(course, journeys)
    _import(course, journeys, atlas, imported)
    log: list[Contacts] = []
    exposures: list[Exposures] = []
    logged = 0
    for day in range(society.season.days):
        away = np.zeros(len(society.people), dtype=np.bool_)
        away[journeys.away(day)] = True
        met = society.contacts(course.infectious(day), day=day, away=away, random=course.random)
        # Isolation cuts all contacts but those in the household; a hospital cuts those too.
        apart = course.isolated(day)
        at_home = met.setting == HOUSEHOLD
        met = met.kept((at_home | ~(apart[met.person] | apart[met.other])) & (course.found[met.other] > day))
        course.spread(met, first=logged, day=day)
        log.append(met)
        logged += len(met)
        cases = np.flatnonzero(course.found == day)
        if len(cases):
            exposed = trace(cases, contacts=Contacts.joined(log), onset=course.onset, day=day, random=course.random)
            exposures.append(exposed)
            listed, place = np.unique(exposed.other, return_index=True)
            course.isolate(listed, since=np.full(len(listed), day + 1), until=exposed.last_at[place] // MINUTES_A_DAY + 15)
    return Epidemic(
        infected_at=course.infected_at,
        infector=course.infector,
        contact=course.contact,
        onset=course.onset,
        asymptomatic=course.asymptomatic,
        found=course.found,
        isolated_from=course.isolated_from,
        isolated_until=course.isolated_until,
        contacts=Contacts.joined(log),
        exposures=Exposures.joined(exposures),
    )


def _observe(course: _Course, journeys: Journeys) -> None:
    """Let streets place half of those who come back from Hubei since its closing under observation, two days after they come."""
    closed = course.season.day_of("response") - 1
    back = np.flatnonzero((journeys.why == Why.HUBEI) & (journeys.returns >= closed) & (journeys.returns < course.season.days))
    back = back[course.random.random(len(back)) < OBSERVED]
    course.isolate(journeys.person[back], since=journeys.returns[back] + 2, until=journeys.returns[back] + 16)


def _import(course: _Course, journeys: Journeys, atlas: Atlas, imported: int) -> None:
    """Infect people in Hubei in the days before they come back; counties get them as the published cases were spread."""
    back = np.flatnonzero((journeys.why == Why.HUBEI) & (journeys.returns >= 1) & (journeys.returns < course.season.day_of("code_launch")))
    county = course.society.people.county[journeys.person[back]]
    share = np.zeros(len(atlas.codes))
    share[atlas.home] = atlas.case_weight
    there = np.bincount(county, minlength=len(atlas.codes)).clip(1)
    picked = back[chosen(course.random, (share / there)[county], count=imported)]
    returns = journeys.returns[picked]
    infected_on = returns - course.random.integers(1, 6, len(picked))
    course.infect(
        journeys.person[picked],
        at=infected_on * MINUTES_A_DAY + course.random.integers(8 * 60, 21 * 60, len(picked)),
        infector=np.full(len(picked), IMPORT),
        contact=np.full(len(picked), -1),
        home_from=returns + 1,
    )
