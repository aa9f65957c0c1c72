"""Clues as they come in: routed by the lines of `clue_routing.yaml`, and folded into an earlier one that says the same.

Both happen in the transaction that takes them, many at once or one: nobody has to wait for a job to pass a clue on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from fangxian.store.store import Transaction
from fangxian.work.clue import ClueState, routes
from fangxian.work.reporting_numbers import number, within

COMPARED_FOR: Final = timedelta(days=28)
"""A clue is compared with those of so long ago at most: their marks are under the salt of this month or of the last."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Arriving:
    """A clue that comes in, sealed; its marks under the salt of this month, and of the last, to be compared with what came then."""

    clue_id: UUID
    channel: str
    record: str | None
    kind: str
    region_code: str
    street_code: str | None
    happened_on: date
    place: bytes
    words: bytes
    reporter: bytes | None
    receipt_hash: bytes
    place_marks: Sequence[int]
    word_marks: Sequence[int]
    place_marks_before: Sequence[int]
    word_marks_before: Sequence[int]


def route_of(kind: str, region_code: str, street_code: str | None, *, at: datetime) -> tuple[str, ClueState, datetime]:
    """Return whose a clue is to answer, in which state that is, and until when: by the first line of the routing that fits."""
    line = next(each for each in routes() if (not each.kinds or kind in each.kinds) and (street_code or not each.needs_street))
    due_at = at + within(line.within, at.date())
    if line.to_street and street_code:
        return street_code, ClueState.WITH_STREET, due_at
    return region_code, ClueState.WITH_COUNTY, due_at


def take(transaction: Transaction, arriving: Sequence[Arriving]) -> Mapping[UUID, bool]:
    """Take clues in, and return of each that is new whether it was folded into another; one whose record came before is not taken.

    Clues of one county are taken one transaction after the other: two that say the same and come at once find each other.
    """
    rows = [_row(each, place, transaction.at) for place, each in enumerate(arriving)]
    regions = sorted({each.region_code for each in arriving})
    transaction.connection.execute(
        "SELECT pg_advisory_xact_lock(hashtext('fangxian clues ' || region)) FROM unnest(%s::text[]) AS region", [regions]
    )
    # Nothing is known beforehand of what is made on the way: nested loops over it took 21 s for a thousand clues, joins by hash 2.5 s.
    transaction.connection.execute("SET LOCAL enable_nestloop = off")
    day = transaction.at.date()
    taken = transaction.connection.execute(
        _TAKE,
        {
            "rows": orjson.dumps(rows).decode(),
            "at": transaction.at,
            "since": transaction.at - COMPARED_FOR,
            "days": number("fold_within_days", day),
            "from": number("fold_from", day),
            "each": number("each_from", day),
            "surely": number("surely_from", day),
            "event": transaction.event.event_id,
        },
    ).fetchall()
    return dict(taken)


def _row(each: Arriving, place: int, at: datetime) -> dict[str, Any]:
    owner, state, due_at = route_of(each.kind, each.region_code, each.street_code, at=at)
    texts = {name: value.hex() if isinstance(value, bytes) else value for name, value in vars(each).items()}
    return texts | {"number": place, "owner": owner, "state": state, "due_at": due_at}


_TAKE: Final = """
    WITH RECURSIVE sent AS MATERIALIZED (
        SELECT *, row_number() OVER (PARTITION BY record ORDER BY number) AS again
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (
            number int, clue_id uuid, channel text, record text, kind text, region_code text, street_code text, happened_on date,
            place text, words text, reporter text, receipt_hash text, place_marks int[], word_marks int[],
            place_marks_before int[], word_marks_before int[], owner text, state text, due_at timestamp)
    ), arrived AS MATERIALIZED (
        SELECT * FROM sent
        WHERE record IS NULL OR again = 1 AND NOT EXISTS (SELECT FROM work.clue WHERE clue.record = sent.record)
    ), earlier AS MATERIALIZED (
        SELECT clue_id, folded_into, region_code, street_code, happened_on, received_at, place_marks, word_marks, -1 AS number,
               date_trunc('month', received_at) = date_trunc('month', %(at)s::timestamp) AS this_month
        FROM work.clue
        WHERE closed_at IS NULL AND received_at > %(since)s AND region_code IN (SELECT region_code FROM arrived)
            AND happened_on BETWEEN (SELECT min(happened_on) - %(days)s FROM arrived) AND (SELECT max(happened_on) + %(days)s FROM arrived)
        UNION ALL
        SELECT clue_id, NULL, region_code, street_code, happened_on, %(at)s::timestamp, place_marks, word_marks, number, true FROM arrived
    ), late AS MATERIALIZED (
        -- What came this month is compared under this month's salt, what came before under that of the last.
        SELECT clue_id, region_code, street_code, happened_on, number, true AS this_month, place_marks, word_marks FROM arrived
        UNION ALL
        SELECT clue_id, region_code, street_code, happened_on, number, false, place_marks_before, word_marks_before FROM arrived
    ), share AS MATERIALIZED (
        -- By the marks of the place, joined as rows: pairs that have none in common are never made.
        SELECT late.clue_id, early.clue_id AS early_id, late.this_month, count(*)::int AS shared
        FROM (SELECT *, unnest(place_marks) AS mark FROM late) AS late
        JOIN (SELECT *, unnest(place_marks) AS mark FROM earlier) AS early USING (region_code, this_month, mark)
        WHERE early.number < late.number AND early.happened_on BETWEEN late.happened_on - %(days)s AND late.happened_on + %(days)s
            AND (early.street_code = late.street_code) IS NOT FALSE
        GROUP BY 1, 2, 3
    ), of_like_place AS MATERIALIZED (
        SELECT late.clue_id, coalesce(early.folded_into, early.clue_id) AS into_id, received_at, early.number,
               early.word_marks, late.word_marks AS late_word_marks,
               100 * shared / (cardinality(early.place_marks) + cardinality(late.place_marks) - shared) AS of_place
        FROM share JOIN late USING (clue_id, this_month) JOIN earlier AS early ON early.clue_id = early_id
        WHERE 100 * shared / (cardinality(early.place_marks) + cardinality(late.place_marks) - shared) >= %(each)s
    ), alike AS (
        SELECT clue_id, into_id, received_at, number, of_place,
               100 * shared / (cardinality(word_marks) + cardinality(late_word_marks) - shared) AS of_words
        FROM of_like_place
        CROSS JOIN LATERAL (SELECT count(*)::int FROM unnest(word_marks) AS mark WHERE mark = ANY (late_word_marks)) AS have (shared)
        WHERE shared > 0
    ), pair AS (
        SELECT DISTINCT ON (clue_id) clue_id, into_id, (of_place + of_words) / 2 AS likeness,
               least(of_place, of_words) < %(surely)s AS doubtful
        FROM alike WHERE of_place + of_words >= 2 * %(from)s AND least(of_place, of_words) >= %(each)s
        ORDER BY clue_id, of_place + of_words DESC, received_at, number
    ), leads_to AS (
        SELECT clue_id, into_id FROM pair
        UNION ALL
        SELECT leads_to.clue_id, pair.into_id FROM leads_to JOIN pair ON pair.clue_id = leads_to.into_id
    ), head AS (
        SELECT clue_id, leads_to.into_id FROM leads_to WHERE leads_to.into_id NOT IN (SELECT clue_id FROM pair)
    )
    INSERT INTO work.clue (clue_id, channel, record, kind, region_code, street_code, happened_on, place, words, reporter, receipt_hash,
        place_marks, word_marks, received_at, due_at, owner, state, folded_into, likeness, doubtful, event_id)
    SELECT arrived.clue_id, channel, record, kind, region_code, street_code, happened_on, decode(place, 'hex'), decode(words, 'hex'),
        decode(reporter, 'hex'), decode(receipt_hash, 'hex'), place_marks, word_marks, %(at)s, due_at, owner,
        CASE WHEN head.into_id IS NULL THEN state ELSE 'folded' END, head.into_id, likeness, coalesce(doubtful, false), %(event)s
    FROM arrived LEFT JOIN head USING (clue_id) LEFT JOIN pair USING (clue_id)
    ORDER BY number
    ON CONFLICT (record) WHERE record IS NOT NULL DO NOTHING
    RETURNING clue_id, state = 'folded'
"""
