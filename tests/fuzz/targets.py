"""What is fuzzed: every reader of scanned texts, of a gate's files, and of what gates and other regions send.

The promises: nothing but a FangxianError is raised; nothing is believed that was not signed here; what is read is written back
as the same bytes; and no input of a few thousand bytes takes a second. Some targets put the outer layers on again, so that a
fuzzer reaches what is inside.
"""

import time
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import cbor2
import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from fangxian.errors import FangxianError
from fangxian.exchange import message
from fangxian.exchange.message import Kind, Message
from fangxian.exchange.statement import read_statement
from fangxian.policy.colour import Colour
from fangxian.signed import cbor, claims, cose, envelope, phone
from fangxian.signed.changes import SCHEMA, Changes
from fangxian.signed.credential import DayCredential, PaperCredential
from fangxian.signed.issue import issue
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.place import PlaceCode
from fangxian.signed.seen import Seen
from fangxian.signed.trust import TrustedKey, TrustList
from fangxian.signed.unreadable import UnreadableError
from fangxian.signed.verdict import Outcome
from fangxian.signed.verify import verify
from fangxian.web.gate.sent import read_papers, read_scans

NOW = datetime(2020, 2, 20)
DAY = timedelta(days=1)
LONGEST_TIME = 1.0
"""Seconds of this thread's own time."""

# The same in every run: what a run found says the same to the next.
ROOT, SERVER, NEIGHBOUR, PHONE = (PrivateKey(derive_private_key(n, SECP256R1())) for n in range(11, 15))


def trusted(key: PrivateKey, region_code: str) -> TrustedKey:
    return TrustedKey(region_code=region_code, point=point(key.public), not_before=NOW - DAY, not_after=NOW + DAY)


TRUST = TrustList(region_code="330100", sequence=1, issued_at=NOW, keys=(trusted(SERVER, "330100"), trusted(NEIGHBOUR, "510100")))
COMMON = {"token_id": bytes(16), "region_code": "330100", "colour": Colour.GREEN, "masked_name": "王*"}
TIMES = {"issued_at": NOW, "valid_until": NOW + DAY}
ISSUED = (PaperCredential(**COMMON, **TIMES), DayCredential(**COMMON, **TIMES, phone_key=point(PHONE.public)))
PAPER, CREDENTIAL = (issue(each, by=SERVER) for each in ISSUED)
SHOWN = phone.show(CREDENTIAL, at=NOW, by=PHONE)
TEXTS = (PAPER, CREDENTIAL, SHOWN)
CHANGES = Changes.of(pa.table([[bytes(16)], [NOW], ["red"]], schema=SCHEMA), region_code="330100", sequence=1, issued_at=NOW)
PLACE = PlaceCode(
    place_id="p1",
    organisation="虚构商场",
    address="虚构路 1 号",
    region_code="330100",
    issued_by="虚构局",
    issued_at=NOW,
    valid_until=NOW + DAY,
)
ASKED = Message(issuer="510100", audience="330100", kind=Kind.ASK, body={"code": PAPER}, issued_at=NOW, message_id=UUID(int=1))
STATED = {"id": bytes(16), "class": "close_contact", "said": 1, "until": 0}
USES = {"trust list": ROOT, "changes": SERVER, "place": SERVER, "exchange": NEIGHBOUR}
"""What each key signs besides credentials, by the context of its signatures."""


class BrokenPromiseError(AssertionError):
    """A reader did what it promises not to."""


def expect_same(written: object, read: object) -> None:
    """Break off where what was read is written back otherwise: then one thing has two forms."""
    if written != read:
        raise BrokenPromiseError("one thing, two forms")


def signed(use: str, payload: bytes) -> bytes:
    """Return a payload as its rightful signer would sign it."""
    return cose.sign(payload, by=USES[use], context=f"fangxian {use}".encode())


def a_text(data: bytes) -> None:
    """Verify a text as a scanner would hand it over; a credential that was not issued is not believed."""
    text = data.decode("utf-8", "surrogateescape")
    verdict = verify(text, trust=TRUST, changes=None, at=NOW, seen=Seen())
    if verdict.outcome not in (Outcome.DAMAGED, Outcome.FOREIGN, Outcome.FORGED) and verdict.credential not in ISSUED:
        raise BrokenPromiseError("believed, and not issued")
    form, body = envelope.read(text)
    expect_same(envelope.write(form, body), text)
    a_signed_body(body)


def an_enveloped_text(data: bytes) -> None:
    """Verify bytes in a good envelope of each form."""
    for form in envelope.Form:
        with suppress(UnreadableError):
            a_text(envelope.write(form, data[:700]).encode("latin-1"))


def a_signed_body(data: bytes) -> None:
    """Read signed bytes; what is read is written back as the same bytes."""
    found = cose.read(data)
    parts = [found.protected, {}, found.payload, found.signature]
    expect_same(cbor2.dumps(cbor2.CBORTag(18, parts), canonical=True), data)


def a_signed_payload(data: bytes) -> None:
    """Verify a payload that the region's own key or a phone's signed: what is left are the claims."""
    text = envelope.write(envelope.Form.CREDENTIAL, cose.sign(data[:500], by=SERVER))
    found = verify(text, trust=TRUST, changes=None, at=NOW, seen=Seen()).credential
    if found:
        expect_same(claims.write(found), data[:500])
    body = cose.sign(data[:500], by=PHONE, context=phone.CONTEXT, names_key=False)
    verify(envelope.write(envelope.Form.PHONE, body), trust=TRUST, changes=None, at=NOW, seen=Seen())


def some_cbor(data: bytes) -> None:
    """Read CBOR; what is read is written back as the same bytes."""
    expect_same(cbor2.dumps(cbor.read(data)), data)


def some_claims(data: bytes) -> None:
    """Read claims; what is read is written back as the same bytes."""
    expect_same(claims.write(claims.read(data)), data)


def a_trust_list(data: bytes) -> None:
    """Read a trust list, as it comes and signed."""
    for file in (data, signed("trust list", data)):
        with suppress(FangxianError):
            found = TrustList.read(file, root=ROOT.public)
            expect_same(cose.read(found.write(root=ROOT)).payload, cose.read(file).payload)


def some_changes(data: bytes) -> None:
    """Read a file of changes, as it comes and signed, and ask it about a token."""
    for file in (data, signed("changes", data)):
        with suppress(FangxianError):
            found = Changes.read(file, trust=TRUST, at=NOW)
            found.about(data[-29:-13].ljust(16))
            expect_same(cose.read(found.write(by=SERVER)).payload, cose.read(file).payload)


def a_places_code(data: bytes) -> None:
    """Read a place's code, as it comes and signed."""
    texts = (data.decode("utf-8", "surrogateescape"), envelope.write(envelope.Form.PLACE, signed("place", data[:500])))
    for text in texts:
        with suppress(FangxianError):
            found = PlaceCode.read(text, trust=TRUST, at=NOW)
            expect_same(cose.read(envelope.read(found.write(by=SERVER))[1]).payload, cose.read(envelope.read(text)[1]).payload)


def a_message(data: bytes) -> None:
    """Read a message from another region, as it comes and signed, and its body as a statement."""
    for sent in (data, signed("exchange", data)):
        with suppress(FangxianError):
            found = message.read(sent, trust=TRUST, at=NOW)
            expect_same(cose.read(found.write(by=NEIGHBOUR)).payload, cose.read(sent).payload)
            expect_same(read_statement(found.body).body(), found.body)


def what_a_gate_sends(data: bytes) -> None:
    """Read scans and papers as a gate sends them; every instant is the last two weeks'."""
    with suppress(FangxianError):
        if any(not NOW - 14 * DAY <= each.scanned_at <= NOW for each in read_scans(data, at=NOW)):
            raise BrokenPromiseError("a scan that cannot have been")
    read_papers(data, at=NOW)


TARGETS = (
    a_text,
    an_enveloped_text,
    a_signed_body,
    a_signed_payload,
    some_cbor,
    some_claims,
    a_trust_list,
    some_changes,
    a_places_code,
    a_message,
    what_a_gate_sends,
)


def one_input(data: bytes) -> None:
    """Hand the input to the reader that its first byte chooses."""
    if data:
        began = time.thread_time()
        with suppress(FangxianError):
            TARGETS[data[0] % len(TARGETS)](data[1:])
        if time.thread_time() - began > LONGEST_TIME:
            raise BrokenPromiseError("too long")


def seeds() -> list[bytes]:
    """Return what mutations start from: the genuine codes, files and messages, whole and taken apart."""
    # A paper is no phone's to show: nobody signs a minute around one but to try it.
    bodies = [envelope.read(text)[1] for text in (*TEXTS, phone.show(PAPER, at=NOW, by=PHONE))]
    payloads = [cose.read(body).payload for body in bodies]
    place = PLACE.write(by=SERVER)
    asked, told = ASKED.write(by=NEIGHBOUR), Message(**vars(ASKED) | {"kind": Kind.STATEMENT, "body": STATED}).write(by=NEIGHBOUR)
    scan = b'{"scan_id":"00000000-0000-0000-0000-000000000001","age_s":1.5,"text":"HC1:","did":"passed",'
    scan += b'"emergency":"fire","temperature_c":36.5}'
    by_target = {
        a_text: [text.encode() for text in (*TEXTS, place)],
        an_enveloped_text: bodies,
        a_signed_body: bodies,
        a_signed_payload: payloads,
        some_cbor: [*payloads, *bodies],
        some_claims: payloads,
        a_trust_list: _whole_and_payload(TRUST.write(root=ROOT)),
        some_changes: _whole_and_payload(CHANGES.write(by=SERVER)),
        a_places_code: [place.encode(), cose.read(envelope.read(place)[1]).payload],
        a_message: [*_whole_and_payload(asked), *_whole_and_payload(told)],
        what_a_gate_sends: [b'{"scans":[' + scan + b"]}", b'{"id_type":"passport","id_number":"A1",' + scan[1:]],
    }
    return [bytes([TARGETS.index(target)]) + seed for target, found in by_target.items() for seed in found]


def _whole_and_payload(file: bytes) -> list[bytes]:
    return [file, cose.read(file).payload]
