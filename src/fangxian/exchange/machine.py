"""What an installation answers to others: which kinds of messages, and what each does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fangxian.exchange.disputing import take_answer, take_dispute
from fangxian.exchange.message import Kind
from fangxian.exchange.parcel_taking import take_outcomes, take_parcel
from fangxian.exchange.sealing import tell_key
from fangxian.exchange.taking import Answering, reply
from fangxian.exchange.telling import tell
from fangxian.services.living import Living

ANSWERING: Final[Mapping[Kind, Answering]] = {
    Kind.ASK: tell,
    Kind.DISPUTE: take_dispute,
    Kind.ANSWER: take_answer,
    Kind.KEY: tell_key,
    Kind.PARCEL: take_parcel,
    Kind.OUTCOMES: take_outcomes,
}


def answer(living: Living, data: bytes, kind: Kind) -> bytes:
    """Return the signed answer to a message that came. Raises RefusedMessageError where it is not taken."""
    return reply(living, data, kind, ANSWERING[kind])
