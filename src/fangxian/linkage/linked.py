"""Linking the cells of two files: the whole way from what was written to an answer a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb

from fangxian.linkage.files import KIND, NUMBER
from fangxian.linkage.linking import Answer, resolve
from fangxian.linkage.model import model
from fangxian.linkage.normal import normalise
from fangxian.linkage.parameters import Thresholds
from fangxian.linkage.weighing import rarities, weigh, weigh_on_spark
from fangxian.sources import spelling
from fangxian.sources.id_numbers import DEFAULT_KIND, verified
from fangxian.sources.identity import KeyHolder
from fangxian.sources.naming import name_people

_LIKELIEST: Final = 1e-4
"""How likely a pair is beforehand at most: of a register of few people, too, most namesakes are strangers."""
_BELOW_DOUBTFUL: Final = 5.0
"""Bits below the doubtful ones at which pairs are still weighed: they tell how far the best is ahead of the next."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """How to link: the day whose thresholds and regions count, the model, the engine, and whether a person has one record at most.

    `session` is a Spark session; without one DuckDB computes.
    """

    on: date
    one_to_one: bool = False
    model_file: Path | None = None
    session: Any = field(default=None, compare=False)

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds in force on the day."""
        return Thresholds.on(self.on)


@dataclass(frozen=True, kw_only=True)
class Linked:
    """What was linked: the people of the register, its rows that name nobody new, and how many records have which answer."""

    people: int
    unusable: int
    answers: Mapping[Answer, int]


def know(
    connection: duckdb.DuckDBPyConnection,
    cells: str,
    key_holder: KeyHolder,
    *,
    on: date,
    headings: Mapping[str, str] | None = None,
) -> tuple[int, int]:
    """Make the tables `known_cell` and `known` of a register's cells, a row a person.

    Of several rows of one person the last counts. `known` is normalised; its `unique_id` is the person id. Returns how many people
    there are, and rows that have no usable id number or repeat a person.
    """
    connection.execute("SET VARIABLE latest = $latest", {"latest": datetime.combine(on, time()) + timedelta(days=1)})
    document, number = f"coalesce({spelling.name(KIND)}, {spelling.text(DEFAULT_KIND)})", spelling.name(NUMBER)
    pairs = f"SELECT DISTINCT {document} AS document, {number} AS number FROM {cells} WHERE {number} IS NOT NULL"
    name_people(connection, verified(pairs), key_holder)
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE known_cell AS
        SELECT cells.*, person_id FROM {cells} AS cells JOIN person ON person.document = {document} AND person.number = cells.{number}
        WHERE person_id IS NOT NULL QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY row_number DESC) = 1;
        DROP TABLE person
        """
    )
    people, rows = connection.execute(f"SELECT (SELECT count(*) FROM known_cell), (SELECT count(*) FROM {cells})").fetchone() or (0, 0)
    normalise(connection, "known_cell", unique_id="person_id", into="known", on=on, headings=headings)
    return people, rows - people


def link(
    connection: duckdb.DuckDBPyConnection,
    register: str,
    records: str,
    key_holder: KeyHolder,
    *,
    record: str,
    way: Way,
    headings: Mapping[str, str] | None = None,
) -> Linked:
    """Make the table `link` (see `resolve`) of two tables of cells; `record` is the expression of a record's number.

    `headings` says where the records' columns stand under another heading than ours. `known_cell` stays as well.
    """
    people, unusable = know(connection, register, key_holder, on=way.on)
    normalise(connection, records, unique_id=record, into="sought", on=way.on, headings=headings)
    sought = connection.execute("SELECT count(*) FROM sought").fetchone()
    likely = min(_LIKELIEST, way.thresholds.known_beforehand / max(1, people))
    _weigh(connection, model(way.model_file, likely=likely, pairs=people * (sought[0] if sought else 0)), way)
    answers = resolve(connection, "pair", "sought", thresholds=way.thresholds, one_to_one=way.one_to_one, into="link")
    return Linked(people=people, unusable=unusable, answers=answers)


def _weigh(connection: duckdb.DuckDBPyConnection, trained: Mapping[str, Any], way: Way) -> None:
    lightest = way.thresholds.doubtful_from - _BELOW_DOUBTFUL
    if way.session is None:
        weigh(connection, "known", "sought", trained, from_weight=lightest, into="pair")
        return
    known, sought = (connection.execute(f"FROM {table}").to_arrow_table() for table in ("known", "sought"))
    rare = rarities(connection, "known", trained)
    connection.register("spark_pair", weigh_on_spark(way.session, known, sought, rare, trained, from_weight=lightest))
    connection.execute("CREATE OR REPLACE TABLE pair AS FROM spark_pair")
    connection.unregister("spark_pair")
