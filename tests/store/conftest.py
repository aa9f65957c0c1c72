"""A migrated store on a real server, and facts of invented people to record in it."""

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from spec_symbols import person_id

from fangxian.facts import CheckIn, HealthDeclaration
from fangxian.store.migrating import migrate
from fangxian.store.scans import record_visits
from fangxian.store.store import Event, Store

NOON = datetime(2020, 2, 24, 4)
"""Noon of 24 February 2020 in Hangzhou."""

ANN, BO = person_id("ann"), person_id("bo")


@pytest.fixture(scope="session")
def migrated(postgres_server) -> str:
    """Give the name of a migrated database with room for February and March of 2020, for others to be copied from."""
    name = f"migrated_{uuid4().hex}"
    with psycopg.connect(postgres_server.conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    conninfo = postgres_server.conninfo.replace("dbname=postgres", f"dbname={name}")
    migrate(conninfo)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SELECT store.make_partitions('2020-02-01', '2020-03-31')")
    return name


@pytest.fixture
def database(postgres_server, migrated) -> Iterator[str]:
    """Give the connection string of a migrated database of its own."""
    name = f"store_{uuid4().hex}"
    with psycopg.connect(postgres_server.conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated} STRATEGY file_copy")
        yield postgres_server.conninfo.replace("dbname=postgres", f"dbname={name}")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def login(database):
    """Give a connection string for a login that nobody has made yet."""
    name = f"login_{uuid4().hex}"
    yield make_conninfo(database, user=name, password="first")
    with psycopg.connect(database) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {name}")


@pytest.fixture
def store(database) -> Iterator[Store]:
    with Store.open(database) as opened:
        yield opened


def record_scans(store, visits, *, policy, at):
    """Record scans as the server of gates does, and return those that stood there already."""
    with store.pool.connection() as connection:
        return record_visits(connection, visits, policy=policy, at=at)


def event(person=ANN, action="declare", **changes) -> Event:
    return Event(**{"actor": "test", "role": "citizen", "purpose": "test", "action": action, "person_id": person} | changes)


def declaration(person=ANN, *, at=NOON, number=1, temperature_c=36.5, symptoms="", contacted_case="no") -> dict:
    values = dict.fromkeys(HealthDeclaration.columns)
    return values | {
        "person_id": person,
        "fact_id": number,
        "known_at": at,
        "from_at": at,
        "source": "test",
        "delivery_id": "test",
        "temperature_c": temperature_c,
        "symptoms": symptoms,
        "contacted_case": contacted_case,
        "stayed_in_key_area": False,
    }


def check_in(person=ANN, *, at=NOON, number=2, temperature_c=36.5, symptoms="") -> dict:
    values = dict.fromkeys(CheckIn.columns)
    return values | {
        "person_id": person,
        "fact_id": number,
        "known_at": at,
        "from_at": at,
        "source": "test",
        "delivery_id": "test",
        "temperature_c": temperature_c,
        "symptoms": symptoms,
    }
