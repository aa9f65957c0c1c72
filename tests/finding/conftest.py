"""A store, a lake and agreements for searches that stand."""

from tests.store.conftest import database, migrated, store

__all__ = ["database", "migrated", "store"]
