"""The facts of a range of benchmark people: numpy columns in person order, so that nothing ever has to be sorted.

Everything about one chunk of people follows from the seed and the chunk's number; chunks know nothing of each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fangxian import facts
from fangxian.world.benchmark_plan import DAY, HOUR, KEY_AREAS, LOCAL_MIDNIGHT, OFTEN, RATES, SECOND, Plan, person_ids
from fangxian.world.draws import mixed

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_FEW_SYMPTOMS: Final = ("", "fever", "cough,fever", "cough")


def _words(codes: npt.NDArray[Any], words: tuple[str, ...], *, null: Flags | None = None) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=null), pa.array(words))


class Chunk:
    """The people number `start` to `stop` of a benchmark world, and all that is said about them."""

    def __init__(self, plan: Plan, *, start: int, stop: int) -> None:
        """Draw what people have in common over fact types: where they live, whom a key area or a case concerns."""
        self.plan, self.size = plan, stop - start
        self.random = np.random.Generator(np.random.SFC64([plan.seed, start]))
        self.ids = person_ids(start, stop, people=plan.people)
        self._next_fact = start * 4096
        # A county's share of people falls with its place in the list: a few big ones, many small ones.
        weight = 1.0 / (10 + np.arange(len(plan.regions)))
        self.home = self.random.choice(len(plan.regions), self.size, p=weight / weight.sum())
        self.starts_on = (self.random.random(self.size) * plan.first_days).astype(np.int64)
        self.key_area = self._some(plan.shares.key_area)
        self.enrolled_at = self._moment(self.starts_on, latest_hour=12)
        self.cited: dict[str, Integers] = {}

    def _some(self, share: float) -> Integers:
        return np.flatnonzero(self.random.random(self.size) < share)

    def _moment(self, day: npt.NDArray[Any], *, latest_hour: int = 22) -> Integers:
        """Return an instant in the daytime of each day, counted from the first day of check-ins; to the second."""
        first = self.plan.end - self.plan.check_in_days * DAY
        seconds = self.random.integers(6 * 3600, latest_hour * 3600, len(day))
        return np.asarray(first + day.astype(np.int64) * DAY + seconds * SECOND, dtype=np.int64)

    def _back(self, count: int, *, days: int) -> Integers:
        """Return instants spread evenly over the last `days` days."""
        return self.plan.end - self.random.integers(1, days * 86_400, count) * SECOND

    def _table(
        self, fact_type: type[facts.Fact], who: Integers, /, *, source: str, from_at: Integers, delay: int = 6 * HOUR, **columns: Any
    ) -> tuple[type[facts.Fact], Integers, pa.Table]:
        """Put the columns of a fact type together; `who` must not fall. Returns the type, the fact ids and the rows."""
        count = len(who)
        numbers = np.arange(self._next_fact, self._next_fact + count, dtype=np.uint64)
        self._next_fact += count
        fact_id = (mixed(numbers) >> np.uint64(1)).astype(np.int64)
        known_at = np.minimum(from_at + self.random.integers(1, delay // SECOND, count) * SECOND, self.plan.end + DAY)
        zeros = np.zeros(count, dtype=np.int32)
        made = {
            "fact_id": pa.array(fact_id),
            "known_at": pa.array(np.maximum(known_at, from_at)).view(pa.timestamp("us")),
            "source": _words(zeros, (source,)),
            "delivery_id": _words(zeros, ("benchmark",)),
            "person_id": self.ids.take(pa.array(who)),
            "from_at": pa.array(from_at).view(pa.timestamp("us")),
        } | columns
        return fact_type, fact_id, pa.table({name: made[name] for name in fact_type.columns})

    def tables(self) -> Iterator[tuple[type[facts.Fact], pa.Table]]:
        """Yield the facts of these people, a table for each fact type, in person order."""
        for make in (
            self._enrolment, self._residence, self._declaration, self._check_in, self._region_stay, self._trip, self._checkpoint,
            self._exposure, self._diagnosis, self._measure, self._control_list, self._decision, self._withdrawal,
        ):  # fmt: skip
            fact_type, _, table = make()
            yield fact_type, table

    def _enrolment(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        elsewhere = self.random.random(self.size) < 0.2
        register = np.where(elsewhere, self.random.integers(0, len(self.plan.regions), self.size), self.home)
        return self._table(
            facts.Enrolment,
            np.arange(self.size),
            source="health-declaration",
            from_at=self.enrolled_at,
            delay=120 * SECOND,
            region_code=_words(self.home, self.plan.regions),
            id_type=_words(self.random.random(self.size) < 0.01, ("resident_id", "passport")),
            nationality=_words(np.zeros(self.size), ("CHN",), null=self.random.random(self.size) < 0.3),
            household_register_region_code=_words(register, self.plan.regions, null=self.random.random(self.size) < 0.1),
        )

    def _residence(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        who = self._some(self.plan.shares.residence)
        street = pa.array([f"{region}{street:03d}" for region in self.plan.regions for street in range(1, 13)])
        return self._table(
            facts.Residence,
            who,
            source="community-register",
            from_at=self._back(len(who), days=3650),
            delay=30 * DAY,
            until_at=pa.nulls(len(who), pa.timestamp("us")),
            region_code=_words(self.home[who], self.plan.regions),
            street_code=pa.DictionaryArray.from_arrays(
                pa.array((self.home[who] * 12 + self.random.integers(0, 12, len(who))).astype(np.int32)), street
            ),
            grid_code=pa.nulls(len(who), pa.string()),
        )

    def _declaration(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        says = np.zeros(self.size, dtype=np.bool_)
        says[self.key_area] = self.random.random(len(self.key_area)) < 0.6
        temperature, symptoms = self._health(self.size)
        return self._table(
            facts.HealthDeclaration,
            np.arange(self.size),
            source="health-declaration",
            from_at=self.enrolled_at,
            delay=120 * SECOND,
            temperature_c=temperature,
            symptoms=symptoms,
            contacted_case=_words(np.searchsorted([0.997, 0.999], self.random.random(self.size)), ("no", "unsure", "yes")),
            stayed_in_key_area=pa.array(says),
        )

    def _health(self, count: int) -> tuple[pa.Array, pa.DictionaryArray]:
        """Return temperatures and symptoms of `count` reports; a few have fever, a few took no temperature."""
        draw = self.random.random(count)
        fever = draw < self.plan.shares.fever
        tenths = np.where(fever, self.random.integers(373, 396, count), self.random.integers(360, 370, count))
        symptoms = np.where(fever, 1 + (draw * 1e6).astype(np.int64) % 2, np.where(draw > 0.999, 3, 0))
        return pa.array(tenths / 10.0, mask=(draw > 0.5) & (draw < 0.52)), _words(symptoms, _FEW_SYMPTOMS)

    def _check_in(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        steady = self.plan.shares.steady
        often = steady + OFTEN * (1 - steady)
        rate = np.array(RATES)[np.searchsorted([steady, often], self.random.random(self.size))]
        days = np.arange(self.plan.check_in_days)
        there = (days >= self.starts_on[:, None]) & (self.random.random((self.size, len(days)), dtype=np.float32) < rate[:, None])
        who, day = np.nonzero(there)
        temperature, symptoms = self._health(len(who))
        return self._table(
            facts.CheckIn,
            who,
            source="daily-check-in",
            from_at=self._moment(day),
            delay=120 * SECOND,
            temperature_c=temperature,
            symptoms=symptoms,
        )

    def _region_stay(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        key = self.key_area[self.random.random(len(self.key_area)) < 0.7]
        who = np.concatenate([key, self._some(self.plan.shares.other_stay)])
        order = np.argsort(who, kind="stable")
        in_key_area = np.repeat([True, False], [len(key), len(who) - len(key)])[order]
        who = who[order]
        left = self.plan.end - 7 * DAY * in_key_area - self.random.integers(1, 28 * 86_400, len(who)) * SECOND
        codes = KEY_AREAS + self.plan.regions
        where = np.where(
            in_key_area,
            self.random.integers(0, len(KEY_AREAS), len(who)),
            self.random.integers(len(KEY_AREAS), len(codes), len(who)),
        )
        made = self._table(
            facts.RegionStay,
            who,
            source="operator-roaming",
            from_at=left - self.random.integers(4 * 3600, 30 * 86_400, len(who)) * SECOND,
            until_at=pa.array(left).view(pa.timestamp("us")),
            region_code=_words(where, codes),
            basis=_words(self.random.random(len(who)) < 0.2, ("roaming", "declared")),
            delay=40 * DAY,
        )
        self._cite("region_stay", who[in_key_area], made[1][in_key_area])
        return made

    def _cite(self, kind: str, who: Integers, fact_id: Integers) -> None:
        """Remember one fact of a kind for each person, for those that name it later; -1 stands for none."""
        self.cited[kind] = np.full(self.size, -1, dtype=np.int64)
        self.cited[kind][who] = fact_id

    def _trip(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        key = self.key_area[self.random.random(len(self.key_area)) < 0.4]
        who = np.concatenate([key, self._some(self.plan.shares.other_stay / 2)])
        order = np.argsort(who, kind="stable")
        from_key = np.repeat([True, False], [len(key), len(who) - len(key)])[order]
        who = who[order]
        begun = self.plan.end - 7 * DAY * from_key - self.random.integers(1, 28 * 86_400, len(who)) * SECOND
        codes = KEY_AREAS + self.plan.regions
        origin = np.where(
            from_key, self.random.integers(0, len(KEY_AREAS), len(who)), self.random.integers(len(KEY_AREAS), len(codes), len(who))
        )
        number = self.random.integers(0, 900, len(who))
        seat = self.random.integers(0, 90, len(who))
        return self._table(
            facts.Trip,
            who,
            source="railway",
            from_at=begun,
            until_at=pa.array(begun + self.random.integers(1800, 9 * 3600, len(who)) * SECOND).view(pa.timestamp("us")),
            mode=_words(number >= 700, ("train", "aircraft")),
            number=_words(number, tuple(f"G{7000 + n}" if n < 700 else f"MU{5000 + n}" for n in range(900))),
            travelled_on=pa.array(((begun - LOCAL_MIDNIGHT) // DAY).astype(np.int32)).view(pa.date32()),
            carriage=_words(self.random.integers(0, 16, len(who)), tuple(f"{n:02d}" for n in range(1, 17)), null=number >= 700),
            seat=_words(seat, tuple(f"{n // 5 + 1:02d}{'ABCDF'[n % 5]}" for n in range(90))),
            from_region_code=_words(origin, codes),
            to_region_code=_words(self.home[who], self.plan.regions),
            delay=2 * DAY,
        )

    def _checkpoint(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        key = self.key_area[self.random.random(len(self.key_area)) < 0.3]
        who = np.sort(np.concatenate([key, self._some(0.03)]))
        codes = KEY_AREAS + self.plan.regions
        from_key = np.isin(who, key)
        origin = np.where(
            from_key, self.random.integers(0, len(KEY_AREAS), len(who)), self.random.integers(len(KEY_AREAS), len(codes), len(who))
        )
        passed = self.plan.end - 7 * DAY * from_key - self.random.integers(1, 28 * 86_400, len(who)) * SECOND
        return self._table(
            facts.CheckpointPass,
            who,
            source="checkpoint",
            from_at=passed,
            region_code=_words(self.home[who], self.plan.regions),
            checkpoint_id=_words(self.random.integers(0, 200, len(who)), tuple(f"K{n:04d}" for n in range(200))),
            came_from_region_code=_words(origin, codes),
            temperature_c=pa.array(self.random.integers(355, 370, len(who)) / 10.0),
        )

    def _exposure(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        who = self._some(self.plan.shares.exposure)
        first = self._back(len(who), days=30)
        made = self._table(
            facts.Exposure,
            who,
            source="tracing",
            from_at=first,
            until_at=pa.array(first + self.random.integers(900, 4 * 86_400, len(who)) * SECOND).view(pa.timestamp("us")),
            contact_class=_words(np.searchsorted([0.6, 0.8], self.random.random(len(who))), ("close", "secondary", "general")),
            setting=_words(self.random.integers(0, 4, len(who)), ("household", "workplace", "train", "venue")),
            case_fact_id=pa.array(self.random.integers(1, 2**62, len(who))),
            delay=5 * DAY,
        )
        self._cite("exposure", who, made[1])
        return made

    def _diagnosis(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        patient = self._some(self.plan.shares.diagnosis)
        who = np.repeat(patient, 2)
        begun = self._back(len(patient), days=40)
        confirmed = np.repeat(self.random.random(len(patient)) < self.plan.shares.confirmed, 2)
        second = np.tile([False, True], len(patient))
        step = np.where(second, np.where(confirmed, self.random.integers(14, 30, len(who)), 2), 0) * DAY
        # A course's second step lies ahead for some: it is then not yet known, and the first still holds.
        from_at = np.repeat(begun, 2) + step
        now = from_at <= self.plan.end
        who, from_at, status = who[now], from_at[now], (2 * confirmed + second)[now]
        made = self._table(
            facts.Diagnosis,
            who,
            source="disease-control",
            from_at=from_at,
            status=_words(status, ("suspected", "excluded", "confirmed", "discharged")),
            onset_on=pa.array(((from_at - 4 * DAY) // DAY).astype(np.int32), mask=status != 2).view(pa.date32()),
            hospital_id=_words(self.random.integers(0, 200, len(who)), tuple(f"H{n:04d}" for n in range(200))),
            delay=DAY,
        )
        first = status % 2 == 0
        self._cite("diagnosis", who[first], made[1][first])
        return made

    def _measure(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        placed = self._some(self.plan.shares.measure)
        begun = self._back(len(placed), days=30)
        released = begun + 14 * DAY
        who = np.repeat(placed, 2)
        from_at = np.stack([begun, released], axis=1).ravel()
        kind = np.stack([self.random.random(len(placed)) < 0.4, np.full(len(placed), 2)], axis=1).ravel()
        now = (from_at <= self.plan.end) & ~((kind == 2) & (self.random.random(len(who)) < 0.05))
        who, from_at, kind = who[now], from_at[now], kind[now]
        return self._table(
            facts.MedicalMeasure,
            who,
            source="isolation",
            from_at=from_at,
            kind=_words(kind, ("home", "central", "released")),
            site_id=_words(self.random.integers(0, 300, len(who)), tuple(f"S{n:04d}" for n in range(300)), null=kind != 1),
            delay=DAY,
        )

    def _citable(self) -> tuple[Integers, Integers, Integers]:
        """Return who has a fact that a listing may cite, which kind (diagnosis, exposure, region_stay) and which fact."""
        kinds = np.stack([self.cited[kind] for kind in ("diagnosis", "exposure", "region_stay")])
        first = np.argmax(kinds >= 0, axis=0)
        fact_id = kinds[first, np.arange(self.size)]
        who = np.flatnonzero(fact_id >= 0)
        return who, first[who], fact_id[who]

    def _control_list(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        who, kind, cited = self._citable()
        chosen = self.random.random(len(who)) < self.plan.shares.listed * np.where(kind == 2, 0.3, 1.0)
        who, kind, cited = who[chosen], kind[chosen], cited[chosen]
        from_at = np.stack([(begun := self._back(len(who), days=28)), begun + 14 * DAY], axis=1).ravel()
        removed = np.tile([False, True], len(who))
        now = from_at <= self.plan.end
        who, kind, cited = (np.repeat(column, 2)[now] for column in (who, kind, cited))
        return self._table(
            facts.ControlListEntry,
            who,
            source="control-list",
            from_at=from_at[now],
            action=_words(removed[now], ("listed", "removed")),
            cites_fact_type=_words(kind, ("diagnosis", "exposure", "region_stay"), null=removed[now]),
            cites_fact_id=pa.array(cited, mask=removed[now]),
            listed_by=_words(self.random.integers(0, 90, len(who)), tuple(f"GA{n:03d}" for n in range(90))),
            delay=DAY,
        )

    def _decision(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        who, kind, cited = self._citable()
        chosen = self.random.random(len(who)) < self.plan.shares.decision * self.size / max(1, len(who))
        who, kind, cited = who[chosen], kind[chosen], cited[chosen]
        signer = self.random.integers(0, 50, len(who))
        officers = tuple(f"P{n:03d}" for n in range(100))
        return self._table(
            facts.PersonalDecision,
            who,
            source="personal-decision",
            from_at=self._back(len(who), days=7),
            rule=_words(kind, ("confirmed-case", "close-contact", "came-from-key-area")),
            lifts_fact_id=pa.array(cited),
            reason=_words(self.random.integers(0, 2, len(who)), ("wrong_person", "wrong_fact")),
            first_signer_id=_words(signer, officers),
            second_signer_id=_words(signer + 50, officers),
        )

    def _withdrawal(self) -> tuple[type[facts.Fact], Integers, pa.Table]:
        who, kind, cited = self._citable()
        chosen = (kind > 0) & (self.random.random(len(who)) < self.plan.shares.withdrawal)
        who, kind, cited = who[chosen], kind[chosen], cited[chosen]
        return self._table(
            facts.Withdrawal,
            who,
            source="withdrawal",
            from_at=self._back(len(who), days=5),
            fact_type=_words(kind, ("diagnosis", "exposure", "region_stay")),
            withdrawn_fact_id=pa.array(cited),
            reason=_words(self.random.integers(0, 2, len(who)), ("wrong_person", "wrong_value")),
            delay=DAY,
        )
