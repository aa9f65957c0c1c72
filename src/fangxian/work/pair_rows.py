"""Doubtful pairs as rows: opened as a set when records were linked, listed for whoever may judge them, read one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
import pyarrow as pa
from psycopg import sql
from psycopg.rows import dict_row

from fangxian.facts import Text
from fangxian.facts.fact import Retention
from fangxian.store.identities import expect_named_by
from fangxian.store.store import Event, Store, Transaction
from fangxian.vault.vault import Vault
from fangxian.work.doubtful_pair import DoubtfulPair, PairState
from fangxian.work.parameters import pair_judged_within
from fangxian.work.permissions import Principal, role_for, visible_where
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action

MOST: Final = 500
"""How many pairs are listed at once, the most urgent first."""

JUDGED_SINCE: Final = timedelta(days=14)
"""How long what was judged is listed, so that it can be taken back."""

RETENTION: Final = str(Retention.REGISTER)
FIELD: Final = "doubtful_pair"
_COLUMNS: Final = sql.SQL(", ").join(map(sql.Identifier, DoubtfulPair.__dataclass_fields__))


def open_pairs(store: Store, vault: Vault, pairs: pa.Table, event: Event, *, region_code: str, at: datetime) -> int:
    """Keep doubtful pairs (see `fangxian.linkage.finding.Keep`) as work, each once, and return how many are new.

    What the rows say is sealed under the key of the known person. A pair of which no row says where is the region's own.
    """
    people, period = pairs["person_id"].to_pylist(), f"{at:%Y-%m}"
    sealed = vault.seal_many(pairs["contents"].to_pylist(), person_ids=people, retention=RETENTION, period=period, field=FIELD)
    rows = {
        "people": [UUID(person) for person in people],
        "pairs": [uuid4() for _ in people],
        "provisional": [UUID(person) for person in pairs["provisional_person_id"].to_pylist()],
        "sources": pairs["source"].to_pylist(),
        "contents": sealed,
        "weights": pairs["weight"].to_pylist(),
        "regions": [region or region_code for region in pairs["region_code"].to_pylist()],
        "at": at,
        "due": at + pair_judged_within(at.date()),
        "event": event.event_id,
    }
    with store.transaction(event, at=at) as transaction:
        expect_named_by(transaction, vault)
        return transaction.connection.execute(_OPEN, rows).rowcount


_OPEN: Final = """
    INSERT INTO work.doubtful_pair
        (person_id, pair_id, provisional_person_id, source, contents, weight, region_code, opened_at, due_at, state, event_id)
    SELECT person_id, pair_id, provisional, source, contents, weight, region_code, %(at)s, %(due)s, 'open', %(event)s
    FROM unnest(%(people)s::uuid[], %(pairs)s::uuid[], %(provisional)s::uuid[], %(sources)s::text[], %(contents)s::bytea[],
                %(weights)s::float8[], %(regions)s::text[])
        AS kept (person_id, pair_id, provisional, source, contents, weight, region_code)
    ON CONFLICT (person_id, provisional_person_id) DO NOTHING
"""


def read_pair(store: Store, person_id: str, pair_id: UUID) -> DoubtfulPair:
    """Return one pair. Raises RefusedError where there is none."""
    with store.pool.connection() as connection:
        found = _select(connection, sql.SQL("person_id = %s AND pair_id = %s"), [UUID(person_id), pair_id])
    if not found:
        raise RefusedError(Text("没有这两条记录，请重新打开列表。", "There is no such pair; open the list again."))
    return found[0]


def pairs_to_judge(store: Store, by: Principal, *, at: datetime) -> tuple[DoubtfulPair, ...]:
    """Return the pairs that wait for somebody, the most urgent first, then those judged lately; the look is an event of its own."""
    event = Event(actor=by.subject, role=role_for(by, Action.JUDGE_PAIR), purpose="doubtful pairs", action="pairs listed")
    where = sql.SQL("(closed_at IS NULL OR closed_at > %s) AND {}").format(visible_where(by, Action.JUDGE_PAIR))
    with store.transaction(event, at=at) as transaction:
        return _select(transaction.connection, where, [at - JUDGED_SINCE])


def contents_of(transaction: Transaction, pair: DoubtfulPair) -> bytes:
    """Return what the two rows say, sealed; the transaction's event, which is about this person, is the look."""
    query = "SELECT contents FROM work.doubtful_pair WHERE person_id = %s AND pair_id = %s"
    row = transaction.connection.execute(query, [UUID(pair.person_id), pair.pair_id]).fetchone()
    assert row is not None  # noqa: S101  (whoever asks has read it, and its month has not ended)
    return bytes(row[0])


def _select(connection: psycopg.Connection[Any], where: sql.Composable, parameters: Sequence[Any]) -> tuple[DoubtfulPair, ...]:
    query = sql.SQL(
        "SELECT {} FROM work.doubtful_pair WHERE {} ORDER BY closed_at IS NOT NULL, due_at, person_id, pair_id LIMIT {}"
    ).format(_COLUMNS, where, sql.Literal(MOST))
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, parameters).fetchall()
    own = ("person_id", "provisional_person_id")
    return tuple(DoubtfulPair(**row | {name: row[name].hex for name in own} | {"state": PairState(row["state"])}) for row in rows)
