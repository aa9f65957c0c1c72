"""Bringing a store back from a backup, into an empty database or a new folder.

Everything in a store is ordered by the transactions that wrote it: the seals of the audit and the way to the lake go in that
order. A new server counts them from the beginning, so that what is recorded after a restore would come before what was restored,
and never be sealed nor flow. A server of our own is therefore told to count on from far behind the old one; of any other it is
seen that it does.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from fangxian.errors import FangxianError
from fangxian.store.backing_up import Backup, run
from fangxian.store.database_folder import DatabaseFolder
from fangxian.store.migrating import migrate
from fangxian.store.opening import database, make_room
from fangxian.store.store import SERVICE, Event, Store
from fangxian.store.verifying import Verified, verify

_EPOCH: Final = 2**32
"""How many transactions PostgreSQL counts before it begins its next epoch."""


def restore(file: Path, named: str, event: Event, *, at: datetime) -> Verified:
    """Restore a backup into a new folder or an empty database, bring it to this version, and verify its audit.

    Raises FangxianError where there is something already, the file is not whole, or the server's transactions begin too low.
    """
    backup = Backup.beside(file)
    if "=" not in named and "://" not in named:
        _prepare(Path(named), backup)
    with database(named, make=True) as conninfo:
        continues_from = _expect_empty(conninfo, backup)
        run(conninfo, "pg_restore", ["--no-owner", "--single-transaction", "--exit-on-error", f"--dbname={_database(conninfo)}", str(file)])
        migrate(conninfo)
        with Store.open(conninfo) as store:
            make_room(store, at.date())
            found = verify(store)
            if found.seals < backup.seals:
                raise FangxianError("The restored audit has fewer seals than were backed up.", next_step="Take another backup.")
            with store.transaction(event, at=at) as transaction:
                # As who owns the store: the service's role may not say which backup a store comes from.
                transaction.connection.execute("SET LOCAL ROLE NONE")
                transaction.connection.execute(
                    "INSERT INTO store.restoration (backup_sha256, restored_at, backed_up_at, backed_up_until, continues_from, event_id) "
                    "VALUES (%s, %s, %s, %s::text::xid8, %s::text::xid8, %s)",
                    [bytes.fromhex(backup.sha256), at, backup.backed_up_at, backup.backed_up_until, continues_from, event.event_id],
                )
    return found


def _prepare(path: Path, backup: Backup) -> None:
    """Make a folder's server, which counts its transactions from the epoch after the backup's."""
    if path.exists() and any(path.iterdir()):
        raise FangxianError(f"{path} is not empty.", done="Nothing was restored.", next_step="Name a new folder.")
    DatabaseFolder(path.absolute()).begin_epoch(backup.backed_up_until // _EPOCH + 1)


def _expect_empty(conninfo: str, backup: Backup) -> int:
    """Make the role that rows are granted to, and return the transaction that this is; refuse a database that holds something."""
    with psycopg.connect(conninfo) as connection:
        (held,) = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname IN ('store', 'facts', 'audit')").fetchone() or (0,)
        if held:
            raise FangxianError("The database holds a store already.", done="Nothing was restored.", next_step="Name an empty one.")
        (here,) = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() or (0,)
        if here <= backup.backed_up_until:
            raise FangxianError(
                "This server's transactions are numbered lower than those of the backup: what is recorded next would never be sealed.",
                known=f"It is at {here}, the backup at {backup.backed_up_until}.",
                done="Nothing was restored.",
                next_step="Stop the server, let it count from the next epoch (pg_resetwal --epoch), and try again; "
                "or restore into a folder; or bring back a snapshot of the whole server.",
            )
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [SERVICE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(SERVICE)))
        return int(here)


def _database(conninfo: str) -> str:
    with psycopg.connect(conninfo) as connection:
        return connection.info.dbname
