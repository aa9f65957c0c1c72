"""Verifying a code with a network: the verdict of a gate without memory, with the colour as it is now, here or where it was signed."""

from __future__ import annotations

from dataclasses import dataclass

from fangxian.exchange.asking import recognise_shown
from fangxian.policy.colour import Colour
from fangxian.services.issuing import stored_colour
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living
from fangxian.services.refusals import RefusedError
from fangxian.signed.credential import Credential
from fangxian.signed.seen import Seen
from fangxian.signed.verdict import Outcome
from fangxian.signed.verify import verify
from fangxian.store.store import Event
from fangxian.store.tokens import holders
from fangxian.work.roles import Role


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a verification says: the colour where there is one, and no more of the person than the code itself shows."""

    outcome: Outcome
    colour: Colour | None = None
    masked_name: str | None = None


def check_code(living: Living, text: str, *, gate: str) -> Checked:
    """Return what a code says now. `gate` names whoever asks in the person's own list.

    A code of another region is asked about there; where that region does not answer, or this policy does not list its reason, the
    outcome says that it is from elsewhere, and no colour. Which minutes a gate has seen it remembers itself.
    """
    at = living.clock()
    expect_in_force(living, at)
    verdict = verify(text, trust=living.signing.ring.trust_list(at=at), changes=None, at=at, seen=Seen())
    if verdict.credential is None or verdict.outcome not in (Outcome.COLOUR, Outcome.ELSEWHERE):
        return Checked(outcome=verdict.outcome)
    if verdict.outcome is Outcome.ELSEWHERE:
        return _elsewhere(living, text, verdict.credential)
    return _own(living, verdict.credential, gate)


def _own(living: Living, credential: Credential, gate: str) -> Checked:
    at = living.clock()
    with living.store.pool.connection() as connection:
        holder = holders(connection, [credential.token_id]).get(credential.token_id)
    if holder is None or (holder.revoked_at is not None and holder.revoked_at <= at):
        return Checked(outcome=Outcome.REVOKED)
    event = Event(actor=gate, role=Role.GATE, purpose="entry", action="verify_code", person_id=holder.person_id)
    with living.store.transaction(event, at=at) as transaction:
        colour, _ = stored_colour(transaction.connection, living.policy.name, holder.person_id, at=at)
    return Checked(outcome=Outcome.COLOUR, colour=colour, masked_name=credential.masked_name)


def _elsewhere(living: Living, text: str, credential: Credential) -> Checked:
    try:
        colour = recognise_shown(living, text).colour
    except RefusedError:
        return Checked(outcome=Outcome.ELSEWHERE, masked_name=credential.masked_name)
    return Checked(outcome=Outcome.COLOUR if colour else Outcome.ELSEWHERE, colour=colour, masked_name=credential.masked_name)
