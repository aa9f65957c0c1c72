"""The actions on appeals: open, answer, withdraw, and hand over what is late. Each is one transaction with one event.

Whoever upholds an appeal sets no colour: the disputed fact is withdrawn, and the code follows by the ordinary rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg

from fangxian.facts import Text, Withdrawal
from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy
from fangxian.store.numbering import fact_number
from fangxian.store.recording import hold_person, record_in
from fangxian.store.store import Event, Store, Transaction
from fangxian.work.appeal import ANSWERING, OFFICE, Appeal, AppealState, Ground, action_for, owner_of
from fangxian.work.appeal_rows import read
from fangxian.work.parameters import answer_within, longest_words
from fangxian.work.permissions import Principal, check
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action, Role
from fangxian.work.subject import colour_now, colour_of, home_of, source_of

Seal = Callable[[str], bytes]
"""Seals words under a key of the person whom they are about."""

_WITHDRAWN_AS: Final = {Ground.WRONG_PERSON: "wrong_person", Ground.WRONG_FACT: "wrong_value"}


def open_appeal(
    store: Store,
    by: Principal,
    *,
    person_id: str,
    fact_type: str,
    fact_id: int,
    ground: Ground,
    words: str,
    seal: Seal,
    policy: Policy,
    at: datetime,
) -> Appeal:
    """Dispute a fact that stands: the appeal goes to whoever owns the fact, with a deadline by the colour of that moment.

    Raises RefusedError where there is no such fact, where an appeal about it is open, or where the words are too many or none.
    """
    role = check(by, Action.NOT_ME if ground is Ground.WRONG_PERSON else Action.APPEAL, person_id=person_id)
    sealed = _sealed(words, seal, at)
    appeal_id = uuid4()
    with store.transaction(_event(by, role, "appeal opened", person_id, appeal_id), at=at) as transaction:
        hold_person(transaction)
        owner = owner_of(source_of(transaction, person_id, fact_type, fact_id), ground)
        appeal = Appeal(
            person_id=person_id,
            appeal_id=appeal_id,
            fact_type=fact_type,
            fact_id=fact_id,
            ground=ground,
            owner=owner,
            region_code=home_of(transaction.connection, person_id, policy),
            opened_at=at,
            due_at=at + answer_within(colour_now(transaction, person_id, policy), policy.local(at).date()),
            state=AppealState.WITH_OFFICE if owner == OFFICE else AppealState.WITH_SOURCE,
            closed_at=None,
        )
        _insert(transaction, appeal, sealed)
    return appeal


def answer_appeal(
    store: Store,
    by: Principal,
    *,
    person_id: str,
    appeal_id: UUID,
    answer: AppealState,
    words: str,
    seal: Seal,
    policies: Sequence[Policy],
    at: datetime,
) -> None:
    """Uphold or refuse an appeal, with words for the person; upholding withdraws the fact and decides the code again.

    An appeal that does not dispute the fact (a doctor's opinion, hardship) is upheld by signing a personal decision instead.
    Raises RefusedError where the move does not exist, and where the withdrawal would make a colour worse.
    """
    appeal = read(store, person_id, appeal_id)
    action = action_for(appeal, answer)
    if action not in ANSWERING.values():
        raise RefusedError(
            Text(
                "该事实本身无争议，不能以答复成立；请提出个案决定，由第二人签署后成立。",
                "The fact itself is not in dispute: propose a personal decision, whose second signature upholds the appeal.",
            )
        )
    role = check(by, action, organisation_id=appeal.owner, region_code=appeal.region_code)
    sealed = _sealed(words, seal, at)
    with store.transaction(_event(by, role, f"appeal {answer}", person_id, appeal_id), at=at) as transaction:
        hold_person(transaction)
        _move(transaction, appeal, answer, sealed)
        if answer is AppealState.UPHELD:
            _withdraw_fact(transaction, appeal, policies)


def withdraw_appeal(store: Store, by: Principal, *, person_id: str, appeal_id: UUID, at: datetime) -> None:
    """Take an appeal back that is not answered yet."""
    appeal = read(store, person_id, appeal_id)
    role = check(by, action_for(appeal, AppealState.WITHDRAWN), person_id=person_id)
    with store.transaction(_event(by, role, "appeal withdrawn", person_id, appeal_id), at=at) as transaction:
        hold_person(transaction)
        _move(transaction, appeal, AppealState.WITHDRAWN, None)


def withdraw_all(transaction: Transaction) -> None:
    """Take back every appeal of the event's person that is not answered yet: whoever deletes their data asks nobody to read on."""
    transaction.connection.execute(
        "UPDATE work.appeal SET state = 'withdrawn', closed_at = %s, event_id = %s WHERE person_id = %s AND closed_at IS NULL",
        [transaction.at, transaction.event.event_id, _person(transaction)],
    )


def escalate_late(store: Store, by: Principal, *, at: datetime) -> int:
    """Hand every appeal that its source did not answer in time to the appeal office; return how many that were.

    One statement and one event for all of them; without any, nothing is written. Their deadlines stay, so they stay late.
    """
    role = check(by, Action.ESCALATE_APPEALS)
    late = "state = 'with_source' AND closed_at IS NULL AND due_at <= %s"
    with store.pool.connection() as connection:
        if not connection.execute(f"SELECT FROM work.appeal WHERE {late} LIMIT 1", [at]).rowcount:
            return 0
    event = Event(actor=by.subject, role=role, purpose="deadline of appeals", action="appeals escalated")
    with store.transaction(event, at=at) as transaction:
        return transaction.connection.execute(
            f"UPDATE work.appeal SET state = 'with_office', owner = %s, event_id = %s WHERE {late}",
            [OFFICE, event.event_id, at],
        ).rowcount


def uphold_decided(transaction: Transaction, fact_id: int) -> None:
    """Uphold the person's open appeals that asked, without disputing the fact, that it no longer count: two people decided so."""
    transaction.connection.execute(
        "UPDATE work.appeal SET state = 'upheld', closed_at = %s, event_id = %s "
        "WHERE person_id = %s AND fact_id = %s AND closed_at IS NULL AND ground = ANY (%s)",
        [
            transaction.at,
            transaction.event.event_id,
            _person(transaction),
            fact_id,
            [str(ground) for ground in Ground if ground.needs_decision],
        ],
    )


def _event(by: Principal, role: Role, action: str, person_id: str, appeal_id: UUID) -> Event:
    details = {"appeal_id": str(appeal_id)}
    return Event(actor=by.subject, role=role, purpose="appeal", action=action, person_id=person_id, details=details)


def _sealed(words: str, seal: Seal, at: datetime) -> bytes:
    """Return words sealed; refuse none and too many."""
    longest = longest_words(at.date())
    if not 0 < len(words.strip()) <= longest:
        raise RefusedError(
            Text(f"请填写说明，最多 {longest} 个字符。", f"An appeal and its answer take some words, and at most {longest} characters.")
        )
    return seal(words)


def _insert(transaction: Transaction, appeal: Appeal, sealed: bytes) -> None:
    values: dict[str, Any] = vars(appeal) | {"person_id": _person(transaction), "words": sealed, "event_id": transaction.event.event_id}
    values |= {"ground": str(appeal.ground), "state": str(appeal.state)}
    del values["closed_at"]  # the database lets nothing be closed as it is opened
    try:
        transaction.connection.execute(
            f"INSERT INTO work.appeal ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})", list(values.values())
        )
    except psycopg.errors.UniqueViolation:
        raise RefusedError(
            Text(
                "这条事实已有申诉在办，期限见申诉页。",
                "An appeal about this fact is open already; its deadline is on the page of appeals.",
            )
        ) from None


def _move(transaction: Transaction, appeal: Appeal, to: AppealState, answer: bytes | None) -> None:
    """Close an appeal as it was read; raise where somebody moved it meanwhile."""
    moved = transaction.connection.execute(
        "UPDATE work.appeal SET state = %s, answer = %s, closed_at = %s, event_id = %s "
        "WHERE person_id = %s AND appeal_id = %s AND state = %s",
        [str(to), answer, transaction.at, transaction.event.event_id, _person(transaction), appeal.appeal_id, str(appeal.state)],
    )
    if not moved.rowcount:
        raise RefusedError(Text("此申诉刚被他人办理，请重新打开。", "Somebody moved this appeal meanwhile; open it again."))


def _withdraw_fact(transaction: Transaction, appeal: Appeal, policies: Sequence[Policy]) -> None:
    """Withdraw the disputed fact in its owner's name and decide the person again; refuse what would make a colour worse."""
    before = {policy.name: colour_now(transaction, appeal.person_id, policy) for policy in policies}
    withdrawal = {
        "person_id": appeal.person_id,
        "fact_id": fact_number(appeal.owner, f"appeal:{appeal.appeal_id}"),
        "known_at": transaction.at,
        "from_at": transaction.at,
        "source": appeal.owner,
        "delivery_id": f"appeal-{appeal.appeal_id}",
        "fact_type": appeal.fact_type,
        "withdrawn_fact_id": appeal.fact_id,
        "reason": _WITHDRAWN_AS[appeal.ground],
    }
    hits = record_in(transaction, {Withdrawal: [withdrawal]}, policies=policies)
    order = list(Colour).index
    if any(order(colour_of(hits[name], transaction.at)) > order(colour) for name, colour in before.items()):
        raise RefusedError(
            Text(
                "撤回这条事实，当事人的码会变差，而申诉不得使码变差。请不予成立并向本人说明，或由来源更正记录。",
                "Without this fact the person's code would be worse, which an appeal never does. Refuse the appeal and tell the person so, "
                "or let the source correct its record.",
            )
        )


def _person(transaction: Transaction) -> UUID:
    assert transaction.event.person_id is not None  # noqa: S101  (every appeal is about one person)
    return UUID(transaction.event.person_id)
