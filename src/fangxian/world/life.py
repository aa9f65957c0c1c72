"""The life of a world's people: where they live and work, how they travel, and how the disease passes among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from fangxian.world.disease import Disease
from fangxian.world.epidemic import Epidemic, run_epidemic
from fangxian.world.geography import Atlas
from fangxian.world.identity import Papers
from fangxian.world.journeys import Journeys, plan_journeys
from fangxian.world.meetings import Society
from fangxian.world.people import People
from fangxian.world.season import Season
from fangxian.world.vehicles import Trips, book_trips
from fangxian.world.work import Work


@dataclass(frozen=True, kw_only=True)
class Life:
    """Everything that really happened, before anybody wrote any of it down."""

    people: People
    papers: Papers
    work: Work
    journeys: Journeys
    trips: Trips
    epidemic: Epidemic
    disease: Disease
    atlas: Atlas
    season: Season

    @classmethod
    def lived(
        cls, count: int, *, atlas: Atlas, season: Season, imported: int, seed: int, progress: Callable[[str], None] = lambda step: None
    ) -> Self:
        """Let `count` people live through a season, of whom about `imported` come back from Hubei infected."""
        progress("people")
        people = People.settle(count, atlas=atlas, seed=seed)
        work = Work.found(people, atlas=atlas, seed=seed)
        progress("journeys")
        journeys = plan_journeys(people, atlas=atlas, season=season, imported=imported, seed=seed)
        trips = book_trips(journeys, people_county=people.county, atlas=atlas, season=season, seed=seed)
        progress("epidemic")
        disease = Disease.packaged()
        society = Society(people, work=work, trips=trips, season=season)
        return cls(
            people=people,
            papers=Papers.issue(people, atlas=atlas, on=season.start, seed=seed),
            work=work,
            journeys=journeys,
            trips=trips,
            epidemic=run_epidemic(society, journeys=journeys, atlas=atlas, disease=disease, imported=imported, seed=seed),
            disease=disease,
            atlas=atlas,
            season=season,
        )
