"""Working on appeals and decisions: what must be seen to answer one, each look recorded about the person, and the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fangxian.code.explain import explain_person
from fangxian.code.explanation import FactSeen, Reason
from fangxian.services import appeal_words
from fangxian.services.living import Living
from fangxian.services.references import Named, meant, refer
from fangxian.services.staff import staff_event
from fangxian.store.one_person import person_tables
from fangxian.work.appeal import ANSWERING, Appeal, AppealState
from fangxian.work.appeal_rows import appeals_to_answer, read, words_of
from fangxian.work.appealing import answer_appeal
from fangxian.work.deciding import decisions_to_sign, propose_decision, read_decision, reject_decision, sign_decision
from fangxian.work.decision import Decision
from fangxian.work.permissions import Principal, check, role_for
from fangxian.work.roles import Action, Role


@dataclass(frozen=True, repr=False)
class Opened:
    """An appeal with its words, the disputed fact, and what is concluded from it."""

    appeal: Appeal
    words: str
    fact: FactSeen | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, repr=False)
class Proposed:
    """A proposal, and the reason of the code that it would end."""

    decision: Decision
    reasons: tuple[Reason, ...]


def waiting_appeals(living: Living, by: Principal) -> list[tuple[str, Appeal]]:
    """Return the appeals that somebody may answer, the most urgent first, each with its reference."""
    found = appeals_to_answer(living.store, by, at=living.clock())
    references = refer(living, by, Named.APPEAL, [(appeal.person_id, str(appeal.appeal_id)) for appeal in found])
    return list(zip(references, found, strict=True))


def open_one(living: Living, by: Principal, reference: str) -> Opened:
    """Return an appeal with everything that an answer needs; the words are read, and the facts, as two events about the person."""
    person_id, appeal_id = _case(living, by, Named.APPEAL, reference)
    sealed, _ = words_of(living.store, by, person_id=person_id, appeal_id=appeal_id, at=living.clock())
    appeal = read(living.store, person_id, appeal_id)
    words = appeal_words.opened(living, sealed, person_id, appeal_words.SAID, at=appeal.opened_at)
    role = role_for(by, *ANSWERING.values())
    fact, reasons = _rests_on(living, by, role, person_id, appeal.fact_id, purpose="appeal", fact_type=appeal.fact_type)
    return Opened(appeal, words, fact, reasons)


def answer(living: Living, by: Principal, reference: str, to: AppealState, words: str) -> None:
    """Uphold or refuse an appeal, with words for the person."""
    person_id, appeal_id = _case(living, by, Named.APPEAL, reference)
    at = living.clock()
    answer_appeal(
        living.store,
        by,
        person_id=person_id,
        appeal_id=appeal_id,
        answer=to,
        words=words,
        seal=appeal_words.sealing(living, person_id, appeal_words.ANSWERED, at=at),
        policies=[living.policy],
        at=at,
    )


def propose(living: Living, by: Principal, reference: str, *, rule: str, reason: str) -> Decision:
    """Propose that the fact of an appeal no longer count under a rule."""
    person_id, appeal_id = _case(living, by, Named.APPEAL, reference)
    fact_id = read(living.store, person_id, appeal_id).fact_id
    return propose_decision(
        living.store, by, person_id=person_id, rule=rule, fact_id=fact_id, reason=reason, policy=living.policy, at=living.clock()
    )


def waiting_decisions(living: Living, by: Principal) -> list[tuple[str, Decision]]:
    """Return the proposals of others that somebody may sign, each with its reference."""
    found = decisions_to_sign(living.store, by, at=living.clock())
    references = refer(living, by, Named.DECISION, [(each.person_id, str(each.decision_id)) for each in found])
    return list(zip(references, found, strict=True))


def open_proposal(living: Living, by: Principal, reference: str) -> Proposed:
    """Return a proposal with the facts that it is about, for whoever may sign it; the look is an event about the person."""
    person_id, decision_id = _case(living, by, Named.DECISION, reference)
    decision = read_decision(living.store, person_id, decision_id)
    role = check(by, Action.SIGN_DECISION, region_code=decision.region_code, first_subject=decision.first_signer)
    _, reasons = _rests_on(living, by, role, person_id, decision.fact_id, purpose="personal decision")
    return Proposed(decision, tuple(reason for reason in reasons if reason.wording.rule == decision.rule))


def sign(living: Living, by: Principal, reference: str) -> None:
    """Sign a proposal as the second person."""
    person_id, decision_id = _case(living, by, Named.DECISION, reference)
    sign_decision(living.store, by, person_id=person_id, decision_id=decision_id, policies=[living.policy], at=living.clock())


def reject(living: Living, by: Principal, reference: str) -> None:
    """Reject a proposal."""
    person_id, decision_id = _case(living, by, Named.DECISION, reference)
    reject_decision(living.store, by, person_id=person_id, decision_id=decision_id, at=living.clock())


def _case(living: Living, by: Principal, to: Named, reference: str) -> tuple[str, UUID]:
    person_id, case_id = meant(living, by, to, reference)
    return person_id, UUID(case_id)


def _rests_on(
    living: Living, by: Principal, role: Role, person_id: str, fact_id: int, *, purpose: str, fact_type: str = ""
) -> tuple[FactSeen | None, tuple[Reason, ...]]:
    """Return a fact of a person, where its type is given, and the reasons of the code that rest on it first of all."""
    at = living.clock()
    event = staff_event(by, "facts_read", purpose=purpose, role=role, person_id=person_id)
    with living.store.transaction(event, at=at) as transaction:
        tables = person_tables(transaction.connection, person_id, living.policy, also=fact_type)
    with tables:
        explained = explain_person(tables, living.policy, at=at, known_at=at)
        named = {kind.name: (kind, rows.to_pylist()) for kind, rows in tables.facts_called([fact_id])}
    reasons: Sequence[Reason] = (*explained.reasons, *explained.coming)
    kind, rows = named.get(fact_type, (None, []))
    seen = FactSeen(kind, rows[0]) if kind and rows else None
    return seen, tuple(reason for reason in reasons if reason.because and reason.because[0].values["fact_id"] == fact_id)
