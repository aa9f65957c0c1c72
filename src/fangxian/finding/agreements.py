"""Which sources a search may read: those with an agreement in force for its purpose that gives every field it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import ibis.expr.types as ir

from fangxian.errors import FangxianError
from fangxian.facts import CheckpointPass, Enrolment, Fact, HealthDeclaration, RegionStay, Residence, Trip, fact_type
from fangxian.facts.known import Known
from fangxian.sources.catalogue import all_sources

FIELDS_OF_SEARCH: Final[Mapping[type[Fact], frozenset[str]]] = {
    RegionStay: frozenset({"from_at", "until_at", "region_code", "basis"}),
    Trip: frozenset({"from_at", "until_at", "from_region_code", "to_region_code"}),
    CheckpointPass: frozenset({"from_at", "region_code", "came_from_region_code"}),
    HealthDeclaration: frozenset({"from_at", "stayed_in_key_area"}),
    Enrolment: frozenset({"from_at", "region_code"}),
    Residence: frozenset({"from_at", "until_at", "region_code", "street_code", "grid_code"}),
}
"""What a search for people reads, by type of fact."""


@dataclass(frozen=True, kw_only=True)
class SourceAgreement:
    """What one agency lets us read, and for what; `fields` are `trip` for all of a type of fact, or `trip.from_at` for one column."""

    source: str
    purpose: str
    fields: frozenset[str]
    from_at: datetime
    until_at: datetime

    def gives(self, fact: type[Fact], columns: Iterable[str]) -> bool:
        """Return whether every one of the columns of a type of fact is given."""
        return fact.name in self.fields or {f"{fact.name}.{column}" for column in columns} <= self.fields

    def in_force(self, purpose: str, at: datetime) -> bool:
        """Return whether it stands at an instant and is for that purpose."""
        return self.purpose == purpose and self.from_at <= at < self.until_at


@dataclass(frozen=True)
class Readable:
    """The sources that may be read, by type of fact; and those that could say something and are left out, by type of fact."""

    sources: Mapping[type[Fact], frozenset[str]]
    left_out: Mapping[type[Fact], frozenset[str]]

    def facts(self, known: Known, fact: type[Fact]) -> ir.Table:
        """Return the standing facts of a type that the sources with an agreement say."""
        standing = known.facts(fact)
        return standing.filter(standing.source.isin(sorted(self.sources.get(fact, ()))))

    def names_left_out(self) -> list[str]:
        """Return which sources are left out of at least one type of fact, in order."""
        return sorted(set().union(*self.left_out.values()))


def readable(
    agreements: Iterable[SourceAgreement], *, purpose: str, at: datetime, needs: Mapping[type[Fact], frozenset[str]] = FIELDS_OF_SEARCH
) -> Readable:
    """Return which sources may be read for a purpose at an instant, of all that say what is needed."""
    standing = [each for each in agreements if each.in_force(purpose, at)]
    saying = {fact: {source.name for source in all_sources() if fact in source.fact_types()} for fact in needs}
    may = {fact: frozenset(each.source for each in standing if each.gives(fact, columns)) for fact, columns in needs.items()}
    return Readable(may, {fact: frozenset(saying[fact] - may[fact]) for fact in needs})


def expect_fields(fields: Iterable[str]) -> frozenset[str]:
    """Return fields as an agreement keeps them; raises FangxianError for one that names no type of fact or no column of it."""
    given = frozenset(fields)
    for field in given:
        name, _, column = field.partition(".")
        if column and column not in fact_type(name).columns:
            raise FangxianError(
                f"{name} has no field {column}.", known=f"It has: {', '.join(fact_type(name).columns)}.", next_step="Name one of these."
            )
        fact_type(name)
    if not given:
        raise FangxianError("An agreement names the fields that it gives.", next_step="Name them, for example trip.from_at.")
    return given
