"""The truth of a world, kept apart from what agencies say of it: Parquet files whose bytes follow from the options alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow.parquet as pq

from fangxian.world.disease import SETTINGS
from fangxian.world.epidemic import Epidemic
from fangxian.world.geography import Atlas
from fangxian.world.identity import ID_TYPES, Papers
from fangxian.world.journeys import Journeys, Mode, Why
from fangxian.world.meetings import Contacts
from fangxian.world.people import People, Role
from fangxian.world.season import Season
from fangxian.world.vehicles import Trips
from fangxian.world.work import Work

Integers = npt.NDArray[np.int64]


class Truth:
    """Writes tables into DIR/truth. People are numbered from 0; instants are UTC without a zone; days are local."""

    def __init__(self, folder: Path, *, atlas: Atlas, season: Season) -> None:
        """Prepare to write into `folder`."""
        self.folder, self.atlas, self.season = folder, atlas, season
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, table: pl.DataFrame) -> None:
        """Write one table to `<name>.parquet`."""
        pq.write_table(table.to_arrow(), self.folder / f"{name}.parquet", compression="zstd", store_schema=False)

    def people(self, people: People, *, papers: Papers, work: Work) -> None:
        """Write who lives where with whom, and where each works: one row a person."""
        organisation = pl.Series(work.organisation)
        self.write(
            "people",
            pl.DataFrame(
                {
                    "person": np.arange(len(people)),
                    "id_type": pl.Series(ID_TYPES).gather(papers.id_type),
                    "id_number": papers.id_number,
                    "household": people.household,
                    "role": pl.Series([role.name.lower() for role in Role]).gather(people.role),
                    "age": people.age,
                    "male": people.male,
                    "region_code": self._codes(people.county),
                    "credit_code": work.credit_code.gather(organisation.set(organisation < 0, None)),
                    "team": pl.Series(work.team).set(pl.Series(work.team < 0), None),
                }
            ),
        )

    def movements(self, journeys: Journeys, trips: Trips) -> None:
        """Write journeys (one row each) and the trips that they were made by."""
        self.write(
            "journeys",
            pl.DataFrame(
                {
                    "journey": np.arange(len(journeys.person)),
                    "person": journeys.person,
                    "why": pl.Series([why.name.lower() for why in Why]).gather(journeys.why),
                    "region_code": self._codes(journeys.region),
                    "leaves_on": self._dates(journeys.leaves),
                    "returns_on": self._dates(journeys.returns),
                }
            ),
        )
        self.write(
            "trips",
            pl.DataFrame(
                {
                    "person": trips.person,
                    "journey": trips.journey,
                    "mode": pl.Series([mode.name.lower() for mode in Mode]).gather(trips.mode),
                    "run": trips.run,
                    "number": trips.numbers(),
                    "leaves_at": self._instants(trips.leaves_at),
                    "arrives_at": self._instants(trips.arrives_at),
                    "carriage": trips.carriage,
                    "row": trips.row,
                    "seat": trips.seat,
                }
            ),
        )

    def epidemic(self, epidemic: Epidemic) -> None:
        """Write every contact of infectious people and every infection; an infection names the contact it came by."""
        contacts: Contacts = epidemic.contacts
        self.write(
            "contacts",
            pl.DataFrame(
                {
                    "contact": np.arange(len(contacts)),
                    "person": contacts.person,
                    "other": contacts.other,
                    "setting": pl.Series(SETTINGS).gather(contacts.setting),
                    "begins_at": self._instants(contacts.begins_at),
                    "minutes": contacts.minutes,
                    "place": contacts.place,
                    "adjacent": contacts.adjacent,
                }
            ),
        )
        who = epidemic.infected
        infector, contact, found = epidemic.infector[who], epidemic.contact[who], epidemic.found[who]
        known = pl.Series(contact).set(pl.Series(contact < 0), None)
        self.write(
            "infections",
            pl.DataFrame(
                {
                    "person": who,
                    "infected_at": self._instants(epidemic.infected_at[who]),
                    "infector": pl.Series(infector).set(pl.Series(infector < 0), None),
                    "contact": known,
                    "setting": pl.Series(SETTINGS).gather(pl.Series(contacts.setting).gather(known)).fill_null("import"),
                    "onset_on": self._dates(epidemic.onset[who]),
                    "asymptomatic": epidemic.asymptomatic[who],
                    "found_on": self._dates(np.minimum(found, self.season.days)).set(pl.Series(found >= self.season.days), None),
                }
            ),
        )

    def _codes(self, places: Integers) -> pl.Series:
        return pl.Series(self.atlas.numbers[places]).cast(pl.String)

    def _instants(self, minutes: Integers) -> pl.Series:
        begins = np.datetime64(self.season.instant(0), "us")
        return pl.Series(begins + minutes.astype("timedelta64[m]"))

    def _dates(self, days: Integers) -> pl.Series:
        return pl.Series(np.datetime64(self.season.start, "D") + days.astype("timedelta64[D]")).cast(pl.Date)
