"""Triage: what the answers to a questionnaire come to, by the rules in its own file. The same answers always come to the same.

The rules are methods of others, each with its reference: the three classes of Anhui and the screening protocol of the CDC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from fangxian.facts import Text
from fangxian.services.questionnaire import stated_on

Answers = Mapping[str, Any]
Condition = Mapping[str, Any]
Conditions = Sequence[Condition]


class Level(StrEnum):
    """How urgent it is, the gravest first."""

    EMERGENCY = "emergency"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, kw_only=True)
class TriageRule:
    """One rule: when it fires, why that matters, and what level or advice comes of it; of one group the first that fires counts."""

    rule_id: str
    level: Level | None
    group: str | None
    words: Text
    advice: Text | None
    reference: Text
    when: Conditions


@dataclass(frozen=True)
class Rules:
    """The rules of one version of a questionnaire, the terms that they use, and what each level means."""

    version: str
    terms: Mapping[str, Conditions]
    rules: tuple[TriageRule, ...]
    words: Mapping[Level, Text]
    now: Mapping[Level, tuple[Text, ...]]


@dataclass(frozen=True)
class Triage:
    """What answers came to: the level, and every rule that fired."""

    version: str
    level: Level
    fired: tuple[TriageRule, ...]
    words: Text
    now: tuple[Text, ...]

    @property
    def rule_ids(self) -> list[str]:
        """The ids of the rules that fired."""
        return [rule.rule_id for rule in self.fired]

    @property
    def why(self) -> tuple[Text, ...]:
        """What each rule that fired says of the answers, each once."""
        return tuple(dict.fromkeys(rule.words for rule in self.fired))

    @property
    def rests_on(self) -> tuple[Text, ...]:
        """The texts that the rules which fired come from, each once."""
        return tuple(dict.fromkeys(rule.reference for rule in self.fired))

    @property
    def is_high(self) -> bool:
        """Whether the local authority must hear of it: a rule of the level HIGH fired, whatever else did."""
        return any(rule.level is Level.HIGH for rule in self.fired)


@cache
def triage_rules(name: str, on: date | None = None) -> Rules:
    """Return the rules of a questionnaire in the version of a day."""
    stated = stated_on(name, on)
    said = stated["triage"]
    levels = {Level(level): row for level, row in said["levels"].items()}
    return Rules(
        version=str(stated["version"]),
        terms=said["terms"],
        rules=tuple(_rule(rule_id, row) for rule_id, row in said["rules"].items()),
        words={level: Text(**row["words"]) for level, row in levels.items()},
        now={level: tuple(Text(**line) for line in row["now"]) for level, row in levels.items()},
    )


def triage(rules: Rules, answers: Answers) -> Triage:
    """Return what answers come to: the gravest level of the rules that fire, low where none has one."""
    fired: list[TriageRule] = []
    for rule in rules.rules:
        settled = rule.group is not None and rule.group in {each.group for each in fired}
        if not settled and _any_holds(rule.when, answers, rules.terms):
            fired.append(rule)
    level = min((rule.level for rule in fired if rule.level), key=list(Level).index, default=Level.LOW)
    return Triage(rules.version, level, tuple(fired), rules.words[level], rules.now[level])


def _any_holds(conditions: Conditions, answers: Answers, terms: Mapping[str, Conditions]) -> bool:
    return any(_holds(condition, answers, terms) for condition in conditions)


def _holds(condition: Condition, answers: Answers, terms: Mapping[str, Conditions]) -> bool:
    return all(
        all(_any_holds(terms[term], answers, terms) for term in wanted) if key == "is" else _meets(answers.get(key), wanted)
        for key, wanted in condition.items()
    )


def _meets(answer: Any, wanted: Any) -> bool:
    """Return whether an answer is what a rule asks for: yes or no, one of some options, or a number within bounds."""
    if isinstance(wanted, bool) or answer is None:
        return answer is wanted
    if isinstance(wanted, Mapping):
        return bool(answer >= wanted.get("at_least", answer) and ("below" not in wanted or answer < wanted["below"]))
    return not set(str(answer).split(",")).isdisjoint(wanted)


def _rule(rule_id: str, row: Mapping[str, Any]) -> TriageRule:
    return TriageRule(
        rule_id=rule_id,
        level=Level(row["level"]) if "level" in row else None,
        group=row.get("group"),
        words=Text(**row["words"]),
        advice=Text(**row["advice"]) if "advice" in row else None,
        reference=Text(**row["reference"]),
        when=row["when"],
    )
