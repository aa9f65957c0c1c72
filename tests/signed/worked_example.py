"""The worked example of docs/signed-codes.md: keys anybody can make, one person, one phone, eight in the morning."""

import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from fangxian.policy.colour import Colour
from fangxian.signed import claims, cose, envelope, phone
from fangxian.signed.changes import Changes
from fangxian.signed.credential import DayCredential, PaperCredential, day_salt, token_id
from fangxian.signed.issue import issue
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.place import PlaceCode
from fangxian.signed.times import seconds
from fangxian.signed.trust import TrustedKey, TrustList

from .kit import changes

PAGE = Path(__file__).parents[2] / "docs" / "signed-codes.md"
EIGHT = datetime(2020, 2, 20)
SEVEN, TWENTY = EIGHT - timedelta(hours=1), EIGHT + timedelta(hours=12)
ROOT, SERVER, PHONE = (PrivateKey(derive_private_key(number, SECP256R1())) for number in (1, 2, 3))
SALT = day_salt(bytes(range(32)), EIGHT.date())
SAID = {"region_code": "330100", "colour": Colour.GREEN, "masked_name": "王**", "issued_at": SEVEN, "valid_until": TWENTY}
DAY = DayCredential(token_id=token_id(SALT, "a1" * 16), phone_key=point(PHONE.public), **SAID)
PAPER = PaperCredential(token_id=token_id(SALT, "a1" * 16, paper=1), **SAID)
TRUST = TrustList(
    region_code="330100",
    sequence=7,
    issued_at=SEVEN,
    keys=(
        TrustedKey(
            region_code="330100", point=point(SERVER.public), not_before=EIGHT - timedelta(days=30), not_after=EIGHT + timedelta(days=60)
        ),
    ),
)
CHANGES: Changes = changes((DAY.token_id, EIGHT + timedelta(hours=1), "red"), (PAPER.token_id, EIGHT, "revoked"), sequence=3)
PLACE = PlaceCode(
    place_id="P-0001",
    organisation="虚构商场",
    address="虚构路1号",
    region_code="330100",
    issued_by="虚构市防控办",
    issued_at=SEVEN,
    valid_until=SEVEN + timedelta(days=30),
)


@cache
def blocks() -> dict[str, str]:
    """Return the page's example values by their names, line breaks taken out."""
    found = re.findall(r"^```example (\S+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return {name: body.replace("\n", "") for name, body in found}


def recomputed() -> dict[str, str]:
    """Return every value of the page in which there is no signature."""
    credential = envelope.read(blocks()["credential"])[1] if "credential" in blocks() else b""
    minute = cbor2.dumps([credential, seconds(EIGHT)], canonical=True)
    payload = claims.write(DAY)
    protected = b"\xa2\x01\x26\x04\x48" + SERVER.key_id
    return {
        "server-key-id": SERVER.key_id.hex(),
        "phone-point": point(PHONE.public).hex(),
        "token-id": DAY.token_id.hex(),
        "credential-payload": payload.hex(),
        "credential-to-be-signed": cbor2.dumps(["Signature1", protected, b"", payload]).hex(),
        "minute-to-be-signed": cbor2.dumps(["Signature1", b"\xa1\x01\x26", phone.CONTEXT, minute]).hex(),
        "trust-payload": cose.read(TRUST.write(root=ROOT)).payload.hex(),
        "changes-payload": cose.read(CHANGES.write(by=SERVER)).payload.hex(),
        "place-payload": cose.read(envelope.read(PLACE.write(by=SERVER))[1]).payload.hex(),
    }


def signed_anew() -> dict[str, str]:
    """Return every value of the page that holds a signature, signed again: signatures differ each time, and stay good."""
    credential = issue(DAY, by=SERVER)
    return {
        "credential": credential,
        "shown": phone.show(credential, at=EIGHT, by=PHONE),
        "paper": issue(PAPER, by=SERVER),
        "trust-list": TRUST.write(root=ROOT).hex(),
        "changes-file": CHANGES.write(by=SERVER).hex(),
        "place": PLACE.write(by=SERVER),
    }
