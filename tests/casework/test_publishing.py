"""What is published of a day: once, with small numbers hidden, and never changed in silence."""

from datetime import timedelta

import psycopg
import pytest
from spec_symbols import person_id

from fangxian.errors import FangxianError
from fangxian.work.publishing import correct, publish, published, published_days

from .conftest import HANGZHOU, NOON, expose

DAY = HANGZHOU.local(NOON).date()
TOMORROW = NOON + timedelta(days=1)


def expose_many(store, number, *, first=0):
    for each in range(first, first + number):
        expose(store, person_id(f"p{each}"), number=100 + 2 * each)


def people(day):
    return {each["rule"]: each["people"] for each in day.figures["codes"]}


def test_a_day_is_published_once_and_stays_as_it_was(store):
    expose_many(store, 7)
    first = publish(store, HANGZHOU, DAY, at=TOMORROW)
    assert people(first) == {"close-contact": 7}
    expose_many(store, 6, first=7)
    assert publish(store, HANGZHOU, DAY, at=TOMORROW + timedelta(hours=1)) == first
    assert published_days(store, HANGZHOU) == (DAY,)


def test_a_correction_is_a_version_that_says_so_beside_what_was_published(store):
    expose_many(store, 7)
    first = publish(store, HANGZHOU, DAY, at=TOMORROW)
    expose_many(store, 6, first=7)
    second = correct(store, HANGZHOU, DAY, because="late report", at=TOMORROW)
    assert (second.version, second.correction, people(second)) == (2, "late report", {"close-contact": 13})
    assert published(store, HANGZHOU, DAY) == (first, second)


def test_two_versions_do_not_show_a_small_number_by_their_difference(store):
    expose_many(store, 7)
    first = publish(store, HANGZHOU, DAY, at=TOMORROW)
    expose_many(store, 2, first=7)
    assert correct(store, HANGZHOU, DAY, because="late report", at=TOMORROW) == first


def test_a_small_number_is_not_published(store):
    expose_many(store, 4)
    assert people(publish(store, HANGZHOU, DAY, at=TOMORROW)) == {"close-contact": None}


def test_a_day_that_is_not_over_is_not_published(store):
    with pytest.raises(FangxianError, match="not over"):
        publish(store, HANGZHOU, DAY, at=NOON)


def test_nobody_changes_what_was_published(store, database):
    publish(store, HANGZHOU, DAY, at=TOMORROW)
    for change in ("UPDATE work.published_day SET figures = '{}'", "DELETE FROM work.published_day"):
        with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute(change)
