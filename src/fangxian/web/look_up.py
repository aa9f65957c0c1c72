"""One person's look-up: what was asked, recorded before it is answered, and the answer with everything that a drawing needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from fangxian.code.explain import explain
from fangxian.code.explanation import Explanation, Reason
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.facts.typed import instant_typed
from fangxian.policy.moment import NotYetInForce, expect_in_force
from fangxian.policy.policy import Policy, policy, policy_names
from fangxian.store.journal import Access, Journal

PERSON_ID: Final = re.compile(r"[0-9a-f]{32}")
YEARS: Final = range(1970, 2200)
"""Years that can be asked about: times are reckoned with for some days before and after."""
LONGEST_WORDS: Final = 200
"""Characters of a role or a purpose that the journal takes from the page."""


class BadQuestion(Exception):  # noqa: N818  (it names what the reader asked, not what broke)
    """A question that cannot be answered; `key` names the words that say why, and `values` fill them."""

    def __init__(self, key: str, **values: str) -> None:
        """Name the words."""
        self.key, self.values = key, values
        super().__init__(key)


@dataclass(frozen=True, kw_only=True)
class Question:
    """Whose code, under which policy, at which instant, as known when; and who asks, what for. Instants are UTC."""

    person_id: str
    policy: Policy
    at: datetime
    known_at: datetime
    access: Access


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The explanation, and every hit of the person that the policy knows of: past, present and to come, in order of time."""

    explanation: Explanation
    hits: tuple[Reason, ...]


def question(form: Mapping[str, str]) -> Question:
    """Read a form. Raises BadQuestion for the first field that is not as it must be; nothing is looked up then."""
    person_id = form.get("person_id", "").strip().lower()
    if not PERSON_ID.fullmatch(person_id):
        raise BadQuestion("problem.person_id")
    role, purpose = (form.get(name, "").strip()[:LONGEST_WORDS] for name in ("role", "purpose"))
    if not role or not purpose:
        raise BadQuestion("problem.access")
    chosen = form.get("policy", "")
    if chosen not in policy_names():
        raise BadQuestion("problem.policy", known=", ".join(policy_names()))
    found = policy(chosen)
    at, known_at = (_instant(form.get(name, ""), found) for name in ("at", "known_at"))
    try:
        expect_in_force(found, at)
    except NotYetInForce:
        raise BadQuestion("problem.not_in_force", since=found.since.isoformat()) from None
    return Question(person_id=person_id, policy=found, at=at, known_at=known_at, access=Access(role=role, purpose=purpose))


def _instant(text: str, chosen: Policy) -> datetime:
    """Return the UTC instant of a time on the policy's clocks; a minute stands for its end, so that all of it is in."""
    try:
        local = instant_typed(text.strip())
        if local.year not in YEARS:
            raise BadQuestion("problem.time")
        if local.tzinfo is None and local.second == 0 and local.microsecond == 0:
            local += timedelta(minutes=1) - timedelta(microseconds=1)
        return chosen.instant(local)
    except ValueError:
        raise BadQuestion("problem.time") from None


class LookUp:
    """Answers questions from one lake, one at a time: they share an engine."""

    def __init__(self, engine: DuckDBEngine, journal: Journal) -> None:
        """Look up in the lake of `engine`, and record in `journal`."""
        self.engine, self.journal = engine, journal
        self._turn = Lock()

    def answer(self, asked: Question) -> Answer:
        """Record the look, then return the explanation of the person's code."""
        self.journal.record(asked.access, what="explain", about=asked.person_id, policy=asked.policy.name, through="page")
        with self._turn:
            explanation = explain(self.engine, asked.policy, asked.person_id, at=asked.at, known_at=asked.known_at)
            # Asked before the policy began, every hit is one that is still to come.
            before = asked.policy.starts(asked.policy.since) - timedelta(microseconds=1)
            hits = explain(self.engine, asked.policy, asked.person_id, at=before, known_at=asked.known_at).coming
        return Answer(explanation=explanation, hits=hits)
