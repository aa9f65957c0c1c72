"""How the interface says what pages say: both languages, instants in UTC with a Z, reasons with their facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fangxian.code.explanation import FactSeen, Reason
from fangxian.code.rule import rule
from fangxian.code.telling import tell_fact
from fangxian.facts import Text
from fangxian.policy.policy import Policy


def both(text: Text) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh": text.zh, "en": text.en}


def utc(at: datetime) -> str:
    """Return an instant as the interface writes it."""
    return f"{at.isoformat(timespec='seconds')}Z"


def fact_of(policy: Policy, seen: FactSeen) -> dict[str, str]:
    """Return one line about a fact, in both languages."""
    return {language: tell_fact(policy, seen, language=language) for language in ("zh", "en")}


def reason_of(policy: Policy, reason: Reason) -> dict[str, Any]:
    """Return one reason of a colour: rule, wording, span, and the facts it rests on, each with what it is disputed by."""
    return {
        "rule": reason.wording.rule,
        "title": both(rule(reason.wording.rule).title),
        "wording": both(reason.wording.text),
        "in_force_since": reason.wording.since.isoformat(),
        "ends": both(reason.wording.ends),
        "colour": reason.colour,
        "from_at": utc(reason.from_at),
        "until_at": utc(reason.until_at) if reason.until_at else None,
        "because": [fact_of(policy, seen) | {"fact": seen.mark} for seen in reason.because],
        "check_ins": {"done": reason.progress.done, "needed": reason.progress.needed} if reason.progress else None,
    }
