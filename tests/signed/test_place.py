"""The code on a place's wall: good for whoever scans it, if the region signed it and it has not ended."""

import pytest

from fangxian.errors import FangxianError
from fangxian.signed import cose, envelope
from fangxian.signed.keys import PrivateKey
from fangxian.signed.place import PlaceCode

from .kit import DAY, EIGHT, Town, trusted
from .worked_example import PLACE


def test_a_places_code_is_read_back_as_it_was_signed(town: Town):
    assert PlaceCode.read(PLACE.write(by=town.server), trust=town.trust, at=EIGHT) == PLACE


@pytest.mark.parametrize("at", [PLACE.issued_at - DAY, PLACE.valid_until])
def test_a_places_code_counts_within_its_time(town: Town, at):
    with pytest.raises(FangxianError, match="ended"):
        PlaceCode.read(PLACE.write(by=town.server), trust=town.trust, at=at)


def test_a_places_code_by_anybody_else_is_not_believed(town: Town):
    revoked = town.trust_of(trusted(town.server, revoked_at=EIGHT))
    late = town.trust_of(trusted(town.server, not_before=EIGHT))
    tries = [(PrivateKey.make(), town.trust), (town.neighbour, town.trust), (town.server, revoked), (town.server, late)]
    for by, trust in tries:
        with pytest.raises(FangxianError, match="not issued here"):
            PlaceCode.read(PLACE.write(by=by), trust=trust, at=EIGHT)


def test_a_persons_code_is_no_places(town: Town):
    _, body = envelope.read(town.credential())
    for text in (town.shown(), envelope.write(envelope.Form.PLACE, body), "FX2:", "FX2:0"):
        with pytest.raises(FangxianError):
            PlaceCode.read(text, trust=town.trust, at=EIGHT)


def test_a_place_without_a_name_is_refused_even_if_it_is_signed(town: Town):
    payload = cose.read(envelope.read(PLACE.write(by=town.server))[1]).payload.replace("虚构商场".encode(), b"\x07" * 12)
    text = envelope.write(envelope.Form.PLACE, cose.sign(payload, by=town.server, context=b"fangxian place"))
    with pytest.raises(FangxianError, match="damaged"):
        PlaceCode.read(text, trust=town.trust, at=EIGHT)
