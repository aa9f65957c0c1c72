"""Asking another region about a code that somebody shows here, once, with consent; the answer is a fact like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from fangxian.exchange.agreement import agreed_with
from fangxian.exchange.message import GOOD_FOR, Kind
from fangxian.exchange.posting import PATIENCE, send
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.exchange.statement import Statement, means_here, read_statement
from fangxian.exchange.subject import proof
from fangxian.exchange.taking import PURPOSE
from fangxian.facts import Consent, RecognisedCode, Text
from fangxian.policy.colour import Colour
from fangxian.services.acting import Acting
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.refusals import BadAnswerError
from fangxian.signed.credential import DayCredential
from fangxian.signed.reading import Reading, read
from fangxian.store.identities import Identity, identity_of
from fangxian.store.new_facts import new_fact
from fangxian.store.recording import record_in
from fangxian.work.appeal import OTHER_REGION

CONSENT: Final = "exchange_with_region"
_SAID_BY_THE_PERSON: Final = "health-declaration"
_A_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """What another region says, and what that means here: None where the policy does not list the class."""

    region_code: str
    reason_class: str
    until_at: datetime | None
    colour: Colour | None


def recognise(living: Living, person_id: str, code: str, *, acting: Acting = Acting.PERSON) -> Recognised:
    """Ask the region that signed a code about it, for a person of ours who shows it and consents; the code here follows.

    Raises BadAnswerError where it is no code of another region shown just now, RefusedMessageError where that region does not
    answer for it. Both the consent and the answer are facts; the consent is for this once.
    """
    expect_in_force(living, living.clock())
    region_code = shown_region(living, code)
    agreed_with(living.store, region_code, at=living.clock())
    identity = _consent(living, person_id, region_code, acting)
    statement = _ask(living, region_code, code, identity)
    at = living.clock()
    event = by_citizen("code_of_other_region_recorded", person_id, acting=acting, purpose=PURPOSE, region=region_code)
    fact = new_fact(
        RecognisedCode,
        event,
        source=OTHER_REGION,
        known_at=at,
        from_at=min(statement.said_at, at),
        until_at=statement.until_at and max(statement.until_at, statement.said_at + _A_SECOND),
        region_code=region_code,
        reason_class=statement.reason_class,
        statement_id=statement.statement_id.hex,
    )
    with living.store.transaction(event, at=at) as transaction:
        record_in(transaction, {RecognisedCode: [fact]}, policies=[living.policy])
    return _recognised(living, region_code, statement, at)


def recognise_shown(living: Living, code: str, *, patience: float = PATIENCE) -> Recognised:
    """Ask about a code that somebody shows at a gate; whoever shows it there need not be known here, and nothing is recorded of it."""
    expect_in_force(living, living.clock())
    region_code = shown_region(living, code)
    return _recognised(living, region_code, _ask(living, region_code, code, None, patience=patience), living.clock())


def shown_region(living: Living, code: str) -> str:
    """Return the region whose code is shown. Raises BadAnswerError for what is none, and for one that was not shown just now."""
    at = living.clock()
    reading = read(code.strip(), trust=living.signing.ring.trust_list(at=at))
    if isinstance(reading, Reading) and reading.key.region_code != living.region_code and not reading.key.is_revoked(at):
        shown_at = reading.signed_at if isinstance(reading.credential, DayCredential) else at
        if shown_at is not None and abs(at - shown_at) < GOOD_FOR and at < reading.credential.valid_until:
            return reading.key.region_code
    raise BadAnswerError(
        {"code": Text("请出示互认地区当前有效的健康码。", "Show a code of a recognised region as it is on the phone right now.")}
    )


def _consent(living: Living, person_id: str, region_code: str, acting: Acting) -> Identity:
    """Record the consent to this one asking; return the papers that the other region compares."""
    at = living.clock()
    event = by_citizen("consent_given", person_id, acting=acting, purpose="consent")
    span = {"from_at": at, "until_at": at + GOOD_FOR}
    fact = new_fact(Consent, event, source=_SAID_BY_THE_PERSON, known_at=at, purpose=CONSENT, given_to=region_code, **span)
    with living.store.transaction(event, at=at) as transaction:
        identity = identity_of(transaction, living.vault, person_id)
        record_in(transaction, {Consent: [fact]}, policies=[living.policy])
    if identity is None:
        raise RefusedMessageError(Refusal.UNKNOWN)
    return identity


def _ask(living: Living, region_code: str, code: str, identity: Identity | None, *, patience: float = PATIENCE) -> Statement:
    def body(message_id: UUID) -> Mapping[str, Any]:
        said = {"code": code.strip()}
        return said if identity is None else said | {"subject": proof(identity, message_id=message_id)}

    answer = send(living, region_code, Kind.ASK, body, patience=patience)
    if answer.kind is not Kind.STATEMENT:
        raise RefusedMessageError(Refusal.FAILED)
    return read_statement(answer.body)


def _recognised(living: Living, region_code: str, statement: Statement, at: datetime) -> Recognised:
    colour = means_here(living.policy, statement.reason_class, at=at)
    return Recognised(region_code=region_code, reason_class=statement.reason_class, until_at=statement.until_at, colour=colour)
