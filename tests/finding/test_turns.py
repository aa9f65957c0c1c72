"""A search that stands: its first turn hands out everybody, each later one whom the ones before had not, or had elsewhere."""

from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest
from ibis.formats.pyarrow import PyArrowSchema
from spec_symbols import person_id, person_name

from fangxian.errors import FangxianError
from fangxian.finding.search import Search
from fangxian.work.roles import Role
from fangxian.work.searches import CAME, Read, Ways, ask, record_turn, searches
from fangxian.work.source_agreements import agree, agreements, end

AT = datetime(2020, 2, 10)
DAY = timedelta(days=1)
SEARCH = Search(areas=("421100", "420100"), since=date(2020, 1, 10))
WHO = {"actor": "officer-1", "role": Role.OFFICER}


def came(**areas: str | None) -> pa.Table:
    """Return people and where they are; a code of nothing is nowhere."""
    shared = {"reasons": 1, "surety": "one_record", "because_type": "trip", "because_source": "railway", "came_at": AT - 5 * DAY}
    rows = [
        {"person_id": person_id(name), "area_code": area, "placed_by": area and "residence", "because_id": number, **shared}
        for number, (name, area) in enumerate(areas.items(), start=1)
    ]
    return pa.Table.from_pylist(rows, PyArrowSchema.from_ibis(CAME))


def standing(store):
    return ask(store, SEARCH, purpose="arrivals", region_code="510000", at=AT, **WHO)


def turn(store, people, *, known_at=AT, ways=None):
    read = Read(agreements=[], left_out=["aviation"])
    ways = ways or Ways(exchange=["500000"], excel=["511300"])
    return record_turn(store, standing(store), people, read=read, ways=ways, known_at=known_at, at=known_at, **WHO)


def rows(store, query):
    with store.pool.connection() as connection:
        return connection.execute(query).fetchall()


FIRST = {"ann": "510104001002", "bo": "510105", "cy": "511302", "dee": "500103", "eve": "330106", "fay": None}


def test_everybody_goes_out_by_prefecture_in_the_way_that_it_is_reached(store):
    made = turn(store, came(**FIRST))
    assert (made.turn, made.found, made.newly, made.moved, made.unplaced) == (1, 6, 6, 0, 1)
    parcels = rows(store, "SELECT region_code, way, people, sent_at IS NOT NULL FROM work.parcel ORDER BY 1")
    assert parcels == [
        ("330100", "excel", 1, False),
        ("500100", "exchange", 1, False),
        ("510100", "tasks", 2, True),
        ("511300", "excel", 1, False),
    ]
    assert rows(store, "SELECT area_code, because_type FROM work.task ORDER BY 1") == [("510104001002", "trip"), ("510105", "trip")]
    assert rows(store, "SELECT left_out FROM work.search_turn") == [(["aviation"],)]


def test_the_next_day_only_who_is_new_or_moved_to_another_county_goes_out(store):
    turn(store, came(**FIRST))
    assert searches(store) == [standing(store)], "the same request does not stand twice"
    later = FIRST | {"ann": "510105", "bo": "510105009", "fay": "510704", "gus": "510106"}
    made = turn(store, came(**later), known_at=AT + DAY)
    assert (made.turn, made.newly, made.moved, made.unplaced) == (2, 1, 2, 0)
    sent = rows(store, "SELECT person_id, area_code FROM work.arrival WHERE turn = 2")
    assert {person_name(person.hex): area for person, area in sent} == {"ann": "510105", "fay": "510704", "gus": "510106"}
    tasks = rows(store, "SELECT person_id, area_code, state FROM work.task")
    assert {(person_name(person.hex), area, state) for person, area, state in tasks} == {
        ("ann", "510104001002", "cancelled"),
        ("ann", "510105", "open"),
        ("bo", "510105", "open"),
        ("fay", "510704", "open"),
        ("gus", "510106", "open"),
    }
    again = turn(store, came(**later), known_at=AT + 2 * DAY)
    assert (again.newly, again.moved) == (0, 0)
    assert rows(store, "SELECT count(*) FROM work.parcel WHERE turn = 3") == [(0,)]


def test_increments_are_counted_forwards(store):
    turn(store, came(ann="510104"))
    with pytest.raises(FangxianError, match="already answered"):
        turn(store, came(ann="510104"), known_at=AT - DAY)
    assert rows(store, "SELECT count(*) FROM work.search_turn") == [(1,)]


def test_a_turn_is_one_event_with_the_root_over_the_parcels_and_one_for_the_tasks(store):
    turn(store, came(**FIRST))
    events = rows(store, "SELECT action, details->>'merkle_root' FROM audit.event ORDER BY at, event_id")
    roots = dict(events)
    assert set(roots) == {"search_asked", "people_found", "tasks_handed_out"}
    expected = rows(store, "SELECT encode(work.merkle_root(array_agg(merkle_root ORDER BY region_code)), 'hex') FROM work.parcel")
    assert roots["people_found"] == expected[0][0]
    own = (
        "SELECT work.merkle_root(array_agg(work.leaf_of(arrival) ORDER BY person_id)) = max(merkle_root) FROM work.arrival JOIN work.parcel"
    )
    assert rows(store, f"{own} USING (parcel_id) GROUP BY parcel_id") == [(True,)] * 4


def agreed(store, *, source="railway", fields=("trip",), signers=("Li-1", "Wang-2"), at=AT, **given):
    values = {"purpose": "arrivals", "until_at": at + 30 * DAY} | given
    return agree(store, source=source, fields=fields, signers=signers, at=at, **values, **WHO)


def test_an_agreement_stands_until_it_ends_and_another_can_follow(store):
    agreed(store)
    with pytest.raises(FangxianError, match="stands"):
        agreed(store)
    agreed(store, purpose="statistics")
    end(store, source="railway", purpose="arrivals", at=AT + DAY, **WHO)
    agreed(store, at=AT + 2 * DAY)
    agreed(store, source="aviation", until_at=AT + DAY)
    agreed(store, source="aviation", at=AT + 2 * DAY)
    in_force = [each.source for each in agreements(store) if each.terms.in_force("arrivals", AT + 3 * DAY)]
    assert sorted(in_force) == ["aviation", "railway"]
    with pytest.raises(FangxianError, match="No agreement"):
        end(store, source="pharmacy", purpose="arrivals", at=AT, **WHO)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"signers": ("Li-1", "li-1 ")}, "Two different people"),
        ({"source": "nobody"}, "no source"),
        ({"fields": ("trip.platform",)}, "no field"),
        ({"until_at": AT}, "an end"),
        ({"purpose": " "}, "purpose"),
    ],
)
def test_what_is_no_agreement_is_not_recorded(store, given, said):
    with pytest.raises(FangxianError, match=said):
        agreed(store, **given)
    assert agreements(store) == []
