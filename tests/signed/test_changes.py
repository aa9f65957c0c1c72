"""The file of changes that gates hold: made from a table, looked up where it lies, refused unless it is the region's newest."""

import random
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from fangxian.errors import FangxianError
from fangxian.policy.colour import Colour
from fangxian.signed import cose
from fangxian.signed.changes import SCHEMA, STATES, Changes
from fangxian.signed.keys import PrivateKey
from fangxian.signed.unreadable import UnreadableError

from .kit import DAY, EIGHT, SECOND, Town, changes, trusted


def many(count: int) -> tuple[pa.Table, list[bytes]]:
    """Return a table of changes of random tokens, and the tokens."""
    drawn = random.Random(7)
    tokens = [drawn.randbytes(16) for _ in range(count)]
    states = [STATES[n % len(STATES)] for n in range(count)]
    since = [EIGHT + timedelta(seconds=n) for n in range(count)]
    return pa.table([tokens, since, states], schema=SCHEMA), tokens


def test_every_change_is_found_and_nobody_elses():
    rows, tokens = many(2_000)
    made = Changes.of(rows, region_code="330100", sequence=1, issued_at=EIGHT)
    assert len(made) == 2_000
    for n, token in enumerate(tokens):
        change = made.about(token)
        assert change is not None
        assert change.since_at == EIGHT + timedelta(seconds=n)
        assert change.colour == (None if STATES[n % 5] == "revoked" else Colour(STATES[n % 5]))
    assert all(made.about(random.Random(n).randbytes(16)) is None for n in range(1000, 2000))


def test_a_file_is_read_back_as_it_was_written(town: Town):
    made = Changes.of(many(100)[0], region_code="330100", sequence=5, issued_at=EIGHT)
    assert Changes.read(made.write(by=town.server), trust=town.trust, at=EIGHT) == made


def test_a_file_without_changes_is_a_file():
    empty = changes()
    assert len(empty) == 0
    assert empty.about(bytes(16)) is None


def test_the_first_and_the_last_token_are_found():
    ends = changes((b"\xff" * 16, EIGHT, "red"), (bytes(16), EIGHT, "yellow"))
    assert ends.about(bytes(16)).colour is Colour.YELLOW
    assert ends.about(b"\xff" * 16).colour is Colour.RED


def test_of_several_changes_of_one_token_the_latest_counts_also_across_files():
    token = bytes(16)
    before = changes((token, EIGHT, "red"), (b"\x01" * 16, EIGHT, "revoked"))
    later = pa.table([[token, token], [EIGHT + 2 * SECOND, EIGHT + SECOND], ["green", "yellow"]], schema=SCHEMA)
    made = Changes.of(later, region_code="330100", sequence=2, issued_at=EIGHT, before=before)
    assert (len(made), made.about(token).colour, made.about(b"\x01" * 16).colour) == (2, Colour.GREEN, None)


def test_a_part_of_a_larger_table_makes_its_own_file():
    rows, tokens = many(10)
    part = Changes.of(rows.slice(3, 4), region_code="330100", sequence=1, issued_at=EIGHT)
    assert [part.about(token) is not None for token in tokens] == [3 <= n < 7 for n in range(10)]


def test_a_hundred_thousand_changes_take_as_many_bytes_as_the_page_says(town: Town):
    rows = many(100_000)[0]
    assert len(Changes.of(rows, region_code="330100", sequence=1, issued_at=EIGHT).write(by=town.server)) == 1_300_107


def test_an_older_file_is_refused(town: Town):
    data = changes(sequence=4).write(by=town.server)
    assert Changes.read(data, trust=town.trust, at=EIGHT, newest_seen=4).sequence == 4
    with pytest.raises(FangxianError, match="has seen number 5"):
        Changes.read(data, trust=town.trust, at=EIGHT, newest_seen=5)


@pytest.mark.parametrize("who", ["nobody", "neighbour", "revoked", "too early"])
def test_a_file_of_anybody_else_is_refused(town: Town, who: str):
    by = {"nobody": PrivateKey.make(), "neighbour": town.neighbour}.get(who, town.server)
    trust = {
        "revoked": town.trust_of(trusted(town.server, revoked_at=EIGHT)),
        "too early": town.trust_of(trusted(town.server, not_before=EIGHT + DAY)),
    }.get(who, town.trust)
    with pytest.raises(FangxianError, match="signed"):
        Changes.read(changes().write(by=by), trust=trust, at=EIGHT)


def test_a_credential_cannot_be_taken_for_a_file_of_changes(town: Town):
    payload = cose.read(changes().write(by=town.server)).payload
    with pytest.raises(FangxianError, match="not signed"):
        Changes.read(cose.sign(payload, by=town.server), trust=town.trust, at=EIGHT)


@pytest.mark.parametrize("fault", ["unsorted", "twice", "state", "half", "instant"])
def test_entries_that_break_the_form_are_refused_even_if_they_are_signed(town: Town, fault: str):
    good = changes((bytes(16), EIGHT, "red"), (b"\x01" * 16, EIGHT, "red")).entries
    bad = {
        "unsorted": good[13:] + good[:13],
        "twice": good[:13] * 2,
        "state": good[:-1] + b"\x05",
        "half": good[:-1],
        "instant": good[:8] + bytes(4) + good[12:],
    }[fault]
    forged = Changes(region_code="330100", sequence=1, issued_at=EIGHT, entries=bad).write(by=town.server)
    with pytest.raises(UnreadableError):
        Changes.read(forged, trust=town.trust, at=EIGHT)


def test_entries_are_big_endian_and_thirteen_bytes_long():
    entry = changes((bytes(range(16)), EIGHT, "orange")).entries
    assert entry == bytes(range(8)) + (1582156800).to_bytes(4, "big") + b"\x02"
    assert np.frombuffer(entry, np.uint8).size == 13
