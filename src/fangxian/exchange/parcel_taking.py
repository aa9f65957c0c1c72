"""Taking parcels of people who came from elsewhere, and what came of ours: tasks here, words about people there, and no fact.

Whom another region says to have come is visited. Nothing of it colours a code: a task rests on a fact of theirs, which stays there.
"""

from __future__ import annotations

import re
from uuid import UUID

import polars as pl
import pyarrow as pa

from fangxian.exchange.message import Kind, Message
from fangxian.exchange.parcel_rows import parcel_named, read_outcomes, read_people
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.exchange.sealing import open_rows
from fangxian.exchange.taking import PURPOSE, Answer, by_region
from fangxian.facts import Retention
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living
from fangxian.store.copying import copy_in
from fangxian.store.reaching import Reach, keep_reaches
from fangxian.store.store import Transaction
from fangxian.work.handing_out import TO_DO, hand_out_in
from fangxian.work.parcels import acknowledge_in, mark_sent, parcels, record_outcomes
from fangxian.work.roles import Role
from fangxian.work.task import TaskKind


def take_parcel(living: Living, message: Message) -> Answer:
    """Keep how the people of a page are reached, open a task for each, and answer how many were taken.

    A page that comes again changes nothing. Rows that name nobody of this region's are left out, and not in the number.
    """
    at, body = living.clock(), message.body
    expect_in_force(living, at)
    parcel_id, page, sealed = parcel_named(body), body.get("page"), body.get("sealed")
    if not isinstance(page, int) or not isinstance(sealed, bytes) or not 0 <= page < 2**31:
        raise RefusedMessageError(Refusal.UNREADABLE)
    within = re.sub("(00)+$", "", living.region_code)
    people = read_people(open_rows(living, sealed, parcel_id=parcel_id, page=page), within=within).unique("number")
    if people.height:
        _keep(living, message.issuer, parcel_id, _identified(living, people).unique("person_id"))
    return Kind.RECEIVED, {"parcel": parcel_id.bytes, "page": page, "taken": people.height}


def _identified(living: Living, people: pl.DataFrame) -> pl.DataFrame:
    """Return people with the ids that they have here: every installation names them by a key of its own."""
    ids = living.vault.person_ids(*(pa.array(people[name].to_list(), pa.string()) for name in ("id_type", "id_number")))
    return people.with_columns(person_id=pl.Series(ids.to_pylist(), dtype=pl.String))


def _keep(living: Living, issuer: str, parcel_id: UUID, people: pl.DataFrame) -> None:
    event = by_region(issuer, "parcel_taken", parcel=str(parcel_id), people=people.height)
    with living.store.transaction(event, at=living.clock()) as transaction:
        known = people.select("person_id", "full_name", "phone", "address").to_dicts()
        reaches = [Reach(person_id=row.pop("person_id"), **{name: value or None for name, value in row.items()}) for row in known]
        keep_reaches(transaction, living.vault, reaches, source=f"region-{issuer}", retention=str(Retention.MOVEMENT))
        _remember(transaction, issuer, parcel_id, people)
        to_do = people.select(TO_DO.names).to_arrow().cast(TO_DO)
        actor, kind = event.actor, TaskKind.VISIT_ARRIVAL
        hand_out_in(transaction.connection, to_do, actor=actor, role=Role.SYSTEM, kind=kind, purpose=PURPOSE, at=transaction.at)


def _remember(transaction: Transaction, issuer: str, parcel_id: UUID, people: pl.DataFrame) -> None:
    connection = transaction.connection
    connection.execute("CREATE TEMP TABLE came_in (person_id uuid, number int) ON COMMIT DROP")
    copy_in(
        connection,
        "came_in",
        people.select("person_id", "number").to_arrow().cast(pa.schema({"person_id": pa.string(), "number": pa.int32()})),
    )
    connection.execute(
        "INSERT INTO exchange.parcel_person (person_id, region_code, parcel_id, number, taken_at, event_id) "
        "SELECT person_id, %s, %s, number, %s, %s FROM came_in ON CONFLICT DO NOTHING",
        [issuer, parcel_id, transaction.at, transaction.event.event_id],
    )
    connection.execute("DROP TABLE came_in")


def take_outcomes(living: Living, message: Message) -> Answer:
    """Keep what came of people whom we sent to a region, as it says. Raises RefusedMessageError for a parcel that did not go there."""
    parcel_id, rows = parcel_named(message.body), message.body.get("rows")
    _expect_sent_to(living, message.issuer, parcel_id)
    if not isinstance(rows, list):
        raise RefusedMessageError(Refusal.UNREADABLE)
    outcomes = read_outcomes(rows)
    event = by_region(message.issuer, "parcel_returned", parcel=str(parcel_id), rows=outcomes.height, refused=len(rows) - outcomes.height)
    with living.store.transaction(event, at=living.clock()) as transaction:
        record_outcomes(transaction, parcel_id, outcomes.to_arrow())
    return Kind.RECEIVED, {"parcel": parcel_id.bytes}


def _expect_sent_to(living: Living, issuer: str, parcel_id: UUID) -> None:
    within = re.sub("(00)+$", "", issuer)
    for each in parcels(living.store, way="exchange"):
        if each.parcel_id == parcel_id and each.region_code.startswith(within):
            return
    raise RefusedMessageError(Refusal.UNKNOWN)


def acknowledged(transaction: Transaction, parcel_id: UUID, *, by: str) -> None:
    """Keep that a parcel arrived whole."""
    mark_sent(transaction, parcel_id)
    acknowledge_in(transaction, parcel_id, by=by)
