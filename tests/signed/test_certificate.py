"""The certificate of release: read back as it was signed, or refused; one reading for each text, and no gate opens by it."""

from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

import cbor2
import pytest

from fangxian.errors import FangxianError
from fangxian.signed import cose, envelope
from fangxian.signed.certificate import MOST_STEPS, Certificate
from fangxian.signed.certificate_paper import certificate_pdf, certificate_svg
from fangxian.signed.keys import PrivateKey
from fangxian.signed.paper import qr
from fangxian.signed.verdict import Outcome

from .kit import DAY, EIGHT, HOUR, Town, trusted

RELEASED = Certificate(
    full_name="王小明",
    masked_number="11************002X",
    region_code="330100",
    issued_by="杭州市 隔离点",
    issued_at=EIGHT - HOUR,
    until_at=EIGHT - DAY,
    measures=(("central", EIGHT - 15 * DAY), ("home", EIGHT - 8 * DAY)),
)


def read(town: Town, text: str, **other) -> Certificate:
    return Certificate.read(text, **({"trust": town.trust, "at": EIGHT} | other))


def test_a_certificate_is_read_back_as_it_was_signed(town: Town):
    assert read(town, RELEASED.write(by=town.server)) == RELEASED
    assert "王小明" not in repr(RELEASED)


def test_the_longest_certificate_fits_into_a_qr(town: Town):
    steps = tuple((("home", "central")[place % 2], EIGHT - (40 - place) * DAY) for place in range(MOST_STEPS))
    longest = replace(RELEASED, full_name="王" * 60, masked_number="*" * 60, issued_by="杭" * 60, measures=steps)
    text = longest.write(by=town.server)
    qr(text)
    assert read(town, text) == longest


def test_every_altered_sign_is_refused(town: Town):
    text = RELEASED.write(by=town.server)
    for place in range(len(text)):
        altered = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        for other in (altered, text[:place], text + text[place]):
            with pytest.raises(FangxianError):
                read(town, other)


def test_a_certificate_by_anybody_else_or_by_a_key_that_is_no_longer_believed_is_refused(town: Town):
    revoked = town.trust_of(trusted(town.server, revoked_at=EIGHT))
    late = town.trust_of(trusted(town.server, not_before=EIGHT))
    for by, trust in [(PrivateKey.make(), town.trust), (town.neighbour, town.trust), (town.server, revoked), (town.server, late)]:
        with pytest.raises(FangxianError, match="signature is wrong"):
            read(town, RELEASED.write(by=by), trust=trust)


def test_no_gate_takes_a_certificate_for_a_code_and_nobody_takes_a_code_for_a_certificate(town: Town):
    assert town.scan(RELEASED.write(by=town.server)).outcome is Outcome.DAMAGED
    _, body = envelope.read(town.credential())
    for text in (town.credential(), town.shown(), envelope.write(envelope.Form.CERTIFICATE, body), "FX3:", "FX3:0"):
        with pytest.raises(FangxianError):
            read(town, text)
    _, signed = envelope.read(RELEASED.write(by=town.server))
    assert town.scan(envelope.write(envelope.Form.CREDENTIAL, signed)).outcome in (Outcome.FORGED, Outcome.DAMAGED)


@pytest.mark.parametrize(
    "changes",
    [
        {"measures": ()},
        {"measures": (("red", EIGHT - 2 * DAY),)},
        {"measures": (("home", EIGHT - 2 * DAY), ("central", EIGHT - 3 * DAY))},
        {"measures": (("home", EIGHT - DAY),)},
        {"measures": tuple(("home", EIGHT - (30 - n) * DAY) for n in range(MOST_STEPS + 1))},
        {"until_at": EIGHT},
        {"full_name": ""},
        {"full_name": "\x07"},
        {"issued_by": "x" * 61},
    ],
)
def test_what_no_certificate_says_is_refused_even_if_it_is_signed(town: Town, changes):
    with pytest.raises(FangxianError, match="damaged"):
        read(town, replace(RELEASED, **changes).write(by=town.server))


def test_a_payload_in_another_form_is_refused_even_if_it_is_signed(town: Town):
    for payload in (cbor2.dumps(["x"]), cbor2.dumps([*["x"] * 4, 1, 2, [["home", 1, 2]]]), b"\x9f\xff"):
        text = envelope.write(envelope.Form.CERTIFICATE, cose.sign(payload, by=town.server, context=b"fangxian certificate"))
        with pytest.raises(FangxianError, match="damaged"):
            read(town, text)


def test_the_page_says_what_is_signed_and_prints(town: Town):
    text = RELEASED.write(by=town.server)
    said = " ".join(ElementTree.fromstring(certificate_svg(text, RELEASED)).itertext())
    at = f"{datetime(2020, 2, 5, 8):%Y-%m-%d %H:%M}"
    assert all(
        words in said for words in ("王小明", "11************002X", "杭州市 隔离点", f"集中隔离医学观察 central isolation 自 from {at}")
    )
    assert certificate_pdf(text, RELEASED).startswith(b"%PDF")
