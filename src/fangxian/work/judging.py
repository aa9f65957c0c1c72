"""The actions on doubtful pairs: judge one, and take a judgement back. Each is one transaction with one event about the known person.

Whoever judges that two rows are one person moves no fact: `SamePerson` is a fact, and what the record said is said again of the
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
from fangxian.work.parameters import pair_judged_within, pair_put_off_for
from fangxian.work.permissions import Principal, check
from fangxian.work.refusals import RefusedError

SOURCE: Final = "linkage"
"""The source of what is decided about pairs, by whomever."""


def judge_pair(
    store: Store, by: Principal, *, person_id: str, pair_id: UUID, to: PairState, policies: Sequence[Policy], at: datetime
) -> None:
    """Move a pair to a state: one person, different people, put off; or open again, which takes back what was decided.

    Raises RefusedError where there is no such move, and where somebody moved it meanwhile.
    """
    pair = read_pair(store, person_id, pair_id)
    role = check(by, pair_action_for(pair, to), region_code=pair.region_code)
    details = {"pair_id": str(pair_id)}
    event = Event(actor=by.subject, role=role, purpose="doubtful pairs", action=f"pair {_DONE[to]}", person_id=person_id, details=details)
    with store.transaction(event, at=at) as transaction:
        hold_person(transaction)
        facts = _follows(pair, to, event, at)
        number = facts[SamePerson][0]["fact_id"] if SamePerson in facts else None
        _move(transaction, pair, to, number)
        if facts:
            record_in(transaction, facts, policies=policies)


_DONE: Final = {
    PairState.SAME: "judged the same",
    PairState.DIFFERENT: "judged different",
    PairState.PUT_OFF: "put off",
    PairState.OPEN: "reopened",
}


def _follows(pair: DoubtfulPair, to: PairState, event: Event, at: datetime) -> dict[type[Fact], list[dict[str, Any]]]:
    """Return the facts that a move becomes: that it is this person, or that what said so is taken back."""
    shared = {"person_id": pair.person_id, "known_at": at, "from_at": at, "source": SOURCE, "delivery_id": f"pair-{pair.pair_id}"}
    if to is PairState.SAME:
        told = {"provisional_person_id": pair.provisional_person_id, "basis": "officer", "weight": pair.weight, "decided_by": event.actor}
        return {SamePerson: [{**shared, **told, "fact_id": fact_number(SOURCE, str(event.event_id))}]}
    if pair.state is PairState.SAME:
        taken = {"fact_type": SamePerson.name, "withdrawn_fact_id": pair.same_fact_id, "reason": "wrong_person"}
        return {Withdrawal: [{**shared, **taken, "fact_id": fact_number(SOURCE, str(event.event_id))}]}
    return {}


def _move(transaction: Transaction, pair: DoubtfulPair, to: PairState, same_fact_id: int | None) -> None:
    """Move a pair; raise where somebody did so meanwhile."""
    closes = to not in WAITING
    moved = transaction.connection.execute(
        "UPDATE work.doubtful_pair SET state = %s, due_at = %s, closed_by = %s, closed_at = %s, same_fact_id = %s, event_id = %s "
        "WHERE person_id = %s AND pair_id = %s AND state = %s",
        [
            str(to),
            pair.due_at if closes else transaction.at + _waits(to, transaction.at),
            transaction.event.actor if closes else None,
            transaction.at if closes else None,
            same_fact_id,
            transaction.event.event_id,
            UUID(pair.person_id),
            pair.pair_id,
            str(pair.state),
        ],
    )
    if not moved.rowcount:
        raise RefusedError(Text("这两条记录刚被他人办理，请重新打开。", "Somebody moved this pair meanwhile; open it again."))


def _waits(to: PairState, at: datetime) -> timedelta:
    return pair_put_off_for(at.date()) if to is PairState.PUT_OFF else pair_judged_within(at.date())
