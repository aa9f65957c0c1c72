"""What is fuzzed: every reader of scanned texts and of a gate's files, with two promises and the seeds to start from.

Nothing but an UnreadableError (or, for files, another FangxianError) is raised, and nothing is believed that was not signed here.
Some targets put the outer layers on again, so that a fuzzer reaches the CBOR inside.
"""

from contextlib import suppress
from datetime import datetime, timedelta

import cbor2
import pyarrow as pa

from fangxian.errors import FangxianError
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

NOW = datetime(2020, 2, 20)
DAY = timedelta(days=1)
ROOT, SERVER, PHONE = (PrivateKey.make() for _ in range(3))
TRUST = TrustList(
    region_code="330100",
    sequence=1,
    issued_at=NOW,
    keys=(TrustedKey(region_code="330100", point=point(SERVER.public), not_before=NOW - DAY, not_after=NOW + DAY),),
)
COMMON = {"token_id": bytes(16), "region_code": "330100", "colour": Colour.GREEN, "masked_name": "王*"}
TIMES = {"issued_at": NOW, "valid_until": NOW + DAY}
PAPER = issue(PaperCredential(**COMMON, **TIMES), by=SERVER)
CREDENTIAL = issue(DayCredential(**COMMON, **TIMES, phone_key=point(PHONE.public)), by=SERVER)
SHOWN = phone.show(CREDENTIAL, at=NOW, by=PHONE)
CHANGES = Changes.of(pa.table([[bytes(16)], [NOW], ["red"]], schema=SCHEMA), region_code="330100", sequence=1, issued_at=NOW).write(
    by=SERVER
)
TRUST_FILE = TRUST.write(root=ROOT)
GENUINE = (PAPER, CREDENTIAL, SHOWN)


def a_text(data: bytes) -> None:
    """Verify a text as a scanner would hand it over; one that is not genuine is not believed."""
    text = data.decode("latin-1")
    verdict = verify(text, trust=TRUST, changes=None, at=NOW, seen=Seen())
    if text not in GENUINE and verdict.outcome not in (Outcome.DAMAGED, Outcome.FOREIGN, Outcome.FORGED):
        raise AssertionError(verdict.outcome)


def an_enveloped_text(data: bytes) -> None:
    """Verify bytes in a good envelope of each form."""
    for form in envelope.Form:
        a_text(envelope.write(form, data[:700]).encode("latin-1"))


def a_signed_payload(data: bytes) -> None:
    """Verify a payload that the region's own key signed: what is left are the claims."""
    text = envelope.write(envelope.Form.CREDENTIAL, cose.sign(data[:500], by=SERVER))
    verify(text, trust=TRUST, changes=None, at=NOW, seen=Seen())
    body = cose.sign(data[:500], by=PHONE, context=phone.CONTEXT, names_key=False)
    verify(envelope.write(envelope.Form.PHONE, body), trust=TRUST, changes=None, at=NOW, seen=Seen())


def some_cbor(data: bytes) -> None:
    """Read CBOR; what is read is written back as the same bytes."""
    value = cbor.read(data)
    if cbor2.dumps(value) != data:
        raise AssertionError("one value, two encodings")


def some_claims(data: bytes) -> None:
    """Read claims; what is read is written back as the same bytes."""
    if claims.write(claims.read(data)) != data:
        raise AssertionError("one credential, two payloads")


def a_file(data: bytes) -> None:
    """Read a trust list, a file of changes and a place's code, as they come and signed."""
    for read in (
        lambda: TrustList.read(data, root=ROOT.public),
        lambda: TrustList.read(cose.sign(data, by=ROOT, context=b"fangxian trust list"), root=ROOT.public),
        lambda: Changes.read(data, trust=TRUST, at=NOW),
        lambda: Changes.read(cose.sign(data, by=SERVER, context=b"fangxian changes"), trust=TRUST, at=NOW),
        lambda: PlaceCode.read(data.decode("latin-1"), trust=TRUST, at=NOW),
        lambda: PlaceCode.read(
            envelope.write(envelope.Form.PLACE, cose.sign(data[:500], by=SERVER, context=b"fangxian place")), trust=TRUST, at=NOW
        ),
    ):
        with suppress(FangxianError):
            read()


TARGETS = (a_text, an_enveloped_text, a_signed_payload, some_cbor, some_claims, a_file)


def one_input(data: bytes) -> None:
    """Hand the input to the reader that its first byte chooses."""
    if data:
        with suppress(UnreadableError):
            TARGETS[data[0] % len(TARGETS)](data[1:])


def seeds() -> list[bytes]:
    """Return what mutations start from: the genuine codes and files, whole and taken apart."""
    bodies = [envelope.read(text)[1] for text in GENUINE]
    payloads = [cose.read(body).payload for body in bodies]
    by_target = [[text.encode() for text in GENUINE], bodies, payloads, payloads + bodies, payloads]
    by_target.append([TRUST_FILE, CHANGES, cose.read(TRUST_FILE).payload, cose.read(CHANGES).payload])
    return [bytes([n]) + seed for n, found in enumerate(by_target) for seed in found]
