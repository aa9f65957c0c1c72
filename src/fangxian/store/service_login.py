"""The login of the programs that serve people: a member of the service's role, and nothing more.

Under a login that owns the store, whoever slips a statement into one of theirs lays the role down and is the owner.
"""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from fangxian.errors import FangxianError
from fangxian.store.store import SERVICE

LOGIN: Final = "fangxian_login"
"""What the login is called on a server of our own; on another it is called as its connection string says."""


def let_in(owner: str, login: str) -> None:
    """Make the login of a connection string, or give it that password, with the rights of the service and no others.

    `owner` must be of a role that may create roles. Raises FangxianError where the login has more rights than that.
    """
    known = conninfo_to_dict(login)
    user, password = str(known.get("user", "")), str(known.get("password", ""))
    with psycopg.connect(owner) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('fangxian login'))")
        found = connection.execute(
            "SELECT rolsuper OR rolcreaterole OR rolname = current_user FROM pg_roles WHERE rolname = %s", [user]
        ).fetchone()
        if not user or not password or (found and found[0]):
            raise FangxianError(
                "The login of the programs that serve people must be one of their own, with a password.",
                known="It is missing, or may do more than the service.",
                done="No login was made or changed.",
                next_step="Name another user in its connection string.",
            )
        if found and _comes_in(login):
            return
        # Not the password itself: a statement may be logged.
        kept = connection.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256").decode()
        statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}" if found else "CREATE ROLE {} LOGIN PASSWORD {}")
        connection.execute(statement.format(sql.Identifier(user), sql.Literal(kept)))
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(SERVICE), sql.Identifier(user)))


def _comes_in(login: str) -> bool:
    """Whether the service works under a login already."""
    try:
        with psycopg.connect(login, connect_timeout=10, options=f"-c role={SERVICE}"):
            return True
    except psycopg.OperationalError:
        return False
