"""Clues as a test sends them: sealed words that stand for themselves, marks of a salt that is no secret."""

from datetime import date
from hashlib import sha256
from uuid import uuid4

from fangxian.services.likeness import marks
from fangxian.store.store import Event
from fangxian.work.clue_arrivals import Arriving, take
from fangxian.work.clues import name_streets
from fangxian.work.roles import Role

from .conftest import NOON, somebody

COUNTY, CUIYUAN, BEISHAN = "330106", "330106003", "330106001"
CLUE_OFFICER = somebody("clue-1", Role.CLUE_OFFICER, region_codes=frozenset({"330100"}))
NINGBO_CLUES = somebody("clue-2", Role.CLUE_OFFICER, region_codes=frozenset({"330200"}))
STREET = somebody("street-1", Role.STREET_OFFICER, organisation_ids=frozenset({CUIYUAN}))
OTHER_STREET = somebody("street-2", Role.STREET_OFFICER, organisation_ids=frozenset({BEISHAN}))

PLACE, WORDS = "翠苑一区3幢", "三楼昨天来了两个从湖北回来的人，没有登记，进进出出"


def arriving(place=PLACE, words=WORDS, *, month=b"02", before=b"01", **given) -> Arriving:
    usual = {
        "clue_id": uuid4(),
        "channel": "web",
        "record": None,
        "kind": "came_from_area",
        "region_code": COUNTY,
        "street_code": None,
        "happened_on": date(2020, 2, 23),
        "place": b"sealed",
        "words": b"sealed",
        "reporter": None,
        "receipt_hash": sha256(uuid4().bytes).digest(),
        "place_marks": marks(place, month),
        "word_marks": marks(words, month),
        "place_marks_before": marks(place, before),
        "word_marks_before": marks(words, before),
    }
    return Arriving(**usual | given)


def taken(store, *clues: Arriving, at=NOON):
    event = Event(actor="anybody", role="anybody", purpose="clues", action="clue reported")
    with store.transaction(event, at=at) as transaction:
        return take(transaction, clues)


def streets(store) -> None:
    event = Event(actor="test", role="data_officer", purpose="test", action="streets named")
    with store.transaction(event, at=NOON) as transaction:
        name_streets(transaction, [(CUIYUAN, "翠苑街道"), (BEISHAN, "北山街道")])
