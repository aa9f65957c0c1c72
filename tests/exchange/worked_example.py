"""The worked example of docs/exchange.md: keys anybody can make, one question and its answer, eight in the morning."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from fangxian.exchange.message import Kind, Message
from fangxian.exchange.statement import Statement
from fangxian.exchange.subject import proof
from fangxian.signed import cose
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.trust import TrustedKey, TrustList
from fangxian.store.identities import Identity

PAGE = Path(__file__).parents[2] / "docs" / "exchange.md"
EIGHT = datetime(2020, 3, 20)
HERE, THERE = "330100", "420100"
KEYS = {HERE: PrivateKey(derive_private_key(2, SECP256R1())), THERE: PrivateKey(derive_private_key(4, SECP256R1()))}
PERSON = Identity(person_id="a1" * 16, full_name="王小明", id_type="resident_id", id_number="11010519491231002X")
ASKED, SAID, ANSWERED = (UUID(int=number) for number in (1, 2, 3))
ASK = Message(
    issuer=HERE,
    audience=THERE,
    kind=Kind.ASK,
    body={"code": "FX1:…", "subject": proof(PERSON, message_id=ASKED)},
    issued_at=EIGHT,
    message_id=ASKED,
)
STATEMENT = Statement(statement_id=SAID, reason_class="contact", said_at=EIGHT, until_at=EIGHT + timedelta(days=5))
ANSWER = Message(
    issuer=THERE, audience=HERE, kind=Kind.STATEMENT, body=STATEMENT.body(), issued_at=EIGHT, message_id=ANSWERED, answers=ASKED
)


def trust(of: str) -> TrustList:
    """Return what a region of the example believes: itself and the other."""
    span = {"not_before": EIGHT - timedelta(days=30), "not_after": EIGHT + timedelta(days=60)}
    keys = tuple(TrustedKey(region_code=region, point=point(key.public), **span) for region, key in KEYS.items())
    return TrustList(region_code=of, sequence=1, issued_at=EIGHT, keys=keys)


def blocks() -> dict[str, str]:
    """Return the page's example values by their names, line breaks taken out."""
    found = re.findall(r"^```example (\S+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return {name: body.replace("\n", "") for name, body in found}


def signed_anew() -> dict[str, str]:
    """Return the messages; ECDSA gives another signature each time."""
    return {"ask": ASK.write(by=KEYS[HERE]).hex(), "statement": ANSWER.write(by=KEYS[THERE]).hex()}


def recomputed() -> dict[str, str]:
    """Return what has one form: the payloads, and the proof of papers."""
    payloads = {f"{name}-payload": cose.read(bytes.fromhex(data)).payload.hex() for name, data in signed_anew().items()}
    return {"subject": ASK.body["subject"].hex(), **payloads}
