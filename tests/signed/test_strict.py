"""One canonical reading or a refusal: what differs by a bit, a byte, a form or a layer is not read, and nothing else is raised."""

import gzip
import zlib
from itertools import count

import base45
import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangxian.signed import cbor, claims, cose, envelope, phone
from fangxian.signed.envelope import Form
from fangxian.signed.issue import issue
from fangxian.signed.keys import PrivateKey
from fangxian.signed.unreadable import UnreadableError
from fangxian.signed.verdict import Outcome

from .kit import EIGHT, Town

REFUSED = {Outcome.DAMAGED, Outcome.FORGED, Outcome.FOREIGN}
TOWN = Town()
PAPER = issue(TOWN.paper(), by=TOWN.server)
SHOWN = TOWN.shown()


def outcome(text: str) -> Outcome:
    """Return how a gate with no memory ends with a text."""
    return Town().scan(text, trust=TOWN.trust).outcome


def around(signed: bytes, *, form: Form = Form.CREDENTIAL) -> str:
    """Return the text around any bytes."""
    return envelope.write(form, signed)


def test_the_texts_that_are_tampered_with_here_are_good():
    assert (outcome(PAPER), outcome(SHOWN)) == (Outcome.COLOUR, Outcome.COLOUR)


@pytest.mark.parametrize("text", [PAPER, SHOWN], ids=["paper", "phone"])
def test_every_flipped_bit_of_the_text_is_refused(text: str):
    raw = text.encode()
    for bit in range(8 * len(raw)):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        assert outcome(flipped.decode("latin-1")) in REFUSED, bit


@pytest.mark.parametrize("text", [PAPER, SHOWN], ids=["paper", "phone"])
def test_every_flipped_bit_of_the_signed_bytes_is_refused(text: str):
    form, body = envelope.read(text)
    for bit in range(8 * len(body)):
        flipped = bytearray(body)
        flipped[bit // 8] ^= 1 << bit % 8
        assert outcome(around(bytes(flipped), form=form)) in REFUSED, bit


@pytest.mark.parametrize("text", [PAPER, SHOWN], ids=["paper", "phone"])
def test_every_truncation_and_every_addition_is_refused(text: str):
    assert {outcome(text[:length]) for length in range(len(text))} <= REFUSED
    assert {outcome(text + more) for more in ("0", "00", "000", " ", "\n", "\0", text)} == {Outcome.DAMAGED}
    assert {outcome(more + text) for more in (" ", "\ufeff", "H")} == {Outcome.DAMAGED}


@pytest.mark.parametrize(
    "change", [str.lower, lambda text: "hc1:" + text[4:], lambda text: "FX1:" + text[4:], lambda text: "HC2:" + text[4:]]
)
def test_lower_case_and_other_prefixes_are_refused(change):
    assert outcome(change(PAPER)) == Outcome.DAMAGED


BODY = envelope.read(PAPER)[1]
STORED = base45.b45decode(PAPER[4:])


def raw_deflate(data: bytes) -> bytes:
    """Return bytes in a deflate stream without a container."""
    return zlib.compress(data)[2:-4]


@pytest.mark.parametrize(
    "container",
    [
        zlib.compress(BODY, 9),
        zlib.compress(BODY, 6),
        gzip.compress(BODY, mtime=0),
        raw_deflate(BODY),
        BODY,
        zlib.compress(bytes(10_000_000)),
        STORED + b"\0",
        STORED[:-1] + bytes([STORED[-1] ^ 1]),
        STORED[:2] + b"\x09" + STORED[3:],
        STORED[:2] + b"\x00" + STORED[3:],
        b"",
    ],
    ids=["level 9", "level 6", "gzip", "deflate", "none", "bomb", "trailing", "checksum", "padding", "not last", "empty"],
)
def test_every_other_container_is_refused(container: bytes):
    assert outcome("HC1:" + base45.b45encode(container).decode()) == Outcome.DAMAGED


def test_the_stored_container_is_zlib_to_everybody_else():
    assert zlib.decompress(STORED) == BODY
    assert zlib.compress(BODY, 0) == STORED


PARTS = cbor2.loads(BODY).value
PROTECTED = cbor2.loads(PARTS[0])


def sign1(protected: object = PROTECTED, unprotected: object = None, payload: object = PARTS[2], signature: bytes = PARTS[3]) -> bytes:
    """Return a COSE_Sign1 of any parts."""
    header = protected if isinstance(protected, bytes) else cbor2.dumps(protected)
    return cbor2.dumps(cbor2.CBORTag(18, [header, unprotected or {}, payload, signature]))


@pytest.mark.parametrize(
    "body",
    [
        sign1(PROTECTED | {3: 0}),
        sign1(PROTECTED | {2: [4]}),
        sign1({1: -37, 4: PROTECTED[4]}),
        sign1({4: PROTECTED[4]}),
        sign1({1: -7}),
        sign1({1: -7}, {4: PROTECTED[4]}),
        sign1(PROTECTED | {4: PROTECTED[4] + b"0"}),
        sign1(b""),
        sign1(unprotected={1: 2}),
        sign1(payload=None),
        sign1(signature=PARTS[3][:63]),
        sign1(signature=PARTS[3] + b"0"),
        BODY[1:],
        b"\xd8\x3d" + BODY,
        b"\xd8\x12" + BODY[1:],
        b"\xd1" + BODY[1:],
        BODY + b"\0",
    ],
    ids=count(),
)
def test_every_other_form_of_the_signature_is_refused(body: bytes):
    assert outcome(around(body)) == Outcome.DAMAGED


def test_a_signature_of_zeros_or_beyond_the_curve_is_forged():
    signatures = [bytes(64), b"\xff" * 64, bytes(32) + PARTS[3][32:], PARTS[3][:32] + bytes(32)]
    assert {outcome(around(sign1(signature=signature))) for signature in signatures} == {Outcome.FORGED}


@pytest.mark.parametrize(
    "encoded",
    [
        "1800",
        "190017",
        "1a0000ffff",
        "1b00000000ffffffff",
        "5801ff",
        "9fff",
        "bfff",
        "5f41ffff",
        "7f6161ff",
        "a2010101 01",
        "a202010101",
        "a1f500",
        "f4",
        "f6",
        "f93c00",
        "fb3ff0000000000000",
        "c11a5e4d0000",
        "c24101",
        "d9d9f700",
        "0000",
        "",
        "81",
        "9bffffffffffffffff",
        "bb7fffffffffffffff",
        "5bffffffffffffffff",
        "61ff",
        "1c",
        "ff",
        "a14100" + "00",
        "a18000",
        "818181818181" + "00",
    ],
)
def test_cbor_that_is_not_deterministic_or_not_of_the_six_kinds_is_refused(encoded: str):
    with pytest.raises(UnreadableError):
        cbor.read(bytes.fromhex(encoded))


SIMPLE = st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=40)
NUMBERS, WORDS = st.integers(0, 2**64 - 1), st.text(max_size=8)
"""Keys of a map: all numbers or all words, which the older standard's order (shortest first) and the newer's agree on."""


def nested(inner: st.SearchStrategy) -> st.SearchStrategy:
    """Return arrays and maps of values."""
    return st.lists(inner, max_size=4) | st.dictionaries(NUMBERS, inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4)


VALUES = st.recursive(SIMPLE, nested, max_leaves=12)


def depth(value: object) -> int:
    """Return how deep a value is nested."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


@given(VALUES)
@settings(deadline=None)
def test_what_another_library_writes_deterministically_is_read_as_it_was_meant(value: object):
    encoded = cbor2.dumps(value, canonical=True)
    if depth(value) <= cbor.MOST_NESTED:
        assert cbor.read(encoded) == value
    else:
        with pytest.raises(UnreadableError):
            cbor.read(encoded)


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=500)
def test_random_bytes_are_read_in_one_way_or_refused(data: bytes):
    try:
        value = cbor.read(data)
    except UnreadableError:
        return
    assert cbor2.loads(data) == value
    assert cbor2.dumps(value) == data


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda b: "HC1:" + base45.b45encode(b).decode()))
@settings(deadline=None)
def test_random_texts_are_damaged(text: str):
    assert outcome(text) == Outcome.DAMAGED


@given(body=st.binary(max_size=300) | VALUES.map(cbor2.dumps), form=st.sampled_from(Form))
@settings(deadline=None, max_examples=300)
def test_random_cbor_in_a_good_envelope_is_refused(body: bytes, form: Form):
    assert outcome(around(body, form=form)) in REFUSED


@given(VALUES)
@settings(deadline=None)
def test_random_claims_that_the_region_signed_are_damaged(value: object):
    assert outcome(around(cose.sign(cbor2.dumps(value, canonical=True), by=TOWN.server))) == Outcome.DAMAGED
    minute = cose.sign(cbor2.dumps(value, canonical=True), by=TOWN.phone, context=phone.CONTEXT, names_key=False)
    assert outcome(around(minute, form=Form.PHONE)) == Outcome.DAMAGED


GOOD = cbor2.loads(claims.write(TOWN.day()))
SAID = GOOD[-260][-7]


@pytest.mark.parametrize(
    "change",
    [
        {1: "XX"},
        {4: GOOD[4] + 1},
        {4: -1},
        {6: 0},
        {6: 2**32},
        {6: "1"},
        {7: bytes(15)},
        {7: "x" * 16},
        {9: 1},
        {8: {1: {1: 2, -1: 2, -2: bytes(32), -3: bytes(32)}}},
        {8: {1: {1: 2, -1: 1, -2: bytes(31), -3: bytes(33)}}},
        {8: {1: {1: 2, -1: 1, -2: bytes(32), -3: True}}},
        {8: {1: GOOD[8][1], 2: b""}},
        {-260: {1: {}}},
        {-260: {-7: SAID, 1: {}}},
        {-260: {-7: SAID | {"c": "blue"}}},
        {-260: {-7: SAID | {"c": 1}}},
        {-260: {-7: SAID | {"l": "10"}}},
        {-260: {-7: SAID | {"n": ""}}},
        {-260: {-7: SAID | {"n": "王小明的名字很长很长"}}},
        {-260: {-7: SAID | {"n": "王\x1b[2J"}}},
        {-260: {-7: SAID | {"r": "3301"}}},
        {-260: {-7: SAID | {"r": "３３０１００"}}},
        {-260: {-7: SAID | {"p": 1}}},
        {-260: {-7: SAID | {"x": 1}}},
    ],
    ids=count(),
)
def test_a_claim_that_is_not_as_it_must_be_damages_the_whole_even_if_it_is_signed(change: dict):
    with pytest.raises(UnreadableError):
        claims.read(cbor2.dumps(GOOD | change, canonical=True))


@pytest.mark.parametrize("missing", [1, 4, 6, 7, 8, -260])
def test_a_claim_that_is_missing_damages_the_whole(missing: int):
    with pytest.raises(UnreadableError):
        claims.read(cbor2.dumps({key: value for key, value in GOOD.items() if key != missing}, canonical=True))


def test_a_phones_key_that_is_not_on_the_curve_damages_the_code():
    point = b"\x04" + bytes(31) + b"\x01" + bytes(31) + b"\x01"
    assert outcome(TOWN.shown(phone_key=point)) == Outcome.DAMAGED


def test_credentials_are_read_back_as_they_were_written():
    for credential in (TOWN.day(), TOWN.paper()):
        assert claims.read(claims.write(credential)) == credential


def test_an_error_holds_nothing_of_what_was_read():
    with pytest.raises(UnreadableError) as refused:
        claims.read(claims.write(TOWN.day()) + b"\0")
    said = str(refused.value) + repr(refused.value.__cause__) + repr(refused.value.args)
    assert not [part for part in ("安", TOWN.day().token_id.hex(), "330100") if part in said]


def test_base45_is_read_as_the_library_writes_it():
    for length in range(70):
        data = bytes((length * 37 + n * 91) % 256 for n in range(length))
        assert envelope.read("FX1:" + base45.b45encode(data).decode()) == (Form.PHONE, data)


@pytest.mark.parametrize("text", ["0", "GGX", "ZZZ", ":::", "::", "00 0é", "0a0"])
def test_base45_beyond_its_range_or_alphabet_is_refused(text: str):
    with pytest.raises(UnreadableError):
        envelope.read("FX1:" + text)


def test_a_phones_code_is_signed_in_no_other_way_than_without_a_key_id():
    held = envelope.read(TOWN.credential())[1]
    payload = cbor2.dumps([held, 1582156800], canonical=True)
    named = cose.sign(payload, by=TOWN.phone, context=phone.CONTEXT)
    assert outcome(around(named, form=Form.PHONE)) == Outcome.DAMAGED
    assert Town().scan(phone.show(TOWN.credential(), at=EIGHT, by=PrivateKey.make()), trust=TOWN.trust).outcome is Outcome.FORGED
