"""What is published of a day: computed once, kept as it was published, and corrected only by a version that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from fangxian.errors import FangxianError
from fangxian.policy.policy import Policy
from fangxian.policy.suppression import LEAST_SHOWN
from fangxian.store.store import Event, Store
from fangxian.work.oversight import codes_by_reason, decisions_by_signer
from fangxian.work.roles import Role

Figures = Mapping[str, Any]
_COLUMNS: Final = "on_day, version, computed_at, figures, correction"


@dataclass(frozen=True, kw_only=True)
class PublishedDay:
    """The figures of a day as one version of them was published; `correction` says why it is not the first."""

    on_day: date
    version: int
    computed_at: datetime
    figures: Figures
    correction: str | None


def publish(store: Store, policy: Policy, on: date, *, at: datetime) -> PublishedDay:
    """Publish a day that is over by the policy's clocks, or return what was published of it before.

    Raises FangxianError for a day that is not over.
    """
    if at < policy.starts(on) + timedelta(days=1):
        raise FangxianError("This day is not over.", done="Nothing was published.", next_step="Publish it tomorrow.")
    kept = published(store, policy, on)
    return kept[-1] if kept else _keep(store, policy, on, _figures(store, policy, on), None, at=at)


def correct(store: Store, policy: Policy, on: date, *, because: str, at: datetime) -> PublishedDay:
    """Compute a published day anew from what is known now; where it differs, publish that as a new version that says why.

    A count that moves by fewer people than may be shown stays as it was: the difference of two versions would show them.
    """
    before = publish(store, policy, on, at=at)
    figures = _moved(before.figures, _figures(store, policy, on))
    return before if figures == before.figures else _keep(store, policy, on, figures, because, at=at, version=before.version + 1)


def published(store: Store, policy: Policy, on: date) -> tuple[PublishedDay, ...]:
    """Return every version of a day, the first first; nothing where it was not published."""
    query = f"SELECT {_COLUMNS} FROM work.published_day WHERE policy = %s AND on_day = %s ORDER BY version"
    with store.pool.connection() as connection, connection.cursor(row_factory=class_row(PublishedDay)) as cursor:
        return tuple(cursor.execute(query.encode(), [policy.name, on]).fetchall())


def published_days(store: Store, policy: Policy, *, most: int = 30) -> tuple[date, ...]:
    """Return the newest published days, newest first."""
    with store.pool.connection() as connection:
        rows = connection.execute(
            "SELECT DISTINCT on_day FROM work.published_day WHERE policy = %s ORDER BY on_day DESC LIMIT %s", [policy.name, most]
        ).fetchall()
    return tuple(row[0] for row in rows)


def _figures(store: Store, policy: Policy, on: date) -> Figures:
    """Return the codes by reason as they stand at a day's end, and the decisions of the day by signer; None is a hidden count."""
    reasons = codes_by_reason(store, policy, policy.starts(on) + timedelta(days=1) - timedelta(microseconds=1))
    signers = decisions_by_signer(store, policy, on)
    return {
        "codes": [{"rule": each.rule, "colour": str(each.colour), "people": each.people} for each in reasons],
        "decisions": [{"signer": each.signer, "first": each.first, "second": each.second} for each in signers],
    }


def _moved(before: Figures, now: Figures) -> Figures:
    stood = {(each["rule"], each["colour"]): each["people"] for each in before["codes"]}
    codes = []
    for each in now["codes"]:
        people, old = each["people"], stood.get((each["rule"], each["colour"]))
        little = people is not None and old is not None and abs(people - old) < LEAST_SHOWN
        codes.append({**each, "people": old if little else people})
    return {"codes": codes, "decisions": now["decisions"]}


def _keep(
    store: Store, policy: Policy, on: date, figures: Figures, correction: str | None, *, at: datetime, version: int = 1
) -> PublishedDay:
    """Keep a version; whoever publishes the same at the same time gets the one that was first."""
    event = Event(
        actor="system",
        role=Role.SYSTEM,
        purpose="public figures",
        action="publish" if correction is None else "correct what was published",
        details={"day": on.isoformat()},
    )
    with store.transaction(event, at=at) as transaction:
        transaction.connection.execute(
            "INSERT INTO work.published_day (policy, on_day, version, computed_at, figures, correction, event_id) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [policy.name, on, version, at, Jsonb(figures), correction, event.event_id],
        )
    return published(store, policy, on)[-1]
