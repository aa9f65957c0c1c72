"""Templates: how the page's values become text, escaped, in the reader's language."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fangxian.code.rule import rule
from fangxian.code.telling import tell_fact
from fangxian.facts import Text, fact_type
from fangxian.policy.policy import Policy
from fangxian.services.acting import may
from fangxian.sources.catalogue import agency_of
from fangxian.web.words import Words, all_words
from fangxian.work.roles import Role

_TEMPLATES: Final = Path(__file__).parent / "templates"


def _people(number: int) -> str:
    return f"{number:,}"


def _change(number: int) -> str:
    return f"{number:+,}".replace("-", "−") if number else "±0"


def _percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%"


def _clock(instant: datetime, policy: Policy) -> str:
    return f"{policy.local(instant):%Y-%m-%d %H:%M}"


def _role_words(role: str) -> Text:
    """Return the words of a role as an event names it; of what is none, the name itself."""
    return all_words().get(f"role.{role}") or (Role(role).words if role in list(Role) else Text(role, role))


def environment() -> Environment:
    """Return the templates, with everything escaped and every missing name an error."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"people": _people, "change": _change, "percent": _percent, "clock": _clock}
    made.globals |= {
        "rule": rule,
        "tell_fact": tell_fact,
        "agency_of": agency_of,
        "fact_type": fact_type,
        "role_words": _role_words,
        "may": may,
    }
    return made


def render(templates: Environment, name: str, words: Words, **values: Any) -> str:
    """Return a template filled in; `t` are the page's words."""
    return templates.get_template(name).render(t=words, **values)
