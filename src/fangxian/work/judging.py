"""The actions on doubtful pairs: judge, confirm, take back. Each is one transaction with one event about the known person.

Whoever confirms that two rows are one person moves no fact: `SamePerson` is a fact, and what the record said is said again of the
person by a delivery that is computed from facts (see `fangxian.linkage.restating`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from fangxian.facts import Fact, SamePerson, Text, Withdrawal
from fangxian.policy.policy import Policy
from fangxian.store.numbering import fact_number
from fangxian.store.recording import hold_person, record_in
from fangxian.store.store import Event, Store, Transaction
from fangxian.work.doubtful_pair import WAITING, DoubtfulPair, PairState, pair_action_for
from fangxian.work.pair_rows import read_pair
from fangxian.work.parameters import pair_judged_within, pair_put_off_for, proposal_lapses_after
from fangxian.work.permissions import Principal, check
from fangxian.work.refusals import RefusedError

SOURCE: Final = "linkage"
"""The source of what is decided about pairs, by whomever."""


def judge_pair(
    store: Store, by: Principal, *, person_id: str, pair_id: UUID, to: PairState, policies: Sequence[Policy], at: datetime
) -> None:
    """Move a pair to a state: proposed as one person, one person, different people, put off; or open again, which takes back.

    Raises `Forbidden` for whoever would confirm what they proposed, RefusedError where there is no such move (what was proposed
    may have lapsed) and where somebody moved it meanwhile.
    """
    pair = read_pair(store, person_id, pair_id)
    role = check(by, pair_action_for(pair, to, at), region_code=pair.region_code, first_subject=pair.proposed_by)
    details = {"pair_id": str(pair_id)}
    done = "proposal rejected" if pair.state_at(at) is PairState.PROPOSED and to is PairState.OPEN else _DONE[to]
    event = Event(actor=by.subject, role=role, purpose="doubtful pairs", action=f"pair {done}", person_id=person_id, details=details)
    with store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        facts = _follows(pair, to, event, at)
        number = facts[SamePerson][0]["fact_id"] if SamePerson in facts else None
        _move(transaction, pair, to, number)
        if facts:
            record_in(transaction, facts, policies=policies)


_DONE: Final = {
    PairState.PROPOSED: "proposed as the same",
    PairState.SAME: "confirmed as the same",
    PairState.DIFFERENT: "judged different",
    PairState.PUT_OFF: "put off",
    PairState.OPEN: "reopened",
}


def _follows(pair: DoubtfulPair, to: PairState, event: Event, at: datetime) -> dict[type[Fact], list[dict[str, Any]]]:
    """Return the facts that a move becomes: that it is this person, or that what said so is taken back."""
    shared = {"person_id": pair.person_id, "known_at": at, "from_at": at, "source": SOURCE, "delivery_id": f"pair-{pair.pair_id}"}
    if to is PairState.SAME:
        told = {"provisional_person_id": pair.provisional_person_id, "basis": "officer", "weight": pair.weight}
        signers = {"first_signer_id": pair.proposed_by, "second_signer_id": event.actor}
        return {SamePerson: [{**shared, **told, **signers, "fact_id": fact_number(SOURCE, str(event.event_id))}]}
    if pair.state is PairState.SAME:
        taken = {"fact_type": SamePerson.name, "withdrawn_fact_id": pair.same_fact_id, "reason": "wrong_person"}
        return {Withdrawal: [{**shared, **taken, "fact_id": fact_number(SOURCE, str(event.event_id))}]}
    return {}


def _move(transaction: Transaction, pair: DoubtfulPair, to: PairState, same_fact_id: int | None) -> None:
    """Move a pair as it was read; raise where somebody moved it meanwhile, be it to the same state: another may have proposed it."""
    closes = to not in WAITING
    first = {PairState.PROPOSED: transaction.event.actor, PairState.SAME: pair.proposed_by}
    moved = transaction.connection.execute(
        "UPDATE work.doubtful_pair SET state = %s, due_at = %s, proposed_by = %s, closed_by = %s, closed_at = %s, same_fact_id = %s, "
        "event_id = %s WHERE person_id = %s AND pair_id = %s AND event_id = %s",
        [
            str(to),
            pair.due_at if closes else transaction.at + _waits(to, transaction.at),
            first.get(to),
            transaction.event.actor if closes else None,
            transaction.at if closes else None,
            same_fact_id,
            transaction.event.event_id,
            UUID(pair.person_id),
            pair.pair_id,
            pair.event_id,
        ],
    )
    if not moved.rowcount:
        raise RefusedError(Text("这两条记录刚被他人办理，请重新打开。", "Somebody moved this pair meanwhile; open it again."))


def _waits(to: PairState, at: datetime) -> timedelta:
    """Return how long a pair waits from a move on: for somebody to judge it, or to confirm what was proposed before that lapses."""
    within = {PairState.PROPOSED: proposal_lapses_after, PairState.PUT_OFF: pair_put_off_for}
    return within.get(to, pair_judged_within)(at.date())
