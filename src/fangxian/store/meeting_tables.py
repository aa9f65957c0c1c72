"""The facts around some people in the store: all that is known about them, and everybody who was where they were.

It is to the store what `engine.meeting_tables` is to a lake: tables of a transaction's own, under the fact types' own names, on which
the rules of tracing run unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import ibis
import psycopg
import pyarrow as pa
from ibis.backends.sql.datatypes import PostgresType
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.facts import PersonFact, Withdrawal
from fangxian.store.copying import copy_in, copy_out


class StoredMeetings:
    """Runs SQL that was compiled before on the facts around some people; see `around`."""

    def __init__(self, connection: psycopg.Connection[Any], fact_types: Iterable[type[PersonFact]], person_ids: Sequence[str]) -> None:
        """Read all facts of some types about some people into tables of the session's own, under the fact types' names."""
        self._connection = connection
        self._fact_types = sorted(fact_types, key=lambda each: each.name)
        self._made: list[str] = []
        self.register("subject", pa.table({"person_id": pa.array(person_ids, pa.string())}))
        for each in self._fact_types:
            self._keep(each.name, f"SELECT {_columns(each)} FROM facts.{each.name} AS fact WHERE person_id IN ({_SUBJECTS})")

    def register(self, name: str, table: pa.Table) -> None:
        """Copy a small Arrow table to where it is readable under `name`."""
        types = PyArrowSchema.to_ibis(table.schema).items()
        self._make(name, f"({', '.join(f'{_quoted(column)} {PostgresType.to_string(dtype)}' for column, dtype in types)})")
        copy_in(self._connection, f"pg_temp.{_quoted(name)}", table)
        self._connection.execute(f"ANALYZE pg_temp.{_quoted(name)}")

    def widen(self, cases: pa.Table) -> None:
        """Add to the tables the facts of everybody who was where these people were, each in a time of their own.

        `cases` has case_person_id, from_at and until_at.
        """
        self.register("widened", cases.select(["case_person_id", "from_at", "until_at"]))
        meeting = [each for each in self._fact_types if each.meets_by]
        for each in meeting:
            self._connection.execute(f"CREATE TEMP TABLE met ON COMMIT DROP AS {_who_was_there(each, meeting)}")
            self._keep(each.name, "TABLE met")
            self._connection.execute("DROP TABLE met")
        if meeting:
            people = " UNION ".join(f"SELECT person_id::uuid FROM pg_temp.{_quoted(each.name)}" for each in meeting)
            kinds = ", ".join(f"'{each.name}'" for each in meeting)
            self._keep(
                Withdrawal.name,
                f"SELECT {_columns(Withdrawal)} FROM facts.withdrawal AS fact WHERE fact_type IN ({kinds}) AND person_id IN ({people})",
            )

    def rows_of(self, sql: str, schema: ibis.Schema) -> pa.Table:
        """Run SQL that was compiled before and return its rows as Arrow in `schema`."""
        return copy_out(self._connection, schema, f"({sql}) AS found")

    def close(self) -> None:
        """Drop the tables."""
        for name in self._made:
            self._connection.execute(f"DROP TABLE IF EXISTS pg_temp.{_quoted(name)}")

    def _keep(self, name: str, query: str) -> None:
        self._make(name, f"AS {query}")
        self._connection.execute(f"ANALYZE pg_temp.{_quoted(name)}")

    def _make(self, name: str, what: str) -> None:
        self._connection.execute(f"DROP TABLE IF EXISTS pg_temp.{_quoted(name)}")
        head, _, body = what.partition("AS ") if what.startswith("AS ") else (what, "", "")
        self._connection.execute(f"CREATE TEMP TABLE {_quoted(name)} {head} ON COMMIT DROP {'AS ' + body if body else ''}")
        self._made.append(name)


@contextmanager
def around(
    connection: psycopg.Connection[Any], person_ids: Sequence[str], fact_types: Iterable[type[PersonFact]]
) -> Iterator[StoredMeetings]:
    """Give the facts of some types about some people, to be widened by those of everybody who was where they were.

    The connection is in a transaction, and sees in it what tracing sees.
    """
    tables = StoredMeetings(connection, fact_types, person_ids)
    yield tables
    tables.close()


def _who_was_there(fact_type: type[PersonFact], meeting: Sequence[type[PersonFact]]) -> str:
    """Return the query of the facts of everybody who was where the cases were, and when, or so near that a rule may say so.

    Where they were is said by every type of `meeting` that names places as this one does: a crew and its passengers meet. Facts that
    last longer than a type's usual longest are few, and have an index of their own.
    """
    name, place, most = fact_type.name, fact_type.meets_by, fact_type.stays_at_most
    alike = " UNION ALL ".join(
        f"SELECT person_id, {each.meets_by} AS place, from_at, until_at FROM pg_temp.{_quoted(each.name)}"
        for each in meeting
        if each.meets_by == place
    )
    own = f"FROM ({alike}) AS own JOIN pg_temp.widened ON own.person_id = case_person_id"
    there, columns = f"facts.{name} AS fact", _columns(fact_type)
    if most is None:
        places = f"SELECT DISTINCT own.place {own} WHERE own.from_at <= widened.until_at"
        return f"SELECT {columns} FROM {there} WHERE {place} IN ({places})"
    slack = f"INTERVAL '{int(most.total_seconds())} seconds'"
    left = f"coalesce(own.until_at, own.from_at + {slack})"
    spans = (
        f"SELECT DISTINCT own.place, greatest(own.from_at, widened.from_at) - {slack} AS since, "
        f"least({left}, widened.until_at) + {slack} AS until {own} "
        f"WHERE own.place IS NOT NULL AND own.from_at <= widened.until_at AND {left} >= widened.from_at"
    )
    short = f"fact.{place} = place AND fact.from_at BETWEEN since AND until"
    long = f"fact.{place} = place AND fact.until_at > fact.from_at + {slack} AND fact.from_at < since AND fact.until_at >= since"
    return (
        f"WITH spans AS MATERIALIZED ({spans}) SELECT DISTINCT {columns} FROM spans JOIN {there} ON {short} "
        f"UNION SELECT {columns} FROM spans JOIN {there} ON {long}"
    )


def _columns(fact_type: type[PersonFact]) -> str:
    """Return a type's columns as rules read them: a person's id as text."""
    return ", ".join(
        "replace(fact.person_id::text, '-', '') AS person_id" if name == "person_id" else f"fact.{_quoted(name)}"
        for name in fact_type.columns
    )


def _quoted(name: str) -> str:
    return f'"{name}"'


_SUBJECTS: Final = "SELECT person_id::uuid FROM pg_temp.subject"
