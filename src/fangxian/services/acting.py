"""As whom a phone acts for somebody on its list, and what it may do then: pages and interface ask here, and nowhere else."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fangxian.facts import Text
from fangxian.services.refusals import RefusedError
from fangxian.work.permissions import PERMISSIONS, Limit
from fangxian.work.roles import Action, Role

_SHOWN_ONLY: Final = Text(
    "此人只同意由您的手机出示健康码；其余须由本人用自己的手机办理。",
    "They agreed that your phone shows their code, and to nothing else; the rest they do on their own phone.",
)


class Acting(StrEnum):
    """As whom a phone acts. The audit says it as the actor, and never which phone it was."""

    PERSON = "citizen"
    """The phone's own person."""
    GUARDIAN = "guardian"
    """The phone's own person is the registered guardian of the child."""
    FAMILY = "family"
    """Somebody of the family, who was asked to show the code, or asks to."""


def may(acting: Acting, action: Action) -> bool:
    """Return whether an action may be done at a place of a phone: what hides a link.

    A person and a guardian may do everything there, family only what the permission matrix opens to whoever shows a code.
    """
    return acting is not Acting.FAMILY or PERMISSIONS[action].roles.get(Role.CITIZEN) is Limit.SHOWN


def expect_may(acting: Acting, action: Action) -> None:
    """Raise RefusedError where an action may not be done at a place of a phone."""
    if not may(acting, action):
        raise RefusedError(_SHOWN_ONLY)
