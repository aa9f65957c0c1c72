"""Contacts summed up: how many people by setting, class, nearness and certainty, the ones to be told first in front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl
import pyarrow as pa

from fangxian.trace.rule import CLASSES

_BY: Final = ["setting", "contact_class", "nearness", "certainty"]


@dataclass(frozen=True, kw_only=True)
class Group:
    """So many contacts that are alike; `minutes` together and `attack_percent` are medians, the latter None where there is no figure."""

    setting: str
    contact_class: str
    nearness: str
    certainty: str
    people: int
    minutes: float
    attack_percent: float | None


def grouped(contacts: pa.Table) -> list[Group]:
    """Return contacts, as `trace.contacts.contacts` has them, by what is alike: close ones first, the likeliest to be ill first."""
    ranked = pl.DataFrame(contacts).with_columns(pl.col("contact_class").cast(pl.Enum(CLASSES)))
    alike = ranked.group_by(_BY).agg(pl.len().alias("people"), pl.col("minutes").median(), pl.col("attack_percent").median())
    in_order = alike.sort("contact_class", "attack_percent", "people", *_BY, descending=[False, True, True, *[False] * 4], nulls_last=True)
    return [Group(**row) for row in in_order.with_columns(pl.col("contact_class").cast(pl.String)).iter_rows(named=True)]


def people_in(contacts: pa.Table) -> tuple[int, int]:
    """Return how many people contacts are, and how many of them are close contacts."""
    found = pl.DataFrame(contacts)
    return found["person_id"].n_unique(), found.filter(pl.col("contact_class") == "close")["person_id"].n_unique()
