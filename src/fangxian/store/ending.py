"""Ends: what is known about people ends by whole months, class by class, with its keys, and each end leaves a proof in the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import psycopg

from fangxian.engine.ending import EndingFile, Ends, ending_files
from fangxian.engine.ending import end_in_lake as remove_from_lake
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.facts import PersonFact, all_fact_types
from fangxian.store.account_ends import end_accounts
from fangxian.store.renewals import lapsed_since
from fangxian.store.retention import after_lapse, end_of, next_month, tables
from fangxian.store.store import Event, Store, Transaction
from fangxian.vault.vault import Vault

END: Final = "end"
"""The action of an end's event; without such an event in the same transaction the database lets nothing go."""

END_IN_LAKE: Final = "end in the lake"
"""The action of the event that names every file of a lake from which something goes."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """One class and month whose time is over: how many rows of which tables, and whether a key sealed something of it."""

    retention: str
    month: date
    rows: Mapping[str, int]
    sealed: bool

    @property
    def period(self) -> str:
        """The month as keys and proofs name it."""
        return f"{self.month:%Y-%m}"


def due(store: Store, at: datetime) -> tuple[Ending, ...]:
    """Return what is to end by an instant (UTC), oldest first: by its age, or because every policy lapsed long enough ago."""
    everything = _everything_ends(store, at)
    with store.pool.connection() as connection:
        found = [
            _ending(connection, retention, month)
            for retention in tables()
            for month in _months(connection, retention)
            if end_of(retention, month) <= at or (everything and next_month(month) <= at.date())
        ]
    return tuple(sorted(found, key=lambda ending: (ending.month, ending.retention)))


def end(store: Store, vault: Vault, ending: Ending, event: Event, *, at: datetime) -> Event:
    """End one class and month: its key is destroyed, then its rows go in one transaction; return the event, which is the proof.

    `event` says who ends it and for which purpose. Where the transaction is lost after the key went, do it again: the rest follows
    under the same proof of the vault. Codes that rested on what ended are decided again from what is left. Raises FangxianError,
    and lets nothing go but the key, where rows came in between.
    """
    proof = vault.destroy(ending.retention, ending.period, at=at) if ending.sealed else None
    told: dict[str, Any] = {"retention": ending.retention, "period": ending.period, "rows": dict(ending.rows)}
    if proof:
        told |= {"key_mark": proof.key_mark, "proof": proof.hash}
    proved = Event(actor=event.actor, role=event.role, purpose=event.purpose, action=END, details=told)
    with store.transaction(proved, at=at) as transaction:
        transaction.connection.execute("SET LOCAL lock_timeout = '10s'")
        if proof:
            _end_sealed(transaction, ending)
        for table, rows in ending.rows.items():
            _end_table(transaction, table, ending.month, rows)
    return proved


def end_due(store: Store, vault: Vault, event: Event, *, at: datetime) -> Iterator[Event]:
    """End everything that is due, one class and month after the other, and yield the proof of each once it is committed.

    Where every policy lapsed long enough ago, accounts end before: nobody is logged in any more.
    """
    if _everything_ends(store, at):
        end_accounts(store, event, at=at, everything=True)
    for ending in due(store, at):
        yield end(store, vault, ending, event, at=at)


def lake_ends(store: Store, at: datetime) -> Ends:
    """Return before which instant what became known ends in a lake, by type of fact: whole months, as in the store."""
    everything = _everything_ends(store, at)
    this_month = datetime.combine(at.date().replace(day=1), time())
    return {
        each: this_month if everything else _first_kept(str(each.retention), at)
        for each in all_fact_types()
        if issubclass(each, PersonFact)
    }


def end_in_lake(store: Store, lake: Lake, event: Event, *, at: datetime) -> list[EndingFile]:
    """End in a lake what is due there; the proof stands in the store's audit before anything goes, so that nothing goes without it.

    Whoever dies in between does it again: what is left is then proved and removed.
    """
    ends = lake_ends(store, at)
    ending = ending_files(lake, ends)
    if ending:
        files = [
            {"file": str(each.path.relative_to(lake.path)), "of": each.of, "rows": each.rows, "sha256": each.sha256} for each in ending
        ]
        proof = Event(actor=event.actor, role=event.role, purpose=event.purpose, action=END_IN_LAKE, details={"files": files})
        with store.transaction(proof, at=at):
            pass
        remove_from_lake(lake, ends)
    return ending


def _first_kept(retention: str, at: datetime) -> datetime:
    """Return the beginning of the oldest month of a class that has not ended at an instant."""
    month = at.date().replace(day=1)
    while end_of(retention, previous := (month - timedelta(days=1)).replace(day=1)) > at:
        month = previous
    return datetime.combine(month, time())


def _everything_ends(store: Store, at: datetime) -> bool:
    lapsed = lapsed_since(store, at)
    return lapsed is not None and lapsed + after_lapse(lapsed.date()) <= at


def _months(connection: psycopg.Connection[Any], retention: str) -> list[date]:
    rows = connection.execute(
        "SELECT DISTINCT month FROM unnest(%(tables)s::text[]) AS of_table, store.months_of(of_table) AS month UNION "
        "SELECT DISTINCT (period || '-01')::date FROM identities.identity WHERE retention = %(retention)s UNION "
        "SELECT DISTINCT (period || '-01')::date FROM identities.reach WHERE retention = %(retention)s ORDER BY 1",
        {"tables": list(tables()[retention]), "retention": retention},
    ).fetchall()
    return [row[0] for row in rows]


def _ending(connection: psycopg.Connection[Any], retention: str, month: date) -> Ending:
    counted = connection.execute(
        "SELECT of_table, store.rows_of_month(of_table, %s) FROM unnest(%s::text[]) AS of_table ORDER BY 1",
        [month, list(tables()[retention])],
    ).fetchall()
    sealed = connection.execute(_SEALED, {"retention": retention, "period": f"{month:%Y-%m}"}).fetchone()
    return Ending(retention=retention, month=month, rows=dict(counted), sealed=bool(sealed and sealed[0]))


_SEALED: Final = """
    SELECT EXISTS (SELECT FROM identities.identity WHERE retention = %(retention)s AND period = %(period)s)
        OR EXISTS (SELECT FROM identities.reach WHERE retention = %(retention)s AND period = %(period)s)
        OR %(retention)s = 'register' AND EXISTS (SELECT FROM account.member WHERE period = %(period)s)
        OR %(retention)s = 'control' AND EXISTS (
            SELECT FROM work.appeal WHERE %(period)s IN (to_char(opened_at, 'YYYY-MM'), to_char(closed_at, 'YYYY-MM'))
        )
        OR %(retention)s = 'control' AND EXISTS (
            SELECT FROM work.visit WHERE to_char(known_at, 'YYYY-MM') = %(period)s
            UNION ALL SELECT FROM work.photograph WHERE to_char(known_at, 'YYYY-MM') = %(period)s
        )
        OR %(retention)s = 'movement' AND EXISTS (SELECT FROM gate.visitor WHERE to_char(came_at, 'YYYY-MM') = %(period)s)
"""
"""Whether the store has anything that the key of a class and period sealed: who people are and how they are reached, names for
gates, words of appeals, notes and photographs of visits,
whom visitors saw.

The words of an answer are sealed by the month in which it was given.
"""


def _end_sealed(transaction: Transaction, ending: Ending) -> None:
    """Remove what nobody can read any more; appeals go with their month."""
    connection = transaction.connection
    connection.execute("DELETE FROM identities.identity WHERE retention = %s AND period = %s", [ending.retention, ending.period])
    connection.execute("DELETE FROM identities.reach WHERE retention = %s AND period = %s", [ending.retention, ending.period])
    if ending.retention == "register":
        # Whom no gate can name any more has to apply again.
        connection.execute(
            "UPDATE account.member SET masked_name = NULL, period = NULL, ended_at = coalesce(ended_at, %s), event_id = %s "
            "WHERE period = %s",
            [transaction.at, transaction.event.event_id, ending.period],
        )


def _end_table(transaction: Transaction, table: str, month: date, rows: int) -> None:
    """End a table's month, and let those be decided again whose hits may rest on it."""
    connection = transaction.connection
    if table.startswith("facts."):
        connection.execute(
            f"INSERT INTO code.pending SELECT DISTINCT person_id, %s::uuid FROM {table} JOIN code.hit USING (person_id) "
            "WHERE known_at >= %s AND known_at < %s ON CONFLICT (person_id) DO UPDATE SET event_id = excluded.event_id",
            [transaction.event.event_id, month, next_month(month)],
        )
    ended = connection.execute("SELECT store.end_month(%s, %s)", [table, month]).fetchone()
    if ended is None or ended[0] != rows:
        raise FangxianError(
            f"Rows of {table} came or went while {month:%Y-%m} was to end.",
            done="Nothing of it ended.",
            next_step="Run the command again: it counts anew.",
        )
