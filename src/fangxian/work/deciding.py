"""The actions on personal decisions: propose, sign, reject. Each is one transaction with one event.

A decision names a hit that stands: it can end what a rule concludes from a fact, from the second signature on, and nothing else.
However many people agree, nothing here can make a code worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg import sql
from psycopg.rows import dict_row

from fangxian.facts import PersonalDecision, Text
from fangxian.policy.policy import Policy
from fangxian.store.numbering import fact_number
from fangxian.store.recording import Hit, hits_now, hold_person, record_in
from fangxian.store.store import Event, Store, Transaction
from fangxian.work.appealing import uphold_decided
from fangxian.work.decision import REASONS, Decision, DecisionState, decision_action_for
from fangxian.work.parameters import proposal_lapses_after
from fangxian.work.permissions import Principal, check, role_for, visible_where
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action, Role
from fangxian.work.subject import home_of

SOURCE: Final = "personal-decision"
"""The source of the facts that decisions become: the same whether they are signed here or come in a file."""

MOST: Final = 500
"""How many proposals are listed at once, those that lapse first before the others."""


def propose_decision(
    store: Store, by: Principal, *, person_id: str, rule: str, fact_id: int, reason: str, policy: Policy, at: datetime
) -> Decision:
    """Propose, as the first of two, that a fact no longer count under a rule.

    Raises RefusedError where no hit of the rule that holds or is to come was caused by the fact, where this was proposed already and
    waits for the second, and for an unknown reason.
    """
    if reason not in REASONS:
        raise RefusedError(
            Text(
                f"没有这种决定理由，请选择：{'、'.join(REASONS)}。",
                f"This is no reason for a decision; choose one of {', '.join(REASONS)}.",
            )
        )
    with store.pool.connection() as connection:
        region_code = home_of(connection, person_id, policy)
    role = check(by, Action.PROPOSE_DECISION, region_code=region_code)
    decision = Decision(
        person_id=person_id,
        decision_id=uuid4(),
        rule=rule,
        fact_id=fact_id,
        reason=reason,
        region_code=region_code,
        first_signer=by.subject,
        proposed_at=at,
        lapses_at=at + proposal_lapses_after(policy.local(at).date()),
        state=DecisionState.PROPOSED,
        closed_by=None,
        closed_at=None,
    )
    with store.transaction(_event(by, role, "decision proposed", decision), at=at) as transaction:
        hold_person(transaction)
        _expect_none_waits(transaction, decision)
        if not any(_caused(hit, rule, fact_id, at) for hit in hits_now(transaction, policy, person_id)):
            raise RefusedError(
                Text(
                    "这条规则目前没有由该事实得出任何结论，请从当前赋色理由中选择。",
                    "This rule concludes nothing from this fact now; choose one of the reasons that the code has.",
                )
            )
        _insert(transaction, decision)
    return decision


def _expect_none_waits(transaction: Transaction, decision: Decision) -> None:
    found = transaction.connection.execute(
        "SELECT FROM work.decision WHERE person_id = %s AND rule = %s AND fact_id = %s AND closed_at IS NULL AND lapses_at > %s",
        [UUID(decision.person_id), decision.rule, decision.fact_id, transaction.at],
    )
    if found.rowcount:
        raise RefusedError(Text("此事已有人提出，正待第二人签署。", "This was proposed already, and waits for the second signature."))


def sign_decision(
    store: Store, by: Principal, *, person_id: str, decision_id: UUID, policies: Sequence[Policy], at: datetime
) -> dict[str, tuple[Hit, ...]]:
    """Sign a proposal as the second, other person: it becomes a fact, and the code is decided again; return the hits by policy.

    An open appeal that asked for this is upheld with it, once no rule concludes anything from the fact. Raises `Forbidden` for the
    first signer, RefusedError for what has lapsed.
    """
    decision = read_decision(store, person_id, decision_id)
    action = decision_action_for(decision, DecisionState.SIGNED, at)
    role = check(by, action, region_code=decision.region_code, first_subject=decision.first_signer)
    with store.transaction(_event(by, role, "decision signed", decision), at=at) as transaction:
        hold_person(transaction)
        _close(transaction, decision, DecisionState.SIGNED)
        hits = record_in(transaction, {PersonalDecision: [_fact(decision, by.subject, at)]}, policies=policies)
        if not any(hit.because[0] == decision.fact_id and _lasts(hit, at) for each in hits.values() for hit in each):
            uphold_decided(transaction, decision.fact_id)
    return hits


def reject_decision(store: Store, by: Principal, *, person_id: str, decision_id: UUID, at: datetime) -> None:
    """Reject a proposal, or take one's own back."""
    decision = read_decision(store, person_id, decision_id)
    role = check(by, decision_action_for(decision, DecisionState.REJECTED, at), region_code=decision.region_code)
    with store.transaction(_event(by, role, "decision rejected", decision), at=at) as transaction:
        hold_person(transaction)
        _close(transaction, decision, DecisionState.REJECTED)


def read_decision(store: Store, person_id: str, decision_id: UUID) -> Decision:
    """Return one decision. Raises RefusedError where there is none."""
    query = sql.SQL("SELECT {} FROM work.decision WHERE person_id = %s AND decision_id = %s").format(_COLUMNS)
    with store.pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(query, [UUID(person_id), decision_id]).fetchone()
    if row is None:
        raise RefusedError(Text("没有这项决定，请重新打开列表。", "There is no such decision; open the list of decisions again."))
    return _decision(row)


def decisions_to_sign(store: Store, by: Principal, *, at: datetime) -> tuple[Decision, ...]:
    """Return the proposals of others that somebody may sign, those that lapse first before the others; the look is an event."""
    event = Event(actor=by.subject, role=role_for(by, Action.SIGN_DECISION), purpose="decisions to sign", action="decisions listed")
    visible = visible_where(by, Action.SIGN_DECISION, first_subject="first_signer")
    query = sql.SQL(
        "SELECT {} FROM work.decision WHERE closed_at IS NULL AND lapses_at > %s AND {} ORDER BY lapses_at, decision_id LIMIT {}"
    ).format(_COLUMNS, visible, sql.Literal(MOST))
    with store.transaction(event, at=at) as transaction, transaction.connection.cursor(row_factory=dict_row) as cursor:
        return tuple(map(_decision, cursor.execute(query, [at]).fetchall()))


_COLUMNS: Final = sql.SQL(", ").join(map(sql.Identifier, Decision.__dataclass_fields__))


def _decision(row: Mapping[str, Any]) -> Decision:
    return Decision(**{**row, "person_id": row["person_id"].hex, "state": DecisionState(row["state"])})


def _caused(hit: Hit, rule: str, fact_id: int, at: datetime) -> bool:
    """Whether a hit that has not ended is the rule's and has the fact as its cause: the first that it names."""
    return hit.rule == rule and hit.because[0] == fact_id and _lasts(hit, at)


def _lasts(hit: Hit, at: datetime) -> bool:
    return hit.until_at is None or at < hit.until_at


def _event(by: Principal, role: Role, action: str, decision: Decision) -> Event:
    details = {"decision_id": str(decision.decision_id), "rule": decision.rule, "reason": decision.reason}
    return Event(actor=by.subject, role=role, purpose="personal decision", action=action, person_id=decision.person_id, details=details)


def _insert(transaction: Transaction, decision: Decision) -> None:
    values = {**vars(decision), "person_id": UUID(decision.person_id), "state": str(decision.state), "event_id": transaction.event.event_id}
    opened = {name: value for name, value in values.items() if not name.startswith("closed_")}
    statement = sql.SQL("INSERT INTO work.decision ({}) VALUES ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, opened)), sql.SQL(", ").join(sql.Placeholder() * len(opened))
    )
    transaction.connection.execute(statement, list(opened.values()))


def _close(transaction: Transaction, decision: Decision, to: DecisionState) -> None:
    """Close a proposal; raise where somebody did so meanwhile."""
    closed = transaction.connection.execute(
        "UPDATE work.decision SET state = %s, closed_by = %s, closed_at = %s, event_id = %s "
        "WHERE person_id = %s AND decision_id = %s AND state = 'proposed'",
        [
            str(to),
            transaction.event.actor,
            transaction.at,
            transaction.event.event_id,
            UUID(decision.person_id),
            decision.decision_id,
        ],
    )
    if not closed.rowcount:
        raise RefusedError(Text("此决定刚被他人办结，请重新打开。", "Somebody closed this decision meanwhile; open it again."))


def _fact(decision: Decision, second_signer: str, at: datetime) -> dict[str, Any]:
    return {
        "person_id": decision.person_id,
        "fact_id": fact_number(SOURCE, str(decision.decision_id)),
        "known_at": at,
        "from_at": at,
        "source": SOURCE,
        "delivery_id": f"decision-{decision.decision_id}",
        "rule": decision.rule,
        "lifts_fact_id": decision.fact_id,
        "reason": decision.reason,
        "first_signer_id": decision.first_signer,
        "second_signer_id": second_signer,
    }
