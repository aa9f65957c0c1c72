"""What is said of one person: the class of the gravest reason and when it ends. Never a fact, a movement, or anybody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

import yaml

from fangxian.code.explanation import Explanation, FactSeen
from fangxian.code.rules.elsewhere import recognised_grave_reason, recognised_lesser_reason
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.facts import RecognisedCode
from fangxian.policy.colour import Colour
from fangxian.policy.policy import Policy
from fangxian.signed.times import instant, seconds
from fangxian.signed.unreadable import UnreadableError

NOTHING: Final = "nothing"
_RULES: Final = (recognised_grave_reason.name, recognised_lesser_reason.name)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement; `until_at` is None where the reason's end is open."""

    statement_id: UUID
    reason_class: str
    said_at: datetime
    until_at: datetime | None

    def body(self) -> dict[str, Any]:
        """Return it as a message's body."""
        until = seconds(self.until_at) if self.until_at else 0
        return {"id": self.statement_id.bytes, "class": self.reason_class, "said": seconds(self.said_at), "until": until}


@cache
def classes() -> Mapping[str, str]:
    """Return the class of each rule."""
    loaded: dict[str, str] = yaml.safe_load(files(__package__).joinpath("classes.yaml").read_text("utf-8"))
    return loaded


def stated(seen: Explanation, statement_id: UUID) -> tuple[Statement, FactSeen | None]:
    """Return what is said of a code, and the fact that it rests on first of all: that stays here.

    Raises RefusedMessageError where the person has no code.
    """
    if seen.colour is None:
        raise RefusedMessageError(Refusal.UNKNOWN)
    reason = next(iter(seen.reasons), None)
    statement = Statement(
        statement_id=statement_id,
        reason_class=classes()[reason.wording.rule] if reason else NOTHING,
        said_at=seen.at.replace(microsecond=0),
        until_at=seen.changes[0].at if seen.changes else None,
    )
    return statement, reason.because[0] if reason else None


def read_statement(body: Mapping[str, Any]) -> Statement:
    """Return the statement in a message's body. Raises RefusedMessageError for a form or a class that is not known here."""
    try:
        match body:
            case {"id": bytes(named), "class": str(reason_class), "said": said, "until": until, **more} if not more:
                if len(named) == 16 and reason_class in RecognisedCode.columns["reason_class"].one_of:
                    ends = instant(until) if until != 0 else None
                    return Statement(statement_id=UUID(bytes=named), reason_class=reason_class, said_at=instant(said), until_at=ends)
    except UnreadableError:
        pass
    raise RefusedMessageError(Refusal.UNREADABLE)


def means_here(policy: Policy, reason_class: str, *, at: datetime) -> Colour | None:
    """Return the colour that a class of reason has under a policy at an instant; None where the policy does not list it."""
    if reason_class == NOTHING:
        return Colour.GREEN
    for wording in policy.wordings:
        in_force = policy.starts(wording.since) <= at and (wording.until is None or at < policy.starts(wording.until))
        if wording.rule in _RULES and in_force and reason_class in wording.parameters["classes"].value:
            return Colour(wording.colour)
    return None
