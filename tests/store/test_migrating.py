"""Migrations bring any database to this version's schema, once; and the schema is that of the declared facts."""

import psycopg
import pytest

from fangxian.engine.postgres import PostgresEngine
from fangxian.errors import FangxianError
from fangxian.facts import PersonFact, all_fact_types
from fangxian.store.migrating import migrate, migrations
from fangxian.store.store import Store


def test_migrating_twice_changes_nothing(database):
    assert migrate(database) == 0


def test_an_empty_database_is_refused_with_the_way_out(postgres_server):
    with pytest.raises(FangxianError, match="fangxian store migrate"):
        Store.open(postgres_server.conninfo)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("INSERT INTO store.migration (number, name, digest) VALUES (9999, 'later.sql', '')", "newer version"),
        ("UPDATE store.migration SET digest = '' WHERE number = 1", "edited after"),
    ],
)
def test_another_versions_database_is_left_alone(database, change, said):
    with psycopg.connect(database) as connection:
        connection.execute(change)
    for use in (migrate, Store.open):
        with pytest.raises(FangxianError, match=said):
            use(database)


def test_migrations_are_numbered_without_a_gap():
    assert [each.number for each in migrations()] == list(range(1, len(migrations()) + 1))


def test_a_facts_table_is_what_its_type_declares(database):
    query = (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns JOIN pg_class "
        "ON oid = format('%%I.%%I', table_schema, table_name)::regclass WHERE NOT relispartition AND table_schema = %s "
        "AND column_name NOT IN ('event_id', 'written_by') ORDER BY table_name, ordinal_position"
    )
    with psycopg.connect(database, autocommit=True) as connection, PostgresEngine(database, schema="declared") as engine:
        engine.create_tables()
        migrated, declared = (connection.execute(query, [schema]).fetchall() for schema in ("facts", "declared"))
    assert len({row[0] for row in declared}) == len(all_fact_types())
    assert migrated == declared


def test_every_table_about_people_is_keyed_by_the_person_first(database):
    query = """
        SELECT c.oid::regclass::text, p.attnum, array(SELECT i.indkey[0] FROM pg_index i WHERE i.indrelid = c.oid),
               array(SELECT i.indkey[0] FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique)
        FROM pg_class c JOIN pg_attribute p ON p.attrelid = c.oid AND p.attname = 'person_id'
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    """
    with psycopg.connect(database) as connection:
        keys = connection.execute(query).fetchall()
    assert len(keys) > sum(issubclass(t, PersonFact) for t in all_fact_types())
    assert [table for table, person, first, _ in keys if person not in first] == []
    # What is unique can be checked on one machine only where it begins with the person.
    assert [table for table, person, _, unique in keys if set(unique) - {person}] == []
