"""Random small worlds of chains: those to trace in, in which most people fall ill and investigators add, strike and take back links."""

from datetime import date, timedelta

from tracing.oracle import midnight
from tracing.worlds import FIRST_DAY, World


class ChainWorld(World):
    """The facts of a world, by kind, whose people no other world has."""

    def __init__(self, number: int) -> None:
        """Make a world; the same number makes the same world."""
        super().__init__(number)
        choose = self.random.choice
        for person_id in self.people[3:]:
            if self.random.random() < 0.6:
                self._fall_ill(person_id)
        for person_id in self.people:
            if self.random.random() < 0.5:
                self._share_a_home(person_id)
        for _ in range(choose((0, 0, 1, 3))):
            self._find(choose(self.people))

    def _share_a_home(self, person_id: str) -> None:
        onset_on = FIRST_DAY + timedelta(days=self.random.randrange(9))
        said = {
            "status": self.random.choice(("confirmed", "confirmed", "asymptomatic")),
            "onset_on": self.random.choice((onset_on, onset_on, None)),
        }
        self._write("diagnosis", person_id, midnight(onset_on) + timedelta(hours=self.random.randrange(60)), **said)
        if self.random.random() < 0.8:
            self._write("household", person_id, midnight(date(2019, 1, 1)), until_at=None, household_id=f"h{self.number}-shared")

    def _find(self, person_id: str) -> None:
        choose = self.random.choice
        infector = choose(self.facts["diagnosis"])
        said = {"infector_fact_id": infector["fact_id"], "grounds": "interview", "found_by": "officer-1"}
        at = self._moment()
        self._write("infection_link", person_id, at, finding=choose(("added", "added", "struck")), **said)
        link = self.facts["infection_link"][-1]
        if self.random.random() < 0.3:
            self._write("infection_link", person_id, at + timedelta(hours=choose((0, 1, 30))), finding=choose(("added", "struck")), **said)
        if self.random.random() < 0.3:
            at = link["known_at"] + timedelta(hours=choose((0, 1, 99)))
            said = {"fact_type": "infection_link", "withdrawn_fact_id": link["fact_id"], "reason": "wrong_value"}
            self._write("withdrawal", person_id, at, **said)
