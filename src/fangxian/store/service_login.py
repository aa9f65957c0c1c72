"""The login of the programs that serve people: a member of the service's role, and nothing more.

Under a login that owns the store, whoever slips a statement into one of theirs lays the role down and is the owner.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from fangxian.errors import FangxianError
from fangxian.store.store import SERVICE

LOGIN: Final = "fangxian_login"
"""What the login is called on a server of our own; on another it is called as its connection string says."""


def let_in(owner: str, login: str) -> None:
    """Make the login of a connection string, or give it that password, with the rights of the service and no others.

    `owner` must be of a role that may create roles. Raises FangxianError where the login has more rights than that, and where there is
    one of this name that is not the service's: its password is somebody's.
    """
    known = conninfo_to_dict(login)
    user, password = str(known.get("user", "")), str(known.get("password", ""))
    with psycopg.connect(owner) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('fangxian login'))")
        found = connection.execute(
            "SELECT rolname <> current_user AND pg_has_role(oid, %s, 'MEMBER') FROM pg_roles WHERE rolname = %s", [SERVICE, user]
        ).fetchone()
        if not user or not password or (found and not found[0]):
            raise _not_its_own("It is missing, or is somebody's already.")
        if not (found and _comes_in(login)):
            # Not the password itself: a statement may be logged.
            kept = connection.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256").decode()
            statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}" if found else "CREATE ROLE {} LOGIN PASSWORD {}")
            connection.execute(statement.format(sql.Identifier(user), sql.Literal(kept)))
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(SERVICE), sql.Identifier(user)))
        if not _is_the_service_alone(connection, user):
            raise _not_its_own("It may do more than the service.")


def expect_let_in(conninfo: str) -> None:
    """Raise FangxianError where a login owns the store, or may become who does: programs that serve people come by another."""
    with psycopg.connect(conninfo) as connection:
        owns = connection.execute("SELECT FROM pg_namespace WHERE nspname = 'audit' AND pg_has_role(session_user, nspowner, 'MEMBER')")
        if owns.rowcount:
            raise FangxianError(
                "Programs that serve people do not come to the store as its owner, nor as a superuser.",
                known="Whoever slipped a statement into one of theirs would own the store, and its audit.",
                done="Nothing was served.",
                next_step="Make a login of their own: `fangxian store migrate --login`, and give its connection string: --store.",
            )


def _is_the_service_alone(connection: psycopg.Connection[Any], user: str) -> bool:
    """Whether a login is a member of the service, of no other role, and has no right of its own."""
    found = connection.execute(
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls, "
        "ARRAY(SELECT other.rolname::text FROM pg_roles AS other WHERE pg_has_role(login.oid, other.oid, 'MEMBER')) "
        "FROM pg_roles AS login WHERE rolname = %s",
        [user],
    ).fetchone()
    return found is not None and not found[0] and set(found[1]) == {user, SERVICE}


def _not_its_own(known: str) -> FangxianError:
    return FangxianError(
        "The login of the programs that serve people must be one of their own, with a password.",
        known=known,
        done="No login was made or changed.",
        next_step="Name another user in its connection string.",
    )


def _comes_in(login: str) -> bool:
    """Whether the service works under a login already."""
    try:
        with psycopg.connect(login, connect_timeout=10, options=f"-c role={SERVICE}"):
            return True
    except psycopg.OperationalError:
        return False
